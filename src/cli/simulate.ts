import { closeSync, openSync, writeSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { RaftbeatError } from "../errors.js";
import { systemClock } from "../runtime/system-ports.js";
import type { Quantiles } from "../simulation/quantiles.js";
import type { Summary } from "../simulation/simulate.js";
import type { TraceEntry } from "../simulation/trace.js";
import { textTable } from "./text-table.js";

interface Flags {
  readonly seed?: number;
  readonly runs?: number;
  readonly protocol?: Readonly<Record<string, boolean>>;
  readonly trace?: string;
  readonly json?: true;
}

/** `raftbeat simulate`: plays scenario files. */
export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .summary("play scenario files in a simulated cluster")
    .description(
      "Plays scenario files in a simulated cluster of production nodes. Exits 0 iff every expectation holds.",
    )
    .argument("<files...>", "scenarios in YAML or JSON")
    .option("--seed <seed>", "the first run's seed; run k has seed + k - 1", wholeNumber)
    .option("--runs <count>", "how often to play each scenario", wholeNumber)
    .option("--protocol <modes>", "modes to set, such as preVote=false,quorumCheck=false", protocolModes)
    .option("--trace <file>", "write all that happens in each first run as NDJSON")
    .option("--json", "print one object a scenario")
    .action(async (files: string[], flags: Flags) => {
      const summaries = await playAll(files, flags);
      process.exitCode = summaries.every(({ expectationsFailed }) => expectationsFailed.length === 0) ? 0 : 1;
    });
}

/** Loads the simulator only now: a node, which does without, starts sooner. */
async function playAll(files: readonly string[], flags: Flags): Promise<Summary[]> {
  const [{ readScenario }, { simulate }] = await Promise.all([
    import("../simulation/scenario-file.js"),
    import("../simulation/simulate.js"),
  ]);
  const scenarios = files.map((file) => readScenario(file, (document) => overridden(document, flags)));
  const trace = flags.trace === undefined ? null : openTrace(flags.trace);
  const clock = systemClock();
  try {
    return scenarios.map((scenario) => {
      const summary = simulate(scenario, {
        clockMs: clock.nowMs,
        sink: trace?.write,
        onRun: (done) => showProgress(scenario.name, done, scenario.runs),
      });
      process.stdout.write(
        flags.json ? `${JSON.stringify(summary)}\n` : summaryText(summary, scenario.question),
      );
      return summary;
    });
  } finally {
    trace?.close();
  }
}

/** What a person reads of a scenario that was played. */
export function summaryText(summary: Summary, question: string): string {
  const { name, runs, seed, expectationsFailed, violations, recovered } = summary;
  const verdict = expectationsFailed.length === 0 ? "as expected" : "NOT AS EXPECTED";
  const head = `${name}: ${verdict}, ${runs} runs from seed ${seed}\n${question === "" ? "" : `${question}\n`}\n`;
  const leaders = Object.entries(summary.newLeaderCounts).map(([who, count]) => `${who} ${count}`);
  const rows = [
    ["recovered", `${recovered} of ${runs}`],
    ["recovery", spread(summary.recoveryMs)],
    ["first election", spread(summary.firstElectionMs)],
    ["new leaders", leaders.length === 0 ? "none" : leaders.join(", ")],
    ["same leader", `${summary.sameLeaderRuns} runs`],
    ["leader changes", `${summary.leaderChangesPerMinute.toFixed(2)} a minute`],
    ["term growth", `${summary.termGrowthPerMinute.toFixed(2)} a minute`],
    ["availability", `${(100 * summary.availability).toFixed(2)} %`],
    ["events", `${summary.events} in ${summary.wallMs.toFixed(0)} ms`],
    ["trace hash", summary.traceHash],
  ];
  const failed = expectationsFailed.map(
    ({ seed: of, text }) => `  ${of === null ? "all runs" : `seed ${of}`}: ${text}\n`,
  );
  const failures = failed.length === 0 ? "" : `\nwhat failed:\n${failed.slice(0, 20).join("")}`;
  const more = failed.length > 20 ? `  and ${failed.length - 20} more\n` : "";
  return `${head}${textTable(rows)}${failures}${more}${violationsText(violations)}\n`;
}

/** The first violation, with the last events that led to it. */
function violationsText(violations: Summary["violations"]): string {
  const [first] = violations;
  if (first === undefined) return "";
  const { promise, seed, atMs, text, lastEvents } = first;
  const count = violations.length === 1 ? "" : ` (the first of ${violations.length} runs)`;
  const events = lastEvents.slice(-20).map((line) => `  ${line}\n`);
  return `\n${promise} broken in seed ${seed} at ${atMs.toFixed(3)} ms${count}: ${text}\n${events.join("")}`;
}

function spread(quantiles: Quantiles | null): string {
  if (quantiles === null) return "-";
  const { min, p50, p90, p99, max } = quantiles;
  const [a, b, c, d, e] = [min, p50, p90, p99, max].map((ms) => ms.toFixed(1));
  return `${b} ms (min ${a}, p90 ${c}, p99 ${d}, max ${e})`;
}

function overridden(document: object, { seed, runs, protocol }: Flags): object {
  const given = document as { protocol?: object };
  return {
    ...document,
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(protocol === undefined ? {} : { protocol: { ...given.protocol, ...protocol } }),
  };
}

function openTrace(path: string): { write: (entry: TraceEntry) => void; close: () => void } {
  let file: number;
  try {
    file = openSync(path, "w");
  } catch (cause) {
    const { message } = cause as Error;
    throw new RaftbeatError("invalidSettings", `--trace ${path}: cannot be written: ${message}`, { cause });
  }
  return {
    write: (entry) => void writeSync(file, `${JSON.stringify(entry)}\n`),
    close: () => closeSync(file),
  };
}

function showProgress(name: string, done: number, runs: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done === runs ? "\x1b[2K\r" : `\r${name}: run ${done} of ${runs}`);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError(`${text} is no whole number`);
  return number;
}

function protocolModes(text: string): Record<string, boolean> {
  const modes: Record<string, boolean> = {};
  for (const part of text.split(",")) {
    const [key = "", value] = part.split("=");
    if (key === "" || (value !== "true" && value !== "false"))
      throw new InvalidArgumentError(`${part} is not like preVote=false`);
    modes[key] = value === "true";
  }
  return modes;
}
