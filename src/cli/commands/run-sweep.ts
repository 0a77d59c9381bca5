import { RaftbeatError } from "../../errors.js";
import { sweepText } from "../../report/text/sweep-text.js";
import { systemClock } from "../../runtime/system-ports.js";
import { interruptible } from "../../simulation/jobs/executor.js";
import { openThreads } from "../../simulation/jobs/thread-executor.js";
import { readScenarioFile } from "../../simulation/scenario/scenario-file.js";
import { jobs } from "../../tuning/job-table.js";
import { sweepCsv } from "../../tuning/sweep/csv.js";
import { parseVariation } from "../../tuning/sweep/grid.js";
import type { SweepMetric } from "../../tuning/sweep/metric.js";
import { fingerprintOf, readSweepState, writeSweepState } from "../../tuning/sweep/state.js";
import {
  planSweep,
  runSweep,
  type SweepPlan,
  type SweepProgress,
  type SweepReport,
} from "../../tuning/sweep/sweep.js";
import { onInterrupt } from "../terminal/on-interrupt.js";
import { refuseUnwritable, writeOutput } from "../terminal/output-file.js";
import { clearProgress, durationText, showProgress } from "../terminal/progress.js";
import { printJson, printText } from "../terminal/terminal.js";
import { version } from "../terminal/version.js";

/** What `raftbeat sweep` is told. */
export interface SweepFlags {
  readonly vary: readonly string[];
  readonly metric: SweepMetric;
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
 * Plays a sweep and gives its exit code: 1 if an invariant was violated in it.
 * @throws RaftbeatError `invalidSettings`; `aborted` after Ctrl-C, saying how to go on
 */
export async function sweepFile(file: string, flags: SweepFlags): Promise<number> {
  const plan = planOf(file, flags);
  for (const flag of ["csv", "html", "resume"] as const) {
    const path = flags[flag];
    if (path !== undefined) refuseUnwritable(`--${flag}`, path);
  }
  const about = `${file} --vary ${flags.vary.join(" --vary ")}`;
  const report = await play(plan, flags, about);
  const { summaries, variations } = report;
  if (flags.json) for (const summary of summaries) printJson(summary);
  else printText(sweepText(report));
  const paths = variations.map(({ path }) => path);
  if (flags.csv !== undefined) writeOutput("--csv", flags.csv, sweepCsv(paths, summaries));
  if (flags.html !== undefined) {
    const { sweepPage } = await import("../../report/pages/sweep-page.js");
    writeOutput("--html", flags.html, sweepPage(report));
  }
  return summaries.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

function planOf(file: string, flags: SweepFlags): SweepPlan {
  const { metric, precision, minRuns, runs, quietMinutes, seed } = flags;
  if (minRuns > runs)
    throw new RaftbeatError("invalidSettings", `--min-runs ${minRuns} is above --runs ${runs}`);
  return planSweep(readScenarioFile(file), flags.vary.map(parseVariation), {
    metric,
    stopping: { precision, minRuns, maxRuns: runs },
    quietMinutes,
    ...(seed === undefined ? {} : { seed }),
  });
}

/** Plays on all cores, keeps the state file, and tells a terminal how far it is. */
async function play(plan: SweepPlan, flags: SweepFlags, about: string): Promise<SweepReport> {
  const { name: _, question: __, variations, cells: ___, ...decides } = plan;
  const fingerprint = fingerprintOf([version(), { ...decides, cells: variations }]);
  const records = flags.resume === undefined ? new Map() : readSweepState(flags.resume, fingerprint);
  const clock = systemClock();
  const interrupted = onInterrupt(false);
  const executor = await openThreads(jobs, "sweep", flags.workers);
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
    const report = await runSweep(plan, interruptible(executor, interrupted), records, (progress) => {
      startShare ??= progress.share;
      showShare(progress, startShare, clock.nowMs() - startedMs);
      // A large state takes long to write, and must not take most of the time.
      const dueMs = savedMs + Math.max(stateEveryMs, 20 * costMs);
      if (flags.resume !== undefined && !interrupted.aborted && clock.nowMs() >= dueMs) save(flags.resume);
    });
    if (flags.resume !== undefined) save(flags.resume);
    return report;
  } catch (error) {
    if (!interrupted.aborted) throw error;
    const path = flags.resume ?? `raftbeat-sweep-${fingerprint}.json`;
    save(path);
    throw new RaftbeatError("aborted", `interrupted; to go on, give the same command with --resume ${path}`, {
      cause: error,
    });
  } finally {
    clearProgress();
    await executor.close();
  }
}

function showShare(progress: SweepProgress, startShare: number, elapsedMs: number): void {
  const { doneCells, cells, runs, share } = progress;
  const left =
    share - startShare < 0.01
      ? ""
      : `, ${durationText((elapsedMs * (1 - share)) / (share - startShare))} left`;
  showProgress(`sweep: ${doneCells} of ${cells} combinations, ${runs} runs${left}`);
}
