import type { Beat, PeerLiveness } from "../../../liveness/monitor-api.js";
import { type Observer, startObserver } from "../../../liveness/observer.js";
import { peerOf } from "../../../liveness/peer-liveness.js";
import type { RosterSettings } from "../../../liveness/roster/roster-settings.js";
import type { RosterInput } from "../../../liveness/roster/roster-step.js";
import { PairHost, type PairHostOptions } from "./pair-host.js";

/** A machine whose process observes the senders. */
export class ObserverHost extends PairHost {
  readonly kind = "observer";
  /** By their index in the world; set once all hosts are made. */
  senders: ReadonlyMap<number, PairHost> = new Map();
  /** What ended the observer, if something in it threw. */
  failure: unknown = null;
  private observer: Observer | null = null;
  private readonly settings: RosterSettings;
  private readonly watchesAll: boolean;

  /** @param watchesAll whether it watches every sender from its start, heard or not */
  constructor(
    options: PairHostOptions & { readonly settings: RosterSettings; readonly watchesAll: boolean },
  ) {
    super(options);
    this.settings = options.settings;
    this.watchesAll = options.watchesAll;
  }

  protected override run(): void {
    const observer = startObserver(
      this.settings,
      this.clock,
      (event) => {
        for (const watcher of this.world.watchers) watcher.told(this, event);
      },
      (thrown) => {
        this.failure = thrown;
      },
    );
    this.observer = observer;
    if (this.watchesAll) for (const { id } of this.senders.values()) observer.tell({ kind: "watch", id });
  }

  /** A peer as this observer sees it now; null where it knows none of that name. */
  peer(id: string): PeerLiveness | null {
    if (this.observer === null || !this.alive) return null;
    const { roster } = this.observer;
    return peerOf(roster, id, this.clock.nowMs());
  }

  override receive(from: number, start: number, beat: Beat): void {
    const sender = this.senders.get(from);
    if (sender === undefined) return;
    if (!this.alive) {
      sender.onDropped(this.index, beat, "down");
      return;
    }
    if (this.paused) {
      for (const watcher of this.world.watchers) watcher.queued(this, sender, beat);
      this.defer("poll", () => this.receive(from, start, beat));
      return;
    }
    this.world.eventCount++;
    for (const watcher of this.world.watchers) watcher.delivered(this, sender, beat);
    const { id, boot, slot, leaving } = beat;
    this.take(
      leaving ? { kind: "goodbye", id, boot } : { kind: "beat", id, boot, slot, intervalMs: null, zone: "" },
    );
  }

  override disconnect(from: number): void {
    const sender = this.senders.get(from);
    if (sender === undefined || !this.alive) return;
    if (this.paused) this.defer("poll", () => this.disconnect(from));
    else this.take({ kind: "closed", id: sender.id });
  }

  override onDropped(): void {}

  private take(input: RosterInput): void {
    this.observer?.tell(input);
    this.onSettled();
  }
}
