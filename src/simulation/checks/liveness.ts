import {
  type Configuration,
  isNewer,
  type LossReason,
  type NodeId,
  quorumLargest,
  quorumSize,
} from "../../protocol/index.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import { Watcher } from "../cluster/watcher.js";
import { longestMs } from "../kernel/latency.js";
import type { Report } from "./safety.js";

/** Elections that fail in a row by bad luck alone, more than which nobody will see. */
const mostFailedRounds = 15;
/** How often to look whether a connection that was stuck has come to flow. */
const lookAgainMs = 5;

/**
 * Checks L1 to L4 on windows: whenever links, processes or membership change it works out who can talk to a quorum, and from then on
 * compares the time since with what the settings allow: after each event, before each such change and at the end.
 */
export class Liveness extends Watcher {
  private readonly cluster: Cluster;
  private readonly report: Report;
  /** Since when the node can talk both ways, quickly and without loss, to a quorum; infinity while it cannot. */
  private readonly calmSinceMs: number[];
  /** By index, until when the node could reach each other and be reached; infinity while it can. */
  private readonly reachedUntilMs: number[][];
  /** When a quorum, each of its voters at its own time, could last reach the node and back; infinity while one can. */
  private readonly cutSinceMs: number[];
  private readonly leaderSinceMs: number[];
  private readonly seen: (Configuration | null)[];
  /** Since when the node has the configuration that it has. */
  private readonly configuredSinceMs: number[];
  /** Since when some voter has been calm. */
  private someCalmSinceMs = Number.POSITIVE_INFINITY;
  private ledUntilMs = 0;
  private highestTerm = 0;
  private highestTermSinceMs = 0;
  private invariant: "L1" | "L4" = "L1";
  private lookAgainAtMs = Number.POSITIVE_INFINITY;
  /** The invariant reported broken since somebody led last. */
  private reported: string | null = null;

  constructor(cluster: Cluster, report: Report) {
    super();
    this.cluster = cluster;
    this.report = report;
    const { processes } = cluster;
    this.calmSinceMs = processes.map(() => Number.POSITIVE_INFINITY);
    this.cutSinceMs = processes.map(() => Number.POSITIVE_INFINITY);
    this.reachedUntilMs = processes.map(() => processes.map(() => Number.POSITIVE_INFINITY));
    this.leaderSinceMs = processes.map(() => Number.NEGATIVE_INFINITY);
    this.seen = processes.map(() => null);
    this.configuredSinceMs = processes.map(() => 0);
    this.changed();
  }

  override settled(process: SimulatedProcess): void {
    const { nowMs } = this.cluster;
    const { index, node } = process;
    const { term, configuration } = node.record;
    if (term > this.highestTerm) {
      this.highestTerm = term;
      this.highestTermSinceMs = nowMs;
    }
    if (this.seen[index] !== configuration) {
      this.seen[index] = configuration;
      this.configuredSinceMs[index] = nowMs;
      this.lookAround(false);
    } else if (nowMs >= this.lookAgainAtMs) this.lookAround(false);
    if (node.role.name === "leader") {
      if ((this.leaderSinceMs[index] as number) < 0) this.leaderSinceMs[index] = nowMs;
      this.checkCutLeader(process);
    } else this.leaderSinceMs[index] = Number.NEGATIVE_INFINITY;
    if (process.toldTerm !== null && process.leaseUntilMs > this.ledUntilMs) {
      this.ledUntilMs = process.leaseUntilMs;
      this.reported = null;
    }
    this.checkLeaderless();
  }

  override lost(process: SimulatedProcess, term: number, reason: LossReason): void {
    const { nowMs } = this.cluster;
    const { electionTimeout, voteHoldMs } = process.settings;
    this.ledUntilMs = Math.min(this.ledUntilMs, nowMs);
    if (reason !== "higherTerm" && reason !== "noQuorum" && reason !== "leaseExpired") return;
    // Rounds that began before the links were good, or before this node led, may still end it.
    const settledMs = Math.max(
      (this.calmSinceMs[process.index] as number) + 2 * electionTimeout.maxMs + voteHoldMs,
      (this.leaderSinceMs[process.index] as number) + voteHoldMs,
    );
    if (nowMs < settledMs) return;
    if (this.highestTerm > term && this.highestTermSinceMs < settledMs) return;
    this.report(
      "L2",
      `${process.id} lost term ${term} (${reason}) though it could talk to a quorum since ${this.calmSinceMs[process.index]} ms`,
    );
  }

