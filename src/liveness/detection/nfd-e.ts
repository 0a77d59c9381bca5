import * as v from "valibot";
import type { Detector, DetectorSettings } from "./detector.js";
import { shareOfWait } from "./detector.js";
import { resolveDetector, samples } from "./detector-settings.js";
import { arrivalWidth, beginArrivals, nextArrivalMs, noteArrival } from "./expected-arrival.js";

/** Settings of `nfdE`. */
export interface NfdESettings extends DetectorSettings {
  /**
   * How many of the newest beats the expected arrival is the mean of.
   * @defaultValue 32
   */
  readonly sampleCount?: number | undefined;
}

/**
 * NFD-E: the sender is suspected `pauseMs` after the expected arrival of its next beat (D3). A beat that was long on its way extends no trust, since it is
 * judged by its slot: queued beats cannot keep a dead sender alive.
 * Source: Chen, Toueg and Aguilera, "On the quality of service of failure detectors" (IEEE Transactions on Computers 51(5), 2002), section 6.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const detector = detectors.nfdE({ intervalMs: 1000, pauseMs: 3000 });
 */
export function nfdE(settings: NfdESettings): Detector {
  const resolved = resolveDetector("nfdE", settings, { sampleCount: v.optional(samples, 32) });
  const { intervalMs, pauseMs, windowMs, sampleCount } = resolved;
  const deadlineMs = (memory: Float64Array, at: number): number =>
    nextArrivalMs(memory, at, intervalMs) + pauseMs;
  return {
    name: "nfdE",
    intervalMs,
    pauseMs,
    windowMs,
    width: arrivalWidth(sampleCount),
    begin: beginArrivals,
    onBeat: (memory, at, slot, nowMs, learns) =>
      noteArrival(memory, at, sampleCount, intervalMs, slot, nowMs, learns),
    paced: (other) => nfdE({ ...settings, intervalMs: other, pauseMs }),
    deadlineMs,
    level: (memory, at, nowMs) => shareOfWait(memory, at, deadlineMs(memory, at), windowMs, nowMs),
  };
}
