import { fuzzJob } from "./fuzz/fuzz-job.js";
import type { JobTable } from "./jobs/executor.js";
import { playRuns } from "./run/run-job.js";

/** The kinds of jobs of this room. */
export const jobs = {
  file: "simulation/job-table.js",
  works: { simulate: playRuns, fuzz: fuzzJob },
} as const satisfies JobTable;
