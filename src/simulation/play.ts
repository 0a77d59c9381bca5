import { configurationOf } from "../protocol/index.js";
import { Cluster } from "./cluster.js";
import { expectedViolations } from "./expectations.js";
import { FaultPlayer } from "./fault-player.js";
import { Liveness } from "./liveness.js";
import { Metrics, type RunMetrics } from "./metrics.js";
import type { Stream } from "./prng.js";
import { Safety, type Violation } from "./safety.js";
import type { Scenario } from "./scenario.js";
import { Parts } from "./selectors.js";
import type { SimulatedProcess } from "./simulated-process.js";
import { Trace, type TraceEntry } from "./trace.js";

/** What one run came to. */
export interface RunOutcome {
  readonly seed: number;
  readonly metrics: RunMetrics;
  /** The part (as of the first fault) of whoever led first after it. */
  readonly newLeaderPart: string | null;
  /** The first broken promise, which ended the run. */
  readonly violation: (Violation & { readonly lastEvents: readonly string[] }) | null;
  readonly eventCount: number;
  readonly simulatedMs: number;
  readonly traceHash: string;
}

/** A cluster that has no stable leader after so long will not get one. */
const longestSettlingMs = 600_000;

/** So many of a new leader's heartbeats make its start forgotten. */
const heartbeatsBeforeCrash = 4;

/** How often to wait for a leader that does not lose its place before its time has come to die. */
const mostAttempts = 100;

/**
 * Plays a scenario once.
 * @param sink is told of everything that happens
 * @param watched `safety`: neither liveness is checked nor a trace kept, for studies of settings that elect nobody for long
 */
