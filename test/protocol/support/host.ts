import type { DurableRecord, Message, Node, NodeId, Settings } from "../../../src/protocol/index.js";
import type { HeldMessage } from "../../../src/runtime/outbox.js";

/** A machine: what outlives the processes that run on it, one after the other. */
export class Host {
  readonly id: NodeId;
  /** What a crash at this instant leaves. */
  disk: DurableRecord;
  settings: Settings;
  /** How fast its clock runs, and what it said at true time 0 less the time it slept. */
  readonly clockRate: number;
  clockOffsetMs = 0;
  /** Since when it sleeps, its clock standing still; null while it is awake. */
  asleepSinceMs: number | null = null;
  writeMs = 0.2;
  process: Process | null = null;

  constructor(id: NodeId, disk: DurableRecord, settings: Settings, clockRate: number) {
    this.id = id;
    this.disk = disk;
    this.settings = settings;
    this.clockRate = clockRate;
  }

  clockMs(trueMs: number): number {
    const showsMs = this.clockOffsetMs + (this.asleepSinceMs ?? trueMs) * this.clockRate;
    // Rounding may not set it back.
    return Math.max(showsMs, this.process?.node.steppedAtMs ?? Number.NEGATIVE_INFINITY);
  }

  /** True time at which its clock will say `clockMs`; never while it sleeps. */
  trueMs(clockMs: number): number {
    if (this.asleepSinceMs !== null) return Number.POSITIVE_INFINITY;
    return (clockMs - this.clockOffsetMs) / this.clockRate;
  }

  /** Wakes up, the clock not having moved; returns how long it slept. */
  wake(trueMs: number): number {
    const sleptMs = trueMs - (this.asleepSinceMs ?? trueMs);
    this.clockOffsetMs -= sleptMs * this.clockRate;
    this.asleepSinceMs = null;
    if (this.process !== null && sleptMs > 0) this.process.jumped = true;
    return sleptMs;
  }
}

/** One life of a node, with what `runtime/driver.ts` would hold for it. */
export interface Process {
  readonly host: Host;
  readonly node: Node;
  readonly writes: { readonly record: DurableRecord; readonly dueMs: number }[];
  readonly waiting: HeldMessage[];
  /** True while it gets no processor. */
  paused: boolean;
  /** True from waking up until its next step. */
  jumped: boolean;
  timerLateMs: number;
  drainAtMs: number;
  /** How long its service takes to drain. */
  drainMs: number;
}

/** A process that has done nothing yet. */
export function newProcess(host: Host, node: Node): Process {
  return {
    ...{ host, node, writes: [], waiting: [], paused: false, jumped: false },
    ...{ timerLateMs: 0, drainAtMs: Number.POSITIVE_INFINITY, drainMs: 0 },
  };
}

/** Something under way to a node: a message, or (null) the news that a link is up. */
export interface Letter {
  readonly from: NodeId;
  readonly incarnation: string;
  readonly to: NodeId;
  readonly message: Message | null;
  dueMs: number;
}
