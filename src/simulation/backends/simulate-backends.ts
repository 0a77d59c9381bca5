import { type Quantiles, quantiles } from "../../quantiles.js";
import type { Violation } from "../checks/safety.js";
import { type FailedExpectation, failuresBy } from "../run/expectations.js";
import { hashOf } from "../run/simulate.js";
import type { BackendsScenario } from "./backends-scenario.js";
import type { BackendsExpectation } from "./backends-schema.js";
import type { ChecksTraceEntry } from "./checks-trace.js";
import type { Notice } from "./checks-truth.js";
import { type BackendsMetrics, type BackendsOutcome, playBackends } from "./play-backends.js";

/** What all runs of a scenario of backends came to. */
export interface BackendsSummary {
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
  /** Sums over all runs. */
  readonly falseDowns: number;
  readonly trueDowns: number;
  readonly panics: number;
  readonly ejections: number;
  readonly requests: number;
  readonly failedRequests: number;
  /** From a backend's trouble until it is told down, and from its end until it is told up. */
  readonly downMs: Quantiles | null;
  readonly upMs: Quantiles | null;
  readonly leastUsable: number;
  readonly events: number;
  readonly simulatedMs: number;
  /** Not part of what a seed determines. */
  readonly wallMs: number;
  readonly traceHash: string;
}

/** How a scenario of backends is played. */
export interface BackendsSimulateOptions {
  /** Reads a clock for `wallMs`. */
  readonly clockMs: () => number;
  /** Gets everything that happens in the first run. */
  readonly sink?: ((entry: ChecksTraceEntry) => void) | undefined;
  /** Called after each run with the number of runs so far and its outcome. */
  readonly onRun?: ((done: number, outcome: BackendsOutcome) => void) | undefined;
}

/** Plays all runs of a scenario of backends, run k with seed + k - 1, and sums them up. */
export function simulateBackends(
  scenario: BackendsScenario,
  { clockMs, sink, onRun }: BackendsSimulateOptions,
): BackendsSummary {
  const startedMs = clockMs();
  const runs: BackendsOutcome[] = [];
  for (let run = 0; run < scenario.runs; run++) {
    const outcome = playBackends(scenario, scenario.seed + run, run === 0 ? sink : undefined);
    runs.push(outcome);
    onRun?.(run + 1, outcome);
  }
  const of = (count: (metrics: BackendsMetrics) => number) =>
    runs.reduce((total, { metrics }) => total + count(metrics), 0);
  const spread = (notices: (metrics: BackendsMetrics) => readonly Notice[]) =>
    quantiles(
      runs.flatMap(({ metrics }) =>
        notices(metrics).flatMap(({ afterMs }) => (afterMs === null ? [] : [afterMs])),
      ),
    );
  return {
    name: scenario.name,
    seed: scenario.seed,
    runs: runs.length,
    expectationsFailed: failuresBy(scenario.expect, runs, (expectation, { metrics }) =>
      problemsOf(expectation, metrics),
    ),
    violations: runs.flatMap(({ seed, violation }) => (violation === null ? [] : [{ seed, ...violation }])),
    falseDowns: of((metrics) => metrics.falseDowns),
    trueDowns: of((metrics) => metrics.trueDowns),
    panics: of((metrics) => metrics.panics),
    ejections: of((metrics) => metrics.ejections),
    requests: of((metrics) => metrics.requests),
    failedRequests: of((metrics) => metrics.failedRequests),
    downMs: spread((metrics) => metrics.downs),
    upMs: spread((metrics) => metrics.ups),
    leastUsable: Math.min(...runs.map(({ metrics }) => metrics.leastUsable)),
    events: runs.reduce((total, { eventCount }) => total + eventCount, 0),
    simulatedMs: runs.reduce((total, { simulatedMs }) => total + simulatedMs, 0),
    traceHash: hashOf(runs.map(({ traceHash }) => traceHash)),
    wallMs: clockMs() - startedMs,
  };
}

function problemsOf(
  expectation: Exclude<BackendsExpectation, { violations: unknown }>,
  metrics: BackendsMetrics,
): string[] {
  if ("failedShare" in expectation) {
    const share = metrics.requests === 0 ? 0 : metrics.failedRequests / metrics.requests;
    const { max } = expectation.failedShare;
    return share <= max ? [] : [`failedShare: at most ${max}, but it was ${share.toFixed(4)}`];
  }
  if ("usable" in expectation) {
    const { min } = expectation.usable;
    return metrics.leastUsable >= min
      ? []
      : [`usable: at least ${min}, but there were ${metrics.leastUsable}`];
  }
  if ("downBy" in expectation) return late("downBy", expectation.downBy, metrics.downs, "down");
  if ("upBy" in expectation) return late("upBy", expectation.upBy, metrics.ups, "up");
  if ("served" in expectation) {
    const { by, from, to, min, max } = expectation.served;
    const sent = metrics.choices.filter(({ atMs }) => atMs >= from && atMs < to);
    const share = sent.filter(({ backend }) => backend === by).length / Math.max(1, sent.length);
    if (share >= min && share <= max) return [];
    return [`served: ${by} from ${from} to ${to} ms ${min} to ${max}, but it was ${share.toFixed(3)}`];
  }
  if ("ends" in expectation)
    return Object.entries(expectation.ends)
      .filter(([id, is]) => metrics.ends[id] !== is)
      .map(([id, is]) => `ends: ${id} ${is}, but it is held to be ${metrics.ends[id]}`);
  return Object.entries(expectation).flatMap(([name, { min, max }]) => {
    const was = metrics[name as "falseDowns" | "trueDowns" | "panics" | "ejections"];
    if (was < min) return [`${name}: at least ${min}, but there were ${was}`];
    return max !== undefined && was > max ? [`${name}: at most ${max}, but there were ${was}`] : [];
  });
}

function late(name: string, byMs: number, notices: readonly Notice[], what: string): string[] {
  return notices
    .filter(({ afterMs, watchedMs }) => (afterMs === null ? watchedMs > byMs : afterMs > byMs))
    .map(({ backend, afterMs, watchedMs }) => {
      const was =
        afterMs === null ? `not within ${watchedMs.toFixed(1)} ms` : `only after ${afterMs.toFixed(1)} ms`;
      return `${name}: ${byMs} ms, but ${backend} was told ${what} ${was}`;
    });
}
