import {
  configureDetector,
  type DetectorAdvice,
  type DetectorWish,
  type MeasuredLink,
  monthMs,
  recurrenceMs,
} from "../../liveness/qos/configurator.js";

/** Settings of `nfdE` for a wish, in numbers that can be typed; or why there are none, and what would do. */
export type DetectorRecommendation =
  | {
      readonly achievable: true;
      readonly intervalMs: number;
      readonly pauseMs: number;
      /** A crash is suspected this long after it at most, in the mean of the delay. */
      readonly detectionMs: number;
      /** What the mean time between mistakes is at least. */
      readonly mistakeRecurrenceMs: number;
      /** How many mistakes there are in a month of 30 days at most. */
      readonly mistakesPerMonth: number;
    }
  | {
      readonly achievable: false;
      readonly reason: string;
      /** The shortest detection time with which the rest of the wish can be kept, to two digits; null of none up to a day. */
      readonly detectionMsThatWouldDo: number | null;
      /** The fewest mistakes in a month that can be promised within the wished detection time, to two digits; null of none up to one a second. */
      readonly mistakesPerMonthThatWouldDo: number | null;
    };

/** How far the searches for what would do go. */
const longestDetectionMs = 86_400_000;
const mostMistakesPerMonth = monthMs / 1000;

/**
 * Chen's configurator with rounded settings, and with a way out where a wish cannot be kept.
 * @param leastPauseMs a silence that must be tolerated, whatever the link does: the longest pause of a sender
 * @throws RaftbeatError `invalidSettings` of a wish or a link that is none
 */
export function recommendDetector(
  wish: DetectorWish,
  link: MeasuredLink,
  leastPauseMs = 0,
): DetectorRecommendation {
  const advice = configuredWithPause(wish, link, leastPauseMs);
  if (!advice.achievable) {
    const fits = (changed: Partial<DetectorWish>) =>
      configuredWithPause({ ...wish, ...changed }, link, leastPauseMs).achievable;
    return {
      achievable: false,
      reason: advice.reason,
      detectionMsThatWouldDo: leastThat(
        (detectionMs) => fits({ detectionMs }),
        wish.detectionMs,
        longestDetectionMs,
      ),
      mistakesPerMonthThatWouldDo: leastThat(
        (mistakesPerMonth) => fits({ mistakesPerMonth }),
        wish.mistakesPerMonth,
        mostMistakesPerMonth,
      ),
    };
  }
  const wishedMs = monthMs / wish.mistakesPerMonth;
  const reachMs = wish.detectionMs - link.delayMs;
  // Rounded down to what can be read where that keeps the promise as well: a shorter interval nearly always does.
  const [intervalMs = advice.intervalMs] = [2, 3, 4]
    .map((digits) => floorTo(advice.intervalMs, digits))
    .filter((ms) => ms >= 1 && recurrenceMs(link, reachMs, ms) >= wishedMs);
  const pauseMs = Math.max(leastPauseMs, Math.floor(reachMs - intervalMs));
  const promisedMs = recurrenceMs(link, intervalMs + pauseMs, intervalMs);
  const isKept = promisedMs >= wishedMs;
  const settings = isKept
    ? { intervalMs, pauseMs, mistakeRecurrenceMs: promisedMs }
    : {
        intervalMs: advice.intervalMs,
        pauseMs: advice.pauseMs,
        mistakeRecurrenceMs: advice.mistakeRecurrenceMs,
      };
  return {
    achievable: true,
    ...settings,
    detectionMs: settings.intervalMs + settings.pauseMs + link.delayMs,
    mistakesPerMonth: monthMs / settings.mistakeRecurrenceMs,
  };
}

/** Chen's configurator, with the interval shortened where its pause would be too short: the promise is then made for the shorter one. */
function configuredWithPause(wish: DetectorWish, link: MeasuredLink, leastPauseMs: number): DetectorAdvice {
  const advice = configureDetector(wish, link);
  if (!advice.achievable || advice.pauseMs >= leastPauseMs) return advice;
  const reachMs = wish.detectionMs - link.delayMs;
  const intervalMs = reachMs - leastPauseMs;
  if (intervalMs < 1)
    return {
      achievable: false,
      reason: `a pause of ${leastPauseMs} ms alone takes longer than the ${wish.detectionMs} ms that are allowed`,
    };
  const mistakeRecurrenceMs = recurrenceMs(link, reachMs, intervalMs);
  if (mistakeRecurrenceMs < monthMs / wish.mistakesPerMonth)
    return {
      achievable: false,
      reason: `with a pause of ${leastPauseMs} ms, beats every ${Math.floor(intervalMs)} ms promise more than ${wish.mistakesPerMonth} mistakes a month`,
    };
  return { ...advice, intervalMs, pauseMs: leastPauseMs, mistakeRecurrenceMs };
}

/** The least number with two digits, above one that does not fit, that fits; null of none. */
function leastThat(fits: (value: number) => boolean, from: number, most: number): number | null {
  let [low, high] = [from, from];
  while (!fits(high)) {
    if (high >= most) return null;
    low = high;
    high = Math.min(most, high * 2);
  }
  for (let round = 0; round < 12; round++) {
    const middle = (low + high) / 2;
    if (fits(middle)) high = middle;
    else low = middle;
  }
  const size = 10 ** (Math.floor(Math.log10(high)) - 1);
  const rounded = Number((Math.ceil(high / size) * size).toPrecision(3));
  return fits(rounded) ? rounded : high;
}

/** A number rounded down to so many digits. */
function floorTo(number: number, digits: number): number {
  const size = 10 ** (Math.floor(Math.log10(number)) - digits + 1);
  return Number((Math.floor(number / size) * size).toPrecision(digits));
}
