import { knownLeader, type LossReason, type Message } from "../../protocol/index.js";
import type { Cluster } from "../../simulation/cluster/cluster.js";
import type { DropReason } from "../../simulation/cluster/link.js";
import type { SimulatedProcess } from "../../simulation/cluster/simulated-process.js";
import { Watcher } from "../../simulation/cluster/watcher.js";
import type { RunOutcome } from "../../simulation/run/outcome.js";
import type { Fault } from "../../simulation/scenario/fault-schema.js";
import { faultLabel } from "./fault-label.js";
import { MessageLog } from "./message-log.js";
import type { Announcement, Cause, FaultBand, LinkChange, Recording, RoleSpan } from "./run-data.js";
import type { LinkState, RoleName } from "./run-words.js";

/** More happenings than a page can hold; a recording ends before the one after. */
export const longestRecording = 100_000;

type Open<Span> = { -readonly [Key in keyof Span]: Span[Key] };

/** Takes down one run: who was what and when, what was said, and what went wrong. */
export class Recorder extends Watcher {
  private readonly cluster: Cluster;
  private readonly most: number;
  private readonly log: MessageLog;
  private readonly roles: Open<RoleSpan>[][];
  private readonly leases: { node: number; fromMs: number; untilMs: number; term: number }[] = [];
  private readonly openLease: (number | null)[];
  private readonly pauses: { node: number; fromMs: number; untilMs: number }[] = [];
  private readonly openPause: (number | null)[];
  private readonly faults = new Map<number, Open<FaultBand>>();
  private readonly links: LinkState[][];
  private readonly linkChanges: LinkChange[] = [];
  private readonly linksAtStart: LinkState;
  private readonly announcements: Announcement[] = [];
  private readonly timers = { atMs: [] as number[], node: [] as number[] };
  /** What was told to a node and has not settled yet. */
  private readonly causes: Cause[];
  private parts: readonly (string | null)[];
  private count = 0;
  private cutOffMs: number | null = null;

  /** @param most how many happenings are taken down before the recording ends */
  constructor(cluster: Cluster, most: number = longestRecording) {
    super();
    const { processes } = cluster;
    this.cluster = cluster;
    this.most = most;
    this.log = new MessageLog(processes.length);
    this.roles = processes.map(() => [
      { fromMs: 0, untilMs: 0, role: "down", term: 0, leader: null, cause: "start" },
    ]);
    this.openLease = processes.map(() => null);
    this.openPause = processes.map(() => null);
    this.causes = processes.map(() => "other");
    this.parts = processes.map(() => null);
    this.linksAtStart = cluster.options.link.loss === 0 ? "ok" : "lossy";
    this.links = processes.map(() => processes.map(() => this.linksAtStart));
    this.changed();
  }

  override sent(from: SimulatedProcess, to: SimulatedProcess, message: Message): void {
    if (this.takes()) this.log.sent(this.cluster.nowMs, from.index, to.index, message, this.indexNamed);
  }

  override delivered(to: SimulatedProcess, from: SimulatedProcess, message: Message): void {
    if (this.cutOffMs !== null) return;
    const index = this.log.delivered(this.cluster.nowMs, from.index, to.index, message);
    if (index !== null) this.causes[to.index] = index;
  }

  override dropped(from: SimulatedProcess, to: SimulatedProcess, message: Message, why: DropReason): void {
    if (this.cutOffMs === null) this.log.dropped(this.cluster.nowMs, from.index, to.index, message, why);
  }

  override fired(process: SimulatedProcess): void {
    this.causes[process.index] = "timer";
    if (process.node.role.name === "leader" || !this.takes()) return;
    this.timers.atMs.push(rounded(this.cluster.nowMs));
    this.timers.node.push(process.index);
  }

  override settled(process: SimulatedProcess): void {
    this.look(process);
    this.causes[process.index] = "other";
  }

  override gained(process: SimulatedProcess, term: number): void {
    this.announce(process, term, null);
  }

  override lost(process: SimulatedProcess, term: number, reason: LossReason): void {
    this.announce(process, term, reason);
  }

  override started(process: SimulatedProcess): void {
    this.causes[process.index] = "start";
    this.look(process);
  }

  override died(process: SimulatedProcess): void {
    this.causes[process.index] = "death";
    this.look(process);
  }

  override changed(): void {
    for (const process of this.cluster.processes) this.look(process);
    for (const from of this.cluster.processes)
      for (const to of this.cluster.processes) if (from !== to) this.lookAtLink(from, to);
  }

  override faultBegan(number: number, fault: Fault, nodes: readonly SimulatedProcess[]): void {
    if (!this.takes()) return;
    const label = faultLabel(
      fault,
      nodes.map(({ id }) => id),
    );
    const indices = nodes.map(({ index }) => index);
    const fromMs = rounded(this.cluster.nowMs);
    this.faults.set(number, { kind: fault.do, label, fromMs, untilMs: null, nodes: indices });
  }

  override faultEnded(number: number): void {
    const fault = this.faults.get(number);
    if (fault !== undefined && this.cutOffMs === null) fault.untilMs = rounded(this.cluster.nowMs);
  }

  override cast(partOf: (process: SimulatedProcess) => string): void {
    this.parts = this.cluster.processes.map((process) => {
      const part = partOf(process);
      return part === process.id ? null : part;
    });
  }

