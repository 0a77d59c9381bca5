import type { Beat } from "../../../liveness/monitor-api.js";
import type { RosterSettings } from "../../../liveness/roster/roster-settings.js";
import type { LinkDefaults } from "../../cluster/link.js";
import type { LinkRule } from "../../cluster/link-rules.js";
import { Network } from "../../cluster/network.js";
import { SimulatedClock } from "../../cluster/simulated-clock.js";
import type { LoopPhase } from "../../cluster/simulated-host.js";
import { type Latency, samplerOf } from "../../kernel/latency.js";
import { type Stream, splitSeed } from "../../kernel/prng.js";
import { Timeline } from "../../kernel/timeline.js";
import { ObserverHost } from "./observer-host.js";
import type { PairHost, PairHostOptions, PairProcessWorld } from "./pair-host.js";
import type { PairWatcher } from "./pair-watcher.js";
import { SenderHost } from "./sender-host.js";

/** What senders and observers, and the links between them, are made of. */
export interface PairWorldOptions {
  /** All chance comes from it. */
  readonly seed: number;
  readonly senders: readonly string[];
  readonly observers: readonly string[];
  readonly settings: RosterSettings;
  /** The interval at which the senders beat. */
  readonly beatMs: number;
  /** Whether observers watch every sender from their start, heard or not. */
  readonly watchesAll: boolean;
  readonly transport: "datagram" | "stream";
  readonly link: LinkDefaults;
  /** What differs for one direction. */
  readonly linkOf?: ((from: string, to: string) => LinkDefaults | undefined) | undefined;
  /** How late timers fire. */
  readonly lateness: Latency;
}

/** Production pulses and rosters in a deterministic world: one timeline, one seed, no other source of anything. */
export class PairWorld implements PairProcessWorld {
  readonly timeline = new Timeline();
  readonly watchers: PairWatcher[] = [];
  readonly senders: readonly SenderHost[];
  readonly observers: readonly ObserverHost[];
  /** Senders first, then observers, each in the given order. */
  readonly hosts: readonly PairHost[];
  /** The stream of chance of each purpose, by its name. */
  readonly streamOf: (purpose: string) => Stream;
  eventCount = 0;
  private readonly network: Network<Beat>;

  constructor(options: PairWorldOptions) {
    const { seed, senders, observers, settings, beatMs: intervalMs, watchesAll } = options;
    this.streamOf = splitSeed(seed);
    const { streamOf, timeline } = this;
    const host = (id: string, index: number): PairHostOptions => ({
      id,
      index,
      world: this,
      clock: this.makeClock(id, options.lateness),
    });
    this.observers = observers.map(
      (id, index) => new ObserverHost({ ...host(id, senders.length + index), settings, watchesAll }),
    );
    const toObservers = { observers: this.observers, intervalMs };
    this.senders = senders.map(
      (id, index) => new SenderHost({ ...host(id, index), ...toObservers, random: streamOf(`pulse/${id}`) }),
    );
    this.hosts = [...this.senders, ...this.observers];
    for (const observer of this.observers)
      observer.senders = new Map(this.senders.map((sender) => [sender.index, sender]));
    this.network = new Network(this.hosts, { ...options, timeline, streamOf, onRules: () => {} });
  }

  /** Starts every process, the observers first. */
  boot(): void {
    for (const observer of this.observers) observer.boot();
    for (const sender of this.senders) sender.boot();
    this.network.onBooted();
    this.tellChanged("");
  }

  get nowMs(): number {
    return this.timeline.nowMs;
  }

  /** Puts a rule for links in force; returns its removal. */
  install(rule: LinkRule): () => void {
    return this.network.install(rule);
  }

  /** Kills a process. `host`: its machine dies with it, so that peers on a stream see silence and no close. */
  crash(process: PairHost, { host = false } = {}): void {
    if (!process.alive) return;
    process.die("crash");
    this.network.onDied(process, host);
    this.tellChanged(`crash ${process.id}`);
  }

  /** Starts a process that has ended again: another life. */
  restart(process: PairHost): void {
    if (process.alive) return;
    process.boot();
    this.network.onStarted(process);
    this.tellChanged(`restart ${process.id}`);
  }

  /** A sender says goodbye and ends; one that stands still, once it goes on. Returns what starts it again. */
  leave(process: SenderHost): () => void {
    let cancelled = false;
    const leave = () => {
      if (!process.alive || cancelled) return;
      if (process.paused) {
        process.defer("check", leave);
        return;
      }
      process.sayGoodbye();
      process.die("leave");
      this.network.onDied(process, false);
      this.tellChanged(`leave ${process.id}`);
    };
    leave();
    return () => {
      cancelled = true;
      this.restart(process);
    };
  }

  /** Stops a process between two instructions, as SIGSTOP does. @param order in which phases what waited happens when it goes on */
  stop(process: PairHost, order?: readonly LoopPhase[]): () => void {
    return process.stop(order);
  }

  /** Lets a machine sleep: nothing runs on it, and nothing reaches it. */
  suspend(process: PairHost): () => void {
    const { index } = process;
    const unplug = this.install((from, to) =>
      from === index || to === index ? { passes: "nothing" } : null,
    );
    const wake = process.sleep();
    return () => {
      wake();
      unplug();
    };
  }

  /** Tells the watchers that the world is another now. */
  tellChanged(what: string): void {
    for (const watcher of this.watchers) watcher.changed(what);
  }

  private makeClock(id: string, lateness: Latency): SimulatedClock {
    // Monotonic clocks have nothing in common: no rule may compare them.
    const offsetMs = Math.floor(this.streamOf(`clock/${id}`)() * 2 ** 20);
    const lateBy = lateness === 0 ? null : samplerOf(lateness, this.streamOf(`timer/${id}`));
    return new SimulatedClock(this.timeline, offsetMs, lateBy);
  }
}
