import type { Verdict } from "../../simulation/pair/checks/roster-truth.js";
import type { PairOutcome } from "../../simulation/pair/pair-outcome.js";
import type { PairScenario } from "../../simulation/pair/pair-scenario.js";
import type { PairSummary } from "../../simulation/pair/simulate-pair.js";
import { failuresText, spread, summaryHead } from "./summary-text.js";
import { textTable } from "./text-table.js";

/** A text shows so many verdicts of the first run. */
const mostVerdicts = 20;

/** What a person reads of a pair scenario that was played: the verdict, the figures, what the first run's observers said, and what failed. */
export function pairText(scenario: PairScenario, summary: PairSummary, first: PairOutcome): string {
  const head = summaryHead(summary, scenario.question);
  return `${head}${textTable(factsOf(summary))}\n${verdictsText(first)}${failuresText(summary)}\n`;
}

function factsOf(summary: PairSummary): [name: string, value: string][] {
  const { runs } = summary;
  return [
    [
      "suspicions",
      `${summary.falseSuspicions} false, ${summary.trueSuspicions} true (${summary.mistakesPerHour.toFixed(2)} false an hour)`,
    ],
    ["deaths", `${summary.falseDeaths} false, ${summary.trueDeaths} true`],
    ["crash to suspicion", spread(summary.detectionMs, runs)],
    ["crash to death", spread(summary.deathMs, runs)],
    ["over before noticed", `${summary.unnoticed} of ${summary.crashes} crashes`],
    ["false suspicions last", spread(summary.mistakeMs, runs)],
    ["restarts, goodbyes", `${summary.restarts}, ${summary.goodbyes}`],
    ["flaps, doubts", `${summary.flaps}, ${summary.doubts}`],
    ["events", `${summary.events} in ${summary.wallMs.toFixed(0)} ms`],
    ["trace hash", summary.traceHash],
  ];
}

/** What the observers of a run said, a line each. */
function verdictsText({ seed, metrics: { verdicts } }: PairOutcome): string {
  if (verdicts.length === 0) return `seed ${seed}: nobody was suspected\n`;
  const lines = verdicts.slice(0, mostVerdicts).map((verdict) => `  ${lineOf(verdict)}\n`);
  const more = verdicts.length > mostVerdicts ? `  and ${verdicts.length - mostVerdicts} more\n` : "";
  return `seed ${seed}:\n${lines.join("")}${more}`;
}

function lineOf({ atMs, observer, id, kind, reason, isTrue, endedAtMs }: Verdict): string {
  const said = kind === "suspect" ? `suspects ${id} (${reason})` : `declares ${id} dead`;
  const until = endedAtMs === null ? "" : `, for ${(endedAtMs - atMs).toFixed(1)} ms`;
  return `${(atMs / 1000).toFixed(3).padStart(9)} s  ${observer} ${said}: ${isTrue ? "true" : "FALSE"}${until}`;
}
