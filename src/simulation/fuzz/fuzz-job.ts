import { stringify } from "yaml";
import { type FuzzBatch, fuzz, playPlan, type SeedRange } from "./fuzz.js";
import { documentOf, planOf } from "./plan.js";
import { shrink } from "./shrink.js";

/** A job of the fuzzer: to play some seeds, or to shrink one that failed. */
export interface FuzzJob extends SeedRange {
  readonly do: "play" | "shrink";
}

/** A failure made small, as a scenario file. */
export interface ShrunkFailure {
  readonly yaml: string;
  readonly faultCount: number;
  readonly replayCount: number;
  readonly text: string;
}

/** What a job came to: `play` to what the seeds gave, `shrink` to the scenario that is left. */
export interface FuzzAnswer {
  readonly batch: FuzzBatch | null;
  readonly shrunk: ShrunkFailure | null;
}

/** Does one job. @throws RaftbeatError `invalidSettings` where fast-check is needed and not installed */
export async function fuzzJob(job: FuzzJob): Promise<FuzzAnswer> {
  if (job.do === "play") return { batch: fuzz(job), shrunk: null };
  const plan = planOf(job.profile, job.from);
  const { failure } = playPlan(plan);
  if (failure === null) return { batch: null, shrunk: null };
  const small = await shrink(plan, failure);
  const shrunk = {
    yaml: stringify(documentOf(small.plan), { lineWidth: 110 }),
    faultCount: small.plan.faults.length,
    replayCount: small.replayCount,
    text: small.failure.text,
  };
  return { batch: null, shrunk };
}
