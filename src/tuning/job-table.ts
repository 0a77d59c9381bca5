import type { JobTable } from "../simulation/jobs/executor.js";
import { playTrials } from "./study/study-job.js";
import { sweepJob } from "./sweep/sweep-job.js";

/** The kinds of jobs of this room. Checks of advice are jobs of sweeps. */
export const jobs = {
  file: "tuning/job-table.js",
  works: {
    /** Runs of a cell of a sweep, or of settings that are checked. */
    sweep: sweepJob,
    /** Trials of a row of a study. */
    study: playTrials,
  },
} as const satisfies JobTable;
