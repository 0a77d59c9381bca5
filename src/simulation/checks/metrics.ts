import type { NodeId } from "../../protocol/index.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import { Watcher } from "../cluster/watcher.js";

/** What one run came to. */
export interface RunMetrics {
  /** From a cold start to the first node that leads; null if none did. */
  readonly firstElectionMs: number | null;
  /** From the first fault to a leader, or null if there was none again; 0 if the old one never stopped. */
  readonly recoveryMs: number | null;
  /** The first leader after it; null if there was none. */
  readonly newLeader: NodeId | null;
  /** True iff the leader at the first fault never stopped leading. */
  readonly sameLeader: boolean;
  readonly leaderChangeCount: number;
  readonly termGrowth: number;
  /** The share of the observed time with a leader. */
  readonly availability: number;
  readonly observedMs: number;
  /** When, after the first fault, the last time without a leader ended, or the run's end if it did not end; null if there always was a leader. */
  readonly unledUntilMs: number | null;
  /** How many nodes led, each time from which on that was another number and more than one did before or after. */
  readonly overlaps: readonly { readonly atMs: number; readonly count: number }[];
}

/** Keeps account of who leads when: from being told until the loss is told or the lease has ended, whichever is first. */
export class Metrics extends Watcher {
  private readonly cluster: Cluster;
  private readonly untilMs: number[];
  private readonly ledTerm: number[];
  private firstElectionMs: number | null = null;
  private beganMs: number | null = null;
  private firstTerm = 0;
  private accountedMs = 0;
  private coveredMs = 0;
  private ledAtFault = new Set<number>();
  private interrupted = new Set<number>();
  private recoveredMs: number | null = null;
  private newLeader: NodeId | null = null;
  private changes = 0;
  private unledUntilMs: number | null = null;
  private readonly overlaps: { atMs: number; count: number }[] = [];

  constructor(cluster: Cluster) {
    super();
    this.cluster = cluster;
    this.untilMs = cluster.processes.map(() => Number.NEGATIVE_INFINITY);
    this.ledTerm = cluster.processes.map(() => 0);
  }

  /** Counts from now: the first fault is about to strike. */
  begin(): void {
    const { nowMs } = this.cluster;
    this.beganMs = nowMs;
    this.accountedMs = nowMs;
    this.firstTerm = this.highestTerm();
    this.interrupted.clear();
    for (const [index, untilMs] of this.untilMs.entries()) if (untilMs > nowMs) this.ledAtFault.add(index);
  }

  /** True once somebody leads after the first fault who did not lead before, or leads again. */
  get recovered(): boolean {
    return this.recoveredMs !== null;
  }

  override gained(process: SimulatedProcess, term: number): void {
    const { nowMs } = this.cluster;
    this.account();
    this.firstElectionMs ??= nowMs;
    this.extend(process);
    if (this.beganMs !== null && term > (this.ledTerm[process.index] as number)) this.changes++;
    this.ledTerm[process.index] = term;
    this.noteOverlap();
  }

  override lost(process: SimulatedProcess): void {
    this.end(process);
  }

  override died(process: SimulatedProcess): void {
    this.end(process);
  }

  override settled(process: SimulatedProcess): void {
    if (process.toldTerm !== null) this.extend(process);
  }

  override changed(): void {
    for (const process of this.cluster.processes) if (process.toldTerm !== null) this.extend(process);
  }

  /** What the run came to, now that it is over. */
  result(): RunMetrics {
    this.account();
    const { nowMs } = this.cluster;
    const beganMs = this.beganMs ?? nowMs;
    const observedMs = nowMs - beganMs;
    const stayed = [...this.ledAtFault].find(
      (index) => !this.interrupted.has(index) && (this.untilMs[index] as number) > nowMs,
    );
    const sameLeader = this.recoveredMs === null && stayed !== undefined;
    const recoveryMs = sameLeader ? 0 : this.recoveredMs === null ? null : this.recoveredMs - beganMs;
    return {
      firstElectionMs: this.firstElectionMs,
      recoveryMs,
      newLeader: sameLeader ? (this.cluster.processes[stayed as number]?.id ?? null) : this.newLeader,
      sameLeader,
      leaderChangeCount: this.changes,
      termGrowth: this.beganMs === null ? 0 : this.highestTerm() - this.firstTerm,
      availability: observedMs === 0 ? 0 : this.coveredMs / observedMs,
      observedMs,
      unledUntilMs: this.unledUntilMs,
      overlaps: this.overlaps,
    };
  }

  private extend(process: SimulatedProcess): void {
    const { index, leaseUntilMs } = process;
    const { nowMs } = this.cluster;
    const knownMs = this.untilMs[index] as number;
    if (leaseUntilMs === knownMs) return;
    if (knownMs < nowMs) {
      this.account();
      if (leaseUntilMs > nowMs) this.beginsToLead(process);
    } else if (leaseUntilMs < knownMs) this.account();
    this.untilMs[index] = leaseUntilMs;
  }

  private beginsToLead(process: SimulatedProcess): void {
    if (this.beganMs === null || this.recoveredMs !== null) return;
    this.recoveredMs = this.cluster.nowMs;
    this.newLeader = process.id;
  }

  private end({ index }: SimulatedProcess): void {
    this.account();
    this.untilMs[index] = Number.NEGATIVE_INFINITY;
    this.interrupted.add(index);
    this.noteOverlap();
  }

  /** Counts the time since the last account as led as far as the leases known until now reach. */
  private account(): void {
    const { nowMs } = this.cluster;
    let ledUntilMs = this.accountedMs;
    for (const [index, untilMs] of this.untilMs.entries()) {
      if (untilMs > ledUntilMs) ledUntilMs = untilMs;
      if (untilMs < nowMs) this.interrupted.add(index);
    }
    if (this.beganMs !== null) {
      this.coveredMs += Math.min(ledUntilMs, nowMs) - this.accountedMs;
      if (ledUntilMs < nowMs) this.unledUntilMs = nowMs - this.beganMs;
    }
    this.accountedMs = nowMs;
  }

  private noteOverlap(): void {
    const { nowMs } = this.cluster;
    if (this.beganMs === null || this.overlaps.length >= 10_000) return;
    const count = this.untilMs.filter((untilMs) => untilMs > nowMs).length;
    const before = this.overlaps.at(-1)?.count ?? this.ledAtFault.size;
    if (count !== before && Math.max(count, before) > 1)
      this.overlaps.push({ atMs: nowMs - this.beganMs, count });
  }

  private highestTerm(): number {
    return Math.max(...this.cluster.processes.map(({ node }) => node.record.term));
  }
}
