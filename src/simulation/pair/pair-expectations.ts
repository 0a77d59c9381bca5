import { type FailedExpectation, failuresBy } from "../run/expectations.js";
import type { Detection } from "./checks/roster-truth.js";
import type { PairMetrics, PairOutcome } from "./pair-outcome.js";
import type { PairExpectation } from "./pair-schema.js";

/** Compares every run of a pair scenario with what was expected of it. */
export function pairFailuresOf(
  expectations: readonly PairExpectation[],
  runs: readonly PairOutcome[],
): FailedExpectation[] {
  return failuresBy(expectations, runs, (expectation, { metrics }) => problemsOf(expectation, metrics));
}

/** Counts that an expectation may bound, by its name. */
const counted = {
  falseSuspicions: "falseSuspicions",
  trueSuspicions: "trueSuspicions",
  falseDeaths: "falseDeaths",
  trueDeaths: "trueDeaths",
  restarts: "restarts",
  goodbyes: "goodbyes",
  flaps: "flaps",
  doubts: "doubts",
} as const satisfies Readonly<Record<string, keyof PairMetrics>>;

function problemsOf(
  expectation: Exclude<PairExpectation, { violations: unknown }>,
  metrics: PairMetrics,
): string[] {
  if ("detectsBy" in expectation)
    return late("detectsBy", expectation.detectsBy, metrics.suspicionDelays, "suspected");
  if ("deadBy" in expectation)
    return late("deadBy", expectation.deadBy, metrics.deathDelays, "declared dead");
  if ("ends" in expectation)
    return Object.entries(metrics.ends).flatMap(([observer, held]) =>
      Object.entries(expectation.ends).flatMap(([id, expected]) => {
        const those = typeof expected === "string" ? [expected] : expected;
        const is = held[id] ?? "unknown";
        return those.includes(is)
          ? []
          : [`ends: ${id} ${those.join(" or ")}, but ${observer} holds it to be ${is}`];
      }),
    );
  return Object.entries(expectation).flatMap(([name, { min, max }]) => {
    const was = metrics[counted[name as keyof typeof counted]];
    if (was < min) return [`${name}: at least ${min}, but there were ${was}`];
    return max !== undefined && was > max ? [`${name}: at most ${max}, but there were ${was}`] : [];
  });
}

function late(name: string, byMs: number, delays: readonly Detection[], what: string): string[] {
  return delays
    .filter(({ afterMs, watchedMs }) => (afterMs === null ? watchedMs > byMs : afterMs > byMs))
    .map(({ observer, id, afterMs, watchedMs }) => {
      const was =
        afterMs === null ? `not within ${watchedMs.toFixed(1)} ms` : `only after ${afterMs.toFixed(1)} ms`;
      return `${name}: ${byMs} ms, but ${observer} had ${id} ${what} ${was}`;
    });
}
