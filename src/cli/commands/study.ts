import type { Command } from "commander";
import { RaftbeatError } from "../../errors.js";
import { studyText } from "../../report/text/study-text.js";
import type { StudyResult } from "../../tuning/study/result.js";
import { duration } from "../terminal/duration-flag.js";
import { endWithReader } from "../terminal/end-with-reader.js";
import { examples } from "../terminal/examples.js";
import { countFrom } from "../terminal/number-flags.js";
import { onInterrupt } from "../terminal/on-interrupt.js";
import { refuseUnwritable, writeOutput } from "../terminal/output-file.js";
import { clearProgress, showProgress } from "../terminal/progress.js";
import { printJson, printText } from "../terminal/terminal.js";

interface Flags {
  readonly trials?: number;
  readonly seed: number;
  readonly workers?: number;
  readonly json?: true;
  readonly html?: string;
  readonly nodes: number;
  readonly beats?: number;
  readonly trace?: string;
  readonly interval?: number;
}

/** `raftbeat study`: repeats published experiments, and some of our own. */
export function addStudyCommand(program: Command): void {
  program
    .command("study")
    .summary("repeat a published experiment in the simulator")
    .description("Plays a study: published experiments, or what the parts of the protocol are worth.")
    .argument("<name>", "raft-figure-16, thesis-wan, detectors, loopback, ...; a wrong one lists them all")
    .option("--trials <count>", "how often to play each row (default: the study's own)", countFrom(1, 1e7))
    .option("--seed <seed>", "the first trial's seed", countFrom(0), 1)
    .option("--workers <count>", "threads to work on (default: one for each core)", countFrom(1))
    .option("--nodes <count>", "of loopback: how many processes, 3 to 9", countFrom(3, 9), 3)
    .option(
      "--beats <count>",
      "of detectors, chen-2002, hayashibara-2004, bertier-2002: how many beats the trace has (default: the study's own)",
      countFrom(1000, 5_000_000),
    )
    .option(
      "--trace <file>",
      "of detectors: play your own arrivals, a line for each beat with its slot and when it arrived in ms (slot,ms or JSON)",
    )
    .option(
      "--interval <duration>",
      "of --trace: at which interval its sender beats (default: as it does)",
      duration,
    )
    .option("--html <file>", "draw the distributions, or the detectors' trade-off, into one page")
    .option("--json", "print one object a row")
    .addHelpText(
      "after",
      examples("study raft-figure-16 --trials 200", "study detectors --html detectors.html"),
    )
    .action(playStudy);
}

/** Loads the studies only now: a node, which does without, starts sooner. */
async function playStudy(name: string, flags: Flags): Promise<void> {
  const [{ studies }, { detectionStudies }, { runStudy }, { openThreads }, { jobs }] = await Promise.all([
    import("../../tuning/study/studies.js"),
    import("../../tuning/detection/detection-studies.js"),
    import("../../tuning/study/run-study.js"),
    import("../../simulation/jobs/thread-executor.js"),
    import("../../tuning/job-table.js"),
  ]);
  const study = studies.find((one) => one.name === name);
  const detection = detectionStudies.find((one) => one.name === name);
  if (study === undefined && detection === undefined && name !== "loopback")
    throw new RaftbeatError(
      "invalidSettings",
      `study ${name}: there is none; choose one of ${[...studies, ...detectionStudies].map((one) => one.name).join(", ")}, loopback`,
    );
  if (flags.html !== undefined) refuseUnwritable("--html", flags.html);
  if (detection !== undefined) {
    const { playDetectionStudy } = await import("../detection/play-detection-study.js");
    await playDetectionStudy(detection, flags);
    return;
  }
  for (const [flag, value] of Object.entries({
    "--beats": flags.beats,
    "--trace": flags.trace,
    "--interval": flags.interval,
  }))
    if (value !== undefined)
      throw new RaftbeatError("invalidSettings", `${flag} ${value}: study ${name} plays no trace of beats`);
  const { seed, trials } = flags;
  let results: readonly StudyResult[];
  let question: string;
  if (study === undefined) {
    const { studyLoopback, loopbackQuestion } = await import("../loopback/study-loopback.js");
    const { trials: kills = 60, nodes } = flags;
    results = await studyLoopback({ nodes, kills, seed, signal: onInterrupt(), onProgress: showTrials });
    question = loopbackQuestion;
  } else {
    endWithReader();
    const executor = await openThreads(jobs, "study", flags.workers);
    try {
      const asked = trials === undefined ? {} : { trials };
      results = await runStudy(study, { seed, ...asked, executor, onProgress: showTrials });
    } finally {
      await executor.close();
    }
    question = study.question;
  }
  if (flags.json) for (const { row } of results) printJson(row);
  else printText(studyText(name, question, results));
  if (flags.html === undefined) return;
  const { studyPage } = await import("../../report/pages/study-page.js");
  writeOutput("--html", flags.html, studyPage(name, question, results));
}

function showTrials(done: number, all: number): void {
  if (done === all) clearProgress();
  else showProgress(`study: trial ${done} of ${all}`);
}
