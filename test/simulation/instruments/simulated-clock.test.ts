import { describe, expect, it } from "vitest";
import { type ClockOwner, SimulatedClock } from "../../../src/simulation/cluster/simulated-clock.js";
import { Timeline } from "../../../src/simulation/kernel/timeline.js";

const offsetMs = 5000;

/** A clock that shows 5000 ms at the start, and what happened on it. */
class ClockUnderTest implements ClockOwner {
  readonly timeline = new Timeline();
  readonly clock: SimulatedClock;
  paused = false;
  firedCount = 0;
  readonly deferred: { readonly phase: string; readonly run: () => void }[] = [];
  readonly called: { readonly what: string; readonly trueMs: number; readonly localMs: number }[] = [];

  constructor(lateness: (() => number) | null = null) {
    this.clock = new SimulatedClock(this.timeline, offsetMs, lateness);
    this.clock.serve(this);
  }

  defer(phase: string, run: () => void): void {
    this.deferred.push({ phase, run });
  }

  onFired(): void {
    this.firedCount++;
  }

  onSettled(): void {}

  /** Notes that it was called, with the times that it was called at. */
  caller(what: string): () => void {
    return () => this.called.push({ what, trueMs: this.timeline.nowMs, localMs: this.clock.nowMs() });
  }

  at(trueMs: number): this {
    this.timeline.runUntil(trueMs);
    return this;
  }
}

describe("a simulated clock", () => {
  it("shows its offset and runs at its rate from when it is changed", () => {
    const under = new ClockUnderTest();
    const { clock } = under;
    expect(clock.nowMs()).toBe(5000);
    expect(under.at(100).clock.nowMs()).toBe(5100);
    clock.setRate(2);
    expect(clock.nowMs()).toBe(5100);
    expect(under.at(200).clock.nowMs()).toBe(5300);
    clock.setRate(0.5);
    expect(under.at(300).clock.nowMs()).toBe(5350);
    expect(clock.rate).toBe(0.5);
    expect(clock.trueMs(5400)).toBe(400);
  });

  it("jumps on the wall and not beside it", () => {
    const under = new ClockUnderTest();
    const before = under.clock.wallMs();
    under.clock.jumpWall(-3000);
    expect(under.clock.wallMs() - before).toBe(-3000);
    expect(under.clock.nowMs()).toBe(5000);
    under.at(50);
    expect(under.clock.wallMs() - before).toBe(-2950);
  });
});

describe.each(["the driver's timer", "another timer"])("%s", (which) => {
  const isDrivers = which === "the driver's timer";
  const set = (under: ClockUnderTest, afterMs: number, what = "timer") =>
    isDrivers
      ? under.clock.setTimer(under.clock.nowMs() + afterMs, "down", under.caller(what))
      : under.clock.schedule(afterMs, under.caller(what));

  it.each([
    [1, 100],
    [2, 70],
    [4, 55],
    [0.5, 160],
    [0.1, 640],
  ])("that waits for 100 ms on a clock that runs at %f from 40 ms on comes at %f ms", (rate, trueMs) => {
    const under = new ClockUnderTest();
    set(under, 100);
    under.at(40).clock.setRate(rate);
    under.at(10_000);
    expect(under.called).toEqual([
      { what: "timer", trueMs: expect.closeTo(trueMs, 9), localMs: expect.closeTo(5100, 9) },
    ]);
  });

  it("comes at its time by a clock whose rate changes again and again", () => {
    const under = new ClockUnderTest();
    set(under, 100);
    under.at(10).clock.setRate(2);
    under.at(20).clock.setRate(0.5);
    under.at(60).clock.setRate(1);
    // 10 ms, 20 ms and 20 ms of 100 have passed.
    under.at(1000);
    expect(under.called.map(({ trueMs }) => trueMs)).toEqual([110]);
  });

  it("is late by what chance says, in true time, and never early", () => {
    const under = new ClockUnderTest(() => 7);
    under.clock.setRate(2);
    set(under, 100);
    under.at(1000);
    expect(under.called.map(({ trueMs }) => trueMs)).toEqual([57]);
  });

  it("does not come once its process has died", () => {
    const under = new ClockUnderTest();
    set(under, 100);
    under.at(50).clock.forget();
    under.clock.setRate(2);
    under.at(1000);
    expect(under.called).toEqual([]);
  });

  it("waits while its process stands still, and comes once however the rate changes", () => {
    const under = new ClockUnderTest();
    set(under, 100);
    under.paused = true;
    under.at(200).clock.setRate(2);
    under.at(300);
    expect(under.called).toEqual([]);
    under.paused = false;
    for (const { phase, run } of under.deferred) {
      expect(phase).toBe("timer");
      run();
    }
    under.at(1000);
    expect(under.called.map(({ what }) => what)).toEqual(["timer"]);
  });
});

describe("timers", () => {
  it("replace each other where they are the driver's, and do not where they are others", () => {
    const under = new ClockUnderTest();
    under.clock.setTimer(5100, "down", under.caller("first"));
    under.clock.setTimer(5050, "down", under.caller("second"));
    under.clock.schedule(30, under.caller("third"));
    const cancel = under.clock.schedule(20, under.caller("cancelled"));
    under.clock.schedule(40, under.caller("fourth"));
    cancel();
    under.clock.setRate(1);
    under.at(1000);
    expect(under.called.map(({ what, trueMs }) => `${what} ${trueMs}`)).toEqual([
      "third 30",
      "fourth 40",
      "second 50",
    ]);
    // Only the driver's counts as one that fired.
    expect(under.firedCount).toBe(1);
  });

  it("do not come once cleared", () => {
    const under = new ClockUnderTest();
    under.clock.setTimer(5100, "down", under.caller("cleared"));
    under.clock.clearTimer();
    under.clock.setRate(2);
    under.at(1000);
    expect(under.called).toEqual([]);
  });

  it("never see a time before their own, whatever rounding does", () => {
    const under = new ClockUnderTest();
    for (let count = 1; count <= 200; count++) {
      under.clock.setRate(1 + count * 1e-3);
      const atMs = under.clock.nowMs() + count / 7;
      let seenMs = 0;
      under.clock.setTimer(atMs, "down", () => {
        seenMs = under.clock.nowMs();
      });
      under.at(under.timeline.nowMs + count);
      expect(seenMs).toBeGreaterThanOrEqual(atMs);
      expect(seenMs).toBeLessThan(atMs + 1e-6);
    }
  });

  it("come before what waits for the poll phase, and that not to a process that died", () => {
    const under = new ClockUnderTest();
    under.clock.afterPoll(under.caller("after poll"));
    under.at(0);
    under.clock.afterPoll(under.caller("of the dead"));
    under.clock.forget();
    under.at(10);
    under.paused = true;
    under.clock.afterPoll(under.caller("paused"));
    under.at(20);
    expect(under.called.map(({ what }) => what)).toEqual(["after poll"]);
    expect(under.deferred.map(({ phase }) => phase)).toEqual(["check"]);
  });
});
