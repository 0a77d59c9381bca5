import type { Executor } from "../../simulation/jobs/executor.js";
import type { RunOutcome } from "../../simulation/run/outcome.js";
import { type PlayOptions, playWatched } from "../../simulation/run/run.js";
import type { SimulateJob } from "../../simulation/run/run-job.js";
import { type SimulateOptions, type Summary, simulate, simulateOn } from "../../simulation/run/simulate.js";
import type { Scenario } from "../../simulation/scenario/scenario.js";
import { longestRecording, Recorder } from "./recording.js";
import type { Recording } from "./run-data.js";

/** A run that was played and recorded. */
export interface RecordedRun {
  readonly outcome: RunOutcome;
  readonly recording: Recording;
}

/**
 * Plays a scenario once and records the run.
 * @param longest how many happenings the recording holds
 */
export function recordRun(
  scenario: Scenario,
  seed: number,
  options: PlayOptions = {},
  longest: number = longestRecording,
): RecordedRun {
  const { outcome, watcher } = playWatched(
    scenario,
    seed,
    (cluster) => new Recorder(cluster, longest),
    options,
  );
  return { outcome, recording: watcher.finish(outcome) };
}

/** What a page shows of each run. */
export type RunFigures = Pick<
  RunOutcome["metrics"],
  "recoveryMs" | "firstElectionMs" | "availability" | "observedMs"
>;

/** A scenario whose runs were played, and the first of them recorded: what its text and its page show. */
export interface RecordedScenario {
  readonly scenario: Scenario;
  readonly summary: Summary;
  readonly recording: Recording;
  /** One a run, in the order of the seeds. */
  readonly runs: readonly RunFigures[];
}

/**
 * Plays all runs of a scenario and records the first.
 * @param executor plays the others; null: this thread
 */
export async function recordScenario(
  scenario: Scenario,
  options: Omit<SimulateOptions, "first">,
  executor: Executor<SimulateJob, readonly RunOutcome[]> | null = null,
): Promise<RecordedScenario> {
  const { clockMs, sink, onRun } = options;
  const startedMs = clockMs();
  const { outcome: first, recording } = recordRun(scenario, scenario.seed, { sink });
  const runs: RunFigures[] = [];
  const noting: SimulateOptions = {
    clockMs,
    first,
    onRun: (done, outcome) => {
      const { recoveryMs, firstElectionMs, availability, observedMs } = outcome.metrics;
      runs.push({ recoveryMs, firstElectionMs, availability, observedMs });
      onRun?.(done, outcome);
    },
  };
  const summary =
    executor === null ? simulate(scenario, noting) : await simulateOn(executor, scenario, noting);
  return { scenario, summary: { ...summary, wallMs: clockMs() - startedMs }, recording, runs };
}
