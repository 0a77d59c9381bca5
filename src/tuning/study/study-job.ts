import { playRun, type Scenario } from "../../simulation/index.js";
import type { Trial } from "./study.js";

/** Some trials of one case: trial k has seed `seed + k`. */
export interface StudyJob {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** Plays the trials of a job, in order. */
export function playTrials({ scenario, seed, from, count }: StudyJob): readonly Trial[] {
  return Array.from({ length: count }, (_, index) => {
    const { metrics, violation } = playRun(scenario, seed + from + index, { checks: "safety" });
    return {
      ms: violation === null ? metrics.recoveryMs : null,
      availability: metrics.availability,
      leaderChangeCount: metrics.leaderChangeCount,
      termGrowth: metrics.termGrowth,
      observedMs: metrics.observedMs,
      violation: violation?.invariant ?? null,
    };
  });
}
