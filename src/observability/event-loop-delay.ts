import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Stalls } from "./measurements.js";

/** How late this process's timers are. */
export interface EventLoopDelay {
  /** Of the last minutes; null before the first sample. */
  stalls(): Stalls | null;
  /** Forgets what is older than the turn before: call it every few minutes. */
  turn(): void;
  stop(): void;
}

/** A timer of so many milliseconds is watched; what it takes longer is its lateness. */
const resolutionMs = 10;

/** Begins to watch. */
export function watchEventLoop(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let before: Stalls | null = null;
  const lateMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  const now = (): Stalls | null =>
    histogram.count === 0
      ? null
      : {
          p99Ms: lateMs(histogram.percentile(99)),
          longestMs: lateMs(histogram.max),
          // Timers follow one another: what they took together is how long they were watched.
          overMs: (histogram.count * histogram.mean) / 1e6,
        };
  return {
    stalls() {
      const present = now();
      if (present === null || before === null) return present ?? before;
      return {
        p99Ms: Math.max(present.p99Ms, before.p99Ms),
        longestMs: Math.max(present.longestMs, before.longestMs),
        overMs: present.overMs + before.overMs,
      };
    },
    turn() {
      before = now() ?? before;
      histogram.reset();
    },
    stop: () => histogram.disable(),
  };
}
