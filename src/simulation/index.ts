/**
 * Clusters of the production state machine and driver in a deterministic world. Read in this order: prng, timeline, link, cluster,
 * scenario, fault-player, safety, liveness, metrics, play, simulate.
 */

export { type Quantiles, quantiles } from "../quantiles.js";
export { Liveness } from "./checks/liveness.js";
export { Safety, type Violation } from "./checks/safety.js";
export { Trace, type TraceEntry } from "./checks/trace.js";
export { Cluster, type ClusterOptions } from "./cluster/cluster.js";
export type { DropReason } from "./cluster/link.js";
export type { LinkOpinion, LinkRule, Loss } from "./cluster/link-rules.js";
export type { SimulatedProcess } from "./cluster/simulated-process.js";
export { Watcher } from "./cluster/watcher.js";
export {
  defaultExploreOptions,
  type Exploration,
  type ExploreBounds,
  type ExploreOptions,
  explore,
  type FoundViolation,
} from "./explore/explore.js";
export type { Latency } from "./kernel/latency.js";
export { integerOf, type Stream, splitSeed } from "./kernel/prng.js";
export { type Actor, Timeline } from "./kernel/timeline.js";
export type { Failure } from "./run/expectations.js";
export type { RunOutcome } from "./run/outcome.js";
export { type PlayOptions, playRun } from "./run/run.js";
export {
  type SimulateOptions,
  type Summary,
  simulate,
  simulateOnWorkers,
  summarize,
} from "./run/simulate.js";
export type { Fault } from "./scenario/fault-schema.js";
export { type Expectation, parseScenario, type Scenario, type ScenarioInput } from "./scenario/scenario.js";
export { ScenarioBuilder, scenario } from "./scenario/scenario-builder.js";
