import type { Command } from "commander";
import { RaftbeatError } from "../../errors.js";
import { studyText } from "../../report/text/study-text.js";
import type { StudyResult } from "../../tuning/study/result.js";
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
}

/** `raftbeat study`: repeats published experiments, and some of our own. */
export function addStudyCommand(program: Command): void {
  program
    .command("study")
    .summary("repeat a published experiment in the simulator")
    .description("Plays a study: published experiments, or what the parts of the protocol are worth.")
    .argument("<name>", "raft-figure-16, thesis-wan, loopback, ...; a wrong one lists them all")
    .option("--trials <count>", "how often to play each row (default: the study's own)", countFrom(1, 1e7))
    .option("--seed <seed>", "the first trial's seed", countFrom(0), 1)
    .option("--workers <count>", "threads to work on (default: one for each core)", countFrom(1))
    .option("--nodes <count>", "of loopback: how many processes, 3 to 9", countFrom(3, 9), 3)
    .option("--html <file>", "draw the distributions into one page")
    .option("--json", "print one object a row")
    .addHelpText(
      "after",
      examples("study raft-figure-16 --trials 200", "study loopback --trials 10 --html loopback.html"),
    )
    .action(playStudy);
}

/** Loads the studies only now: a node, which does without, starts sooner. */
async function playStudy(name: string, flags: Flags): Promise<void> {
  const [{ studies }, { runStudy }, { openThreads }, { jobs }] = await Promise.all([
    import("../../tuning/study/studies.js"),
    import("../../tuning/study/run-study.js"),
    import("../../simulation/jobs/thread-executor.js"),
    import("../../tuning/job-table.js"),
  ]);
  const study = studies.find((one) => one.name === name);
  if (study === undefined && name !== "loopback")
    throw new RaftbeatError(
      "invalidSettings",
      `study ${name}: there is none; choose one of ${studies.map((one) => one.name).join(", ")}, loopback`,
    );
  if (flags.html !== undefined) refuseUnwritable("--html", flags.html);
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
