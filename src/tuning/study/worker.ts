import { parseScenario, playRun, type ScenarioInput } from "../../simulation/index.js";
import type { Trial } from "./study.js";

/** Some trials of one case: trial k has seed `seed + k`, whoever plays it. */
export interface StudyJob {
  readonly scenario: ScenarioInput;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** Plays the trials of a job, in order. */
export function work(job: StudyJob): Trial[] {
  const scenario = parseScenario(job.scenario);
  return Array.from({ length: job.count }, (_, index) => {
    const { metrics, violation } = playRun(scenario, job.seed + job.from + index, { checks: "safety" });
    return {
      ms: violation === null ? metrics.recoveryMs : null,
      availability: metrics.availability,
      leaderChangeCount: metrics.leaderChangeCount,
      termGrowth: metrics.termGrowth,
      observedMs: metrics.observedMs,
      violation: violation?.promise ?? null,
    };
  });
}
