import type { RunOutcome } from "../../simulation/run/outcome.js";
import { playRun } from "../../simulation/run/run.js";
import { parseScenario, type Scenario } from "../../simulation/scenario/scenario.js";
import { Detection } from "./detection.js";
import { MessageCount } from "./message-count.js";

/** What the precision of a sweep can be asked of. */
export const sweepFigures = ["recoveryMs", "detectionMs", "firstElectionMs", "unavailableMs"] as const;

/** A figure that each run gives one number of, or none. */
export type SweepFigure = (typeof sweepFigures)[number];

/** Some runs of one cell. */
export interface RunsJob {
  readonly kind: "runs";
  /** The scenario as it would stand in a file. */
  readonly document: object;
  /** The first run's; the others follow. */
  readonly seed: number;
  readonly runs: number;
  readonly figure: SweepFigure;
  /** How many of the runs, the first, have all promises checked. */
  readonly checkedRuns: number;
}

/** What they came to, in the order of the seeds. */
export interface RunsResult {
  readonly figures: readonly (number | null)[];
  readonly recoveriesMs: readonly (number | null)[];
  readonly detectionSumMs: number;
  readonly detectionCount: number;
  readonly observedMs: number;
  readonly ledMs: number;
  readonly leaderChanges: number;
  readonly violations: readonly string[];
}

/** The twin of a cell's runs in which nothing happens to the cluster: what changes its leader there is a mistake. */
export interface QuietJob {
  readonly kind: "quiet";
  readonly document: object;
  readonly seed: number;
  /** How many minutes of simulated time, each a run with a seed of its own. */
  readonly minutes: number;
}

/** What happened without cause, and what it costs that nothing does. */
export interface QuietResult {
  readonly minutes: number;
  readonly falseElections: number;
  readonly ledMs: number;
  readonly observedMs: number;
  readonly messages: number;
}

/** One job of a sweep. */
export type SweepJob = RunsJob | QuietJob;

/** Does one job of a sweep: this is what its worker threads run. */
export function work(job: RunsJob): RunsResult;
export function work(job: QuietJob): QuietResult;
export function work(job: SweepJob): RunsResult | QuietResult;
export function work(job: SweepJob): RunsResult | QuietResult {
  const scenario = parseScenario(job.document);
  return job.kind === "runs" ? playRuns(scenario, job) : playQuietly(scenario, job);
}

function playRuns(scenario: Scenario, { seed, runs, figure, checkedRuns }: RunsJob): RunsResult {
  const figures: (number | null)[] = [];
  const recoveriesMs: (number | null)[] = [];
  const violations: string[] = [];
  let detectionSumMs = 0;
  let detectionCount = 0;
  let observedMs = 0;
  let ledMs = 0;
  let leaderChanges = 0;
  for (let run = 0; run < runs; run++) {
    let detection: Detection | undefined;
    const outcome = playRun(scenario, seed + run, {
      watch: (cluster) => {
        detection = new Detection(cluster);
        return detection;
      },
      checks: run < checkedRuns ? "all" : "figures",
    });
    const detectionMs = detection?.detectionMs ?? null;
    const { metrics, violation } = outcome;
    figures.push(figureOf(figure, outcome, detectionMs));
    recoveriesMs.push(metrics.recoveryMs);
    if (detectionMs !== null) {
      detectionSumMs += detectionMs;
      detectionCount++;
    }
    observedMs += metrics.observedMs;
    ledMs += metrics.availability * metrics.observedMs;
    leaderChanges += metrics.leaderChangeCount;
    if (violation !== null) violations.push(`seed ${seed + run}: ${violation.promise}: ${violation.text}`);
  }
  return {
    figures,
    recoveriesMs,
    detectionSumMs,
    detectionCount,
    observedMs,
    ledMs,
    leaderChanges,
    violations,
  };
}

function figureOf(figure: SweepFigure, { metrics }: RunOutcome, detectionMs: number | null): number | null {
  switch (figure) {
    case "recoveryMs":
      return metrics.recoveryMs;
    case "detectionMs":
      return detectionMs;
    case "firstElectionMs":
      return metrics.firstElectionMs;
    case "unavailableMs":
      return (1 - metrics.availability) * metrics.observedMs;
  }
}

/** A leader of long standing is not needed: whatever is wrong with a new one is a mistake as well. */
const quietSettleMs = 1000;
const minuteMs = 60_000;

/** Strikes nobody: what is observed begins with the first fault. */
const begins: Scenario["faults"] = [{ at: 0, do: "wallJump", nodes: [], byMs: 0 }];

/**
 * Where the leader's crash is what happens, faults that come again and again are how the world is, such as pauses of event loops,
 * and are left. Of other scenarios all faults are what happens.
 */
function weatherOf({ start, faults }: Scenario): Scenario["faults"] {
  return start === "crash-phase" ? faults.filter(({ at }) => at === undefined) : [];
}

function playQuietly(scenario: Scenario, { seed, minutes }: QuietJob): QuietResult {
  const { eligible: _, until: __, ...rest } = scenario;
  const settleMs = Math.min(scenario.settleMs, quietSettleMs);
  const faults = [...begins, ...weatherOf(scenario)];
  const quiet: Scenario = { ...rest, start: "settled", settleMs, faults, observeMs: minuteMs };
  let falseElections = 0;
  let ledMs = 0;
  let observedMs = 0;
  let messages = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const count = new MessageCount();
    const { metrics, simulatedMs } = playRun(quiet, seed + minute, { watch: () => count, checks: "figures" });
    falseElections += metrics.leaderChangeCount;
    ledMs += metrics.availability * metrics.observedMs;
    observedMs += metrics.observedMs;
    messages += (count.count * metrics.observedMs) / simulatedMs;
  }
  return { minutes, falseElections, ledMs, observedMs, messages };
}
