import type { Clock, Schedule } from "../../runtime/ports.js";
import type { Sampler } from "../kernel/latency.js";
import type { Actor, Timeline } from "../kernel/timeline.js";

/** Who runs on a clock: nothing happens to it while it stands still. */
export interface ClockOwner {
  readonly paused: boolean;
  /** Has `run` happen once it goes on: due timers first, then what arrived, then what waits for the poll phase to end. */
  defer(phase: "timer" | "poll" | "check", run: () => void): void;
  /** A timer is about to call back. */
  onFired(): void;
  /** What it was told of has been dealt with. */
  onSettled(): void;
}

/** A timer besides the driver's, until it is due. */
interface OtherTimer {
  /** On this clock. */
  readonly atMs: number;
  /** Its time has come. */
  readonly due: () => void;
  /** Counts how often it was set: after a change of the rate only the last counts. */
  armed: number;
}

/** One node's clocks: a monotonic one with a rate and an offset, a wall clock that may jump, and timers that may be late. */
export class SimulatedClock implements Clock, Actor {
  private readonly timeline: Timeline;
  private readonly lateness: Sampler | null;
  private owner: ClockOwner | null = null;
  private rateNow = 1;
  private baseTrueMs: number;
  private baseLocalMs: number;
  private wallAheadMs = 1.7e12;
  /** Rounding may not let a timer see a time before its own. */
  private floorMs = Number.NEGATIVE_INFINITY;
  private armed = 1;
  private life = 1;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private onTimer: (() => void) | null = null;
  private readonly others = new Set<OtherTimer>();
  /** Since when the machine sleeps, in true time; null while it does not. */
  private asleepSinceMs: number | null = null;

  /** @param offsetMs what the clock shows now */
  constructor(timeline: Timeline, offsetMs: number, lateness: Sampler | null) {
    this.timeline = timeline;
    this.lateness = lateness;
    this.baseTrueMs = timeline.nowMs;
    this.baseLocalMs = offsetMs;
  }

  /** The process that runs on this clock from now on. */
  serve(owner: ClockOwner): void {
    this.owner = owner;
  }

  nowMs(): number {
    if (this.asleepSinceMs !== null) return Math.max(this.baseLocalMs, this.floorMs);
    const localMs = this.baseLocalMs + (this.timeline.nowMs - this.baseTrueMs) * this.rateNow;
    return Math.max(localMs, this.floorMs);
  }

  wallMs(): number {
    return this.nowMs() + this.wallAheadMs;
  }

  /** When, in true time, this clock shows `localMs`, if its rate stays. */
  trueMs(localMs: number): number {
    return this.baseTrueMs + (localMs - this.baseLocalMs) / this.rateNow;
  }

  get rate(): number {
    return this.rateNow;
  }

  /** From now on the monotonic clock, and the timers on it, run so much faster than true time. */
  setRate(rate: number): void {
    this.baseLocalMs = this.nowMs();
    this.baseTrueMs = this.timeline.nowMs;
    this.rateNow = rate;
    if (this.asleepSinceMs === null) this.armAgain();
  }

  /** The machine goes to sleep: the monotonic clock and its timers stand still, and the wall clock goes on. */
  sleep(): void {
    if (this.asleepSinceMs !== null) return;
    this.baseLocalMs = this.nowMs();
    this.asleepSinceMs = this.timeline.nowMs;
    this.armed++;
    for (const timer of this.others) timer.armed++;
  }

  /** The machine wakes. */
  wake(): void {
    if (this.asleepSinceMs === null) return;
    this.wallAheadMs += this.timeline.nowMs - this.asleepSinceMs;
    this.asleepSinceMs = null;
    this.baseTrueMs = this.timeline.nowMs;
    this.armAgain();
  }

  private armAgain(): void {
    if (this.onTimer !== null) this.setTimer(this.timerAtMs, "down", this.onTimer);
    for (const timer of this.others) this.arm(timer);
  }

  /** Sets the wall clock forward, or back where `byMs` is negative. */
  jumpWall(byMs: number): void {
    this.wallAheadMs += byMs;
  }

  setTimer(atMs: number, _rounding: "down" | "up", onTimer: () => void): void {
    this.timerAtMs = atMs;
    this.onTimer = onTimer;
    this.armed++;
    const lateMs = this.lateness === null ? 0 : this.lateness();
    this.timeline.schedule(this.trueMs(atMs) + lateMs, this, this.armed, null);
  }

  clearTimer(): void {
    this.armed++;
    this.onTimer = null;
  }

  afterPoll(callback: () => void): void {
    this.timeline.schedule(this.timeline.nowMs, this, -this.life, callback);
  }

  /** Any number of other timers; those of a process that died do not fire. */
  readonly schedule: Schedule = (afterMs, callback) => {
    const { life } = this;
    let cancelled = false;
    const run = () => {
      if (cancelled || life !== this.life) return;
      callback();
      this.owner?.onSettled();
    };
    const due = () => {
      if (this.owner?.paused === true) this.owner.defer("timer", run);
      else run();
    };
    const timer: OtherTimer = { atMs: this.nowMs() + afterMs, due, armed: 0 };
    this.others.add(timer);
    this.arm(timer);
    return () => {
      cancelled = true;
      this.others.delete(timer);
    };
  };

  private arm(timer: OtherTimer): void {
    const armed = ++timer.armed;
    const happen = () => {
      if (armed !== timer.armed) return;
      this.others.delete(timer);
      timer.due();
    };
    const lateMs = this.lateness === null ? 0 : this.lateness();
    this.timeline.schedule(this.trueMs(timer.atMs) + lateMs, { happen }, 0, null);
  }

  /** The process on this clock died: none of its timers will fire. */
  forget(): void {
    this.life++;
    this.others.clear();
    this.clearTimer();
  }

  happen(code: number, payload: unknown): void {
    const { owner } = this;
    if (owner === null) return;
    if (code > 0) {
      if (code !== this.armed) return;
      if (owner.paused) owner.defer("timer", () => this.fire(code));
      else this.fire(code);
    } else if (code === -this.life) {
      if (owner.paused) owner.defer("check", () => this.happen(code, payload));
      else {
        (payload as () => void)();
        owner.onSettled();
      }
    }
  }

  private fire(code: number): void {
    const { onTimer } = this;
    if (code !== this.armed || onTimer === null) return;
    if (this.nowMs() < this.timerAtMs) this.floorMs = this.timerAtMs;
    this.onTimer = null;
    this.owner?.onFired();
    onTimer();
  }
}
