import { scenarioReport } from "../../../src/report/pages/run-page.js";
import { Recorder } from "../../../src/report/recording/recording.js";
import type { Recording, ScenarioReport } from "../../../src/report/recording/run-data.js";
import type { RunOutcome } from "../../../src/simulation/run/outcome.js";
import { playRun } from "../../../src/simulation/run/run.js";
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
export function recorded(
  input: Partial<ScenarioInput>,
  most?: number,
): { recording: Recording; outcome: RunOutcome } {
  let recorder: Recorder | undefined;
  const outcome = playRun(parseScenario({ ...calm, ...input }), 1, {
    watch: (cluster) => {
      recorder = new Recorder(cluster, most);
      return recorder;
    },
  });
  if (recorder === undefined) throw new Error("nobody asked for a watcher");
  return { recording: recorder.finish(outcome), outcome };
}

/** What a page shows of a scenario, played as often as it says. */
export function reported(input: Partial<ScenarioInput>): ScenarioReport {
  const scenario = parseScenario({ ...calm, ...input });
  const figures: RunOutcome["metrics"][] = [];
  const summary = simulate(scenario, {
    clockMs: () => 0,
    onRun: (_, { metrics }) => void figures.push(metrics),
  });
  return scenarioReport(scenario, summary, [["runs", "some"]], figures, recorded(input).recording);
}
