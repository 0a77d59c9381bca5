import * as v from "valibot";
import type { Detector, DetectorSettings } from "./detector.js";
import { shareOfWait } from "./detector.js";
import { between, pause, resolveDetector, samples } from "./detector-settings.js";
import { arrivalWidth, beginArrivals, nextArrivalMs, noteArrival } from "./expected-arrival.js";

/** Settings of `bertier`. */
export interface BertierSettings extends DetectorSettings {
  /**
   * How much one beat changes the margin, from 0 to 1.
   * @defaultValue 0.1
   */
  readonly gamma?: number | undefined;
  /**
   * The weight of the mean error in the margin.
   * @defaultValue 1
   */
  readonly beta?: number | undefined;
  /**
   * The weight of the error's variation in the margin.
   * @defaultValue 4
   */
  readonly phi?: number | undefined;
  /**
   * By how much each mistake lengthens the margin, in milliseconds, up to 20 times.
   * @defaultValue half an interval
   */
  readonly moderationMs?: number | undefined;
  /**
   * How many of the newest beats the expected arrival is the mean of.
   * @defaultValue 32
   */
  readonly sampleCount?: number | undefined;
}

/** Mistakes beyond so many lengthen the margin no more: a sender that is often late must still be found dead. */
const mostModerations = 20;

/**
 * The detector of Bertier, Marin and Sens: the expected arrival of NFD-E, with a margin that follows the errors of that expectation as TCP's retransmission
 * timer follows round trips (Jacobson 1988), and that grows with each mistake (D5). `pauseMs` comes on top: 0 gives the published detector, which is
 * eager. For study.
 * Source: Bertier, Marin and Sens, "Implementation and performance evaluation of an adaptable failure detector" (DSN 2002), section 3.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const detector = detectors.bertier({ intervalMs: 1000, pauseMs: 0 });
 */
export function bertier(settings: BertierSettings): Detector {
  const resolved = resolveDetector("bertier", settings, {
    gamma: v.optional(between(0, 1), 0.1),
    beta: v.optional(between(0, 100), 1),
    phi: v.optional(between(0, 100), 4),
    moderationMs: v.optional(pause),
    sampleCount: v.optional(samples, 32),
  });
  const { intervalMs, pauseMs, windowMs, gamma, beta, phi, sampleCount } = resolved;
  const moderationMs = resolved.moderationMs ?? intervalMs / 2;
  const margin = arrivalWidth(sampleCount);
  const deadlineMs = (memory: Float64Array, at: number): number => {
    const error = memory[at + margin] as number;
    const variation = memory[at + margin + 1] as number;
    const mistakes = memory[at + margin + 2] as number;
    const marginMs = beta * error + phi * variation + mistakes * moderationMs;
    return nextArrivalMs(memory, at, intervalMs) + pauseMs + Math.max(0, marginMs);
  };

  return {
    name: "bertier",
    intervalMs,
    pauseMs,
    windowMs,
    width: margin + 3,
    begin(memory, at, slot, nowMs) {
      beginArrivals(memory, at, slot, nowMs);
      // Before the first error is known: a quarter of the interval, as the published code begins with a quarter of its timeout.
      memory[at + margin] = intervalMs / 4;
      memory[at + margin + 1] = 0;
      memory[at + margin + 2] = 0;
    },
    onBeat(memory, at, slot, nowMs, learns) {
      if (learns) {
        const mistakes = memory[at + margin + 2] as number;
        if (nowMs >= deadlineMs(memory, at))
          memory[at + margin + 2] = Math.min(mistakes + 1, mostModerations);
        const skipped = slot - (memory[at] as number) - 1;
        const expectedMs = nextArrivalMs(memory, at, intervalMs) + skipped * intervalMs;
        const [error, variation] = followError(
          memory[at + margin] as number,
          memory[at + margin + 1] as number,
          nowMs - expectedMs,
          gamma,
        );
        memory[at + margin] = error;
        memory[at + margin + 1] = variation;
      }
      noteArrival(memory, at, sampleCount, intervalMs, slot, nowMs, learns);
    },
    paced: (other) => bertier({ ...settings, intervalMs: other, pauseMs }),
    deadlineMs,
    level: (memory, at, nowMs) => shareOfWait(memory, at, deadlineMs(memory, at), windowMs, nowMs),
  };
}

/** Jacobson's estimate: the mean error of an expectation and its mean deviation, after one more lateness. */
export function followError(
  error: number,
  variation: number,
  latenessMs: number,
  gamma: number,
): readonly [number, number] {
  const surpriseMs = latenessMs - error;
  return [error + gamma * surpriseMs, variation + gamma * (Math.abs(surpriseMs) - variation)];
}
