import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { builtFile } from "../../built-file.js";
import { RaftbeatError } from "../../errors.js";
import type { Executor, JobOf, JobTable, KeyOf, ResultOf } from "./executor.js";
import type { ThreadTask } from "./thread-entry.js";

/** No machine runs more. */
const mostThreads = 512;

/**
 * Starts worker threads for the jobs of one key.
 * @param count how many threads
 * @defaultValue count: one for each core
 * @throws RaftbeatError `invalidSettings` for more than 512 threads
 * @example
 * const executor = await openThreads(tuningJobs, "sweep");
 */
export async function openThreads<Table extends JobTable, Key extends KeyOf<Table>>(
  table: Table,
  key: Key,
  count: number = availableParallelism(),
): Promise<Executor<JobOf<Table, Key>, ResultOf<Table, Key>>> {
  if (count > mostThreads)
    throw new RaftbeatError("invalidSettings", `--workers ${count}: must be at most ${mostThreads}`);
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({
    filename: fileURLToPath(builtFile("simulation/jobs/thread-entry.js")),
    runtime: "worker_threads",
    minThreads: count,
    maxThreads: count,
  });
  return {
    count,
    run: (job) =>
      pool.run({ file: table.file, key, job } satisfies ThreadTask, { name: "runTask" }) as Promise<
        ResultOf<Table, Key>
      >,
    close: () => pool.destroy(),
  };
}
