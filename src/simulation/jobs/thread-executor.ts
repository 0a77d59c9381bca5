import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { RaftbeatError } from "../../errors.js";

/** Worker threads that all do the same kind of job. */
export interface Workers<Job, Result> {
  readonly count: number;
  /** Does a job on the next free thread; jobs begin in the order they were given. Rejects as the job did. */
  run(job: Job): Promise<Result>;
  /** Ends the threads, and with them the jobs under way. */
  close(): Promise<void>;
}

/** As many workers as there are cores, or as asked for. Errors: `invalidSettings` for more than any machine runs. */
export function workerCount(asked?: number): number {
  if (asked !== undefined && asked > mostWorkers)
    throw new RaftbeatError("invalidSettings", `--workers ${asked}: must be at most ${mostWorkers}`);
  return asked ?? availableParallelism();
}

const mostWorkers = 512;

/**
 * Starts worker threads.
 * @param module a compiled file that exports `work`, which takes a job and returns its result, both cloneable
 * Errors: `invalidSettings` where the optional package tinypool is not installed.
 */
export async function openWorkers<Job, Result>(module: URL, count: number): Promise<Workers<Job, Result>> {
  const { Tinypool } = await import("tinypool").catch((cause) => {
    throw new RaftbeatError(
      "invalidSettings",
      "worker threads need the package tinypool, which is not installed: npm install tinypool",
      { cause },
    );
  });
  const pool = new Tinypool({
    filename: fileURLToPath(module),
    runtime: "worker_threads",
    minThreads: count,
    maxThreads: count,
  });
  return {
    count,
    run: (job) => pool.run(job, { name: "work" }) as Promise<Result>,
    close: () => pool.destroy(),
  };
}
