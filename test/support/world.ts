import {
  createNode,
  type DurableRecord,
  foundingRecord,
  type LossReason,
  type Member,
  type Message,
  type Node,
  type NodeId,
  presets,
  resolveTiming,
  type Settings,
  safeModes,
  type TimingInput,
} from "../../src/protocol/index.js";
import { createDriver, type Driver } from "../../src/runtime/driver.js";
import type { Clock, Transport, TransportHandlers, VoteStore } from "../../src/runtime/ports.js";
import { seededRandom } from "./prng.js";

/** Settings for tests: the `lan` timing unless another is given. */
export function settings(timing: Partial<TimingInput> = {}): Settings {
  const resolution = resolveTiming({ ...presets.lan, ...timing });
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  return { ...resolution.timing, modes: safeModes };
}

/** Members with addresses nobody dials. */
export function members(...ids: NodeId[]): Member[] {
  return ids.map((id) => ({ id, address: `ws://${id}:7400`, incarnation: null }));
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  run(): void;
}

/** A clock everybody shares, and what is due on it. */
export class Timeline {
  nowMs = 0;
  private readonly events: Event[] = [];
  private order = 0;

  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.nowMs), order: this.order++, run };
    let index = this.events.length;
    while (index > 0 && (this.events[index - 1] as Event).atMs > event.atMs) index--;
    this.events.splice(index, 0, event);
  }

  /** Runs all that is due in the next `forMs`, or until `done` says so; returns whether it did. */
  advance(forMs: number, done: () => boolean = () => false): boolean {
    const endMs = this.nowMs + forMs;
    while (!done()) {
      const next = this.events[0];
      if (next === undefined || next.atMs > endMs) {
        this.nowMs = endMs;
        return done();
      }
      this.events.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    return true;
  }
}

/** One process of the world: what survives its death is `disk`. */
export interface Replica {
  readonly id: NodeId;
  readonly disk: { record: DurableRecord; writeMs: number; error: Error | null };
  readonly told: {
    readonly event: "gained" | "lost";
    readonly term: number;
    readonly reason?: LossReason;
    readonly atMs: number;
  }[];
  node: Node;
  driver: Driver;
  /** What the wall clock says more than the timeline. */
  wallOffsetMs: number;
  failed: Error | null;
}

/** A cluster of real drivers on simulated ports: constant latency, no loss but where links are cut. */
export class World {
  readonly timeline = new Timeline();
  readonly replicas = new Map<NodeId, Replica>();
  readonly cut = new Set<string>();
  readonly sent: {
    readonly from: NodeId;
    readonly to: NodeId;
    readonly message: Message;
    readonly atMs: number;
  }[] = [];
  latencyMs = 1;
  private readonly random: () => number;
  private readonly handlers = new Map<NodeId, TransportHandlers>();

  constructor(ids: readonly NodeId[], nodeSettings: Settings = settings(), seed = 1) {
    this.random = seededRandom(seed);
    for (const id of ids) {
      const record = foundingRecord(members(...ids), `${id}-1`, nodeSettings.voteHoldMs);
      this.boot(id, { record, writeMs: 0.2, error: null }, nodeSettings);
    }
  }

  private boot(id: NodeId, disk: Replica["disk"], nodeSettings: Settings): void {
    const node = createNode({ id, settings: nodeSettings, record: disk.record, nowMs: this.timeline.nowMs });
    const told = this.replicas.get(id)?.told ?? [];
    const replica: Replica = {
      id,
      disk,
      told,
      node,
      wallOffsetMs: 0,
      failed: null,
      driver: undefined as unknown as Driver,
    };
    replica.driver = createDriver(
      node,
      {
        clock: this.clockOf(replica),
        random: this.random,
        store: this.storeOf(replica),
        transport: this.transportOf(id),
      },
      {
        onGained: (term) => told.push({ event: "gained", term, atMs: this.timeline.nowMs }),
        onLost: (term, reason) => told.push({ event: "lost", term, reason, atMs: this.timeline.nowMs }),
        onChanged: () => {},
        onFailed: (error) => {
          replica.failed = error;
        },
      },
    );
    this.replicas.set(id, replica);
    this.handlers.set(id, {
      onMessage: (from, incarnation, message) =>
        replica.driver.tell({ kind: "message", from, incarnation, message }),
      onPeerUp: () => {},
      onPeerDown: () => {},
    });
    replica.driver.start();
  }

