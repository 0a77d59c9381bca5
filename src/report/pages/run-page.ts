import type { RunMetrics } from "../../simulation/checks/metrics.js";
import type { Failure } from "../../simulation/run/expectations.js";
import type { Summary } from "../../simulation/run/simulate.js";
import type { Scenario } from "../../simulation/scenario/scenario.js";
import type { Recording, ScenarioReport } from "../recording/run-data.js";
import { htmlPage } from "./html-page.js";
import { runStyle } from "./run-style.js";

/** One page of all scenarios that were played, each with its first run and, of many runs, how they spread. */
export function runPage(reports: readonly ScenarioReport[]): string {
  const title = reports.length === 1 ? (reports[0]?.name ?? "") : `${reports.length} scenarios`;
  return htmlPage("run", `${title} - raftbeat`, runStyle, { reports });
}

/** What a page needs of each run. */
export type RunFigures = Pick<RunMetrics, "recoveryMs" | "firstElectionMs" | "availability" | "observedMs">;

/** What a page shows of a scenario. @param facts is the summary as rows of text */
export function scenarioReport(
  scenario: Scenario,
  summary: Summary,
  facts: ScenarioReport["facts"],
  runs: readonly RunFigures[],
  recording: Recording,
): ScenarioReport {
  const { name, question, answer } = scenario;
  return {
    name,
    question,
    answer,
    verdict: {
      failed: summary.expectationsFailed.map(failureWords),
      violations: summary.violations.map(
        ({ promise, seed, atMs, text }) =>
          `${promise} broken in seed ${seed} at ${atMs.toFixed(3)} ms: ${text}`,
      ),
      runs: summary.runs,
      seed: summary.seed,
    },
    facts,
    distributions: {
      recoveryMs: runs.map(({ recoveryMs }) => recoveryMs),
      firstElectionMs: runs.map(({ firstElectionMs }) => firstElectionMs),
      availability: runs.map(({ availability, observedMs }) => (observedMs === 0 ? null : availability)),
    },
    recording,
  };
}

function failureWords({ seed, text }: Failure): string {
  return `${seed === null ? "all runs" : `seed ${seed}`}: ${text}`;
}
