import { type Quantiles, quantiles } from "../../quantiles.js";
import type { Violation } from "../checks/safety.js";
import type { FailedExpectation } from "../run/expectations.js";
import { hashOf } from "../run/simulate.js";
import type { PairTraceEntry } from "./checks/pair-trace.js";
import type { Detection } from "./checks/roster-truth.js";
import { pairFailuresOf } from "./pair-expectations.js";
import type { PairOutcome } from "./pair-outcome.js";
import type { PairScenario } from "./pair-scenario.js";
import { playPair } from "./play-pair.js";

/** What all runs of a pair scenario came to. */
export interface PairSummary {
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
  /** Suspicions of senders that did not run, and of senders that did; deaths likewise. Sums over all runs. */
  readonly trueSuspicions: number;
  readonly falseSuspicions: number;
  readonly trueDeaths: number;
  readonly falseDeaths: number;
  /** From each crash to its suspicion, and to the sender's death. */
  readonly detectionMs: Quantiles | null;
  readonly deathMs: Quantiles | null;
  /** Crashes and goodbyes that an observer had to notice, and how many were over before it did: the sender had begun again. */
  readonly crashes: number;
  readonly unnoticed: number;
  /** How long false suspicions lasted. */
  readonly mistakeMs: Quantiles | null;
  readonly mistakesPerHour: number;
  readonly restarts: number;
  readonly goodbyes: number;
  readonly flaps: number;
  readonly doubts: number;
  readonly events: number;
  readonly simulatedMs: number;
  /** Not part of what a seed determines. */
  readonly wallMs: number;
  readonly traceHash: string;
}

/** How a pair scenario is played. */
export interface PairSimulateOptions {
  /** Reads a clock for `wallMs`. */
  readonly clockMs: () => number;
  /** Gets everything that happens in the first run. */
  readonly sink?: ((entry: PairTraceEntry) => void) | undefined;
  /** Called after each run with the number of runs so far and its outcome. */
  readonly onRun?: ((done: number, outcome: PairOutcome) => void) | undefined;
}

/** Plays all runs of a pair scenario, run k with seed + k - 1, and sums them up. */
export function simulatePair(
  scenario: PairScenario,
  { clockMs, sink, onRun }: PairSimulateOptions,
): PairSummary {
  const startedMs = clockMs();
  const runs: PairOutcome[] = [];
  for (let run = 0; run < scenario.runs; run++) {
    const outcome = playPair(scenario, scenario.seed + run, run === 0 ? { sink } : {});
    runs.push(outcome);
    onRun?.(run + 1, outcome);
  }
  return { ...summarizePair(scenario, runs), wallMs: clockMs() - startedMs };
}

/** Sums up runs of a pair scenario, which must be in the order of their seeds. */
export function summarizePair(
  scenario: PairScenario,
  runs: readonly PairOutcome[],
): Omit<PairSummary, "wallMs"> {
  const of = (count: (metrics: PairOutcome["metrics"]) => number) =>
    runs.reduce((total, { metrics }) => total + count(metrics), 0);
  const delays = runs.flatMap(({ metrics }) => metrics.suspicionDelays);
  const falseSuspicions = of((metrics) => metrics.falseSuspicions);
  const observedMs = of((metrics) => metrics.observedMs);
  return {
    name: scenario.name,
    seed: scenario.seed,
    runs: runs.length,
    expectationsFailed: pairFailuresOf(scenario.expect, runs),
    violations: runs.flatMap(({ seed, violation }) => (violation === null ? [] : [{ seed, ...violation }])),
    trueSuspicions: of((metrics) => metrics.trueSuspicions),
    falseSuspicions,
    trueDeaths: of((metrics) => metrics.trueDeaths),
    falseDeaths: of((metrics) => metrics.falseDeaths),
    detectionMs: spread(delays),
    deathMs: spread(runs.flatMap(({ metrics }) => metrics.deathDelays)),
    crashes: delays.length,
    unnoticed: delays.filter(({ afterMs }) => afterMs === null).length,
    mistakeMs: quantiles(runs.flatMap(({ metrics }) => metrics.mistakesMs)),
    mistakesPerHour: observedMs === 0 ? 0 : (falseSuspicions * 3_600_000) / observedMs,
    restarts: of((metrics) => metrics.restarts),
    goodbyes: of((metrics) => metrics.goodbyes),
    flaps: of((metrics) => metrics.flaps),
    doubts: of((metrics) => metrics.doubts),
    events: runs.reduce((total, { eventCount }) => total + eventCount, 0),
    simulatedMs: runs.reduce((total, { simulatedMs }) => total + simulatedMs, 0),
    traceHash: hashOf(runs.map(({ traceHash }) => traceHash)),
  };
}

function spread(delays: readonly Detection[]): Quantiles | null {
  return quantiles(delays.flatMap(({ afterMs }) => (afterMs === null ? [] : [afterMs])));
}
