import type { Clock, Random, Schedule } from "./ports.js";

/** The only file that touches real time and real chance. */

/** Longest timer Node can set; a longer one is set again. */
const longestTimerMs = 2 ** 31 - 1;

/** What time rests on in this file, by the name of the port. */
export const systemTime = {
  schedule: "setTimeout",
  afterPoll: "setImmediate",
  nowMs: "performance.now",
} as const;

/** This process's clock. Its timers are whole milliseconds. */
export function systemClock(): Clock {
  let timer: NodeJS.Timeout | undefined;
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    setTimer(atMs, rounding, onTimer) {
      clearTimeout(timer);
      const leftMs = atMs - performance.now();
      const waitMs = rounding === "down" ? Math.floor(leftMs) : Math.ceil(leftMs);
      timer = setTimeout(onTimer, Math.min(Math.max(waitMs, 0), longestTimerMs));
    },
    clearTimer() {
      clearTimeout(timer);
    },
    afterPoll(callback) {
      setImmediate(callback);
    },
  };
}

/** This process's other timers. */
export const systemSchedule: Schedule = (afterMs, callback) => {
  const timer = setTimeout(callback, Math.min(afterMs, longestTimerMs));
  return () => clearTimeout(timer);
};

/**
 * Calls back after so many real milliseconds, also where a test has replaced `setTimeout` and all clocks: this timer is Node's own. It does
 * not keep the process alive.
 */
export function afterRealMs(afterMs: number, callback: () => void): void {
  AbortSignal.timeout(afterMs).addEventListener("abort", callback, { once: true });
}

/** This process's chance. */
export const systemRandom: Random = () => Math.random();

/** Bun and Deno count `process.hrtime` from the start of the process. */
const hrtimeIsOfProcess = process.versions.bun !== undefined || process.versions.deno !== undefined;

/**
 * Milliseconds, with fractions, of the monotonic clock that all processes of this machine share (CLOCK_MONOTONIC on Linux): for
 * comparing what several processes saw. `Clock.nowMs` runs alike but counts from the start of its own process. On Bun and Deno the zero
 * is the wall clock's when the process began: a wall clock that is set between the starts of two processes sets them apart.
 */
export function machineMs(): number {
  if (hrtimeIsOfProcess) return performance.timeOrigin + performance.now();
  return Number(process.hrtime.bigint()) / 1e6;
}
