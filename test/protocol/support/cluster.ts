import type {
  DurableRecord,
  Effect,
  Input,
  Message,
  Node,
  NodeId,
  Settings,
} from "../../../src/protocol/index.js";
import {
  type Checker,
  createChecker,
  type Observation,
  observeEnd,
  observeSend,
  observeStart,
  observeStep,
  type Violation,
} from "../../../src/protocol/invariants/invariants.js";
import { leavesAtOnce, releaseHeld } from "../../../src/runtime/outbox.js";
import { Caught, describeInput, describeState } from "./dialogue.js";
import { Host, type Letter, newProcess, type Process } from "./host.js";
import { founders, type Protocol } from "./nodes.js";

/** Cores that are fed exactly as the driver feeds them, in a world that does to them whatever a test wants. */
export class CoreCluster {
  readonly protocol: Protocol;
  readonly watch: Checker;
  readonly hosts = new Map<NodeId, Host>();
  letters: Letter[] = [];
  readonly cut = new Set<string>();
  /** How often what happened, by name. */
  readonly counts = new Map<string, number>();
  /** Lines of what happened, if anybody wants to read it. */
  dialogue: string[] | null = null;
  nowMs = 0;
  random: () => number = () => 0.5;
  /** The delays of the copies of one message that arrive; none if it is lost. */
  network: () => readonly number[] = () => [1];
  timerLateMs: () => number = () => 0;

  constructor(protocol: Protocol) {
    this.protocol = protocol;
    this.watch = createChecker();
  }

  /** Adds a machine that has never run: a founder of these voters, or (null) one that will join. */
  addHost(id: NodeId, foundingIds: string | null, settings: Settings, clockRate = 1): Host {
    const host = new Host(id, this.blankRecord(foundingIds, `${id}-1`, settings), settings, clockRate);
    this.hosts.set(id, host);
    return host;
  }

  host(id: NodeId): Host {
    const host = this.hosts.get(id);
    if (host === undefined) throw new Error(`no host ${id}`);
    return host;
  }

  processes(): Process[] {
    // A loop: asked after every event, it took a fifth of the time of a random world as a `flatMap`.
    const running: Process[] = [];
    for (const { process } of this.hosts.values()) if (process !== null) running.push(process);
    return running;
  }

