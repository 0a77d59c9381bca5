/** Does jobs of one kind, several at a time: threads of this process, this thread itself, or other machines. */
export interface Executor<Job, Result> {
  /** How many jobs are done at a time; more than so many wait. */
  readonly count: number;
  /** Does a job. Jobs begin in the order in which they were given. Rejects as the job did. */
  run(job: Job): Promise<Result>;
  /** Ends the executor, and with it the jobs under way. */
  close(): Promise<void>;
}

/**
 * Kinds of jobs by their keys, and what does a job of each: a function of the job alone. Job and result are plain data. So a key and a
 * job are all that another thread or another machine is sent, once it has loaded the same table.
 */
export interface JobTable {
  /** The file of the built package that exports this table as `jobs`. */
  readonly file: string;
  /** What does a job of each kind, by the key of the kind. */
  readonly works: Readonly<Record<string, (job: never) => unknown>>;
}

/** The keys of a table. */
export type KeyOf<Table extends JobTable> = keyof Table["works"] & string;

/** What a job of this key looks like. */
export type JobOf<Table extends JobTable, Key extends KeyOf<Table>> = Parameters<Table["works"][Key]>[0];

/** What a job of this key comes to. */
export type ResultOf<Table extends JobTable, Key extends KeyOf<Table>> = Awaited<
  ReturnType<Table["works"][Key]>
>;

/** Does one job of a table. @throws RangeError for a key that is not in the table */
export async function doJob(table: JobTable, key: string, job: unknown): Promise<unknown> {
  const work = Object.hasOwn(table.works, key) ? table.works[key] : undefined;
  if (work === undefined) throw new RangeError(`${table.file} has no jobs of the key ${key}`);
  return work(job as never);
}

/** Does jobs in this thread, each as soon as it is given. */
export function inProcessExecutor<Table extends JobTable, Key extends KeyOf<Table>>(
  table: Table,
  key: Key,
): Executor<JobOf<Table, Key>, ResultOf<Table, Key>> {
  return {
    count: 1,
    run: (job) => doJob(table, key, job) as Promise<ResultOf<Table, Key>>,
    close: async () => {},
  };
}

/** The same executor, whose jobs reject once the signal is aborted: those that wait, and those under way. */
export function interruptible<Job, Result>(
  executor: Executor<Job, Result>,
  signal: AbortSignal,
): Executor<Job, Result> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => {});
  return {
    count: executor.count,
    close: () => executor.close(),
    run: async (job) => {
      signal.throwIfAborted();
      const result = executor.run(job);
      // The race below reports a failure, unless the interruption came first.
      result.catch(() => {});
      return Promise.race([result, stopped]);
    },
  };
}
