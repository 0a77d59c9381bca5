import type { NodeId } from "../../protocol/index.js";
import type { PeerRefusal } from "../../runtime/ports.js";

/** What one side tells the other when it closes a WebSocket, by its close code. */
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
  tooManyStrangers: 4008,
  tooManyLinks: 4009,
  replaced: 4010,
  redundant: 4011,
  wrongIncarnation: 4012,
  olderCopy: 4013,
  displaced: 4014,
} as const;

/** A reason that travels in a close frame. */
export type CloseReason = keyof typeof closeCodes;

/**
 * Why a connection was refused, at the door or later.
 *
 * - `badFrame` `frameTooLarge` `flood`   what came was malformed, too long, or too much
 * - `wrongProtocol`      there is no version of the wire protocol that both speak
 * - `wrongCluster` `wrongNode`   it is of another cluster, or not the node expected at that address
 * - `olderCopy` `displaced`   its record is an older copy of one that has gone on, or was started once more elsewhere
 * - `wrongToken` `wrongCertificate`   it did not prove who it is
 * - `wrongIncarnation`   a node of that id, but of another incarnation, is linked, and the link is alive
 * - `handshakeTimeout`   it did not say in time who it is
 * - `tooManyStrangers` `tooManyLinks`   there was no room
 * - `browser` `wrongPath` `badRequest`   what came was another kind of HTTP request
 * - `tlsFailed`          there was no TLS connection
 */
export type RefusalReason =
  | Exclude<CloseReason, "stopping" | "replaced" | "redundant">
  | "browser"
  | "wrongPath"
  | "badRequest"
  | "tlsFailed";

/** How a connection ended: refused, or `silent` (judged dead), `replaced` by a newer one, `redundant`, `stopping`, else `lost`. */
export type EndReason = RefusalReason | CloseReason | "silent" | "lost";

/** The end of a connection. */
export interface LinkEnd {
  readonly reason: EndReason;
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

/** The close code of a reason. */
export function closeCodeOf(reason: CloseReason): number {
  return closeCodes[reason];
}

/** What a close code from the other side means. */
export function endOfCode(code: number, text: string): LinkEnd {
  const found = (Object.keys(closeCodes) as CloseReason[]).find((reason) => closeCodes[reason] === code);
  const said = printable(text);
  // The WebSocket library itself closes with these.
  if (found === undefined && (code === 1002 || code === 1003 || code === 1007 || code === 1008))
    return { reason: "badFrame", detail: said || `closed with ${code}`, by: "peer" };
  if (found === undefined) return { reason: "lost", detail: said || `connection lost (${code})`, by: "peer" };
  return { reason: found, detail: said || found, by: "peer" };
}

/** True for a reason that a node, not its transport, may have to refuse another. */
export function isPeerRefusal(reason: EndReason): reason is PeerRefusal["reason"] {
  return reason === "wrongCluster" || reason === "olderCopy" || reason === "displaced";
}

/** True for the end of a connection that was refused; false for one that merely ended. */
export function isRefusal(reason: EndReason): reason is RefusalReason {
  return !(["silent", "lost", "stopping", "replaced", "redundant"] as EndReason[]).includes(reason);
}

/** What a stranger said, fit for logs and close frames: printable ASCII, at most so many characters. */
export function printable(text: string, longestChars = 120): string {
  return text.slice(0, longestChars).replace(/[^\x20-\x7e]/g, "?");
}
