import { type Configuration, isNewer, type LossReason, type NodeId, quorumSize } from "../protocol/index.js";
import type { Cluster } from "./cluster.js";
import { longestMs } from "./latency.js";
import type { Report } from "./safety.js";
import type { SimulatedProcess } from "./simulated-process.js";
import { Watcher } from "./watcher.js";

/** Elections that fail in a row by bad luck alone, more than which nobody will see. */
const mostFailedRounds = 15;

/**
 * Checks L1 to L4 on windows: whenever links, processes or membership change it works out who can talk to a quorum, and from then on
 * compares the time since with what the settings allow.
 */
export class Liveness extends Watcher {
  private readonly cluster: Cluster;
  private readonly report: Report;
  /** Since when the node can talk both ways, quickly and without loss, to a quorum; infinity while it cannot. */
  private readonly calmSinceMs: number[];
  /** Since when no quorum can reach the node and back at all; infinity while one might. */
  private readonly cutSinceMs: number[];
  private readonly leaderSinceMs: number[];
  private readonly seen: (Configuration | null)[];
  /** Since when some voter has been calm. */
  private someCalmSinceMs = Number.POSITIVE_INFINITY;
  private ledUntilMs = 0;
  private highestTerm = 0;
  private highestTermSinceMs = 0;
  private reported = false;

  constructor(cluster: Cluster, report: Report) {
    super();
    this.cluster = cluster;
    this.report = report;
    const { processes } = cluster;
    this.calmSinceMs = processes.map(() => Number.POSITIVE_INFINITY);
    this.cutSinceMs = processes.map(() => Number.POSITIVE_INFINITY);
    this.leaderSinceMs = processes.map(() => Number.NEGATIVE_INFINITY);
    this.seen = processes.map(() => null);
    this.changed();
  }

  override settled(process: SimulatedProcess): void {
    const { nowMs } = this.cluster;
    const { place, node } = process;
    const { term, configuration } = node.record;
    if (term > this.highestTerm) {
      this.highestTerm = term;
      this.highestTermSinceMs = nowMs;
    }
    if (this.seen[place] !== configuration) {
      this.seen[place] = configuration;
      this.changed();
    }
    if (node.role.name === "leader") {
      if ((this.leaderSinceMs[place] as number) < 0) this.leaderSinceMs[place] = nowMs;
      this.checkCutLeader(process);
    } else this.leaderSinceMs[place] = Number.NEGATIVE_INFINITY;
    if (process.toldTerm !== null && process.leaseUntilMs > this.ledUntilMs)
      this.ledUntilMs = process.leaseUntilMs;
    const sinceMs = Math.max(this.someCalmSinceMs, this.ledUntilMs);
    if (nowMs - sinceMs > this.windowMs() && !this.reported) {
      this.reported = true;
      this.report(
        "L4",
        `nobody has led since ${sinceMs.toFixed(1)} ms, though a voter could talk to a quorum since ${this.someCalmSinceMs.toFixed(1)} ms`,
      );
    }
  }

  override lost(process: SimulatedProcess, term: number, reason: LossReason): void {
    const { nowMs } = this.cluster;
    const { modes, electionTimeout, voteHoldMs } = process.settings;
    this.ledUntilMs = Math.min(this.ledUntilMs, nowMs);
    if (!modes.preVote || !modes.quorumCheck || !modes.voteHold) return;
    if (reason !== "higherTerm" && reason !== "noQuorum" && reason !== "leaseExpired") return;
    const settledMs = (this.calmSinceMs[process.place] as number) + 2 * electionTimeout.maxMs + voteHoldMs;
    if (nowMs < settledMs) return;
    if (this.highestTerm > term && this.highestTermSinceMs < settledMs) return;
    this.report(
      "L2",
      `${process.id} lost term ${term} (${reason}) though it could talk to a quorum since ${this.calmSinceMs[process.place]} ms`,
    );
  }

  override died(): void {
    this.ledUntilMs = Math.min(this.ledUntilMs, this.cluster.nowMs);
  }

  override changed(): void {
    const { nowMs, processes } = this.cluster;
    const voters = this.voters();
    let someCalm = false;
    for (const process of processes) {
      const { place } = process;
      const counts = voters.has(process.id);
      const calm =
        counts && this.countAround(process, voters, (a, b) => this.isCalm(a, b)) >= quorumSize(voters.size);
      const reach = this.countAround(process, voters, (a, b) => this.reaches(a, b));
      this.calmSinceMs[place] = calm && isSteady(process) ? nowMs : Number.POSITIVE_INFINITY;
      const cut = reach < quorumSize(voters.size);
      if (!cut) this.cutSinceMs[place] = Number.POSITIVE_INFINITY;
      else if (this.cutSinceMs[place] === Number.POSITIVE_INFINITY) this.cutSinceMs[place] = nowMs;
      someCalm ||= this.calmSinceMs[place] === nowMs;
    }
    const { modes } = (processes[0] as SimulatedProcess).settings;
    const promised = modes.preVote && modes.quorumCheck && modes.voteHold;
    this.someCalmSinceMs = someCalm && promised ? nowMs : Number.POSITIVE_INFINITY;
  }

  /** A leader that a quorum cannot reach: its lease, then its role, must end in time (L3). */
  private checkCutLeader(process: SimulatedProcess): void {
    const { place, settings, clock } = process;
    const sinceMs = this.cutSinceMs[place] as number;
    if (sinceMs === Number.POSITIVE_INFINITY || !settings.modes.quorumCheck) return;
    const fromMs = Math.max(sinceMs, this.leaderSinceMs[place] as number);
    const slackMs = 2 + 2 * longestMs(this.cluster.options.lateness);
    const agoMs = this.cluster.nowMs - fromMs - slackMs;
    const localMs = agoMs * clock.rate;
    const longestHoldMs = Math.max(
      ...this.cluster.processes.map(({ settings: { voteHoldMs } }) => voteHoldMs),
    );
    if (process.leads() && localMs > longestHoldMs && settings.modes.voteHold)
      this.report(
        "L3",
        `${process.id} has a lease ${agoMs.toFixed(1)} ms after a quorum could last reach it`,
      );
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

  private reaches(from: SimulatedProcess, to: SimulatedProcess): boolean {
    return this.cluster.link(from, to).passes !== "nothing" && from.alive && to.alive;
  }

  /** Messages arrive, soon enough for a heartbeat and its answer to renew a lease. */
  private isCalm(from: SimulatedProcess, to: SimulatedProcess): boolean {
    const link = this.cluster.link(from, to);
    if (link.passes !== "all" || link.lossy || !isSteady(from) || !isSteady(to)) return false;
    const { options } = this.cluster;
    const { voteHoldMs, heartbeatIntervalMs } = from.settings;
    const roundTripMs = 2 * link.longestMs + longestMs(options.writeMs) + 2 * longestMs(options.lateness);
    return heartbeatIntervalMs + roundTripMs < 0.9 * voteHoldMs;
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