  /** The process dies between two instructions, and starts anew from what is on its disk. */
  restart(id: NodeId, nodeSettings: Settings = this.replica(id).node.settings): void {
    this.kill(id);
    this.boot(id, this.replica(id).disk, nodeSettings);
  }

  kill(id: NodeId): void {
    this.handlers.delete(id);
    // Stopping tells the loss; a killed process tells nobody, but its lease is over all the same.
    this.replica(id).driver.stop("stopped");
  }

  replica(id: NodeId): Replica {
    const replica = this.replicas.get(id);
    if (replica === undefined) throw new Error(`no replica ${id}`);
    return replica;
  }

  /** Who leads with a lease now. */
  leaders(): NodeId[] {
    return [...this.replicas.values()].filter(({ driver }) => driver.isLeader()).map(({ id }) => id);
  }

  /** Runs until exactly one replica leads and every live one knows it. */
  runUntilSettled(withinMs = 10_000): NodeId {
    const settled = this.timeline.advance(withinMs, () => {
      const [leader, ...others] = this.leaders();
      if (leader === undefined || others.length > 0) return false;
      return [...this.handlers.keys()].every((id) => {
        const { role } = this.replica(id).node;
        return id === leader || (role.name === "follower" && role.leader === leader);
      });
    });
    if (!settled) throw new Error(`no settled leader within ${withinMs} ms`);
    return this.leaders()[0] as NodeId;
  }

  isolate(id: NodeId): void {
    for (const other of this.replicas.keys()) if (other !== id) this.cutBetween(id, other);
  }

  cutBetween(a: NodeId, b: NodeId): void {
    this.cut.add(`${a}>${b}`).add(`${b}>${a}`);
  }

  heal(): void {
    this.cut.clear();
  }

  private clockOf(replica: Replica): Clock {
    const { timeline } = this;
    let armed = 0;
    return {
      nowMs: () => timeline.nowMs,
      wallMs: () => timeline.nowMs + replica.wallOffsetMs,
      setTimer(atMs, _rounding, onTimer) {
        const mine = ++armed;
        timeline.at(atMs, () => {
          if (mine === armed) onTimer();
        });
      },
      clearTimer() {
        armed++;
      },
      afterPoll: (callback) => timeline.at(timeline.nowMs, callback),
    };
  }

  private storeOf(replica: Replica): VoteStore {
    const { timeline } = this;
    let doneAtMs = 0;
    return {
      open: (callback) => timeline.at(timeline.nowMs, () => callback(null, replica.disk.record)),
      write: (record, callback) => {
        doneAtMs = Math.max(doneAtMs, timeline.nowMs) + replica.disk.writeMs;
        timeline.at(doneAtMs, () => {
          if (this.replicas.get(replica.id) !== replica) return;
          if (replica.disk.error === null) replica.disk.record = record;
          callback(replica.disk.error);
        });
      },
      close: (callback) => timeline.at(timeline.nowMs, callback),
    };
  }

  private transportOf(from: NodeId): Transport {
    return {
      start: (_handlers, callback) => this.timeline.at(this.timeline.nowMs, () => callback(null)),
      setPeers: () => {},
      send: (to, message) => {
        this.sent.push({ from, to, message, atMs: this.timeline.nowMs });
        const { incarnation } = this.replica(from).node.record;
        this.timeline.at(this.timeline.nowMs + this.latencyMs, () => {
          if (!this.cut.has(`${from}>${to}`)) this.handlers.get(to)?.onMessage(from, incarnation, message);
        });
      },
      stop: (callback) => this.timeline.at(this.timeline.nowMs, callback),
    };
  }
}
