import type { Beat } from "../../../liveness/monitor-api.js";
import type { LivenessEvent } from "../../../liveness/roster/liveness-event.js";
import type { DropReason } from "../../cluster/link.js";
import type { SimulatedClock } from "../../cluster/simulated-clock.js";

/** A process that beats or observes, as a watcher sees it. */
export interface Party {
  readonly kind: "sender" | "observer";
  readonly id: string;
  readonly index: number;
  readonly alive: boolean;
  readonly paused: boolean;
  readonly clock: SimulatedClock;
}

/** How a process came to an end: it was killed, or it said goodbye. */
export type EndOfProcess = "crash" | "leave";

/** Looks at all that happens between senders and observers; changes nothing. Every method may be left as it is. */
export class PairWatcher {
  /** A sender gives a beat to the network. */
  sent(_from: Party, _to: Party, _beat: Beat): void {}
  /** A beat has arrived at the machine of a process that stands still: it waits unread. */
  queued(_to: Party, _from: Party, _beat: Beat): void {}
  /** A beat has arrived at a process that runs; its observer is about to be told. */
  delivered(_to: Party, _from: Party, _beat: Beat): void {}
  /** A beat that was sent will not arrive, or one of its copies will not. */
  dropped(_from: Party, _to: Party, _beat: Beat, _why: DropReason): void {}
  /** A timer is about to call back. */
  fired(_host: Party): void {}
  /** A process has dealt with what it was told. */
  settled(_host: Party): void {}
  /** An observer tells an event. */
  told(_observer: Party, _event: LivenessEvent): void {}
  /** A process has started. */
  started(_host: Party): void {}
  /** A process has ended. */
  died(_host: Party, _how: EndOfProcess): void {}
  /** A process stands still from now on: it is stopped or blocked, or (`asleep`) its machine sleeps. */
  stopped(_host: Party, _asleep: boolean): void {}
  /** A process goes on. */
  wentOn(_host: Party): void {}
  /** Links, clocks or processes are no longer what they were: a fault began or ended. */
  changed(_what: string): void {}
  /** The run is over, now. */
  ended(): void {}
}
