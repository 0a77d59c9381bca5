/** The part of the simulator that needs Node.js: scenario files, worker threads, and the jobs that threads and other machines do. */

export { jobs as simulationJobs } from "./job-table.js";
export { doJob } from "./jobs/executor.js";
export { openThreads } from "./jobs/thread-executor.js";
export { type BuiltInScenario, builtInScenarios } from "./scenario/built-in-scenarios.js";
export {
  type AnyScenario,
  readAnyScenario,
  readScenario,
  readScenarioFile,
  type ScenarioFile,
  type ScenarioOverrides,
} from "./scenario/scenario-file.js";
