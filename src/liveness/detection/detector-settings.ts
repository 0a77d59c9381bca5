import * as v from "valibot";
import { checkOptions, only } from "../../elector/options/check-options.js";

/** The longest interval that a detector takes: a day. */
const longestIntervalMs = 86_400_000;

/** The longest tolerated silence: a month of 31 days. */
const longestPauseMs = 31 * longestIntervalMs;

/** The most samples that an estimate takes. */
const mostSamples = 1000;

/** A number between two bounds, both allowed. */
export function between(least: number, most: number) {
  const says = `must be a number from ${least} to ${most}`;
  return v.pipe(
    v.number(says),
    v.check((value) => value >= least && value <= most, says),
  );
}

/** A whole number between two bounds, both allowed. */
export function wholeBetween(least: number, most: number) {
  const says = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(says),
    v.check((value) => Number.isInteger(value) && value >= least && value <= most, says),
  );
}

/** The setting `intervalMs`. */
export const interval = between(1, longestIntervalMs);

/** The setting `pauseMs`, or a shift that takes its place. */
export const pause = between(0, longestPauseMs);

/** A count of samples. */
export const samples = wholeBetween(1, mostSamples);

/** The two settings of every detector, complete. */
export interface ResolvedDetectorSettings {
  readonly intervalMs: number;
  readonly pauseMs: number;
  readonly windowMs: number;
}

/**
 * Checks what a detector is made with, and completes the two settings that all share.
 * @param name the detector's name, for the error
 * @param more the settings of this detector alone
 * @throws RaftbeatError `invalidSettings`
 */
export function resolveDetector<const More extends v.ObjectEntries>(
  name: string,
  given: unknown,
  more: More,
): ResolvedDetectorSettings & v.InferOutput<v.ObjectSchema<More, undefined>> {
  const entries = { intervalMs: interval, pauseMs: v.optional(pause), ...more };
  const settings = checkOptions(only(entries), given, name) as {
    intervalMs: number;
    pauseMs?: number | undefined;
  } & v.InferOutput<v.ObjectSchema<More, undefined>>;
  const { intervalMs } = settings;
  const pauseMs = settings.pauseMs ?? 3 * intervalMs;
  return { ...settings, intervalMs, pauseMs, windowMs: intervalMs + pauseMs };
}
