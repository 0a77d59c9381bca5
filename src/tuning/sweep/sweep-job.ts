import { RaftbeatError } from "../../errors.js";
import type { Executor } from "../../simulation/jobs/executor.js";
import { type BaselineJob, type BaselineResult, playBaseline } from "./baseline.js";
import { playCellRuns, type RunsJob, type RunsResult } from "./cell-runs.js";

/** One job of a sweep, or of a check of advice. */
export type SweepJob = RunsJob | BaselineJob;

/** What a job came to; its kind is the job's. */
export type SweepResult = RunsResult | BaselineResult;

/** Does the jobs of sweeps and of checks of advice. */
export type SweepExecutor = Executor<SweepJob, SweepResult>;

/** Does one job. */
export function sweepJob(job: SweepJob): SweepResult {
  return job.kind === "runs" ? playCellRuns(job) : playBaseline(job);
}

/** Has an executor play some runs. @throws RaftbeatError `internal` where the executor answers another job than it was given */
export async function runsOn(executor: SweepExecutor, job: RunsJob): Promise<RunsResult> {
  const result = await executor.run(job);
  if (result.kind !== "runs") throw answeredAnother(job, result);
  return result;
}

/** Has an executor play baseline runs. @throws RaftbeatError `internal` where the executor answers another job than it was given */
export async function baselineOn(executor: SweepExecutor, job: BaselineJob): Promise<BaselineResult> {
  const result = await executor.run(job);
  if (result.kind !== "baseline") throw answeredAnother(job, result);
  return result;
}

function answeredAnother(job: SweepJob, result: SweepResult): RaftbeatError {
  return new RaftbeatError("internal", `an executor answered a job of kind ${job.kind} with ${result.kind}`);
}
