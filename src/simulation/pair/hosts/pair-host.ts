import type { Beat } from "../../../liveness/monitor-api.js";
import type { SimulatedClock } from "../../cluster/simulated-clock.js";
import { StoppableHost } from "../../cluster/stoppable-host.js";
import type { Timeline } from "../../kernel/timeline.js";
import type { EndOfProcess, PairWatcher, Party } from "./pair-watcher.js";

/** What a process shares with its world. */
export interface PairProcessWorld {
  readonly timeline: Timeline;
  readonly watchers: readonly PairWatcher[];
  /** Counts delivered beats and fired timers. */
  eventCount: number;
}

/** What a host is made of. */
export interface PairHostOptions {
  readonly id: string;
  readonly index: number;
  readonly clock: SimulatedClock;
  readonly world: PairProcessWorld;
}

/** A machine with a sender or an observer on it. */
export abstract class PairHost extends StoppableHost<Beat> implements Party {
  abstract readonly kind: Party["kind"];
  protected readonly world: PairProcessWorld;

  constructor(options: PairHostOptions) {
    super({ ...options, timeline: options.world.timeline });
    this.world = options.world;
  }

  /** The process ends, and tells nobody any more. */
  die(how: EndOfProcess): void {
    this.end();
    for (const watcher of this.world.watchers) watcher.died(this, how);
  }

  protected override onStarted(): void {
    for (const watcher of this.world.watchers) watcher.started(this);
  }

  protected override onStopped(asleep: boolean): void {
    for (const watcher of this.world.watchers) watcher.stopped(this, asleep);
  }

  protected override onWentOn(): void {
    for (const watcher of this.world.watchers) watcher.wentOn(this);
  }

  override connect(): void {}

  /** A connection with that peer was closed. */
  disconnect(_from: number): void {}

  override onFired(): void {
    this.world.eventCount++;
    for (const watcher of this.world.watchers) watcher.fired(this);
  }

  override onSettled(): void {
    for (const watcher of this.world.watchers) watcher.settled(this);
  }
}
