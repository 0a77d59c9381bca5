import * as v from "valibot";
import type { Detector, DetectorSettings } from "./detector.js";
import { hear, heardAtIn, heardWidth, isOwnArrival } from "./detector.js";
import { between, resolveDetector, samples } from "./detector-settings.js";
import { deviationsOfPhi, phiOfNormal } from "./phi.js";
import { addSample, clearWindow, meanOf, varianceOf, windowWidth } from "./sample-window.js";

/** Settings of `phiNormal`. */
export interface PhiNormalSettings extends DetectorSettings {
  /**
   * The phi at which it suspects, from 0.1 to 300.
   * @defaultValue 8
   */
  readonly threshold?: number | undefined;
  /**
   * How many of the newest intervals it takes mean and deviation from.
   * @defaultValue 200
   */
  readonly sampleCount?: number | undefined;
  /**
   * The least standard deviation it believes in, in milliseconds.
   * @defaultValue a tenth of an interval
   */
  readonly minDeviationMs?: number | undefined;
}

const intervals = heardWidth;

/**
 * The phi accrual detector with normally distributed intervals (D4): it suspects once `phi` reaches the threshold, where phi is computed of the silence
 * beyond `pauseMs`. Its deadline is thus later than that of `missed` by some standard deviations (5.2 at threshold 8).
 * Source: Hayashibara, Défago, Yared and Katayama, "The phi accrual failure detector" (SRDS 2004), as in Apache Pekko (`PhiAccrualFailureDetector`).
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const detector = detectors.phiNormal({ intervalMs: 1000, pauseMs: 3000, threshold: 8 });
 */
export function phiNormal(settings: PhiNormalSettings): Detector {
  const resolved = resolveDetector("phiNormal", settings, {
    threshold: v.optional(between(0.1, 300), 8),
    sampleCount: v.optional(samples, 200),
    minDeviationMs: v.optional(between(0.001, 86_400_000)),
  });
  const { intervalMs, pauseMs, windowMs, threshold, sampleCount } = resolved;
  const minDeviationMs = resolved.minDeviationMs ?? intervalMs / 10;
  const deviations = deviationsOfPhi(threshold);
  const patientMean = (memory: Float64Array, at: number): number =>
    intervalMs + meanOf(memory, at + intervals) + pauseMs;
  const deviationMs = (memory: Float64Array, at: number): number =>
    Math.max(minDeviationMs, Math.sqrt(varianceOf(memory, at + intervals)));
  // A negative number of deviations, which a threshold below 0.3 asks for, must not make a deadline before the beat.
  const deadlineMs = (memory: Float64Array, at: number): number =>
    heardAtIn(memory, at) + Math.max(0, patientMean(memory, at) + deviations * deviationMs(memory, at));

  return {
    name: "phiNormal",
    intervalMs,
    pauseMs,
    windowMs,
    width: intervals + windowWidth(sampleCount),
    begin(memory, at, slot, nowMs) {
      hear(memory, at, slot, nowMs);
      clearWindow(memory, at + intervals);
      // As Pekko does: a deviation of a quarter of the interval, until there is more to go by.
      addSample(memory, at + intervals, sampleCount, -intervalMs / 4);
      addSample(memory, at + intervals, sampleCount, intervalMs / 4);
    },
    onBeat(memory, at, slot, nowMs, learns) {
      // An interval so long that the sender was suspected is an outage, and not how it beats.
      if (learns && isOwnArrival(memory, at, intervalMs, nowMs) && nowMs < deadlineMs(memory, at))
        addSample(memory, at + intervals, sampleCount, nowMs - heardAtIn(memory, at) - intervalMs);
      hear(memory, at, slot, nowMs);
    },
    paced: (other) => phiNormal({ ...settings, intervalMs: other, pauseMs }),
    deadlineMs,
    level(memory, at, nowMs) {
      const silentMs = Math.max(0, nowMs - heardAtIn(memory, at));
      return phiOfNormal(silentMs, patientMean(memory, at), deviationMs(memory, at)) / threshold;
    },
  };
}