  override died(): void {
    this.ledUntilMs = Math.min(this.ledUntilMs, this.cluster.nowMs);
  }

  override changed(): void {
    // Nothing may have happened for long: then nobody has asked yet.
    this.checkLeaderless();
    this.lookAround(true);
  }

  override ended(): void {
    this.checkLeaderless();
    for (const process of this.cluster.processes)
      if (process.alive && !process.paused && process.node.role.name === "leader")
        this.checkCutLeader(process);
  }

  /** Works out who is calm and who is cut. @param anew a calm node counts as calm only from now on */
  private lookAround(anew: boolean): void {
    const { nowMs, processes } = this.cluster;
    this.lookAgainAtMs = Number.POSITIVE_INFINITY;
    const voters = this.voters();
    let someCalmMs = Number.POSITIVE_INFINITY;
    for (const process of processes) {
      const { index } = process;
      const counts = voters.has(process.id);
      const calm =
        counts && this.countAround(process, voters, (a, b) => this.isCalm(a, b)) >= quorumSize(voters.size);
      const calmMs = this.calmSinceMs[index] as number;
      if (!calm || !isSteady(process)) this.calmSinceMs[index] = Number.POSITIVE_INFINITY;
      else if (anew || calmMs === Number.POSITIVE_INFINITY) this.calmSinceMs[index] = nowMs;
      this.cutSinceMs[index] = this.reachedByQuorumUntilMs(process);
      someCalmMs = Math.min(someCalmMs, this.calmSinceMs[index] as number);
    }
    this.someCalmSinceMs = someCalmMs;
    // Where all that run can talk to each other it is L1 that is broken if nobody leads, elsewhere L4.
    const running = processes.filter(({ id, alive }) => alive && voters.has(id));
    const isWhole = running.every((one) =>
      running.every((other) => one === other || this.isCalm(one, other)),
    );
    this.invariant = isWhole ? "L1" : "L4";
  }

  /** Somebody leads once a voter has been calm for long enough (L1, L4). */
  private checkLeaderless(): void {
    const { nowMs } = this.cluster;
    const sinceMs = Math.max(this.someCalmSinceMs, this.ledUntilMs);
    if (nowMs <= sinceMs || nowMs - sinceMs <= this.windowMs() || this.reported === this.invariant) return;
    this.reported = this.invariant;
    this.report(
      this.invariant,
      `nobody has led since ${sinceMs.toFixed(1)} ms, though a voter could talk to a quorum since ${this.someCalmSinceMs.toFixed(1)} ms`,
    );
  }

  /** A leader that a quorum cannot reach: its lease, then its role, must end in time (L3). */
  private checkCutLeader(process: SimulatedProcess): void {
    const { index, settings, clock } = process;
    const sinceMs = this.cutSinceMs[index] as number;
    if (sinceMs === Number.POSITIVE_INFINITY) return;
    // Whom a leader adds counts as heard when it is added (rule 14), and who is heard no longer may be removed.
    const fromMs = Math.max(
      sinceMs,
      this.leaderSinceMs[index] as number,
      this.configuredSinceMs[index] as number,
    );
    const slackMs = 2 + 2 * longestMs(this.cluster.options.lateness);
    const agoMs = this.cluster.nowMs - fromMs - slackMs;
    // What the leader's clock has shown since is at least this: it may have run slower before.
    const localMs = agoMs * Math.min(clock.rate, 1 - settings.clockDriftRatio);
    const longestHoldMs = Math.max(
      ...this.cluster.processes.map(({ settings: { voteHoldMs } }) => voteHoldMs),
    );
    if (process.leads() && localMs > longestHoldMs)
      this.report(
        "L3",
        `${process.id} has a lease ${agoMs.toFixed(1)} ms after a quorum could last reach it`,
      );
    // A process that wakes deals with its messages before it acts on the time.
    if (this.cluster.nowMs - process.resumedAtMs <= slackMs) return;
    if (localMs > settings.quorumTimeoutMs)
      this.report(
        "L3",
        `${process.id} still is leader ${agoMs.toFixed(1)} ms after a quorum could last reach it`,
      );
  }

