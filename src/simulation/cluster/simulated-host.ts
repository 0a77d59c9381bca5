import type { Timeline } from "../kernel/timeline.js";
import type { DropReason, Link, LinkEnd } from "./link.js";
import type { ClockOwner, SimulatedClock } from "./simulated-clock.js";

/** The phases of an event loop, in which what waits for a process happens. */
export type LoopPhase = "timer" | "poll" | "check";

/** A process that was stopped goes on as an event loop begins anew: with due timers, then what arrived, then what waited for that. */
export const fromTheTop: readonly LoopPhase[] = ["timer", "poll", "check"];

type Backlog = { readonly phase: LoopPhase; readonly run: () => void };

/** A machine with one process on it: a clock, links to the others, and an event loop that may stand still. */
export abstract class SimulatedHost<Carried> implements LinkEnd<Carried>, ClockOwner {
  readonly id: string;
  /** Its index among the hosts of its world. */
  readonly index: number;
  readonly clock: SimulatedClock;
  /** The links to the others, in order of places; none to itself, nor to hosts that it does not talk to. */
  readonly links: (Link<Carried> | null)[] = [];
  alive = false;
  paused = false;
  /** When it last went on after a pause, in true time. */
  resumedAtMs = Number.NEGATIVE_INFINITY;
  /** The number of the present start. */
  startIndex = 0;
  private readonly timeline: Timeline;
  private backlog: Backlog[] = [];

  constructor(options: {
    readonly id: string;
    readonly index: number;
    readonly clock: SimulatedClock;
    readonly timeline: Timeline;
  }) {
    this.id = options.id;
    this.index = options.index;
    this.clock = options.clock;
    this.timeline = options.timeline;
    this.clock.serve(this);
  }

  /** A connection with this start of a peer is up, and has told who it is. */
  abstract connect(from: number, start: number): void;
  /** A message has arrived at the machine. */
  abstract receive(from: number, start: number, message: Carried): void;
  /** A message that this process sent will not arrive. */
  abstract onDropped(to: number, message: Carried, why: DropReason): void;
  /** A timer is about to call back. */
  abstract onFired(): void;
  /** What it was told of has been dealt with. */
  abstract onSettled(): void;

  /** The process ends between two instructions. */
  protected end(): void {
    this.alive = false;
    this.paused = false;
    this.backlog = [];
    this.clock.forget();
  }

  /**
   * Lets the event loop stand still, or go on.
   * @param order in which phases what waited happens once it goes on
   */
  setPaused(paused: boolean, order: readonly LoopPhase[] = fromTheTop): void {
    this.paused = paused;
    if (paused) return;
    this.resumedAtMs = this.timeline.nowMs;
    const { backlog, startIndex } = this;
    this.backlog = [];
    for (const phase of order)
      for (const entry of backlog) if (entry.phase === phase) this.later(() => this.goOn(entry, startIndex));
  }

  /** What waited for a process that has died since waits for none that was started after it. */
  private goOn(entry: Backlog, startIndex: number): void {
    if (!this.alive || startIndex !== this.startIndex) return;
    if (this.paused) this.backlog.push(entry);
    else entry.run();
  }

  defer(phase: LoopPhase, run: () => void): void {
    this.backlog.push({ phase, run });
  }

  /** Does this at the present instant, after what happens now. */
  later(run: () => void): void {
    this.timeline.schedule(this.timeline.nowMs, { happen: run }, 0, null);
  }
}
