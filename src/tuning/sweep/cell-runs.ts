import { playWatched } from "../../simulation/run/run.js";
import type { Scenario } from "../../simulation/scenario/scenario.js";
import { Detection } from "./detection.js";
import { metricOf, type SweepMetric } from "./metric.js";

/** Some runs of one cell. */
export interface RunsJob {
  readonly kind: "runs";
  readonly scenario: Scenario;
  /** The first run's; the others follow. */
  readonly seed: number;
  readonly runs: number;
  readonly metric: SweepMetric;
  /** How many of the runs, the first, have all invariants checked. */
  readonly checkedRuns: number;
}

/** What they came to, in the order of the seeds. */
export interface RunsResult {
  readonly kind: "runs";
  readonly metrics: readonly (number | null)[];
  readonly recoveriesMs: readonly (number | null)[];
  readonly detectionSumMs: number;
  readonly detectionCount: number;
  readonly observedMs: number;
  readonly ledMs: number;
  readonly leaderChanges: number;
  readonly violations: readonly string[];
}

/** Plays some runs of one cell. */
export function playCellRuns({ scenario, seed, runs, metric, checkedRuns }: RunsJob): RunsResult {
  const metrics: (number | null)[] = [];
  const recoveriesMs: (number | null)[] = [];
  const violations: string[] = [];
  let detectionSumMs = 0;
  let detectionCount = 0;
  let observedMs = 0;
  let ledMs = 0;
  let leaderChanges = 0;
  for (let run = 0; run < runs; run++) {
    const checks = run < checkedRuns ? "all" : "none";
    const played = playWatched(scenario, seed + run, (cluster) => new Detection(cluster), { checks });
    const { outcome, watcher: detection } = played;
    metrics.push(metricOf(metric, outcome, detection.detectionMs));
    recoveriesMs.push(outcome.metrics.recoveryMs);
    if (detection.detectionMs !== null) {
      detectionSumMs += detection.detectionMs;
      detectionCount++;
    }
    observedMs += outcome.metrics.observedMs;
    ledMs += outcome.metrics.availability * outcome.metrics.observedMs;
    leaderChanges += outcome.metrics.leaderChangeCount;
    const { violation } = outcome;
    if (violation !== null) violations.push(`seed ${seed + run}: ${violation.invariant}: ${violation.text}`);
  }
  return {
    kind: "runs",
    metrics,
    recoveriesMs,
    detectionSumMs,
    detectionCount,
    observedMs,
    ledMs,
    leaderChanges,
    violations,
  };
}
