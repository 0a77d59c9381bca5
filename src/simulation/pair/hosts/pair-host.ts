import type { Beat } from "../../../liveness/monitor-api.js";
import type { SimulatedClock } from "../../cluster/simulated-clock.js";
import { fromTheTop, type LoopPhase, SimulatedHost } from "../../cluster/simulated-host.js";
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
export abstract class PairHost extends SimulatedHost<Beat> implements Party {
  abstract readonly kind: Party["kind"];
  protected readonly world: PairProcessWorld;
  /** How many faults keep it from running now. */
  private stops = 0;
  /** How many of them let its machine sleep. */
  private sleeps = 0;

  constructor(options: PairHostOptions) {
    super({ ...options, timeline: options.world.timeline });
    this.world = options.world;
  }

  /** Starts the process. */
  boot(): void {
    this.startIndex++;
    this.alive = true;
    this.run();
    for (const watcher of this.world.watchers) watcher.started(this);
  }

  /** Starts what runs on this machine. */
  protected abstract run(): void;

  /** The process ends, and tells nobody any more. */
  die(how: EndOfProcess): void {
    this.stops = 0;
    this.sleeps = 0;
    this.clock.wake();
    this.end();
    for (const watcher of this.world.watchers) watcher.died(this, how);
  }

  /** The process stands still until the function that this returns is called; several at a time count. */
  stop(order: readonly LoopPhase[] = fromTheTop, asleep = false): () => void {
    const { startIndex } = this;
    if (!this.alive) return () => {};
    this.stops++;
    if (this.stops === 1) this.setPaused(true);
    for (const watcher of this.world.watchers) watcher.stopped(this, asleep);
    return () => {
      if (!this.alive || startIndex !== this.startIndex) return;
      this.stops--;
      if (this.stops > 0) return;
      this.setPaused(false, order);
      for (const watcher of this.world.watchers) watcher.wentOn(this);
    };
  }

  /** The machine sleeps until the function that this returns is called: its monotonic clock stands still, too. */
  sleep(): () => void {
    const { startIndex } = this;
    if (!this.alive) return () => {};
    this.sleeps++;
    this.clock.sleep();
    const goOn = this.stop(fromTheTop, true);
    return () => {
      if (!this.alive || startIndex !== this.startIndex) return;
      this.sleeps--;
      if (this.sleeps === 0) this.clock.wake();
      goOn();
    };
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
