import { RaftbeatError } from "../../errors.js";
import { openWorkers } from "../../simulation/jobs/thread-executor.js";
import type { Row, Study, StudyCase, Trial } from "./study.js";
import type { StudyJob } from "./worker.js";

/** A chunk is short enough that all cores end at about the same time, and long enough to be worth sending. */
const mostTrialsPerJob = 50;

/** How a study is played. */
export interface StudyOptions {
  readonly seed: number;
  readonly trials: number;
  readonly workers: number;
  /** The compiled module that plays trials. */
  readonly workerModule?: URL;
  /** Is told of each row as soon as it is known, in order, with the case and the trials that it sums up. */
  readonly onRow?: (row: Row, one: StudyCase, trials: readonly Trial[]) => void;
  /** Is told how many trials of all are done. */
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Plays a study on worker threads; the rows depend on the seed and the number of trials alone.
 * Errors: `internal` where a trial broke a promise that its modes keep.
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<Row[]> {
  const cases = study.cases(options.trials);
  const module = options.workerModule ?? new URL("./worker.js", import.meta.url);
  const workers = await openWorkers<StudyJob, Trial[]>(module, options.workers);
  const all = cases.reduce((sum, { trials }) => sum + trials, 0);
  let done = 0;
  const play = async (one: StudyCase): Promise<readonly Trial[]> => {
    const jobs: Promise<Trial[]>[] = [];
    for (let from = 0; from < one.trials; from += mostTrialsPerJob) {
      const count = Math.min(mostTrialsPerJob, one.trials - from);
      const job = workers.run({ scenario: one.scenario, seed: options.seed, from, count });
      jobs.push(
        job.then((trials) => {
          done += count;
          options.onProgress?.(done, all);
          return trials;
        }),
      );
    }
    const trials = (await Promise.all(jobs)).flat();
    const broken = trials.findIndex(({ violation }) => violation !== null);
    if (broken >= 0)
      throw new RaftbeatError(
        "internal",
        `${study.name} ${JSON.stringify(one.labels)}: ${trials[broken]?.violation} broken in seed ${options.seed + broken}`,
      );
    return trials;
  };
  try {
    const rows: Row[] = [];
    const playing = cases.map(play);
    // All are begun at once; one that fails is reported in its turn.
    for (const trials of playing) trials.catch(() => {});
    for (const [place, one] of cases.entries()) {
      const trials = (await playing[place]) ?? [];
      const row = study.row(one, trials);
      rows.push(row);
      options.onRow?.(row, one, trials);
    }
    return rows;
  } finally {
    await workers.close();
  }
}
