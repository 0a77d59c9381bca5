import type { Beat } from "../../../liveness/monitor-api.js";
import type { RosterSettings } from "../../../liveness/roster/roster-settings.js";
import { HostWorld } from "../../cluster/host-world.js";
import type { LinkDefaults } from "../../cluster/link.js";
import type { Latency } from "../../kernel/latency.js";
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
export class PairWorld extends HostWorld<Beat, PairHost> implements PairProcessWorld {
  readonly watchers: PairWatcher[] = [];
  readonly senders: readonly SenderHost[];
  readonly observers: readonly ObserverHost[];

  constructor(options: PairWorldOptions) {
    super(options.seed);
    const { senders, observers, settings, beatMs: intervalMs, watchesAll } = options;
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
      (id, index) =>
        new SenderHost({ ...host(id, index), ...toObservers, random: this.streamOf(`pulse/${id}`) }),
    );
    for (const observer of this.observers)
      observer.senders = new Map(this.senders.map((sender) => [sender.index, sender]));
    this.join([...this.senders, ...this.observers], options);
  }

  /** Starts every process, the observers first. */
  boot(): void {
    this.bootAll([...this.observers, ...this.senders]);
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
      this.died(process, false);
      this.tellChanged(`leave ${process.id}`);
    };
    leave();
    return () => {
      cancelled = true;
      this.restart(process);
    };
  }

  override tellChanged(what: string): void {
    for (const watcher of this.watchers) watcher.changed(what);
  }

  protected override kill(process: PairHost): void {
    process.die("crash");
  }
}
