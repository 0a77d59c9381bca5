import { stringify } from "yaml";
import { type FuzzBatch, fuzz, type SeedRange } from "./fuzz.js";
import { pairDocumentOf, pairPlanOf } from "./pair-plan.js";
import { documentOf, planOf } from "./plan.js";
import { clusterWay, pairWay, type ShrinkWay, shrink } from "./shrink.js";

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
  if (job.profile !== "pair") {
    const plan = planOf(job.profile, job.from);
    return { batch: null, shrunk: await shrunkBy(clusterWay, plan, documentOf) };
  }
  return { batch: null, shrunk: await shrunkBy(pairWay, pairPlanOf(job.from), pairDocumentOf) };
}

/** What is left of a plan, if it fails. */
async function shrunkBy<Fault, Plan extends { readonly seed: number; readonly faults: readonly Fault[] }>(
  way: ShrinkWay<Plan>,
  plan: Plan,
  document: (plan: Plan) => object,
): Promise<ShrunkFailure | null> {
  const { failure } = way.play(plan);
  if (failure === null) return null;
  const small = await shrink(plan, failure, way);
  return {
    yaml: stringify(document(small.plan), { lineWidth: 110, aliasDuplicateObjects: false }),
    faultCount: small.plan.faults.length,
    replayCount: small.replayCount,
    text: small.failure.text,
  };
}
