import type { Quantiles } from "../../quantiles.js";
import type { Summary } from "../../simulation/run/simulate.js";
import type { SummaryFigures } from "../recording/run-data.js";

/** Whether the scenario came out as it expects, and what it asks. */
export function summaryHead(
  { name, runs, seed, expectationsFailed }: Pick<Summary, "name" | "runs" | "seed" | "expectationsFailed">,
  question: string,
): string {
  const verdict = expectationsFailed.length === 0 ? "as expected" : "NOT AS EXPECTED";
  return `${name}: ${verdict}, ${runsText(runs)} from seed ${seed}\n${question === "" ? "" : `${question}\n`}\n`;
}

/** What all runs came to, a row each. */
export function summaryFacts(summary: SummaryFigures): [name: string, value: string][] {
  const { runs, recovered } = summary;
  const leaders = Object.entries(summary.newLeaderCounts).map(([who, count]) => `${who} ${count}`);
  return [
    ["recovered", `${recovered} of ${runs}`],
    ["recovery", spread(summary.recoveryMs, runs)],
    ["first election", spread(summary.firstElectionMs, runs)],
    ["new leaders", leaders.length === 0 ? "none" : leaders.join(", ")],
    ["same leader", runsText(summary.sameLeaderRuns)],
    ["leader changes", `${summary.leaderChangesPerMinute.toFixed(2)} a minute`],
    ["term growth", `${summary.termGrowthPerMinute.toFixed(2)} a minute`],
    ["availability", `${(100 * summary.availability).toFixed(2)} %`],
    ["events", `${summary.events} in ${summary.wallMs.toFixed(0)} ms`],
    ["trace hash", summary.traceHash],
  ];
}

/** What did not come out as expected, and how the first broken invariant came about; empty where all is well. */
export function failuresText({
  expectationsFailed,
  violations,
}: Pick<Summary, "expectationsFailed" | "violations">): string {
  const failed = expectationsFailed.map(
    ({ seed: of, text }) => `  ${of === null ? "all runs" : `seed ${of}`}: ${text}\n`,
  );
  const failures = failed.length === 0 ? "" : `\nwhat failed:\n${failed.slice(0, 20).join("")}`;
  const more = failed.length > 20 ? `  and ${failed.length - 20} more\n` : "";
  return `${failures}${more}${violationsText(violations)}`;
}

/** The first violation, with the last events that led to it. */
function violationsText(violations: Summary["violations"]): string {
  const [first] = violations;
  if (first === undefined) return "";
  const { invariant, seed, atMs, text, lastEvents } = first;
  const count = violations.length === 1 ? "" : ` (the first of ${violations.length} runs)`;
  const events = lastEvents.slice(-20).map((line) => `  ${line}\n`);
  return `\n${invariant} broken in seed ${seed} at ${atMs.toFixed(3)} ms${count}: ${text}\n${events.join("")}`;
}

function runsText(runs: number): string {
  return `${runs} ${runs === 1 ? "run" : "runs"}`;
}

/** A measured time in words. */
export function spread(quantiles: Quantiles | null, runs: number): string {
  if (quantiles === null) return "-";
  if (runs === 1) return `${quantiles.p50.toFixed(1)} ms`;
  const { min, p50, p90, p99, max } = quantiles;
  const [a, b, c, d, e] = [min, p50, p90, p99, max].map((ms) => ms.toFixed(1));
  return `${b} ms (min ${a}, p90 ${c}, p99 ${d}, max ${e})`;
}
