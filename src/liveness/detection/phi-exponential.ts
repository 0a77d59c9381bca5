import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import type { Detector, DetectorSettings } from "./detector.js";
import { hear, heardAtIn, heardWidth, isOwnArrival } from "./detector.js";
import { between, resolveDetector, samples } from "./detector-settings.js";
import { addSample, clearWindow, meanOf, windowWidth } from "./sample-window.js";

/** Settings of `phiExponential`. */
export interface PhiExponentialSettings extends DetectorSettings {
  /**
   * The phi at which it suspects, from 0.1 to 300: after `threshold * ln 10` mean intervals. In place of `pauseMs`, which then must be left out.
   * @defaultValue what tolerates `pauseMs` at the set interval
   */
  readonly threshold?: number | undefined;
  /**
   * How many of the newest intervals it takes the mean from.
   * @defaultValue 200
   */
  readonly sampleCount?: number | undefined;
}

const intervals = heardWidth;

/**
 * The phi accrual detector with exponentially distributed intervals (D4): `phi = silence/(mean * ln 10)`, so that it suspects after a fixed multiple of the mean
 * interval. `pauseMs` sets the multiple: `1 + pauseMs/intervalMs`.
 * Source: Apache Cassandra (`FailureDetector`), after Hayashibara and others 2004. The threshold 8 means there 18.4 intervals.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const detector = detectors.phiExponential({ intervalMs: 1000, pauseMs: 3000 });
 */
export function phiExponential(settings: PhiExponentialSettings): Detector {
  const resolved = resolveDetector("phiExponential", settings, {
    threshold: v.optional(between(0.1, 300)),
    sampleCount: v.optional(samples, 200),
  });
  const { intervalMs, threshold, sampleCount } = resolved;
  checkOnePause(settings);
  const multiple = threshold === undefined ? resolved.windowMs / intervalMs : threshold * Math.LN10;
  const windowMs = multiple * intervalMs;
  const meanMs = (memory: Float64Array, at: number): number => intervalMs + meanOf(memory, at + intervals);
  const deadlineMs = (memory: Float64Array, at: number): number =>
    heardAtIn(memory, at) + multiple * meanMs(memory, at);

  return {
    name: "phiExponential",
    intervalMs,
    pauseMs: Math.max(0, windowMs - intervalMs),
    windowMs,
    width: intervals + windowWidth(sampleCount),
    begin(memory, at, slot, nowMs) {
      hear(memory, at, slot, nowMs);
      clearWindow(memory, at + intervals);
    },
    onBeat(memory, at, slot, nowMs, learns) {
      const apartMs = nowMs - heardAtIn(memory, at);
      if (learns && isOwnArrival(memory, at, intervalMs, nowMs) && apartMs <= 2 * windowMs)
        addSample(memory, at + intervals, sampleCount, apartMs - intervalMs);
      hear(memory, at, slot, nowMs);
    },
    paced: (other) =>
      phiExponential({
        ...settings,
        intervalMs: other,
        pauseMs: threshold === undefined ? resolved.pauseMs : undefined,
      }),
    deadlineMs,
    level: (memory, at, nowMs) =>
      Math.max(0, nowMs - heardAtIn(memory, at)) / (multiple * meanMs(memory, at)),
  };
}

function checkOnePause({ pauseMs, threshold }: PhiExponentialSettings): void {
  if (pauseMs === undefined || threshold === undefined) return;
  throw new RaftbeatError(
    "invalidSettings",
    `pauseMs (${pauseMs}) and threshold (${threshold}) of phiExponential set the same: give one of them`,
  );
}