  /** What was taken down, now that the run is over. */
  finish({ seed, metrics, violation, simulatedMs }: RunOutcome): Recording {
    const { processes, options } = this.cluster;
    const endMs = rounded(this.cutOffMs ?? simulatedMs);
    const until = (atMs: number) => Math.min(rounded(atMs), endMs);
    for (const spans of this.roles) (spans.at(-1) as Open<RoleSpan>).untilMs = endMs;
    for (const [index, since] of this.openPause.entries())
      if (since !== null) this.pauses.push({ node: index, fromMs: since, untilMs: endMs });
    const beganMs = rounded(simulatedMs - metrics.observedMs);
    const recoveredMs = metrics.recoveryMs === null ? null : rounded(beganMs + metrics.recoveryMs);
    return {
      nodes: processes.map(({ id }) => id),
      parts: this.parts,
      voterCount: options.voters.length,
      seed,
      endMs,
      isCutOff: this.cutOffMs !== null,
      beganMs: beganMs <= endMs ? beganMs : null,
      recoveredMs: recoveredMs !== null && recoveredMs <= endMs ? recoveredMs : null,
      violation:
        violation === null
          ? null
          : { atMs: rounded(violation.atMs), invariant: violation.invariant, text: violation.text },
      roles: this.roles.map((spans) => spans.filter(({ fromMs, untilMs }) => untilMs > fromMs)),
      leases: this.leases
        .map((lease) => ({ ...lease, untilMs: until(lease.untilMs) }))
        .filter(({ fromMs, untilMs }) => untilMs > fromMs),
      pauses: this.pauses,
      faults: [...this.faults.values()],
      linksAtStart: this.linksAtStart,
      linkChanges: this.linkChanges,
      announcements: this.announcements,
      timers: this.timers,
      messages: this.log.columns(),
    };
  }

  /** True while there is room for one more; the first one without room ends the recording. */
  private takes(): boolean {
    if (this.cutOffMs !== null) return false;
    if (this.count++ < this.most) return true;
    this.cutOffMs = this.cluster.nowMs;
    return false;
  }

  private readonly indexNamed = (id: string | null): number | null => {
    const index = this.cluster.processes.findIndex((process) => process.id === id);
    return index < 0 ? null : index;
  };

  private announce(process: SimulatedProcess, term: number, lost: LossReason | null): void {
    if (!this.takes()) return;
    this.announcements.push({ atMs: rounded(this.cluster.nowMs), node: process.index, term, lost });
  }

  private look(process: SimulatedProcess): void {
    if (this.cutOffMs !== null) return;
    this.lookAtRole(process);
    this.lookAtLease(process);
    this.lookAtPause(process);
  }

  private lookAtRole({ alive, node, index }: SimulatedProcess): void {
    const spans = this.roles[index] as Open<RoleSpan>[];
    const last = spans.at(-1) as Open<RoleSpan>;
    const role: RoleName = alive ? node.role.name : "down";
    const leaderId = alive ? knownLeader(node) : null;
    const sameLeader = leaderId === (last.leader === null ? null : this.cluster.processes[last.leader]?.id);
    const { term } = node.record;
    if (last.role === role && last.term === term && sameLeader) return;
    if (!this.takes()) return;
    const fromMs = rounded(this.cluster.nowMs);
    last.untilMs = fromMs;
    const cause = this.causes[index] as Cause;
    spans.push({ fromMs, untilMs: fromMs, role, term, leader: this.indexNamed(leaderId), cause });
  }

  /** A lease that is prolonged before it ends is one lease. */
  private lookAtLease({ index, toldTerm, leaseUntilMs }: SimulatedProcess): void {
    const nowMs = rounded(this.cluster.nowMs);
    const untilMs = toldTerm === null ? Number.NEGATIVE_INFINITY : leaseUntilMs;
    const open = this.openLease[index] as number | null;
    const lease = open === null ? undefined : this.leases[open];
    if (lease !== undefined && lease.untilMs >= nowMs && lease.term === (toldTerm ?? lease.term)) {
      lease.untilMs = Math.max(untilMs, nowMs);
      if (untilMs <= nowMs) this.openLease[index] = null;
      return;
    }
    this.openLease[index] = null;
    if (untilMs <= nowMs || toldTerm === null || !this.takes()) return;
    this.openLease[index] = this.leases.length;
    this.leases.push({ node: index, fromMs: nowMs, untilMs, term: toldTerm });
  }

  private lookAtPause({ index, paused }: SimulatedProcess): void {
    const since = this.openPause[index] as number | null;
    if (paused === (since !== null)) return;
    const nowMs = rounded(this.cluster.nowMs);
    if (since === null) {
      if (this.takes()) this.openPause[index] = nowMs;
      return;
    }
    this.pauses.push({ node: index, fromMs: since, untilMs: nowMs });
    this.openPause[index] = null;
  }

  private lookAtLink(from: SimulatedProcess, to: SimulatedProcess): void {
    // Links are made after the processes, and this is first asked before the cluster boots.
    const { passes, lossy } = this.cluster.link(from, to);
    const state = passes === "nothing" ? "cut" : passes === "later" ? "held" : lossy ? "lossy" : "ok";
    const row = this.links[from.index] as LinkState[];
    if (row[to.index] === state || !this.takes()) return;
    row[to.index] = state;
    this.linkChanges.push({ atMs: rounded(this.cluster.nowMs), from: from.index, to: to.index, state });
  }
}

/** Microseconds are finer than anything a picture shows. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
