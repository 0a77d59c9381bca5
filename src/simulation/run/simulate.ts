import { type Quantiles, quantiles } from "../../quantiles.js";
import type { Violation } from "../checks/safety.js";
import type { TraceEntry } from "../checks/trace.js";
import type { Executor } from "../jobs/executor.js";
import type { Scenario } from "../scenario/scenario.js";
import { type FailedExpectation, failuresOf } from "./expectations.js";
import type { RunOutcome } from "./outcome.js";
import { playRun } from "./run.js";
import type { SimulateJob } from "./run-job.js";

/** What all runs of a scenario came to. */
export interface Summary {
  readonly name: string;
  readonly seed: number;
  readonly runs: number;
  /** What was expected and did not hold; empty iff all is well. */
  readonly expectationsFailed: readonly FailedExpectation[];
  /** The invariants that were broken, with the seed of the run that a broken one ended. */
  readonly violations: readonly (Violation & {
    readonly seed: number;
    readonly lastEvents: readonly string[];
  })[];
  /** The number of runs with a leader again after the first fault. */
  readonly recovered: number;
  readonly recoveryMs: Quantiles | null;
  readonly sameLeaderRuns: number;
  readonly newLeaderCounts: Readonly<Record<string, number>>;
  readonly leaderChangesPerMinute: number;
  readonly termGrowthPerMinute: number;
  readonly availability: number;
  readonly firstElectionMs: Quantiles | null;
  readonly events: number;
  readonly simulatedMs: number;
  /** Not part of what a seed determines. */
  readonly wallMs: number;
  readonly traceHash: string;
}

/** How a scenario is played. */
export interface SimulateOptions {
  /** Reads a clock for `wallMs`. */
  readonly clockMs: () => number;
  /** Gets everything that happens in the first run. */
  readonly sink?: ((entry: TraceEntry) => void) | undefined;
  /** What the first run came to, where it has been played already: under a watcher, for instance. */
  readonly first?: RunOutcome | undefined;
  /** Called after each run with the number of runs so far and its outcome. */
  readonly onRun?: ((done: number, outcome: RunOutcome) => void) | undefined;
}

/**
 * Plays all runs of a scenario, run k with seed + k - 1, and sums them up.
 * @example
 * const crash = scenario("crash").at(0, { do: "crash", nodes: "leader" }).with({ runs: 20 }).build();
 * const { recoveryMs, violations } = simulate(crash, { clockMs: () => performance.now() });
 */
export function simulate(scenario: Scenario, options: SimulateOptions): Summary {
  const { clockMs, sink, first, onRun } = options;
  const startedMs = clockMs();
  const runs: RunOutcome[] = [];
  for (let run = 0; run < scenario.runs; run++) {
    const isFirst = run === 0;
    const outcome =
      (isFirst ? first : undefined) ?? playRun(scenario, scenario.seed + run, isFirst ? { sink } : {});
    runs.push(outcome);
    onRun?.(run + 1, outcome);
  }
  return { ...summarize(scenario, runs), wallMs: clockMs() - startedMs };
}

/** Does what `simulate` does, and comes to the same, with all runs but the first on an executor. */
export async function simulateOn(
  executor: Executor<SimulateJob, readonly RunOutcome[]>,
  scenario: Scenario,
  { clockMs, sink, first, onRun }: SimulateOptions,
): Promise<Summary> {
  const startedMs = clockMs();
  const runs: RunOutcome[] = [];
  const add = (outcome: RunOutcome) => {
    runs.push(outcome);
    onRun?.(runs.length, outcome);
  };
  const jobs: Promise<readonly RunOutcome[]>[] = [];
  for (let run = 1; run < scenario.runs; run += runsPerJob) {
    const seed = scenario.seed + run;
    jobs.push(executor.run({ scenario, seed, runs: Math.min(runsPerJob, scenario.runs - run) }));
  }
  // A failure is thrown where its job is awaited below; until then it must not end the process.
  Promise.all(jobs).catch(() => {});
  add(first ?? playRun(scenario, scenario.seed, { sink }));
  for (const job of jobs) for (const outcome of await job) add(outcome);
  return { ...summarize(scenario, runs), wallMs: clockMs() - startedMs };
}

/** Enough to be worth sending, few enough to share out. */
const runsPerJob = 8;

/** Sums up runs, which must be in the order of their seeds. */
export function summarize(scenario: Scenario, runs: readonly RunOutcome[]): Omit<Summary, "wallMs"> {
  const recoveries = runs.map(({ metrics }) => metrics.recoveryMs).filter((ms) => ms !== null);
  const first = runs.map(({ metrics }) => metrics.firstElectionMs).filter((ms) => ms !== null);
  const observedMs = sum(runs.map(({ metrics }) => metrics.observedMs));
  const perMinute = (count: number) => (observedMs === 0 ? 0 : (count * 60_000) / observedMs);
  return {
    name: scenario.name,
    seed: scenario.seed,
    runs: runs.length,
    expectationsFailed: failuresOf(scenario.expect, runs),
    violations: runs.flatMap(({ seed, violation }) => (violation === null ? [] : [{ seed, ...violation }])),
    recovered: recoveries.length,
    recoveryMs: quantiles(recoveries),
    sameLeaderRuns: runs.filter(({ metrics }) => metrics.sameLeader).length,
    newLeaderCounts: counts(runs.map(({ newLeaderRole }) => newLeaderRole)),
    leaderChangesPerMinute: perMinute(sum(runs.map(({ metrics }) => metrics.leaderChangeCount))),
    termGrowthPerMinute: perMinute(sum(runs.map(({ metrics }) => metrics.termGrowth))),
    availability:
      observedMs === 0
        ? 0
        : sum(runs.map(({ metrics }) => metrics.availability * metrics.observedMs)) / observedMs,
    firstElectionMs: quantiles(first),
    events: sum(runs.map(({ eventCount }) => eventCount)),
    simulatedMs: sum(runs.map(({ simulatedMs }) => simulatedMs)),
    traceHash: hashOf(runs.map(({ traceHash }) => traceHash)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function counts(names: readonly (string | null)[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const name of names) if (name !== null) found.set(name, (found.get(name) ?? 0) + 1);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One hash of the hashes of all runs, in order (FNV-1a, twice). */
export function hashOf(hashes: readonly string[]): string {
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (const character of hashes.join()) {
    high = Math.imul(high ^ character.charCodeAt(0), 0x01000193);
    low = Math.imul(low ^ character.charCodeAt(0), 0x85ebca6b) ^ (high >>> 15);
  }
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
