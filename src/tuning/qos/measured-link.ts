import type { MeasuredLink } from "../../liveness/qos/configurator.js";
import { type BeatTrace, sentAtMs } from "./beat-trace.js";

/** What a trace tells of the way that beats take. Delays count from the sending; where that is estimated, from the fastest beat. */
export interface LinkFigures extends Required<Omit<MeasuredLink, "kind" | "exceeds">> {
  /** The share of the beats that arrived which took longer than so many milliseconds. 0 beyond the slowest that was seen. */
  readonly exceeds: (ms: number) => number;
}

/** Measures a trace. A slot that did not arrive counts as lost, though the sender may have skipped it. */
export function linkFiguresOf({ slots, arrivedAtMs, sendings }: BeatTrace): LinkFigures {
  const delays = arrivedAtMs.map((atMs, index) => atMs - sentAtMs(sendings, slots[index] as number)).sort();
  const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length;
  const squares = delays.reduce((sum, ms) => sum + (ms - mean) ** 2, 0);
  const first = slots.reduce((least, slot) => Math.min(least, slot), Number.POSITIVE_INFINITY);
  const last = slots.reduce((most, slot) => Math.max(most, slot), 0);
  return {
    loss: Math.max(0, 1 - new Set(slots).size / (last - first + 1)),
    delayMs: mean,
    deviationMs: Math.sqrt(squares / Math.max(1, delays.length - 1)),
    exceeds: (ms) => (delays.length - countUpTo(delays, ms)) / delays.length,
  };
}

/** How many of these sorted numbers are not above `most`. */
function countUpTo(sorted: Float64Array, most: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}
