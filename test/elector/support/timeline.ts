interface Event {
  readonly atMs: number;
  readonly order: number;
  run(): void;
}

/** A clock everybody shares, and what is due on it. */
export class Timeline {
  nowMs = 0;
  private readonly events: Event[] = [];
  private order = 0;

  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.nowMs), order: this.order++, run };
    let index = this.events.length;
    while (index > 0 && (this.events[index - 1] as Event).atMs > event.atMs) index--;
    this.events.splice(index, 0, event);
  }

  /** Runs all that is due in the next `forMs`, or until `done` says so; returns whether it did. */
  advance(forMs: number, done: () => boolean = () => false): boolean {
    const endMs = this.nowMs + forMs;
    while (!done()) {
      const next = this.events[0];
      if (next === undefined || next.atMs > endMs) {
        this.nowMs = endMs;
        return done();
      }
      this.events.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    return true;
  }
}
