import type { NodeId } from "../../protocol/index.js";

/** What went over the links with one peer since it was first known. */
export interface PeerCounters {
  readonly id: NodeId;
  /** Null for a node that connected by itself and is not among the peers. */
  readonly address: string | null;
  readonly connected: boolean;
  readonly sentCount: number;
  readonly receivedCount: number;
  /** Messages for which there was no link, or no room in its buffer. */
  readonly droppedCount: number;
  /** Dials after the first. */
  readonly redialCount: number;
  /** Frames that were malformed, too long, too many, or of a group unknown here. */
  readonly refusedFrameCount: number;
  /** The last round trip of a heartbeat in milliseconds, or else of a ping on a silent link; null before the first. */
  readonly roundTripMs: number | null;
  /** Why the last dial failed or the last link ended; null once there is a link again. */
  readonly lastProblem: string | null;
}
