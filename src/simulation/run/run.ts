import { Liveness } from "../checks/liveness.js";
import { Metrics } from "../checks/metrics.js";
import { Safety } from "../checks/safety.js";
import { Trace, type TraceEntry } from "../checks/trace.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import type { Watcher } from "../cluster/watcher.js";
import type { Scenario } from "../scenario/scenario.js";
import { clusterOf } from "./cluster-of.js";
import { rankLogs, rankTerms } from "./configuration-ranks.js";
import { crashAtPhase, longestSettlingMs } from "./crash-phase.js";
import { expectedViolations } from "./expectations.js";
import { FaultPlayer } from "./fault-player.js";
import type { RunOutcome } from "./outcome.js";
import type { RolesAtFault } from "./selectors.js";

/** How a scenario is observed while it is played: that changes nothing, neither what happens nor the hash of it. */
export interface PlayOptions {
  /** Gets everything that happens. */
  readonly sink?: ((entry: TraceEntry) => void) | undefined;
  /**
   * What is checked besides. `all`, by default; `safety`: neither liveness nor a trace, for studies of settings that elect nobody for
   * long; `none`: nothing at all, which halves the work of a run.
   */
  readonly checks?: "all" | "safety" | "none" | undefined;
}

/**
 * Plays a scenario once.
 * @example
 * const crash = scenario("crash").at(0, { do: "crash", nodes: "leader" }).build();
 * const { metrics, violation } = playRun(crash, 1);
 */
export function playRun(scenario: Scenario, seed: number, options: PlayOptions = {}): RunOutcome {
  return playOn(clusterOf(scenario, seed), scenario, seed, [], options);
}

/**
 * Plays a scenario once under one more watcher, and gives that back with what the run came to.
 * @param watch makes the watcher, for the cluster of the run
 */
export function playWatched<Own extends Watcher>(
  scenario: Scenario,
  seed: number,
  watch: (cluster: Cluster) => Own,
  options: PlayOptions = {},
): { readonly outcome: RunOutcome; readonly watcher: Own } {
  const cluster = clusterOf(scenario, seed);
  const watcher = watch(cluster);
  return { outcome: playOn(cluster, scenario, seed, [watcher], options), watcher };
}

function playOn(
  cluster: Cluster,
  scenario: Scenario,
  seed: number,
  watchers: readonly Watcher[],
  { sink, checks = "all" }: PlayOptions,
): RunOutcome {
  const trace = new Trace(cluster, sink);
  const metrics = new Metrics(cluster);
  const checked = checkedInvariants(scenario);
  let violation: RunOutcome["violation"] = null;
  const report = (invariant: string, text: string) => {
    if (violation !== null || !checked(invariant)) return;
    violation = { invariant, atMs: cluster.nowMs, text, lastEvents: trace.lines() };
  };
  if (checks === "all") cluster.watchers.push(trace);
  if (checks !== "none") cluster.watchers.push(new Safety(cluster, report));
  if (checks === "all") cluster.watchers.push(new Liveness(cluster, report));
  cluster.watchers.push(metrics);
  cluster.watchers.push(...watchers);
  cluster.boot();
  if (scenario.logs === "different") rankLogs(cluster);
  if (scenario.terms === "different") rankTerms(cluster);
  let roles: RolesAtFault | null = null;
  const runTo = (untilMs: number, done: () => boolean = () => false) => {
    while (violation === null && !done() && cluster.timeline.nextMs() <= untilMs) cluster.timeline.step();
    if (violation === null && !done()) cluster.timeline.runUntil(untilMs);
  };
  const runSettled = () => {
    runTo(longestSettlingMs, () => cluster.isSettled());
    if (scenario.start === "settled") runTo(cluster.nowMs + scenario.settleMs);
  };
  if (scenario.start !== "fresh") runSettled();
  if (violation === null && scenario.start === "crash-phase")
    roles = crashAtPhase(cluster, scenario, () => metrics.begin(), runTo);
  const player = new FaultPlayer(cluster, scenario.faults, () => {
    if (roles === null) metrics.begin();
  });
  const endMs = cluster.nowMs + scenario.observeMs;
  // A run without faults is observed from its start.
  if (scenario.faults.length === 0) roles ??= player.takeRoles();
  player.begin(firstAtMs(scenario) + endMs);
  const { until } = scenario;
  const isOver = () =>
    until === "announced" ? metrics.recovered : isElected(cluster, until === "heartbeat");
  runTo(firstAtMs(scenario) + endMs, until === undefined ? undefined : isOver);
  if (violation === null) for (const watcher of cluster.watchers) watcher.ended();
  roles ??= player.takeRoles();
  const parts = player.roles ?? roles;
  for (const watcher of cluster.watchers) watcher.cast((process) => parts.roleOf(process));
  const result = metrics.result();
  const recoveryMs =
    until === undefined || until === "announced" ? result.recoveryMs : isOver() ? result.observedMs : null;
  return {
    seed,
    metrics: { ...result, recoveryMs },
    newLeaderRole: result.newLeader === null ? null : roles.roleOf(cluster.process(result.newLeader)),
    violation,
    eventCount: cluster.eventCount,
    simulatedMs: cluster.nowMs,
    traceHash: trace.hash,
  };
}

/** True iff some node that runs has won an election, and (`heard`) every voter that runs has its first heartbeat. */
function isElected(cluster: Cluster, heard: boolean): boolean {
  for (const leader of cluster.processes) {
    if (!leader.alive || leader.node.role.name !== "leader") continue;
    if (!heard) return true;
    return cluster.processes.every(
      ({ id, alive, node: { role } }) =>
        !alive || id === leader.id || cluster.options.observers.includes(id) || follows(role, leader.id),
    );
  }
  return false;
}

function follows(role: SimulatedProcess["node"]["role"], leader: string): boolean {
  return role.name === "follower" && role.leader === leader;
}

/** When the first fault that has a time of its own strikes. */
function firstAtMs(scenario: Scenario): number {
  const times = scenario.faults.map(({ at }) => at ?? 0);
  return times.length === 0 ? 0 : Math.min(...times);
}

/** Which invariants hold in the scenario's mode, or are to be caught broken. */
function checkedInvariants(scenario: Scenario): (invariant: string) => boolean {
  const expected = expectedViolations(scenario.expect);
  const { preVote, quorumCheck, voteHold, durable } = scenario.protocol;
  const given = new Set<string>();
  const giveUp = (...invariants: string[]) => {
    for (const invariant of invariants) given.add(invariant);
  };
  if (!preVote) giveUp("L2", "L4");
  if (!quorumCheck) giveUp("L3", "L4");
  if (!voteHold) giveUp("I4", "fencing", "L2", "L4");
  if (!durable) giveUp("I1", "I2", "I3", "I4", "I5", "I7", "fencing", "following", "quorum");
  return (invariant) => expected.includes(invariant) || !given.has(invariant);
}
