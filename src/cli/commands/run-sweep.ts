import { RaftbeatError } from "../../errors.js";
import { sweepText } from "../../report/text/sweep-text.js";
import { systemClock } from "../../runtime/system-ports.js";
import { openWorkers, type Workers, workerCount } from "../../simulation/jobs/thread-executor.js";
import { readScenario } from "../../simulation/scenario/scenario-file.js";
import type { CellRecord } from "../../tuning/sweep/cell-record.js";
import { summarizeCells } from "../../tuning/sweep/cell-summary.js";
import { sweepCsv } from "../../tuning/sweep/csv.js";
import { cellsOf, parseVariation } from "../../tuning/sweep/grid.js";
import { fingerprintOf, readSweepState, writeSweepState } from "../../tuning/sweep/state.js";
import { runSweep, type SweepHands, type SweepPlan, type SweepProgress } from "../../tuning/sweep/sweep.js";
import type { QuietResult, RunsResult, SweepFigure, SweepJob } from "../../tuning/sweep/worker.js";
import { onInterrupt } from "../terminal/on-interrupt.js";
import { refuseUnwritable, writeOutput } from "../terminal/output-file.js";
import { clearProgress, durationText, showProgress } from "../terminal/progress.js";
import { printJson, printText } from "../terminal/terminal.js";
import { version } from "../terminal/version.js";

/** What `raftbeat sweep` is told. */
export interface SweepFlags {
  readonly vary: readonly string[];
  readonly figure: SweepFigure;
  readonly precision: number;
  readonly runs: number;
  readonly minRuns: number;
  readonly quietMinutes: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly resume?: string;
  readonly csv?: string;
  readonly html?: string;
  readonly json?: true;
}

/** How often, at most, a state file is written while all goes well. */
const stateEveryMs = 1_000;

/**
 * Plays a sweep and gives its exit code: 1 if a promise was broken in it.
 * Errors: `invalidSettings`; `aborted` after Ctrl-C, saying how to go on.
 */
export async function sweepFile(file: string, flags: SweepFlags): Promise<number> {
  const { plan, variations, name, question } = planOf(file, flags);
  for (const flag of ["csv", "html", "resume"] as const) {
    const path = flags[flag];
    if (path !== undefined) refuseUnwritable(`--${flag}`, path);
  }
  const fingerprint = fingerprintOf([version(), { ...plan, cells: variations }]);
  const about = `${file} --vary ${flags.vary.join(" --vary ")}`;
  const records = flags.resume === undefined ? new Map() : readSweepState(flags.resume, fingerprint);
  await play(plan, flags, fingerprint, about, records);
  const summaries = summarizeCells(plan.cells, records, plan.figure);
  const paths = variations.map(({ path }) => path);
  if (flags.json) for (const summary of summaries) printJson(summary);
  else printText(sweepText({ name, question, variations, summaries }));
  if (flags.csv !== undefined) writeOutput("--csv", flags.csv, sweepCsv(paths, summaries));
  if (flags.html !== undefined) {
    const { sweepPage } = await import("../../report/pages/sweep-page.js");
    const page = sweepPage({ name, question, variations, summaries, records });
    writeOutput("--html", flags.html, page);
  }
  return summaries.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

function planOf(file: string, flags: SweepFlags) {
  if (flags.minRuns > flags.runs)
    throw new RaftbeatError("invalidSettings", `--min-runs ${flags.minRuns} is above --runs ${flags.runs}`);
  let document: object = {};
  const { seed, name, question } = readScenario(file, (found) => {
    document = found;
    return found;
  });
  const variations = flags.vary.map(parseVariation);
  const plan: SweepPlan = {
    document,
    cells: cellsOf(document, variations),
    figure: flags.figure,
    stopping: { precision: flags.precision, minRuns: flags.minRuns, maxRuns: flags.runs },
    seed: flags.seed ?? seed,
    quietMinutes: flags.quietMinutes,
  };
  if (plan.cells.every(({ scenario }) => scenario === null))
    throw new RaftbeatError(
      "invalidSettings",
      `no combination can be played; the first: ${plan.cells[0]?.refusal ?? "there is none"}`,
    );
  return { plan, variations, name, question };
}

/** Plays on all workers, keeps the state file, and tells a terminal how far it is. */
async function play(
  plan: SweepPlan,
  flags: SweepFlags,
  fingerprint: string,
  about: string,
  records: Map<number, CellRecord>,
): Promise<void> {
  const clock = systemClock();
  const interrupted = onInterrupt(false);
  const workers = await openWorkers<SweepJob, RunsResult | QuietResult>(
    new URL("../../../dist/tuning/sweep/worker.js", import.meta.url),
    workerCount(flags.workers),
  );
  const startedMs = clock.nowMs();
  let startShare: number | null = null;
  let savedMs = startedMs;
  let costMs = 0;
  const save = (path: string) => {
    const beganMs = clock.nowMs();
    writeSweepState(path, fingerprint, about, records);
    savedMs = clock.nowMs();
    costMs = savedMs - beganMs;
  };
  try {
    await runSweep(plan, handsOf(workers, interrupted), records, (progress) => {
      startShare ??= progress.share;
      showShare(progress, startShare, clock.nowMs() - startedMs);
      // A large state takes long to write, and must not take most of the time.
      const dueMs = savedMs + Math.max(stateEveryMs, 20 * costMs);
      if (flags.resume !== undefined && !interrupted.aborted && clock.nowMs() >= dueMs) save(flags.resume);
    });
    if (flags.resume !== undefined) save(flags.resume);
  } catch (error) {
    if (!interrupted.aborted) throw error;
    const path = flags.resume ?? `raftbeat-sweep-${fingerprint}.json`;
    save(path);
    throw new RaftbeatError("aborted", `interrupted; to go on, give the same command with --resume ${path}`, {
      cause: error,
    });
  } finally {
    clearProgress();
    await workers.close();
  }
}

function handsOf(workers: Workers<SweepJob, RunsResult | QuietResult>, interrupted: AbortSignal): SweepHands {
  const stopped = new Promise<never>((_, reject) => {
    interrupted.addEventListener("abort", () => reject(interrupted.reason));
  });
  stopped.catch(() => {});
  const run = async (job: SweepJob) => {
    interrupted.throwIfAborted();
    const result = workers.run(job);
    // It is heard of below, unless the interruption was first.
    result.catch(() => {});
    return Promise.race([result, stopped]);
  };
  return {
    count: workers.count,
    runs: (job) => run(job) as Promise<RunsResult>,
    quiet: (job) => run(job) as Promise<QuietResult>,
  };
}

function showShare(progress: SweepProgress, startShare: number, elapsedMs: number): void {
  const { doneCells, cells, runs, share } = progress;
  const left =
    share - startShare < 0.01
      ? ""
      : `, ${durationText((elapsedMs * (1 - share)) / (share - startShare))} left`;
  showProgress(`sweep: ${doneCells} of ${cells} combinations, ${runs} runs${left}`);
}
