import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { RunFigures } from "../../report/pages/run-page.js";
import type { Recording, ScenarioReport } from "../../report/recording/run-data.js";
import { failuresText, summaryFacts, summaryHead } from "../../report/text/summary-text.js";
import { textTable } from "../../report/text/text-table.js";
import type { TextTimelineOptions } from "../../report/text/text-timeline.js";
import { systemClock } from "../../runtime/system-ports.js";
import type { RunOutcome } from "../../simulation/run/outcome.js";
import type { SimulateJob, SimulateOptions, Summary } from "../../simulation/run/simulate.js";
import type { Scenario } from "../../simulation/scenario/scenario.js";
import { endWithReader } from "../terminal/end-with-reader.js";
import { countFrom, wholeNumber } from "../terminal/number-flags.js";
import { refused, refuseUnwritable, writeOutput } from "../terminal/output-file.js";
import { clearProgress, showProgress } from "../terminal/progress.js";
import { protocolModes } from "../terminal/protocol-modes.js";
import { printJson, printText } from "../terminal/terminal.js";

interface Flags {
  readonly seed?: number;
  readonly runs?: number;
  readonly protocol?: Readonly<Record<string, boolean>>;
  readonly trace?: string;
  readonly html?: string;
  readonly json?: true;
  readonly workers?: number;
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
    .option("--html <file>", "draw each first run, and how the runs spread, into one page")
    .option("--workers <count>", "how many threads play; one plays here", countFrom(1, 512))
    .option("--json", "print one object a scenario")
    .action(async (files: string[], flags: Flags) => {
      endWithReader();
      const summaries = await playAll(files, flags);
      process.exitCode = summaries.every(({ expectationsFailed }) => expectationsFailed.length === 0) ? 0 : 1;
    });
}

const workerModule = new URL("../../simulation/run/worker.js", import.meta.url);

/** Loads the simulator only now: a node, which does without, starts sooner. */
async function playAll(files: readonly string[], flags: Flags): Promise<Summary[]> {
  const [
    { readScenario },
    { simulate, simulateOnWorkers },
    { openWorkers },
    { Recorder },
    { scenarioReport, runPage },
    { textTimeline },
  ] = await Promise.all([
    import("../../simulation/scenario/scenario-file.js"),
    import("../../simulation/run/simulate.js"),
    import("../../simulation/jobs/thread-executor.js"),
    import("../../report/recording/recording.js"),
    import("../../report/pages/run-page.js"),
    import("../../report/text/text-timeline.js"),
  ]);
  const loaded = files.map((file) => {
    let document: object = {};
    const scenario = readScenario(file, (given) => {
      document = overridden(given, flags);
      return document;
    });
    return { scenario, document };
  });
  const trace = flags.trace === undefined ? null : openFile("--trace", flags.trace);
  if (flags.html !== undefined) refuseUnwritable("--html", flags.html);
  const isPictured = flags.html !== undefined || flags.json !== true;
  const clock = systemClock();
  const reports: ScenarioReport[] = [];
  const workers =
    flags.workers === undefined || flags.workers === 1
      ? null
      : await openWorkers<SimulateJob, readonly RunOutcome[]>(workerModule, flags.workers);
  const play = async (scenario: Scenario, document: object): Promise<Summary> => {
    let recorder: InstanceType<typeof Recorder> | null = null;
    let recording: Recording | null = null;
    const figures: RunFigures[] = [];
    const options: SimulateOptions = {
      clockMs: clock.nowMs,
      sink: trace === null ? undefined : (entry) => trace.write(`${JSON.stringify(entry)}\n`),
      watch: isPictured
        ? (cluster) => {
            recorder = new Recorder(cluster);
            return recorder;
          }
        : undefined,
      onRun: (done, outcome) => {
        recording ??= recorder?.finish(outcome) ?? null;
        const { recoveryMs, firstElectionMs, availability, observedMs } = outcome.metrics;
        figures.push({ recoveryMs, firstElectionMs, availability, observedMs });
        showRuns(scenario.name, done, scenario.runs);
      },
    };
    const summary =
      workers === null
        ? simulate(scenario, options)
        : await simulateOnWorkers(scenario, document, workers, options);
    const facts = summaryFacts(summary);
    if (recording !== null) reports.push(scenarioReport(scenario, summary, facts, figures, recording));
    if (flags.json) printJson(summary);
    else {
      const timeline = recording === null ? "" : textTimeline(recording, terminal());
      printText(
        `${summaryHead(summary, scenario.question)}${textTable(facts)}\n${timeline}${failuresText(summary)}\n`,
        terminal(),
      );
    }
    return summary;
  };
  try {
    const summaries: Summary[] = [];
    for (const { scenario, document } of loaded) summaries.push(await play(scenario, document));
    if (flags.html !== undefined) writeOutput("--html", flags.html, runPage(reports));
    return summaries;
  } finally {
    await workers?.close();
    trace?.close();
  }
}

/** How wide the terminal is, and whether it wants colours; a pipe is 80 wide and wants none. */
function terminal(): TextTimelineOptions {
  const { stdout, env } = process;
  const widthChars = stdout.isTTY ? stdout.columns || 80 : 80;
  return { widthChars, coloured: stdout.isTTY === true && (env["NO_COLOR"] ?? "") === "" };
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
