import type { Remedy } from "../../errors.js";
import type { CloseReason, RefusalReason } from "./close-reason.js";

/** Every reason of a refused connection explained. */
export const refusedRemedies: Readonly<Record<RefusalReason, Remedy>> = {
  badFrame: {
    cause: "a frame was malformed, or its numbers are impossible",
    remedy: "find what connects there; a proxy that alters WebSocket frames must go",
  },
  frameTooLarge: {
    cause: "a frame was longer than `maxFrameBytes`",
    remedy: "as `badFrame`",
  },
  flood: {
    cause: "more frames or bytes in a second than the limits allow",
    remedy: "[limits](settings.md#limits-of-the-websocket-transport); else find the sender",
  },
  wrongProtocol: {
    cause: "no version of the wire protocol that both nodes speak",
    remedy: "[upgrade](operations.md#deployments-and-upgrades) without skipping a release",
  },
  wrongCluster: {
    cause: "a node of another cluster, by name or by cluster id",
    remedy:
      "check `cluster`; two clusters founded under one name have two ids: empty the wrong node and add it again",
  },
  wrongNode: {
    cause: "another node than expected answers at that address",
    remedy: "check the addresses in `voters`; `reconfigure --address` if a member has moved",
  },
  wrongToken: {
    cause: "the other node did not prove to know the token",
    remedy: "give all members the same token; [renewing](security.md#renew-a-token) goes in two steps",
  },
  wrongCertificate: {
    cause: "the certificate is not accepted, or does not name the node",
    remedy: "[certificates](security.md#certificates)",
  },
  handshakeTimeout: {
    cause: "the handshake took longer than `handshakeTimeoutMs`",
    remedy: "is something else connecting, or is a process overloaded?",
  },
  tooManyConnections: {
    cause: "too many new connections in a second, or too many that have not authenticated",
    remedy: "find what connects; the port should be reached by members alone",
  },
  tooManyLinks: {
    cause: "too many linked nodes that are not members",
    remedy: "stop joiners that are never added",
  },
  wrongIncarnation: {
    cause: "a node with the same id and another record is linked, and its link is alive",
    remedy: "two processes have the same `id`: stop one",
  },
  olderCopy: {
    cause: "its record is an older copy of one that has gone on",
    remedy: "as [`recordCopied`](#error-codes)",
  },
  displaced: {
    cause: "its record was started once more elsewhere",
    remedy: "as [`recordCopied`](#error-codes)",
  },
  browser: {
    cause: "the request came from a web page (it had an `Origin`)",
    remedy: "nothing: web pages must not connect",
  },
  wrongPath: {
    cause: "the request was for another path than the node's",
    remedy: "check the path in the address",
  },
  badRequest: {
    cause: "the request was no WebSocket handshake",
    remedy: "a health check or scanner at the wrong port? Use `--http` for probes",
  },
  tlsFailed: {
    cause: "there was no TLS connection",
    remedy: "`ws://` against `wss://`, or a certificate that the TLS library rejects: the detail says which",
  },
};

/** Every other end of a connection explained. */
export const endRemedies: Readonly<Record<Exclude<CloseReason, RefusalReason>, Remedy>> = {
  stopping: {
    cause: "the other node stops",
    remedy: "nothing",
  },
  replaced: {
    cause: "a newer connection with the same node took its place",
    remedy: "nothing",
  },
  redundant: {
    cause: "both nodes dialled at once; one of the two connections stays",
    remedy: "nothing",
  },
  closed: {
    cause: "the other side closed the connection without one of these reasons: a proxy, or another program",
    remedy: "look for a proxy between the two, and at who listens there",
  },
  silent: {
    cause: "nothing arrived for twice `silenceMs`, not even the answer to a ping",
    remedy: "see whether the machine, the path and the process of the peer run",
  },
  lost: {
    cause: "the connection broke",
    remedy: "look at the path if it happens often",
  },
};
