import { parseScenario } from "../scenario/scenario.js";
import type { RunOutcome } from "./outcome.js";
import { playRun } from "./run.js";
import type { SimulateJob } from "./simulate.js";

/** Plays some runs of a scenario: this is what the worker threads of `simulateOnWorkers` run. */
export function work({ document, seed, runs }: SimulateJob): readonly RunOutcome[] {
  const scenario = parseScenario(document);
  return Array.from({ length: runs }, (_, run) => playRun(scenario, seed + run));
}