export function playRun(
  scenario: Scenario,
  seed: number,
  sink: ((entry: TraceEntry) => void) | null = null,
  watched: "all" | "safety" = "all",
): RunOutcome {
  const cluster = clusterOf(scenario, seed);
  const trace = new Trace(cluster, sink);
  const metrics = new Metrics(cluster);
  const checked = checkedPromises(scenario);
  let violation: RunOutcome["violation"] = null;
  const report = (promise: string, text: string) => {
    if (violation !== null || !checked(promise)) return;
    violation = { promise, atMs: cluster.nowMs, text, lastEvents: trace.lines() };
  };
  if (watched === "all") cluster.watchers.push(trace, new Liveness(cluster, report));
  cluster.watchers.push(new Safety(cluster, report), metrics);
  cluster.boot();
  if (scenario.logs === "different") rankLogs(cluster);
  let parts: Parts | null = null;
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
    parts = crashAtPhase(cluster, scenario, metrics, runTo);
  const player = new FaultPlayer(cluster, scenario.faults, () => {
    if (parts === null) metrics.begin();
  });
  const endMs = cluster.nowMs + scenario.observeMs;
  // A run without faults is observed from its start.
  if (scenario.faults.length === 0) parts ??= player.takeParts();
  player.begin(firstAtMs(scenario) + endMs);
  const { until } = scenario;
  const isOver = () =>
    until === "announced" ? metrics.recovered : isElected(cluster, until === "heartbeat");
  runTo(firstAtMs(scenario) + endMs, until === undefined ? undefined : isOver);
  parts ??= player.takeParts();
  const result = metrics.result();
  const recoveryMs =
    until === undefined || until === "announced" ? result.recoveryMs : isOver() ? result.observedMs : null;
  return {
    seed,
    metrics: { ...result, recoveryMs },
    newLeaderPart: result.newLeader === null ? null : parts.partOf(result.newLeader),
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

function clusterOf(scenario: Scenario, seed: number): Cluster {
  const { voters, observers, network, disk, timers, protocol, timingOf } = scenario;
  const { latency, loss, duplicate, links } = network;
  return new Cluster({
    seed,
    voters,
    observers,
    settingsOf: (id) => ({ ...timingOf(id), modes: protocol }),
    transport: network.transport,
    link: { latency, loss, duplicate },
    linkOf: (from, to) => {
      const own = links.find((link) => link.from === from && link.to === to);
      if (own === undefined) return undefined;
      return {
        latency: own.latency ?? latency,
        loss: own.loss ?? loss,
        duplicate: own.duplicate ?? duplicate,
      };
    },
    writeMs: disk.write,
    lateness: timers.lateness,
  });
}

/** Which promises hold in the scenario's mode, or are to be caught broken. */
function checkedPromises(scenario: Scenario): (promise: string) => boolean {
  const expected = expectedViolations(scenario.expect);
  const { preVote, quorumCheck, voteHold, durable } = scenario.protocol;
  const given = new Set<string>();
  const giveUp = (...promises: string[]) => {
    for (const promise of promises) given.add(promise);
  };
  if (!preVote) giveUp("L2", "L4");
  if (!quorumCheck) giveUp("L3", "L4");
  if (!voteHold) giveUp("I4", "fencing", "L2", "L4");
  if (!durable) giveUp("I1", "I2", "I3", "I4", "I5", "I7", "fencing", "quorum");
  return (promise) => expected.includes(promise) || !given.has(promise);
}

/**
 * The start of the classic measurements: the leader's heartbeat has reached all, and the leader dies at a random phase of the
 * interval until the next. Whoever may not win goes by an older configuration, as a short log would have it.
 */
function crashAtPhase(
  cluster: Cluster,
  scenario: Scenario,
  metrics: Metrics,
  runTo: (untilMs: number, done?: () => boolean) => void,
): Parts | null {
  const stream = cluster.streamOf("crash-phase");
  const leader = leaderAtPhase(cluster, stream, runTo);
  if (leader === null) return null;
  const parts = new Parts(cluster);
  metrics.begin();
  cluster.crash(leader, { host: false });
  const { eligible } = scenario;
  if (eligible !== undefined) {
    const first = Math.floor(cluster.streamOf("eligible")() * parts.followers.length);
    for (let index = 0; index < Math.min(eligible, parts.followers.length); index++)
      favour(parts.followers[(first + index) % parts.followers.length] as SimulatedProcess);
  }
  return parts;
}

/** Passes some heartbeats and then so much of the next interval; whoever leads all the while is the one to die. Null: nobody ever does. */
function leaderAtPhase(
  cluster: Cluster,
  stream: Stream,
  runTo: (untilMs: number, done?: () => boolean) => void,
): SimulatedProcess | null {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    runTo(cluster.nowMs + longestSettlingMs, () => cluster.isSettled());
    const leader = cluster.leader();
    if (leader === null) return null;
    const { term } = leader.node.record;
    runTo(cluster.nowMs + heartbeatsBeforeCrash * leader.settings.heartbeatIntervalMs);
    const { role } = leader.node;
    if (role.name === "leader") runTo(leader.clock.trueMs(role.nextHeartbeatAtMs));
    runTo(cluster.nowMs + stream() * leader.settings.heartbeatIntervalMs);
    if (leader.node.record.term === term && leader === cluster.leader() && cluster.isSettled()) return leader;
  }
  return null;
}

/** Lets every voter be newer or older than every other, in an order drawn from the seed; a newer configuration stands for a longer log. */
function rankLogs(cluster: Cluster): void {
  const stream = cluster.streamOf("logs");
  const voters = cluster.options.voters.map((id) => ({ process: cluster.process(id), key: stream() }));
  voters.sort((a, b) => a.key - b.key);
  for (const [rank, { process }] of voters.entries()) favour(process, rank);
}

/** Gives a node a configuration of the same members so many versions newer. */
function favour(process: SimulatedProcess, by = 1): void {
  const { node, disk } = process;
  const { id, voters, observers } = node.record.configuration;
  const configuration = configurationOf(id.term, id.version + by, voters, observers);
  node.record = { ...node.record, configuration };
  node.durable = node.record;
  disk.record = node.record;
}
