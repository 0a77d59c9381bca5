import { builtFile } from "../../built-file.js";
import { doJob, type JobTable } from "./executor.js";

/** What a worker thread is sent. */
export interface ThreadTask {
  /** The file of the built package that exports the table of jobs. */
  readonly file: string;
  readonly key: string;
  readonly job: unknown;
}

/** Does one job: every worker thread runs this, whatever the kind of its jobs. */
export async function runTask({ file, key, job }: ThreadTask): Promise<unknown> {
  const { jobs } = (await import(builtFile(file).href)) as { jobs: JobTable };
  return doJob(jobs, key, job);
}
