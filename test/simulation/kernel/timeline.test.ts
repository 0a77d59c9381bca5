import { describe, expect, it } from "vitest";
import { integerOf, splitSeed } from "../../../src/simulation/kernel/prng.js";
import { Timeline } from "../../../src/simulation/kernel/timeline.js";

describe("the timeline", () => {
  it("passes events by time, and those of one time in the order they were scheduled", () => {
    const timeline = new Timeline();
    const stream = splitSeed(1)("timeline");
    const due: { atMs: number; code: number }[] = [];
    const seen: { atMs: number; code: number }[] = [];
    const actor = { happen: (code: number) => void seen.push({ atMs: timeline.nowMs, code }) };
    for (let code = 0; code < 5000; code++) {
      const atMs = integerOf(stream, 0, 500);
      due.push({ atMs, code });
      timeline.schedule(atMs, actor, code, null);
    }
    timeline.runUntil(1000);
    expect(seen).toEqual(due.sort((a, b) => a.atMs - b.atMs || a.code - b.code));
    expect(timeline.nowMs).toBe(1000);
    expect(timeline.size).toBe(0);
  });

  it("passes what an event schedules for the same instant after all that was due before", () => {
    const timeline = new Timeline();
    const seen: string[] = [];
    const say = (word: string) => ({ happen: () => void seen.push(word) });
    timeline.schedule(1, { happen: () => timeline.schedule(0, say("late"), 0, null) }, 0, null);
    timeline.schedule(1, say("second"), 0, null);
    timeline.runUntil(2);
    expect(seen).toEqual(["second", "late"]);
  });

  it("grows no larger than the number of events that wait at one time", () => {
    const timeline = new Timeline();
    let left = 100_000;
    const actor = {
      happen: () => {
        if (left-- > 0) timeline.schedule(timeline.nowMs + 1, actor, 0, null);
      },
    };
    timeline.schedule(0, actor, 0, null);
    timeline.runUntil(1e9);
    expect(left).toBe(-1);
    expect(timeline.size).toBe(0);
  });
});
