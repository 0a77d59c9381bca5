import { fuzzJob } from "./fuzz/fuzz-job.js";
import type { JobTable } from "./jobs/executor.js";
import { playRuns } from "./run/run-job.js";

/** The kinds of jobs of this room. */
export const jobs = {
  file: "simulation/job-table.js",
  works: {
    /** Runs of a scenario. */
    simulate: playRuns,
    /** Seeds of a fuzzing profile, or the shrinking of one that failed. */
    fuzz: fuzzJob,
  },
} as const satisfies JobTable;
