import { describe, expect, it } from "vitest";
import type { Leadership } from "../../src/elector/api.js";
import { watchLease } from "../../src/observability/lease-watch.js";
import type { NodeEvent } from "../../src/observability/node-event.js";
import { fakeElector } from "./support/elector.js";

/** A watch that looks every 10 ms of simulated time, and calls 100 ms without a look a stall. */
function aWatch(log: boolean) {
  let nowMs = 0;
  let due: (() => void) | null = null;
  const events: NodeEvent[] = [];
  const fake = fakeElector();
  const watch = watchLease(
    fake.elector,
    { intervalMs: 10, stallMs: 100, log },
    (event) => void events.push(event),
    {
      machineMs: () => nowMs,
      schedule(_delayMs, run) {
        due = run;
        return () => {
          due = null;
        };
      },
    },
  );
  return {
    ...fake,
    watch,
    events,
    /** The next look comes after so long. */
    look(afterMs = 10) {
      nowMs += afterMs;
      const run = due;
      due = null;
      run?.();
    },
    /** A leadership whose lease lasts until `untilMs()`. */
    lead(term: number, untilMs: () => number) {
      const controller = new AbortController();
      const leadership: Partial<Leadership> = {
        term,
        signal: controller.signal,
        remainingMs: () => Math.max(0, untilMs() - nowMs),
      };
      watch.lead(leadership as Leadership);
      return controller;
    },
  };
}

describe("the watch over a lease", () => {
  it("reports a stall with its length and what isLeader says after it", () => {
    const { look, events, become } = aWatch(false);
    become({ isLeader: true });
    look();
    look(110);
    expect(events).toEqual([]);
    look(111);
    become({ isLeader: false });
    look(510);
    expect(events).toEqual([
      { event: "stalled", stalledMs: 101, isLeader: true },
      { event: "stalled", stalledMs: 500, isLeader: false },
    ]);
  });

  it("knows what remains of the present lease, and of none once it is lost", () => {
    const { watch, lead, look } = aWatch(false);
    expect(watch.remainingMs()).toBe(0);
    const first = lead(1, () => 150);
    look(50);
    expect(watch.remainingMs()).toBe(100);
    first.abort();
    expect(watch.remainingMs()).toBe(0);
  });

  it("keeps the later of two leaderships where the earlier ends last", () => {
    const { watch, lead } = aWatch(false);
    const first = lead(1, () => 50);
    lead(2, () => 150);
    first.abort();
    expect(watch.remainingMs()).toBe(150);
  });

  it("reports each renewal once, and only with the log", () => {
    let untilMs = 150;
    for (const log of [true, false]) {
      untilMs = 150;
      const { lead, look, events } = aWatch(log);
      lead(3, () => untilMs);
      look();
      untilMs = 200;
      look();
      look();
      untilMs = 200.3;
      look();
      const expected = [150, 200].map((leaseUntilMs) => ({ event: "lease", term: 3, leaseUntilMs }));
      expect(events).toEqual(log ? expected : []);
    }
  });

  it("looks no more once it is stopped", () => {
    const { watch, look, events } = aWatch(false);
    watch.stop();
    look(10_000);
    expect(events).toEqual([]);
  });
});
