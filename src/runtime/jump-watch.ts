import type { Clock } from "./ports.js";

/** How far the wall clock may run ahead of the monotonic one: what its own reading is uncertain by. */
const clockReadingMs = 2;

/**
 * Finds suspends: the monotonic clock stands still in them and the wall clock does not. Returns what looks, and says whether the wall
 * clock has gained more than its reading's uncertainty and `driftMs` on the monotonic one since any look of the last `windowMs`:
 * so that neither one long suspend nor many short ones go unnoticed for as long as a lease lives. Where the wall clock is set back,
 * what comes after is compared with that; what it gains over longer than the window (set forward now and then by little) is no suspend.
 */
export function createJumpWatch(
  clock: Pick<Clock, "nowMs" | "wallMs">,
  driftMs: number,
  windowMs: number,
): () => boolean {
  const toleranceMs = clockReadingMs + driftMs;
  let aheadMs = readAheadMs(clock);
  // The lowest of the present window and of the one before it: together they reach back one window at least, and two at most.
  let lowestMs = aheadMs;
  let lowestBeforeMs = aheadMs;
  let windowEndMs = clock.nowMs() + windowMs;
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs >= windowEndMs) {
      windowEndMs = nowMs + windowMs;
      lowestBeforeMs = lowestMs;
      // The last look, for what came between it and this one.
      lowestMs = aheadMs;
    }
    aheadMs = readAheadMs(clock);
    lowestMs = Math.min(lowestMs, aheadMs);
    if (aheadMs - Math.min(lowestMs, lowestBeforeMs) <= toleranceMs) return false;
    // What is found is found once.
    lowestMs = aheadMs;
    lowestBeforeMs = aheadMs;
    return true;
  };
}

/** Two clocks read so long after each other were not read at once: the process was held up in between, which is no suspend. */
const readTogetherMs = 0.5;

/** Several looks held up in a row are as good as a suspend. */
const readingCountMax = 5;

/**
 * By how much the wall clock is ahead of the monotonic one. Read until nothing came in between: whoever asks often for the lease on a busy
 * machine is interrupted just there again and again.
 */
function readAheadMs(clock: Pick<Clock, "nowMs" | "wallMs">): number {
  let beforeMs = clock.nowMs();
  for (let count = 1; ; count++) {
    const aheadMs = clock.wallMs() - beforeMs;
    const afterMs = clock.nowMs();
    if (afterMs - beforeMs <= readTogetherMs || count === readingCountMax) return aheadMs;
    beforeMs = afterMs;
  }
}
