import type { Expectation } from "../scenario/scenario.js";
import type { RunOutcome } from "./outcome.js";

/** One expectation that did not hold. */
export interface FailedExpectation {
  /** The seed of the run; null for what only all runs together can tell. */
  readonly seed: number | null;
  readonly text: string;
}

/** What was expected of the violations of a scenario's runs. */
interface OfViolations {
  readonly violations: "none" | readonly string[];
}

/** A run that can be compared with what was expected of it. */
type JudgedRun = Pick<RunOutcome, "seed" | "violation">;

/** Compares every run with what was expected of it. */
export function failuresOf(
  expectations: readonly Expectation[],
  runs: readonly RunOutcome[],
): FailedExpectation[] {
  return failuresBy(expectations, runs, (expectation, run) => {
    const text = problem(expectation, run);
    return text === null ? [] : [text];
  });
}

/**
 * Compares runs of any kind of scenario with what was expected of them.
 * @param problemsOf what an expectation that is not of violations finds wrong with a run that none ended
 */
export function failuresBy<Run extends JudgedRun, Expected extends object>(
  expectations: readonly Expected[],
  runs: readonly Run[],
  problemsOf: (expectation: Exclude<Expected, OfViolations>, run: Run) => readonly string[],
): FailedExpectation[] {
  const failures: FailedExpectation[] = [];
  for (const expectation of expectations)
    if (isOfViolations(expectation)) failures.push(...uncaught(expectation.violations, runs));
    else
      for (const run of runs) {
        // A run that a violation ended says nothing about the rest.
        const texts =
          run.violation === null ? problemsOf(expectation as Exclude<Expected, OfViolations>, run) : [];
        failures.push(...texts.map((text) => ({ seed: run.seed, text })));
      }
  const expected = expectedViolations(expectations);
  for (const { seed, violation } of runs)
    if (violation !== null && !expected.includes(violation.invariant))
      failures.push({ seed, text: `${violation.invariant} at ${violation.atMs} ms: ${violation.text}` });
  return failures;
}

function isOfViolations(expectation: object): expectation is OfViolations {
  return "violations" in expectation;
}

/** The invariants that a scenario breaks on purpose. */
export function expectedViolations(expectations: readonly object[]): readonly string[] {
  return expectations.flatMap((one) =>
    isOfViolations(one) && one.violations !== "none" ? one.violations : [],
  );
}

function uncaught(expected: "none" | readonly string[], runs: readonly JudgedRun[]): FailedExpectation[] {
  if (expected === "none") return [];
  return expected
    .filter((invariant) => !runs.some(({ violation }) => violation?.invariant === invariant))
    .map((invariant) => ({ seed: null, text: `violations: no run was caught breaking ${invariant}` }));
}

function problem(expectation: Exclude<Expectation, { violations: unknown }>, run: RunOutcome): string | null {
  const { metrics } = run;
  if ("recovers" in expectation) {
    const { recovers, byMs } = expectation;
    const { recoveryMs } = metrics;
    const inTime = recoveryMs !== null && recoveryMs <= (byMs ?? Number.POSITIVE_INFINITY);
    if (inTime === recovers) return null;
    const within = byMs === undefined ? "" : ` by ${byMs} ms`;
    const was = recoveryMs === null ? "nobody led again" : `it took ${recoveryMs.toFixed(1)} ms`;
    return `recovers: ${recovers}${within}, but ${was}`;
  }
  if ("newLeader" in expectation) {
    const { newLeader } = expectation;
    if (newLeader === "same") {
      if (metrics.sameLeader || run.newLeaderRole === "leader") return null;
    } else if (run.newLeaderRole === newLeader || metrics.newLeader === newLeader) return null;
    return `newLeader: ${newLeader}, but it is ${run.newLeaderRole ?? "nobody"}`;
  }
  if ("leaderChanges" in expectation) {
    const { max } = expectation.leaderChanges;
    if (metrics.leaderChangeCount <= max) return null;
    return `leaderChanges: at most ${max}, but there were ${metrics.leaderChangeCount}`;
  }
  if ("termGrowth" in expectation) {
    const { max } = expectation.termGrowth;
    return metrics.termGrowth <= max ? null : `termGrowth: at most ${max}, but it was ${metrics.termGrowth}`;
  }
  if ("availability" in expectation) {
    const { min } = expectation.availability;
    if (metrics.availability >= min) return null;
    return `availability: at least ${min}, but it was ${metrics.availability.toFixed(4)}`;
  }
  const { min, max, after } = expectation.leaders;
  const { unledUntilMs } = metrics;
  if (min > 0 && unledUntilMs !== null && unledUntilMs > after)
    return `leaders: at least ${min} after ${after} ms, but nobody led until ${unledUntilMs.toFixed(1)} ms`;
  const before = metrics.overlaps.filter(({ atMs }) => atMs < after).at(-1);
  const later = metrics.overlaps.filter(({ atMs }) => atMs >= after);
  const most = Math.max(0, ...(before === undefined ? later : [before, ...later]).map(({ count }) => count));
  return most <= max ? null : `leaders: at most ${max} after ${after} ms, but there were ${most}`;
}
