import type { Beat } from "../../../liveness/monitor-api.js";
import { type Sender, startSender } from "../../../liveness/sender.js";
import type { DropReason } from "../../cluster/link.js";
import type { Stream } from "../../kernel/prng.js";
import { PairHost, type PairHostOptions } from "./pair-host.js";

/** A machine whose process beats to every observer. */
export class SenderHost extends PairHost {
  readonly kind = "sender";
  /** The name of the present life. */
  lifeName = "";
  private sender: Sender | null = null;
  private readonly observers: readonly PairHost[];
  private readonly intervalMs: number;
  private readonly random: Stream;

  /** @param observers to whom it beats */
  constructor(
    options: PairHostOptions & {
      readonly observers: readonly PairHost[];
      readonly intervalMs: number;
      readonly random: Stream;
    },
  ) {
    super(options);
    this.observers = options.observers;
    this.intervalMs = options.intervalMs;
    this.random = options.random;
  }

  protected override run(): void {
    const boot = `${this.id}.${this.startIndex}`;
    this.lifeName = boot;
    this.sender = startSender(this.intervalMs, this.random(), this.clock, (slot, leaving) => {
      for (const observer of this.observers) this.send(observer, { id: this.id, boot, slot, leaving });
    });
  }

  /** Says goodbye. */
  sayGoodbye(): void {
    this.sender?.stop();
  }

  private send(observer: PairHost, beat: Beat): void {
    for (const watcher of this.world.watchers) watcher.sent(this, observer, beat);
    this.links[observer.index]?.send(beat);
  }

  override receive(): void {}

  override onDropped(to: number, beat: Beat, why: DropReason): void {
    const observer = this.observers.find(({ index }) => index === to);
    if (observer === undefined) return;
    for (const watcher of this.world.watchers) watcher.dropped(this, observer, beat, why);
  }
}
