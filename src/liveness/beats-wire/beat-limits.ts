import * as v from "valibot";
import { checkOptions, only } from "../../elector/options/check-options.js";
import { wholeBetween } from "../detection/detector-settings.js";

/** How many senders a listener takes, and how fast. */
export interface BeatLimits {
  /**
   * Senders that are connected at once; a further one is refused.
   * @defaultValue 10,000
   */
  readonly maxSenderCount: number;
  /**
   * New connections a second from all hosts together; as many may come at once. Each host of a sender that was connected has as many for itself.
   * @defaultValue 500
   */
  readonly maxConnectionsPerSecond: number;
  /**
   * Connections whose other side has not yet said who it is. The oldest makes room for a new one.
   * @defaultValue 256
   */
  readonly maxPendingCount: number;
  /**
   * How long a connection may take to say who it is, in milliseconds.
   * @defaultValue 3000
   */
  readonly handshakeTimeoutMs: number;
}

const many = wholeBetween(1, 1_000_000);

const schema = only({
  maxSenderCount: v.optional(many, 10_000),
  maxConnectionsPerSecond: v.optional(many, 500),
  maxPendingCount: v.optional(many, 256),
  handshakeTimeoutMs: v.optional(wholeBetween(1, 3_600_000), 3000),
});

/**
 * Fills in what was not given.
 * @throws RaftbeatError `invalidSettings`
 */
export function resolveBeatLimits(given: unknown = {}): BeatLimits {
  return checkOptions(schema, given, "limits");
}
