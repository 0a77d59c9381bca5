import type { TimingInput } from "../../protocol/index.js";

/** The timeout ranges of Raft figure 16, in milliseconds: the upper plot's, then the lower one's. */
export const classicRanges = [
  "150-150",
  "150-151",
  "150-155",
  "150-175",
  "150-200",
  "150-300",
  "12-24",
  "25-50",
  "50-100",
  "100-200",
] as const;

/** Equal timeouts are refused, as they should be; a nanosecond of randomness passes and helps nobody. */
const noRandomnessMs = 1e-6;

/** The timing of a range such as `150-300`, with a heartbeat every half of its minimum. */
export function timingOfRange(range: (typeof classicRanges)[number]): TimingInput {
  const [minMs = 0, maxMs = 0] = range.split("-").map(Number);
  return {
    heartbeatIntervalMs: minMs / 2,
    electionTimeout: { minMs, maxMs: maxMs === minMs ? minMs + noRandomnessMs : maxMs },
  };
}
