import { RaftbeatError } from "../../errors.js";
import { parseScenario } from "../../simulation/index.js";
import type { Executor } from "../../simulation/jobs/executor.js";
import type { StudyResult } from "./result.js";
import type { Study, StudyCase, Trial } from "./study.js";
import type { StudyJob } from "./study-job.js";

/** A chunk is short enough that all cores end at about the same time, and long enough to be worth sending. */
const mostTrialsPerJob = 50;

/** How a study is played. */
export interface StudyOptions {
  /** The first trial's. */
  readonly seed: number;
  /** How often each case is played; a study may divide them. @defaultValue the study's own number */
  readonly trials?: number | undefined;
  readonly executor: Executor<StudyJob, readonly Trial[]>;
  /** Is told how many trials of all are done. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/**
 * Plays a study; the results depend on the seed and the number of trials alone.
 * @throws RaftbeatError `internal` where a trial violated an invariant that its modes keep
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<StudyResult[]> {
  const { seed, trials: asked = study.defaultTrials, executor, onProgress } = options;
  const cases = study.cases(asked);
  const all = cases.reduce((sum, { trials }) => sum + trials, 0);
  let done = 0;
  const play = async (one: StudyCase): Promise<readonly Trial[]> => {
    const scenario = parseScenario(one.scenario);
    const jobs: Promise<readonly Trial[]>[] = [];
    for (let from = 0; from < one.trials; from += mostTrialsPerJob) {
      const count = Math.min(mostTrialsPerJob, one.trials - from);
      const job = executor.run({ scenario, seed, from, count });
      jobs.push(
        job.then((trials) => {
          done += count;
          onProgress?.(done, all);
          return trials;
        }),
      );
    }
    const trials = (await Promise.all(jobs)).flat();
    const broken = trials.findIndex(({ violation }) => violation !== null);
    if (broken >= 0)
      throw new RaftbeatError(
        "internal",
        `${study.name} ${JSON.stringify(one.labels)}: ${trials[broken]?.violation} broken in seed ${seed + broken}`,
      );
    return trials;
  };
  const results: StudyResult[] = [];
  const playing = cases.map(play);
  // All are begun at once; one that fails is reported in its turn.
  for (const trials of playing) trials.catch(() => {});
  for (const [index, one] of cases.entries()) {
    const trials = (await playing[index]) ?? [];
    const timesMs = trials.map(({ ms }) => ms).filter((ms) => ms !== null);
    const published = study.published?.(one.labels) ?? null;
    results.push({ row: study.row(one, trials), labels: one.labels, timesMs, published });
  }
  return results;
}
