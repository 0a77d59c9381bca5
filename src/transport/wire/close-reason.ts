import type { NodeId } from "../../protocol/index.js";
import type { DisconnectReason, PeerRefusal } from "../../runtime/ports.js";

/** The WebSocket close codes by which one side tells the other why it closes. */
const closeCodes = {
  stopping: 1001,
  frameTooLarge: 1009,
  badFrame: 4000,
  flood: 4001,
  wrongProtocol: 4002,
  wrongCluster: 4003,
  wrongNode: 4004,
  wrongToken: 4005,
  wrongCertificate: 4006,
  handshakeTimeout: 4007,
  tooManyConnections: 4008,
  tooManyLinks: 4009,
  replaced: 4010,
  redundant: 4011,
  wrongIncarnation: 4012,
  olderCopy: 4013,
  displaced: 4014,
} as const;

/** A reason that travels in a close frame. */
export type SentCloseReason = keyof typeof closeCodes;

/**
 * Why a connection was refused, when it came or later.
 *
 * - `badFrame` `frameTooLarge` `flood`   what came was malformed, too long, or too much
 * - `wrongProtocol`      there is no version of the wire protocol that both speak
 * - `wrongCluster` `wrongNode`   it is of another cluster, or not the node expected at that address
 * - `olderCopy` `displaced`   its record is an older copy of one that has gone on, or was started once more elsewhere
 * - `wrongToken` `wrongCertificate`   it did not prove who it is
 * - `wrongIncarnation`   a node of that id, but of another incarnation, is linked, and the link is alive
 * - `handshakeTimeout`   it did not say in time who it is
 * - `tooManyConnections`   too many new connections a second, or too many pending ones
 * - `tooManyLinks`       too many nodes are linked that are no peers
 * - `browser` `wrongPath` `badRequest`   what came was another kind of HTTP request
 * - `tlsFailed`          there was no TLS connection
 */
export type RefusalReason =
  | Exclude<SentCloseReason, "stopping" | "replaced" | "redundant">
  | "browser"
  | "wrongPath"
  | "badRequest"
  | "tlsFailed";

/**
 * Why a connection ended: it was refused, or
 *
 * - `stopping` `redundant` `replaced`   one side stopped, had another link, or had a newer one
 * - `closed`   the other side closed it and gave none of our reasons
 * - `silent`   it was judged dead
 * - `lost`     it broke without a word, or was never made
 */
export type CloseReason = RefusalReason | SentCloseReason | "closed" | "silent" | "lost";

/** The end of a connection. */
export interface LinkClose {
  readonly reason: CloseReason;
  /** In words; of what the other side said, only printable characters. Holds no secrets. */
  readonly detail: string;
  /** Who ended it. */
  readonly by: "self" | "peer";
}

/** A connection that was refused, as told to the owner of a transport. */
export interface LinkRefusal {
  readonly reason: RefusalReason;
  readonly detail: string;
  /** Who refused. */
  readonly by: "self" | "peer";
  /** The peer dialled, or the id that the other side claimed; null if unknown. */
  readonly peer: NodeId | null;
  /** The address dialled, or host and port of who connected. */
  readonly remote: string;
}

/** True for a reason that travels in a close frame. */
export function isSentCloseReason(reason: string): reason is SentCloseReason {
  return Object.hasOwn(closeCodes, reason);
}

/** The close code of a reason. */
export function closeCodeOf(reason: SentCloseReason): number {
  return closeCodes[reason];
}

/** The code with which the WebSocket library reports a connection that ended without a close frame (RFC 6455, 7.1.5). */
const abnormalClosure = 1006;

/** Codes with which the WebSocket library itself closes a connection over which something malformed came. */
const malformedCodes: readonly number[] = [1002, 1003, 1007, 1008];

/** What a close code from the other side means. */
export function closeOfCode(code: number, text: string): LinkClose {
  const found = (Object.keys(closeCodes) as SentCloseReason[]).find((reason) => closeCodes[reason] === code);
  const said = asciiText(text);
  const by = "peer";
  if (found !== undefined) return { reason: found, detail: said || found, by };
  if (malformedCodes.includes(code)) return { reason: "badFrame", detail: said || `closed with ${code}`, by };
  if (code === abnormalClosure) return { reason: "lost", detail: said || `connection lost (${code})`, by };
  return { reason: "closed", detail: said || `closed with ${code}`, by };
}

/** True for a reason that a node, not its transport, may have to refuse another. */
export function isPeerRefusal(reason: CloseReason): reason is PeerRefusal["reason"] {
  return reason === "wrongCluster" || reason === "olderCopy" || reason === "displaced";
}

/** True for the end of a connection that was refused; false for one that merely ended. */
export function isRefusal(reason: CloseReason): reason is RefusalReason {
  return disconnectReasonOf(reason) === "refused";
}

/** What a node is told of the end of its last link with a peer. */
export function disconnectReasonOf(reason: CloseReason): DisconnectReason {
  switch (reason) {
    case "stopping":
    case "redundant":
    case "closed":
      return "closed";
    case "lost":
      return "reset";
    case "silent":
      return "silent";
    case "replaced":
      return "replaced";
    default:
      reason satisfies RefusalReason;
      return "refused";
  }
}

/** Text of the other side, fit for logs and close frames: printable ASCII, at most so many characters. */
export function asciiText(text: string, longestChars = 120): string {
  return text.slice(0, longestChars).replace(/[^\x20-\x7e]/g, "?");
}
