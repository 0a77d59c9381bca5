/**
 * Clusters of the production state machine and driver in a deterministic world. It needs no Node.js: what reads files and starts threads
 * is in `raftbeat/simulation/node`. Read in this order: prng, timeline, link, cluster, scenario, fault-player, safety, liveness, metrics,
 * run, simulate.
 */

export { type Quantiles, quantiles } from "../quantiles.js";
// What a cluster is made of, for watchers and rules.
export type { Driver, DriverHandlers, DriverPorts, RequestInput } from "../runtime/driver.js";
export { type BackendsScenario, parseBackendsScenario } from "./backends/backends-scenario.js";
export type {
  BackendsExpectation,
  BackendsFault,
  BackendsScenarioInput,
} from "./backends/backends-schema.js";
export type { ChecksTraceEntry } from "./backends/checks-trace.js";
export type { Notice } from "./backends/checks-truth.js";
export { type BackendsMetrics, type BackendsOutcome, playBackends } from "./backends/play-backends.js";
export {
  type BackendsSimulateOptions,
  type BackendsSummary,
  simulateBackends,
} from "./backends/simulate-backends.js";
export { Liveness } from "./checks/liveness.js";
export type { RunMetrics } from "./checks/metrics.js";
export type { Report } from "./checks/safety.js";
export { Safety, type Violation } from "./checks/safety.js";
export { Trace, type TraceEntry } from "./checks/trace.js";
export { Cluster, type ClusterOptions } from "./cluster/cluster.js";
export type { Introduced, Introductions } from "./cluster/introductions.js";
export type { DropReason, Link, LinkDefaults, LinkEnd } from "./cluster/link.js";
export type { LinkOpinion, LinkRule, LinkVerdict, Loss } from "./cluster/link-rules.js";
export type { ClockOwner, SimulatedClock } from "./cluster/simulated-clock.js";
export type { SimulatedDisk } from "./cluster/simulated-disk.js";
export type { LoopPhase } from "./cluster/simulated-host.js";
export type { ProcessWorld, SimulatedProcess } from "./cluster/simulated-process.js";
export { Watcher } from "./cluster/watcher.js";
export {
  defaultExploreOptions,
  type Exploration,
  type ExploreBounds,
  type ExploreOptions,
  explore,
  type FoundViolation,
} from "./explore/explore.js";
export type { Start } from "./explore/start.js";
export {
  type CampaignOptions,
  type CampaignProgress,
  type ProfileReport,
  playCampaign,
  type ReportedFailure,
} from "./fuzz/campaign.js";
export { type FuzzBatch, type FuzzFailure, fuzz, type SeedRange } from "./fuzz/fuzz.js";
export type { FuzzAnswer, FuzzJob, ShrunkFailure } from "./fuzz/fuzz-job.js";
export type { FuzzPlan } from "./fuzz/plan.js";
export { type FuzzProfileName, fuzzProfileNames } from "./fuzz/profile.js";
export {
  type Executor,
  inProcessExecutor,
  interruptible,
  type JobOf,
  type JobTable,
  type KeyOf,
  type ResultOf,
} from "./jobs/executor.js";
export type { Latency, Sampler } from "./kernel/latency.js";
export { integerOf, type Stream, splitSeed } from "./kernel/prng.js";
export { type Actor, Timeline } from "./kernel/timeline.js";
export type { PairTraceEntry } from "./pair/checks/pair-trace.js";
export type { Detection, Verdict } from "./pair/checks/roster-truth.js";
export { type EndOfProcess, PairWatcher, type Party } from "./pair/hosts/pair-watcher.js";
export type { PairMetrics, PairOutcome } from "./pair/pair-outcome.js";
export { type PairScenario, parsePairScenario } from "./pair/pair-scenario.js";
export type { PairExpectation, PairFault, PairScenarioInput } from "./pair/pair-schema.js";
export { type PairPlayOptions, playPair } from "./pair/play-pair.js";
export {
  type PairSimulateOptions,
  type PairSummary,
  simulatePair,
  summarizePair,
} from "./pair/simulate-pair.js";
export type { FailedExpectation } from "./run/expectations.js";
export type { RunOutcome } from "./run/outcome.js";
export { type PlayOptions, playRun, playWatched } from "./run/run.js";
export type { SimulateJob } from "./run/run-job.js";
export {
  type SimulateOptions,
  type Summary,
  simulate,
  simulateOn,
  summarize,
} from "./run/simulate.js";
export type { Fault } from "./scenario/fault-schema.js";
export { type Expectation, parseScenario, type Scenario, type ScenarioInput } from "./scenario/scenario.js";
export { ScenarioBuilder, scenario } from "./scenario/scenario-builder.js";
