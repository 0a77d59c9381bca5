import type { CellSummary } from "../../tuning/sweep/cell-summary.js";
import type { SweepReport } from "../../tuning/sweep/sweep.js";
import { answerText } from "./answer-text.js";
import { sweepAnswer } from "./sweep-answer.js";
import { shortNames, valueText } from "./sweep-values.js";
import { textTable } from "./text-table.js";

/** More rows than fit on a screen are left to the CSV and the page. */
const mostRows = 60;

/** What a person reads of a sweep: the answer, then all numbers. */
export function sweepText(sweep: Omit<SweepReport, "records">): string {
  const { name, question, variations, summaries } = sweep;
  const played = summaries.filter(({ refused }) => refused === null);
  const paths = variations.map(({ path }) => path);
  const shown = played.length <= mostRows ? played : played.filter(({ onFront }) => onFront);
  const which =
    shown === played ? "" : `\nThe ${shown.length} that no other beats (all with --csv, --html or --json):\n`;
  return [
    answerText(sweepAnswer(summaries)),
    `\n${name}${question === "" ? "" : `: ${question}`}\n`,
    which,
    "\n",
    textTable([headOf(paths), ...shown.map((summary) => rowOf(paths, summary))]),
    `\n* no other detects sooner at no more false elections\n`,
    refusalsText(summaries),
    violationsText(summaries),
  ].join("");
}

function headOf(paths: readonly string[]): string[] {
  return [
    "",
    ...shortNames(paths),
    "runs",
    "recovered",
    "mean ms",
    "+-",
    "p50 ms",
    "p90 ms",
    "p99 ms",
    "detected ms",
    "false/h",
    "at most",
    "available",
    "without faults",
    "messages/s",
  ];
}

function rowOf(paths: readonly string[], summary: CellSummary): string[] {
  const { recoveryMs } = summary;
  const between = recoveryMs?.meanBetween;
  return [
    summary.onFront ? "*" : "",
    ...paths.map((path) => valueText(summary.settings[path])),
    String(summary.runs),
    String(summary.recovered),
    fixed(recoveryMs?.mean, 1),
    fixed(between == null ? null : (between.high - between.low) / 2, 1),
    fixed(recoveryMs?.p50, 1),
    fixed(recoveryMs?.p90, 1),
    fixed(recoveryMs?.p99, 1),
    fixed(summary.detectionMs, 1),
    fixed(summary.falseElectionsPerHour, 1),
    fixed(summary.falseElectionsBetween?.high, 1),
    fixed(summary.availability, 4),
    fixed(summary.quietAvailability, 5),
    fixed(summary.messagesPerSecond, 1),
  ];
}

function fixed(number: number | null | undefined, digits: number): string {
  return number == null ? "-" : number.toFixed(digits);
}

/** Each reason once, with how many combinations it took. */
function refusalsText(summaries: readonly CellSummary[]): string {
  const reasons = new Map<string, number>();
  for (const { refused } of summaries)
    if (refused !== null) reasons.set(refused, (reasons.get(refused) ?? 0) + 1);
  if (reasons.size === 0) return "";
  const lines = [...reasons].map(([reason, count]) => `  ${count} x ${reason}\n`);
  const more = lines.length > 20 ? `  and ${lines.length - 20} more reasons\n` : "";
  return `\nrefused:\n${lines.slice(0, 20).join("")}${more}`;
}

function violationsText(summaries: readonly CellSummary[]): string {
  const lines = summaries.flatMap(({ settings, violations }) =>
    violations.map((violation) => `  ${JSON.stringify(settings)} ${violation}\n`),
  );
  return lines.length === 0 ? "" : `\ninvariants broken:\n${lines.slice(0, 20).join("")}`;
}
