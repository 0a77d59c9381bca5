import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { RaftbeatError } from "../../errors.js";
import type { ScenarioReport } from "../../report/recording/run-data.js";
import { scenarioText } from "../../report/text/scenario-text.js";
import type { TextTimelineOptions } from "../../report/text/text-timeline.js";
import { systemClock } from "../../runtime/system-ports.js";
import type { BackendsScenario } from "../../simulation/backends/backends-scenario.js";
import type { BackendsSummary } from "../../simulation/backends/simulate-backends.js";
import type { PairOutcome } from "../../simulation/pair/pair-outcome.js";
import type { PairScenario } from "../../simulation/pair/pair-scenario.js";
import type { PairSummary } from "../../simulation/pair/simulate-pair.js";
import type { SimulateOptions, Summary } from "../../simulation/run/simulate.js";
import type { AnyScenario } from "../../simulation/scenario/scenario-file.js";
import { endWithReader } from "../terminal/end-with-reader.js";
import { examples } from "../terminal/examples.js";
import { countFrom, wholeNumber } from "../terminal/number-flags.js";
import { refused, refuseUnwritable, writeOutput } from "../terminal/output-file.js";
import { clearProgress, showProgress } from "../terminal/progress.js";
import { scenarioModes } from "../terminal/protocol-modes.js";
import { printJson, printText } from "../terminal/terminal.js";

type AnySummary = Summary | PairSummary | BackendsSummary;

interface Flags {
  readonly list?: true;
  readonly seed?: number;
  readonly runs?: number;
  readonly protocol?: Readonly<Record<string, boolean>>;
  readonly trace?: string;
  readonly html?: string;
  readonly json?: true;
  readonly workers?: number;
}

/** `raftbeat simulate`: plays scenarios. */
export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .summary("play scenarios in a simulated world")
    .description(
      "Plays scenarios in a simulated cluster of production nodes, or with senders and observers of beats, or with a gateway and its backends: " +
        "files, or by name those that the package ships. A file goes before a scenario of the package of the same name. Exits 0 iff every expectation holds.",
    )
    .argument("[scenarios...]", "files in YAML or JSON, or names of the package's own scenarios")
    .option("--list", "name the package's own scenarios, and what each asks")
    .option(
      "--seed <seed>",
      "the first run's seed; run k has seed + k - 1 (default: the scenario's)",
      wholeNumber,
    )
    .option("--runs <count>", "how often to play each scenario (default: as it says)", wholeNumber)
    .option("--protocol <modes>", "modes to set, such as preVote=false,quorumCheck=false", scenarioModes)
    .option("--trace <file>", "write all that happens in each first run as NDJSON")
    .option("--html <file>", "draw each first run, and how the runs spread, into one page")
    .option("--workers <count>", "threads to work on (default: 1)", countFrom(1, 512))
    .option("--json", "print one object a scenario")
    .addHelpText("after", examples("simulate quorum-loss", "simulate rejoin --runs 20 --html rejoin.html"))
    .action(async (scenarios: string[], flags: Flags) => {
      endWithReader();
      if (flags.list) return printText(await listText());
      const summaries = await playAll(scenarios, flags);
      process.exitCode = summaries.every(({ expectationsFailed }) => expectationsFailed.length === 0) ? 0 : 1;
    });
}

/** A line for each scenario of the package. */
async function listText(): Promise<string> {
  const { builtInScenarios } = await import("../../simulation/scenario/built-in-scenarios.js");
  const scenarios = builtInScenarios();
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, question }) => `${name.padEnd(width)}  ${question}\n`).join("");
}

