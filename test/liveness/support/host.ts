import type { Clock } from "../../../src/runtime/ports.js";

/** A process on a time of its own: its clocks, its timers, and what has arrived and not been read. */
export class Host {
  nowMs = 0;
  private wallAheadMs = 1.7e12;
  private readonly timers = new Map<object, { readonly atMs: number; readonly run: () => void }>();
  private readonly polls: (() => void)[] = [];
  private readonly arrivals: { readonly atMs: number; readonly run: () => void }[] = [];

  /** A clock of this process, with one timer. */
  clock(): Clock {
    const key = {};
    return {
      nowMs: () => this.nowMs,
      wallMs: () => this.nowMs + this.wallAheadMs,
      setTimer: (atMs, _rounding, run) => this.timers.set(key, { atMs, run }),
      clearTimer: () => this.timers.delete(key),
      afterPoll: (callback) => this.polls.push(callback),
    };
  }

  get timerCount(): number {
    return this.timers.size;
  }

  /** Something arrives at this time; it is read when the process runs. */
  arrives(atMs: number, run: () => void): void {
    this.arrivals.push({ atMs, run });
    this.arrivals.sort((a, b) => a.atMs - b.atMs);
  }

  /** Runs until then. Timers that are due fire first, then what has arrived is read, then what waits for the poll phase happens. */
  runUntil(atMs: number): void {
    for (;;) {
      const dueMs = Math.min(
        ...[...this.timers.values()].map((timer) => timer.atMs),
        this.arrivals[0]?.atMs ?? Number.POSITIVE_INFINITY,
      );
      if (dueMs > atMs) break;
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.turn();
    }
    this.nowMs = Math.max(this.nowMs, atMs);
  }

  /** Time passes and nothing runs: the process is blocked or stopped. */
  stall(forMs: number): void {
    this.nowMs += forMs;
  }

  /** The machine sleeps: the wall clock alone goes on. */
  sleep(forMs: number): void {
    this.wallAheadMs += forMs;
  }

  private turn(): void {
    for (const [key, { atMs, run }] of [...this.timers])
      if (atMs <= this.nowMs && this.timers.delete(key)) run();
    while ((this.arrivals[0]?.atMs ?? Number.POSITIVE_INFINITY) <= this.nowMs) this.arrivals.shift()?.run();
    for (const poll of this.polls.splice(0)) poll();
    while (this.polls.length > 0) this.polls.shift()?.();
  }
}
