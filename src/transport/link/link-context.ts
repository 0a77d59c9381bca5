import type { WebSocket } from "ws";
import type { NodeId } from "../../protocol/index.js";
import type { Clock } from "../../runtime/ports.js";
import type { TransportLimits } from "../limits/limits.js";
import type { TrafficLimit } from "../limits/traffic-limit.js";
import type { Credentials } from "../wire/handshake.js";

/** What all links of a transport share. */
export interface LinkContext {
  readonly credentials: Credentials;
  readonly limits: TransportLimits;
  readonly clock: Pick<Clock, "nowMs" | "afterPoll">;
  /** What all nodes that are no peers may send together. */
  readonly unlisted: TrafficLimit;
  /** Every WebSocket that is not yet closed. */
  readonly sockets: Set<WebSocket>;
}

/** How long the other side may take to close what this side has closed. */
const closeTimeoutMs = 1000;

/** How the WebSocket library is to treat a socket, on both sides. Messages read at once are handed over at once (its default). */
export function socketOptions({ maxFrameBytes }: Pick<TransportLimits, "maxFrameBytes">) {
  return {
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    maxFragments: 16,
    maxBufferedChunks: 1024,
    closeTimeout: closeTimeoutMs,
  };
}

/** A WebSocket that has just opened. */
export interface Opened {
  readonly socket: WebSocket;
  /** The address dialled, or host and port of the dialler. */
  readonly remote: string;
  /** The peer that this node dialled, or null if it was dialled. */
  readonly expected: NodeId | null;
  /** Why the other end's certificate is not one for `id`, or null. */
  distrusts(id: NodeId): string | null;
  /** True iff `distrusts` is a proof: nodes show each other certificates, and they are verified. */
  readonly isMutual: boolean;
}