  /** Those who lead, in the order of their ids. */
  leaders(): Process[] {
    return this.processes().filter(({ node }) => node.role.name === "leader");
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  note(line: string): void {
    this.dialogue?.push(`[${this.nowMs.toFixed(3).padStart(10)}] ${line}`);
  }

  /** A process begins, from what is on the disk. Its clock tells another time of day than the last one's. */
  start(id: NodeId): Process {
    const host = this.host(id);
    host.asleepSinceMs = null;
    host.clockOffsetMs = Math.floor(this.random() * 1000) - this.nowMs * host.clockRate;
    const nowMs = host.clockMs(this.nowMs);
    const node = this.protocol.createNode({ id, settings: host.settings, record: host.disk, nowMs });
    const process = newProcess(host, node);
    host.process = process;
    this.note(`${id} starts in term ${node.record.term}, holds for ${node.restartHoldUntilMs - nowMs} ms`);
    this.judge(observeStart(this.watch, this.observation(process)));
    this.run(process, { kind: "start" });
    for (const other of this.processes()) {
      if (other === process) continue;
      this.post(other.node, id, null);
      this.post(node, other.node.id, null);
    }
    return process;
  }

  /** The process dies. Of its unfinished writes, the first few may have reached the disk. */
  crash(id: NodeId, writesKept = 0): void {
    const { process } = this.host(id);
    if (process === null) return;
    const doneCount = process.writes.filter(({ dueMs }) => dueMs <= this.nowMs).length;
    const kept = process.writes[Math.min(Math.max(writesKept, doneCount), process.writes.length) - 1];
    if (kept !== undefined) process.host.disk = kept.record;
    if (process.writes.length > 0) this.count("crashes inside writes");
    this.note(`${id} crashes, ${process.writes.length} writes unfinished, ${writesKept} of them kept`);
    process.host.process = null;
    process.host.asleepSinceMs = null;
    observeEnd(this.watch, id);
  }

  /** Tells a process a fact; a machine that slept notices that first. */
  tell(process: Process, input: Input): void {
    if (process.jumped) {
      process.jumped = false;
      this.run(process, { kind: "clockJumped" });
    }
    this.run(process, input);
  }

  /** The machine sleeps: nothing runs and its monotonic clock stands still. */
  sleep(host: Host): void {
    if (host.asleepSinceMs !== null) return;
    host.asleepSinceMs = this.nowMs;
    this.note(`${host.id} falls asleep`);
    observeEnd(this.watch, host.id);
  }

  wake(host: Host): void {
    if (host.asleepSinceMs !== null) this.note(`${host.id} wakes after ${host.wake(this.nowMs)} ms`);
  }

  /** The disk is replaced by an empty one while no process runs. */
  wipe(host: Host, foundingIds: string | null): void {
    const incarnation = `${host.id}-${Number(host.disk.incarnation.split("-")[1]) + 1}`;
    host.disk = this.blankRecord(foundingIds, incarnation, host.settings);
    this.letters = this.letters.filter(({ to }) => to !== host.id);
    this.note(`${host.id} loses its disk and will be ${incarnation}`);
  }

  /** Lets so much true time pass and does all that falls due, one after the other. */
  advance(forMs: number, done: () => boolean = () => false): boolean {
    const endMs = this.nowMs + forMs;
    for (let events = 0; events < 20_000 && !done(); events++) {
      if (!this.next(endMs)) {
        this.nowMs = Math.max(this.nowMs, endMs);
        return done();
      }
    }
    return done();
  }

  /** Does what falls due next, if that is before `endMs`; what is overdue comes first. */
  next(endMs: number): boolean {
    let dueMs = endMs;
    let due: (() => void) | null = null;
    const consider = (atMs: number, act: () => void): void => {
      if (atMs > endMs || (due !== null && atMs >= dueMs)) return;
      dueMs = atMs;
      due = act;
    };
    for (const letter of this.letters)
      if (this.runnable(letter.to)) consider(letter.dueMs, () => this.deliver(letter));
    for (const process of this.processes()) {
      if (!this.runnable(process.node.id)) continue;
      const write = process.writes[0];
      if (write !== undefined) consider(write.dueMs, () => this.finishWrite(process));
      consider(this.timerDueMs(process), () => this.tell(process, { kind: "timer" }));
      consider(process.drainAtMs, () => this.drain(process));
    }
    if (due === null) return false;
    this.nowMs = Math.max(this.nowMs, dueMs);
    (due as () => void)();
    return true;
  }

  timerDueMs(process: Process): number {
    // A hair later, so that rounding between the two clocks does not make it early for ever.
    return process.host.trueMs(process.node.timerAtMs) + process.timerLateMs + 1e-9;
  }

  drain(process: Process): void {
    process.drainAtMs = Number.POSITIVE_INFINITY;
    this.tell(process, { kind: "drained" });
  }

  /** Hands a letter over now, whether it is due or not. */
  deliver(letter: Letter): void {
    this.letters.splice(this.letters.indexOf(letter), 1);
    const { from, to, incarnation, message } = letter;
    const process = this.hosts.get(to)?.process ?? null;
    if (process === null || this.cut.has(`${from}>${to}`)) return;
    if (message === null) this.tell(process, { kind: "connected", from, incarnation });
    else this.tell(process, { kind: "message", from, incarnation, message, authenticated: true });
  }

  /** The oldest write of a process is on disk; what waited for it leaves before the core is told. */
  finishWrite(process: Process): void {
    const write = process.writes.shift();
    if (write === undefined) return;
    process.host.disk = write.record;
    for (const { to, message } of releaseHeld(process.waiting)) this.send(process, to, message);
    this.tell(process, { kind: "persisted", record: write.record });
  }

  private runnable(id: NodeId): boolean {
    const host = this.hosts.get(id);
    if (host === undefined || host.asleepSinceMs !== null) return false;
    return host.process === null || !host.process.paused;
  }

  private run(process: Process, input: Input): void {
    const { node } = process;
    const effects: Effect[] = [];
    const before = this.dialogue === null ? "" : describeState(this.protocol, node);
    const { role, record } = node;
    this.protocol.step(node, input, process.host.clockMs(this.nowMs), effects);
    if (this.dialogue !== null) {
      const after = describeState(this.protocol, node);
      this.note(`${node.id} ${describeInput(input)}${before === after ? "" : ` -> ${after}`}`);
    }
    if (node.role !== role) this.count(`became ${node.role.name}`);
    if (node.role.name === "leader" && role.name === "candidate" && role.pendingHandover !== null)
      this.count("handed over");
    if (node.record.configuration !== record.configuration && node.role.name !== "leader")
      this.count("configurations taken");
    this.judge(observeStep(this.watch, this.observation(process), effects));
    for (const effect of effects) this.carryOut(process, effect);
  }

  private carryOut(process: Process, effect: Effect): void {
    switch (effect.kind) {
      case "persist": {
        const last = process.writes.at(-1)?.dueMs ?? this.nowMs;
        process.writes.push({
          record: effect.record,
          dueMs: Math.max(last, this.nowMs) + process.host.writeMs,
        });
        return;
      }
      case "draw":
        this.run(process, { kind: "drawn", draw: this.random() });
        return;
      case "setTimer":
        process.timerLateMs = this.timerLateMs();
        return;
      case "send":
        if (leavesAtOnce(effect.message, process.writes.length))
          this.send(process, effect.to, effect.message);
        else process.waiting.push({ behind: process.writes.length, to: effect.to, message: effect.message });
        return;
      case "answered":
        this.count(effect.refusal === null ? "requests taken up" : `refused: ${effect.refusal}`);
        return;
      case "lost":
        // The service of one whose transferee was ordered to campaign drains from now on.
        if (process.node.transferee !== null) process.drainAtMs = this.nowMs + process.drainMs;
        this.count(effect.kind);
        return;
      case "gained":
        this.count(effect.kind);
        return;
    }
  }

  private send(process: Process, to: NodeId, message: Message): void {
    this.judge(observeSend(this.watch, this.observation(process), to, message));
    if (message.kind === "requestVoteReply")
      this.count(message.reason ?? (message.preVote ? "pre-votes" : "votes"));
    if (message.kind === "timeoutNow") this.count("timeoutNow");
    this.post(process.node, to, message);
  }

  private post(from: Node, to: NodeId, message: Message | null): void {
    const { incarnation } = from.record;
    for (const delayMs of this.network())
      this.letters.push({ from: from.id, incarnation, to, message, dueMs: this.nowMs + delayMs });
  }

  private observation(process: Process): Observation {
    const { host, node } = process;
    const leaseUntilMs = this.protocol.leaseUntil(node);
    const { clockRate, disk } = host;
    return {
      node,
      durable: disk,
      leaseUntilMs,
      clockMs: host.clockMs(this.nowMs),
      clockRate,
      trueMs: this.nowMs,
    };
  }

  private judge(violations: readonly Violation[]): void {
    if (violations.length > 0) throw new Caught(violations, this.dialogue ?? []);
  }

  private blankRecord(
    foundingIds: string | null,
    incarnation: string,
    { voteHoldMs }: Settings,
  ): DurableRecord {
    return foundingIds === null
      ? this.protocol.emptyRecord(incarnation, voteHoldMs)
      : this.protocol.foundingRecord(founders(foundingIds), incarnation, voteHoldMs);
  }
}
