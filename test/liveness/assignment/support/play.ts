import * as rules from "../../../../src/liveness/assignment/rules.js";

export { rules };

/** The rules of leader and workers, perhaps with a bug planted. */
export type Rules = typeof rules;

/** What happens at a time, in the order of times. */
export class Play {
  nowMs = 0;
  private readonly heap: { readonly atMs: number; readonly order: number; readonly run: () => void }[] = [];
  private order = 0;

  at(atMs: number, run: () => void): void {
    const { heap } = this;
    const item = { atMs: Math.max(atMs, this.nowMs), order: this.order++, run };
    let at = heap.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as (typeof heap)[number];
      if (!isBefore(item, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = item;
  }

  after(afterMs: number, run: () => void): void {
    this.at(this.nowMs + afterMs, run);
  }

  /** Plays until then. */
  until(atMs: number): void {
    for (let next = this.heap[0]; next !== undefined && next.atMs <= atMs; next = this.heap[0]) {
      this.take();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = Math.max(this.nowMs, atMs);
  }

  private take(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as typeof right)) below++;
      const child = heap[below] as typeof last;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(one: { atMs: number; order: number }, other: { atMs: number; order: number }): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A clock of a machine: it has a rate and an offset, and stands still while the machine sleeps. */
export class LocalClock {
  readonly rate: number;
  private readonly play: Play;
  private baseMs: number;
  private sinceMs: number;
  asleep = false;

  constructor(play: Play, rate: number, offsetMs: number) {
    this.play = play;
    this.rate = rate;
    this.baseMs = offsetMs;
    this.sinceMs = play.nowMs;
  }

  nowMs(): number {
    return this.asleep ? this.baseMs : this.baseMs + (this.play.nowMs - this.sinceMs) * this.rate;
  }

  /** When, in real time, this clock shows `localMs`, if its machine stays awake. */
  realMs(localMs: number): number {
    return this.play.nowMs + (localMs - this.nowMs()) / this.rate;
  }

  sleep(): void {
    this.baseMs = this.nowMs();
    this.asleep = true;
  }

  wake(): void {
    this.sinceMs = this.play.nowMs;
    this.asleep = false;
  }
}
