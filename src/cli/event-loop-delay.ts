import { monitorEventLoopDelay } from "node:perf_hooks";

/** How late this process's timers are. */
export interface EventLoopDelay {
  /** The 99th percentile of the last minutes, in milliseconds; null before the first sample. */
  p99Ms(): number | null;
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
  let before: number | null = null;
  const nowP99Ms = (): number | null =>
    histogram.count === 0 ? null : Math.max(0, histogram.percentile(99) / 1e6 - resolutionMs);
  return {
    p99Ms() {
      const now = nowP99Ms();
      return now === null || before === null ? (now ?? before) : Math.max(now, before);
    },
    turn() {
      before = nowP99Ms() ?? before;
      histogram.reset();
    },
    stop: () => histogram.disable(),
  };
}
