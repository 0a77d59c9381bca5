import { scenarioReport } from "../../../src/report/pages/run-page.js";
import { type RecordedRun, recordRun } from "../../../src/report/recording/record.js";
import type { ScenarioReport } from "../../../src/report/recording/run-data.js";
import type { RunOutcome } from "../../../src/simulation/run/outcome.js";
import { simulate } from "../../../src/simulation/run/simulate.js";
import { parseScenario, type ScenarioInput } from "../../../src/simulation/scenario/scenario.js";

/** Timing and network in which elections take a second or two. */
export const calm: ScenarioInput = {
  name: "calm",
  cluster: { nodes: 5 },
  timing: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 1000, maxMs: 2000 } },
  network: { latency: { uniform: [5, 15] } },
  observeMs: 10_000,
};

/** Plays one run and takes it down. @param most how many happenings the recording holds */
export function recorded(input: Partial<ScenarioInput>, most?: number): RecordedRun {
  return recordRun(parseScenario({ ...calm, ...input }), 1, {}, most);
}

/** What a page shows of a scenario, played as often as it says. */
export function reported(input: Partial<ScenarioInput>): ScenarioReport {
  const scenario = parseScenario({ ...calm, ...input });
  const { outcome: first, recording } = recordRun(scenario, scenario.seed);
  const runs: RunOutcome["metrics"][] = [];
  const onRun = (_: number, { metrics }: RunOutcome) => void runs.push(metrics);
  const summary = simulate(scenario, { clockMs: () => 0, first, onRun });
  return scenarioReport({ scenario, summary, recording, runs });
}
