import type { ElectorStatus } from "../../elector/status.js";
import type { PeerCounters } from "../../transport/websocket/peer-counters.js";
import type { Measured } from "../measurements.js";

/** The body of GET /status: the elector's status, what remains of its lease, what went over its links, and what it measured. */
export interface StatusReply extends ElectorStatus {
  /** Milliseconds; 0 for a node that does not lead, null for a lone voter's lease, which has no end. */
  readonly leaseRemainingMs: number | null;
  readonly links: readonly PeerCounters[];
  readonly measured: Measured;
}
