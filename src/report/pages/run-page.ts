import type { FailedExpectation } from "../../simulation/run/expectations.js";
import type { RecordedScenario } from "../recording/record.js";
import type { ScenarioReport } from "../recording/run-data.js";
import { htmlPage } from "./html-page.js";
import { runStyle } from "./run-style.js";

/**
 * One page of all scenarios that were played, each with its first run and, of many runs, their distributions.
 * @example
 * const played = await recordScenario(scenario("calm").build(), { clockMs: () => performance.now() });
 * writeFileSync("run.html", runPage([scenarioReport(played)]));
 */
export function runPage(reports: readonly ScenarioReport[]): string {
  const title = reports.length === 1 ? (reports[0]?.name ?? "") : `${reports.length} scenarios`;
  return htmlPage("run", `${title} - raftbeat`, runStyle, { reports });
}

/** What a page shows of a scenario. */
export function scenarioReport({ scenario, summary, recording, runs }: RecordedScenario): ScenarioReport {
  const { name, question, answer } = scenario;
  const { expectationsFailed, violations, ...figures } = summary;
  return {
    name,
    question,
    answer,
    verdict: {
      failed: expectationsFailed.map(failureWords),
      violations: violations.map(
        ({ invariant, seed, atMs, text }) =>
          `${invariant} broken in seed ${seed} at ${atMs.toFixed(3)} ms: ${text}`,
      ),
      runs: summary.runs,
      seed: summary.seed,
    },
    summary: figures,
    distributions: {
      recoveryMs: runs.map(({ recoveryMs }) => recoveryMs),
      firstElectionMs: runs.map(({ firstElectionMs }) => firstElectionMs),
      availability: runs.map(({ availability, observedMs }) => (observedMs === 0 ? null : availability)),
    },
    recording,
  };
}

function failureWords({ seed, text }: FailedExpectation): string {
  return `${seed === null ? "all runs" : `seed ${seed}`}: ${text}`;
}
