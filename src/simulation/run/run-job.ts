import type { Scenario } from "../scenario/scenario.js";
import type { RunOutcome } from "./outcome.js";
import { playRun } from "./run.js";

/** Some runs of a scenario. */
export interface SimulateJob {
  readonly scenario: Scenario;
  /** The first run's; the others follow. */
  readonly seed: number;
  readonly runs: number;
}

/** Plays some runs of a scenario, in the order of their seeds. */
export function playRuns({ scenario, seed, runs }: SimulateJob): readonly RunOutcome[] {
  return Array.from({ length: runs }, (_, run) => playRun(scenario, seed + run));
}
