import type { BackendsScenario } from "../../simulation/backends/backends-scenario.js";
import type { BackendsSummary } from "../../simulation/backends/simulate-backends.js";
import { failuresText, spread, summaryHead } from "./summary-text.js";
import { textTable } from "./text-table.js";

/** What a person reads of a scenario of backends that was played: the verdict, the figures, and what failed. */
export function backendsText(scenario: BackendsScenario, summary: BackendsSummary): string {
  const { runs, requests, failedRequests } = summary;
  const share = requests === 0 ? 0 : (100 * failedRequests) / requests;
  const facts: [string, string][] = [
    ["told down", `${summary.falseDowns} falsely, ${summary.trueDowns} truly`],
    ["trouble to down", spread(summary.downMs, runs)],
    ["well to up", spread(summary.upMs, runs)],
    ["requests failed", `${failedRequests} of ${requests} (${share.toFixed(2)} %)`],
    ["fewest usable", `${summary.leastUsable} of ${scenario.names.length}`],
    ["panics, ejections", `${summary.panics}, ${summary.ejections}`],
    ["events", `${summary.events} in ${summary.wallMs.toFixed(0)} ms`],
    ["trace hash", summary.traceHash],
  ];
  return `${summaryHead(summary, scenario.question)}${textTable(facts)}${failuresText(summary)}\n`;
}
