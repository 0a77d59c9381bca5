/**
 * Clusters of the production state machine and driver in a deterministic world. Read in this order: prng, timeline, link, cluster,
 * scenario, fault-player, safety, liveness, metrics, play, simulate.
 */
export { type Quantiles, quantiles } from "../quantiles.js";
export { Cluster, type ClusterOptions } from "./cluster.js";
export type { Failure } from "./expectations.js";
export {
  defaultExploreOptions,
  type Exploration,
  type ExploreBounds,
  type ExploreOptions,
  explore,
  type FoundViolation,
} from "./explore.js";
export type { Fault } from "./fault-schema.js";
export type { Latency } from "./latency.js";
export type { LinkOpinion, LinkRule, Loss } from "./link-rules.js";
export { Liveness } from "./liveness.js";
export { type PlayOptions, playRun, type RunOutcome } from "./play.js";
export { integerOf, type Stream, splitSeed } from "./prng.js";
export { Safety, type Violation } from "./safety.js";
export { type Expectation, parseScenario, type Scenario, type ScenarioInput } from "./scenario.js";
export { ScenarioBuilder, scenario } from "./scenario-builder.js";
export { type Replica, ServiceCluster, type ServiceClusterOptions } from "./service-cluster.js";
export { type SimulateOptions, type Summary, simulate, simulateOnWorkers, summarize } from "./simulate.js";
export type { SimulatedProcess } from "./simulated-process.js";
export { type Actor, Timeline } from "./timeline.js";
export { Trace, type TraceEntry } from "./trace.js";
export { type DropReason, Watcher } from "./watcher.js";
