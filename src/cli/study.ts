import { type Command, InvalidArgumentError } from "commander";
import { RaftbeatError } from "../errors.js";
import type { Row } from "../tuning/study.js";
import { textTable } from "./text-table.js";

interface Flags {
  readonly trials?: number;
  readonly seed: number;
  readonly workers?: number;
  readonly json?: true;
}

/** `raftbeat study`: repeats published experiments, and some of our own. */
export function addStudyCommand(program: Command): void {
  program
    .command("study")
    .summary("repeat a published experiment in the simulator")
    .description("Plays a study: published experiments, or what the parts of the protocol are worth.")
    .argument("<name>", "raft-figure-16, thesis-wan, ...; a wrong one lists them all")
    .option("--trials <count>", "how often to play each row", countFrom(1))
    .option("--seed <seed>", "the first trial's seed", countFrom(0), 1)
    .option("--workers <count>", "threads; all cores unless given", countFrom(1))
    .option("--json", "print one object a row")
    .action(playStudy);
}

/** Loads the studies only now: a node, which does without, starts sooner. */
async function playStudy(name: string, flags: Flags): Promise<void> {
  const [{ studies }, { runStudy }, { workerCount }] = await Promise.all([
    import("../tuning/studies.js"),
    import("../tuning/run-study.js"),
    import("../simulation/workers.js"),
  ]);
  const study = studies.find((one) => one.name === name);
  if (study === undefined)
    throw new RaftbeatError(
      "invalidSettings",
      `study ${name}: there is none; choose one of ${studies.map((one) => one.name).join(", ")}`,
    );
  const rows = await runStudy(study, {
    seed: flags.seed,
    trials: flags.trials ?? study.defaultTrials,
    workers: workerCount(flags.workers),
    onProgress: showProgress,
    ...(flags.json ? { onRow: (row: Row) => void process.stdout.write(`${JSON.stringify(row)}\n`) } : {}),
  });
  if (!flags.json) process.stdout.write(`${study.question}\n\n${tableOf(rows)}`);
}

function tableOf(rows: readonly Row[]): string {
  const heads = Object.keys(rows[0] ?? {});
  return textTable([heads, ...rows.map((row) => heads.map((head) => String(row[head] ?? "-")))]);
}

function showProgress(done: number, all: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done === all ? "\x1b[2K\r" : `\rtrial ${done} of ${all}`);
}

function countFrom(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least)
      throw new InvalidArgumentError(`${text} is no whole number from ${least}`);
    return number;
  };
}