/** Loads the simulator only now: a node, which does without, starts sooner. */
async function playAll(given: readonly string[], flags: Flags): Promise<AnySummary[]> {
  if (given.length === 0)
    throw new RaftbeatError(
      "invalidSettings",
      "no scenario was given: give a file, or the name of one of the package's own; raftbeat simulate --list names them",
    );
  const [
    { readAnyScenario },
    { simulate, simulateOn },
    { openThreads },
    { jobs },
    { recordScenario },
    report,
  ] = await Promise.all([
    import("../../simulation/scenario/scenario-file.js"),
    import("../../simulation/run/simulate.js"),
    import("../../simulation/jobs/thread-executor.js"),
    import("../../simulation/job-table.js"),
    import("../../report/recording/record.js"),
    import("../../report/pages/run-page.js"),
  ]);
  const { seed, runs, protocol, workers, html } = flags;
  const overrides = {
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(protocol === undefined ? {} : { protocol }),
  };
  const scenarios = given.map((each) => readAnyScenario(each, overrides));
  refuseOtherPages(scenarios, html);
  const trace = flags.trace === undefined ? null : openFile("--trace", flags.trace);
  if (html !== undefined) refuseUnwritable("--html", html);
  const clock = systemClock();
  const sink = trace === null ? undefined : (entry: object) => trace.write(`${JSON.stringify(entry)}\n`);
  const executor =
    workers === undefined || workers === 1 ? null : await openThreads(jobs, "simulate", workers);
  const summaries: AnySummary[] = [];
  const reports: ScenarioReport[] = [];
  try {
    for (const scenario of scenarios) {
      if ("pair" in scenario) {
        summaries.push(await playPairs(scenario, flags, sink, clock.nowMs));
        continue;
      }
      if ("backends" in scenario) {
        summaries.push(await playGateway(scenario, flags, sink, clock.nowMs));
        continue;
      }
      const options: SimulateOptions = {
        clockMs: clock.nowMs,
        sink,
        onRun: (done) => showRuns(scenario.name, done, scenario.runs),
      };
      if (html === undefined && flags.json) {
        const summary =
          executor === null ? simulate(scenario, options) : await simulateOn(executor, scenario, options);
        printJson(summary);
        summaries.push(summary);
        continue;
      }
      const recorded = await recordScenario(scenario, options, executor);
      if (html !== undefined) reports.push(report.scenarioReport(recorded));
      if (flags.json) printJson(recorded.summary);
      else printText(scenarioText(recorded, terminal()), terminal());
      summaries.push(recorded.summary);
    }
    if (html !== undefined) writeOutput("--html", html, report.runPage(reports));
    return summaries;
  } finally {
    await executor?.close();
    trace?.close();
  }
}

/** Plays a scenario of senders and observers, and prints what it came to. */
async function playPairs(
  scenario: PairScenario,
  { json }: Flags,
  sink: ((entry: object) => void) | undefined,
  clockMs: () => number,
): Promise<PairSummary> {
  const [{ simulatePair }, { pairText }] = await Promise.all([
    import("../../simulation/pair/simulate-pair.js"),
    import("../../report/text/pair-text.js"),
  ]);
  let first: PairOutcome | null = null;
  const summary = simulatePair(scenario, {
    clockMs,
    sink,
    onRun: (done, outcome) => {
      first ??= outcome;
      showRuns(scenario.name, done, scenario.runs);
    },
  });
  if (json) printJson(summary);
  else if (first !== null) printText(pairText(scenario, summary, first));
  return summary;
}

/** Plays a scenario of a gateway and its backends, and prints what it came to. */
async function playGateway(
  scenario: BackendsScenario,
  { json }: Flags,
  sink: ((entry: object) => void) | undefined,
  clockMs: () => number,
): Promise<BackendsSummary> {
  const [{ simulateBackends }, { backendsText }] = await Promise.all([
    import("../../simulation/backends/simulate-backends.js"),
    import("../../report/text/backends-text.js"),
  ]);
  const onRun = (done: number) => showRuns(scenario.name, done, scenario.runs);
  const summary = simulateBackends(scenario, { clockMs, sink, onRun });
  if (json) printJson(summary);
  else printText(backendsText(scenario, summary));
  return summary;
}

/** Said before anything is played. */
function refuseOtherPages(scenarios: readonly AnyScenario[], html: string | undefined): void {
  const other = scenarios.find((scenario) => "pair" in scenario || "backends" in scenario);
  if (html !== undefined && other !== undefined)
    throw new RaftbeatError(
      "invalidSettings",
      `--html ${html}: ${other.name} has no cluster, and pages are drawn of clusters alone: leave --html out, or play it by itself`,
    );
}

/** How wide the terminal is, and whether it wants colours; a pipe is 80 wide and wants none. */
function terminal(): TextTimelineOptions {
  const { stdout, env } = process;
  const widthChars = stdout.isTTY ? stdout.columns || 80 : 80;
  return { widthChars, coloured: stdout.isTTY === true && (env["NO_COLOR"] ?? "") === "" };
}

/** Opened before anything is played, so that a path that cannot be written is refused at once. */
function openFile(flag: string, path: string): { write: (text: string) => void; close: () => void } {
  const told = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      throw refused(flag, path, cause);
    }
  };
  const file = told(() => openSync(path, "w"));
  return { write: (text) => told(() => writeFileSync(file, text)), close: () => closeSync(file) };
}

function showRuns(name: string, done: number, runs: number): void {
  if (done === runs) clearProgress();
  else showProgress(`${name}: run ${done} of ${runs}`);
}