  /** How many voters, itself included, a node has on the other side of good links. */
  private countAround(
    process: SimulatedProcess,
    voters: ReadonlySet<NodeId>,
    good: (a: SimulatedProcess, b: SimulatedProcess) => boolean,
  ): number {
    return this.cluster.processes.filter(
      (other) =>
        voters.has(other.id) && (other === process || (good(process, other) && good(other, process))),
    ).length;
  }

  /** Until when a quorum of the process's own configuration was in reach, each voter by itself, as a lease counts promises (rule 15). */
  private reachedByQuorumUntilMs(process: SimulatedProcess): number {
    const { nowMs, processes } = this.cluster;
    const untilMs = this.reachedUntilMs[process.index] as number[];
    for (const other of processes) {
      const { index } = other;
      if (other === process || (this.reaches(process, other) && this.reaches(other, process)))
        untilMs[index] = Number.POSITIVE_INFINITY;
      else if (untilMs[index] === Number.POSITIVE_INFINITY) untilMs[index] = nowMs;
    }
    const { voters } = process.node.record.configuration;
    if (voters.length === 0) return Number.POSITIVE_INFINITY;
    return quorumLargest(voters.map(({ id }) => untilMs[this.cluster.indexNamed(id)] ?? nowMs));
  }

  private reaches(from: SimulatedProcess, to: SimulatedProcess): boolean {
    return this.cluster.link(from, to).passes !== "nothing" && from.alive && to.alive;
  }

  /** Messages arrive, soon enough for a heartbeat and its answer to renew a lease. */
  private isCalm(from: SimulatedProcess, to: SimulatedProcess): boolean {
    const link = this.cluster.link(from, to);
    if (link.passes !== "all" || link.lossy || !isSteady(from) || !isSteady(to)) return false;
    const { options } = this.cluster;
    // Heartbeats go out at the leader's pace, or faster where holds are short, and their answers must outlast the next.
    const { voteHoldMs } = to.settings;
    const { heartbeatIntervalMs, clockDriftRatio } = from.settings;
    const promisedMs = (voteHoldMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio);
    const heartbeatMs = Math.max(Math.min(heartbeatIntervalMs, voteHoldMs / 2), heartbeatIntervalMs / 10);
    const roundTripMs = 2 * link.longestMs + longestMs(options.writeMs) + 2 * longestMs(options.lateness);
    if (heartbeatMs + roundTripMs >= 0.95 * promisedMs) return false;
    // What a stream sends again, or dials anew, takes its time after the fault has gone, and nothing tells when it has.
    if (!link.flowing) this.lookAgainAtMs = this.cluster.nowMs + lookAgainMs;
    return link.flowing;
  }

  /** Long enough for a leader to emerge. */
  private windowMs(): number {
    let longest = 0;
    for (const { settings } of this.cluster.processes) {
      const { electionTimeout, quorumTimeoutMs, voteHoldMs } = settings;
      longest = Math.max(longest, mostFailedRounds * electionTimeout.maxMs + quorumTimeoutMs + voteHoldMs);
    }
    return longest;
  }

  /** The voters of the newest configuration that a running process holds. */
  private voters(): Set<NodeId> {
    let newest = this.cluster.processes[0]?.node.record.configuration;
    for (const { alive, node } of this.cluster.processes) {
      const { configuration } = node.record;
      if (alive && (newest === undefined || isNewer(configuration.id, newest.id))) newest = configuration;
    }
    return new Set(newest?.voters.map(({ id }) => id));
  }
}

/** True for a process that runs as it should: on time, with a disk that writes, under its own identity. */
function isSteady({ alive, paused, failure, disk, clock, settings, identity }: SimulatedProcess): boolean {
  const drift = Math.abs(clock.rate - 1);
  return (
    alive &&
    !paused &&
    failure === null &&
    disk.healthy &&
    drift <= settings.clockDriftRatio &&
    identity === 0
  );
}
