import type { ChecksEvent } from "../../liveness/checks/checks-event.js";
import type { SimulatedClock } from "../cluster/simulated-clock.js";

/** A machine with a backend or the gateway on it, as a watcher sees it. */
export interface Machine {
  readonly id: string;
  readonly index: number;
  readonly alive: boolean;
  readonly paused: boolean;
  readonly clock: SimulatedClock;
}

/** A backend, as a watcher sees it. */
export interface WatchedBackend extends Machine {
  /** Whether it answers well what it answers. */
  readonly isWell: boolean;
}

/** How a request to a backend went. */
export type RequestEnd = "ok" | "bad" | "refused" | "late";

/** Looks at all that happens between a gateway and its backends; changes nothing. Every method may be left as it is. */
export class ChecksWatcher {
  /** The gateway asks a backend: a probe. */
  probed(_backend: string, _probe: number): void {}
  /** A probe has been answered; the checks are about to be told. */
  answered(_probe: number): void {}
  /** The gateway gives a probe up. */
  aborted(_probe: number): void {}
  /** The gateway's checks tell an event. */
  told(_event: ChecksEvent): void {}
  /** The gateway's service has chosen this backend for a request; null: there was none. */
  chose(_backend: string | null): void {}
  /** A request has ended. */
  requested(_backend: string, _end: RequestEnd): void {}
  /** A timer is about to call back. */
  fired(_machine: Machine): void {}
  /** A process has started. */
  started(_machine: Machine): void {}
  /** A process has ended. */
  died(_machine: Machine): void {}
  /** A process stands still from now on: it is stopped or blocked, or (`asleep`) its machine sleeps. */
  stopped(_machine: Machine, _asleep: boolean): void {}
  /** A process goes on. */
  wentOn(_machine: Machine): void {}
  /** Links, clocks, processes or answers are no longer what they were: a fault began or ended. */
  changed(_what: string): void {}
  /** The run is over, now. */
  ended(): void {}
}
