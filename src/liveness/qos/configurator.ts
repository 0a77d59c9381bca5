import * as v from "valibot";
import { checkOptions, only } from "../../elector/options/check-options.js";
import { between } from "../detection/detector-settings.js";
import { missingShare } from "./cantelli.js";

/** What a user wants of a failure detector. */
export interface DetectorWish {
  /** From a crash to its suspicion, at most, in milliseconds. */
  readonly detectionMs: number;
  /** How often a live sender may be suspected in a month of 30 days, on average. */
  readonly mistakesPerMonth: number;
  /**
   * How long a mistake may last on average, in milliseconds.
   * @defaultValue 60,000
   */
  readonly mistakeDurationMs?: number | undefined;
}

/** What is known of the way that beats take. */
export interface MeasuredLink {
  /** The share of beats that are lost, from 0 to below 1. On a stream: the share that nobody has seen arrive. */
  readonly loss: number;
  /** The mean delay of a beat, in milliseconds. */
  readonly delayMs: number;
  /** The standard deviation of that delay, in milliseconds. */
  readonly deviationMs: number;
  /**
   * `datagram` where beats are lost and late independently of each other. `stream` where a lost packet holds up all that come after it, as over TCP and
   * WebSockets: several beats together then protect no better than one.
   */
  readonly kind: "datagram" | "stream";
  /**
   * Where it is known: the chance that a beat that is not lost takes longer than this many milliseconds. Without it the configurator takes Cantelli's bound,
   * which holds for every distribution.
   */
  readonly exceeds?: ((ms: number) => number) | undefined;
}

/** The settings that fulfil a wish with the fewest beats, and what they promise; or why there are none. */
export type DetectorAdvice =
  | {
      readonly achievable: true;
      /** The interval of the beats, in milliseconds. */
      readonly intervalMs: number;
      /** The silence to tolerate beyond the expected arrival of the next beat, in milliseconds. */
      readonly pauseMs: number;
      /** A lower bound of the mean time between two mistakes, in milliseconds. */
      readonly mistakeRecurrenceMs: number;
      /** An upper bound of the time from a crash to its suspicion, in milliseconds, as long as the mean delay is the one that was told. */
      readonly detectionMs: number;
    }
  | { readonly achievable: false; readonly reason: string };

/** A month of 30 days. */
export const monthMs = 30 * 86_400_000;

/** How fine the search goes: neighbouring intervals differ by a fifth of a percent, and the least is a ten-thousandth of the greatest. */
const steps = 4600;

/** The least interval that is looked at, in milliseconds. */
const leastIntervalMs = 1;

/**
 * Chen's configurator: finds the longest interval, and the pause that goes with it, such that a crash is suspected within `detectionMs`, mistakes are no more
 * frequent than wished, and no longer on average (Chen, Toueg and Aguilera 2002, sections 4 and 5; for NFD-E section 6). With `T = detectionMs - delayMs`:
 * `intervalMs <= min(T, T_M (1 - p) T^2/(V + T^2))`, `intervalMs/beta >= T_MR`, `pauseMs = T - intervalMs`.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const advice = configureDetector({ detectionMs: 5000, mistakesPerMonth: 1 }, { loss: 0.01, delayMs: 20, deviationMs: 20, kind: "datagram" });
 */
export function configureDetector(wish: DetectorWish, link: MeasuredLink): DetectorAdvice {
  const { detectionMs, mistakesPerMonth, mistakeDurationMs } = checkOptions(wishSchema, wish, "the wish");
  const { loss, delayMs, deviationMs } = checkOptions(linkSchema, link, "the link");
  const reachMs = detectionMs - delayMs;
  if (reachMs <= leastIntervalMs)
    return refusal(`a beat alone takes ${delayMs} ms on average: allow more than ${detectionMs} ms`);
  const reachSquare = reachMs * reachMs;
  // The beat that ends a mistake is in time with at least this chance.
  const inTime = ((1 - loss) * reachSquare) / (deviationMs * deviationMs + reachSquare);
  const longestMs = Math.min(reachMs, mistakeDurationMs * inTime);
  if (longestMs < leastIntervalMs)
    return refusal(`mistakes of ${mistakeDurationMs} ms need beats more often than once a millisecond`);
  const wishedMs = monthMs / mistakesPerMonth;
  const fits = (intervalMs: number): boolean => recurrenceMs(link, reachMs, intervalMs) >= wishedMs;

  let tooLongMs = longestMs;
  let intervalMs = longestMs;
  const factor = Math.max(leastIntervalMs / longestMs, 1e-4) ** (1 / steps);
  for (let step = 0; step <= steps && !fits(intervalMs); step++) {
    tooLongMs = intervalMs;
    intervalMs *= factor;
  }
  if (!fits(intervalMs)) {
    const known = link.exceeds === undefined ? ", or give the distribution of the delays (exceeds)" : "";
    return refusal(
      `no interval promises as few as ${mistakesPerMonth} mistakes a month within ${detectionMs} ms: allow more time or more mistakes${known}`,
    );
  }
  for (let round = 0; round < 40; round++) {
    const middleMs = (intervalMs + tooLongMs) / 2;
    if (fits(middleMs)) intervalMs = middleMs;
    else tooLongMs = middleMs;
  }
  return {
    achievable: true,
    intervalMs,
    pauseMs: reachMs - intervalMs,
    mistakeRecurrenceMs: recurrenceMs(link, reachMs, intervalMs),
    detectionMs,
  };
}

/**
 * A lower bound of the mean time between two mistakes, in milliseconds.
 * @param reachMs `intervalMs + pauseMs`
 */
export function recurrenceMs(link: MeasuredLink, reachMs: number, intervalMs: number): number {
  const { loss, deviationMs, exceeds } = link;
  const variance = deviationMs * deviationMs;
  const missing = (xMs: number): number =>
    exceeds === undefined
      ? missingShare(loss, variance, xMs)
      : // x counts from the mean delay on.
        loss + (1 - loss) * exceeds(xMs + link.delayMs);
  const factors = Math.ceil(reachMs / intervalMs - 1e-9) - 1;
  const counted = link.kind === "datagram" ? factors : Math.min(factors, 1);
  let ms = intervalMs;
  for (let j = 1; j <= counted && ms < Number.MAX_SAFE_INTEGER; j++) ms /= missing(reachMs - j * intervalMs);
  return ms;
}

function refusal(reason: string): DetectorAdvice {
  return { achievable: false, reason };
}

const duration = between(0.001, 1e12);

const wishSchema = only({
  detectionMs: duration,
  mistakesPerMonth: between(1e-6, 1e9),
  mistakeDurationMs: v.optional(duration, 60_000),
});

const linkSchema = only({
  loss: between(0, 0.999_999),
  delayMs: between(0, 1e9),
  deviationMs: between(0, 1e9),
  kind: v.picklist(["datagram", "stream"], "must be datagram or stream"),
  exceeds: v.optional(
    v.custom<(ms: number) => number>((value) => typeof value === "function", "must be a function"),
  ),
});
