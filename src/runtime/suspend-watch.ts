import type { Clock } from "./ports.js";

/** How far the wall clock may run ahead of the monotonic one: what its own reading is uncertain by. */
const clockReadingMs = 2;

/** Looks for suspends of the machine. */
export interface SuspendWatch {
  /** Looks at both clocks; true iff the machine slept since an earlier look. */
  hasJumped(): boolean;
  /** What the monotonic clock showed at the end of the last look. */
  readonly lookedAtMs: number;
}

/** Two clocks read so long after each other were not read at once: the process was held up in between, which is no suspend. */
const readTogetherMs = 0.5;

/** Several looks held up in a row are as good as a suspend. */
const readingCountMax = 5;

/**
 * Finds suspends: in a suspend the monotonic clock stands still and the wall clock runs on. Each look compares the two clocks with their readings of
 * the last `windowMs`. It finds a suspend where the wall clock has gained more than `driftMs` and the uncertainty of the reading. So it finds one
 * long suspend, and many short ones within the window. A wall clock that is set back is compared with its new time from then on. A gain over longer
 * than the window, from small corrections now and then, is no suspend.
 */
export function createSuspendWatch(
  clock: Pick<Clock, "nowMs" | "wallMs">,
  driftMs: number,
  windowMs: number,
): SuspendWatch {
  const toleranceMs = clockReadingMs + driftMs;
  let windowEndMs = Number.NEGATIVE_INFINITY;
  /** By how much the wall clock was ahead of the monotonic one at the last look. */
  let aheadMs = Number.POSITIVE_INFINITY;
  // The lowest of the present window and of the one before it: together they reach back one window at least, and two at most.
  let lowestMs = aheadMs;
  let lowestBeforeMs = aheadMs;

  const watch = {
    lookedAtMs: 0,
    hasJumped(): boolean {
      let beforeMs = clock.nowMs();
      if (beforeMs >= windowEndMs) {
        windowEndMs = beforeMs + windowMs;
        lowestBeforeMs = lowestMs;
        // The last look, for what came between it and this one.
        lowestMs = aheadMs;
      }
      // Read until nothing came in between: on a busy machine frequent questions for the lease are interrupted just there again and again.
      for (let count = 1; ; count++) {
        aheadMs = clock.wallMs() - beforeMs;
        watch.lookedAtMs = clock.nowMs();
        if (watch.lookedAtMs - beforeMs <= readTogetherMs || count === readingCountMax) break;
        beforeMs = watch.lookedAtMs;
      }
      if (aheadMs < lowestMs) lowestMs = aheadMs;
      if (aheadMs - Math.min(lowestMs, lowestBeforeMs) <= toleranceMs) return false;
      // What is found is found once.
      lowestMs = aheadMs;
      lowestBeforeMs = aheadMs;
      return true;
    },
  };
  watch.hasJumped();
  return watch;
}
