import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RaftbeatError } from "../../../src/errors.js";
import type { DetectorName } from "../../../src/liveness/detection/detector.js";
import { detectors } from "../../../src/liveness/detection/detectors.js";
import { watchSender } from "../../../src/liveness/detection/one-sender.js";

const names = Object.keys(detectors) as DetectorName[];

/** Beats of a sender, each some slots and some milliseconds after the one before. */
const anyBeats = fc.array(
  fc.record({
    slots: fc.integer({ min: 1, max: 5 }),
    afterMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5000, noNaN: true })),
    learns: fc.boolean(),
  }),
  { maxLength: 80 },
);

const anySettings = fc.record({
  intervalMs: fc.double({ min: 1, max: 2000, noNaN: true }),
  pauseMs: fc.double({ min: 0, max: 5000, noNaN: true }),
});

describe.each(names)("the detector %s", (name) => {
  it("has a finite deadline, and a level that never falls in silence, is never negative, and is 1 from the deadline on", () => {
    fc.assert(
      fc.property(anySettings, anyBeats, (settings, beats) => {
        const sender = watchSender(detectors[name](settings), 0, 1000);
        let slot = 0;
        let nowMs = 1000;
        for (const { slots, afterMs, learns } of beats) {
          slot += slots;
          nowMs += afterMs;
          sender.beat(slot, nowMs, learns);
        }
        const deadlineMs = sender.deadlineMs();
        expect(Number.isFinite(deadlineMs)).toBe(true);
        const waits = [0, 0.1, 0.5, 0.9, 1, 1.1, 2, 50, 1e9].map(
          (share) => nowMs + share * Math.max(1, deadlineMs - nowMs),
        );
        let before = 0;
        for (const atMs of waits) {
          const level = sender.level(atMs);
          expect(Number.isFinite(level)).toBe(true);
          expect(level).toBeGreaterThanOrEqual(before);
          before = level;
          if (sender.suspects(atMs)) expect(level).toBeGreaterThan(1 - 1e-9);
          else expect(level).toBeLessThan(1 + 1e-9);
        }
      }),
    );
  });

  it("forgets everything at a reset", () => {
    fc.assert(
      fc.property(anySettings, anyBeats, (settings, beats) => {
        const used = watchSender(detectors[name](settings), 0, 0);
        let nowMs = 0;
        let slot = 0;
        for (const { slots, afterMs } of beats) {
          slot += slots;
          nowMs += afterMs;
          used.beat(slot, nowMs);
        }
        used.reset(7, 9e5);
        const fresh = watchSender(detectors[name](settings), 7, 9e5);
        for (const step of [1, 2, 3]) {
          expect(used.deadlineMs()).toBe(fresh.deadlineMs());
          used.beat(7 + step, 9e5 + step * settings.intervalMs);
          fresh.beat(7 + step, 9e5 + step * settings.intervalMs);
        }
        expect(used.deadlineMs()).toBe(fresh.deadlineMs());
      }),
    );
  });

  it("takes no beat for newer than it is", () => {
    const sender = watchSender(detectors[name]({ intervalMs: 100 }), 5, 0);
    const deadlineMs = sender.deadlineMs();
    for (const slot of [5, 4, 0, -1, Number.NaN]) expect(sender.beat(slot, 50)).toBe(false);
    expect(sender.deadlineMs()).toBe(deadlineMs);
    expect(sender.slot()).toBe(5);
  });

  it("tolerates the set pause beyond the next beat: a punctual sender is suspected no sooner, and at most 0.6 intervals later", () => {
    const [intervalMs, pauseMs] = [100, 300];
    const sender = watchSender(detectors[name]({ intervalMs, pauseMs }), 0, 0);
    for (let slot = 1; slot <= 500; slot++) sender.beat(slot, slot * intervalMs);
    const toleratedMs = sender.deadlineMs() - 500 * intervalMs;
    expect(toleratedMs).toBeGreaterThanOrEqual(intervalMs + pauseMs - 1e-6);
    expect(toleratedMs).toBeLessThan(intervalMs * 1.6 + pauseMs);
  });

  it("tolerates three intervals where no pause is set", () => {
    expect(detectors[name]({ intervalMs: 100 })).toMatchObject({ pauseMs: 300, windowMs: 400 });
  });

  it("writes within the numbers that it asked for", () => {
    const detector = detectors[name]({ intervalMs: 10 });
    const memory = new Float64Array(detector.width + 2).fill(-7);
    detector.begin(memory, 1, 0, 0);
    for (let slot = 1; slot < 1200; slot++) detector.onBeat(memory, 1, slot, slot * 10, true);
    expect([memory[0], memory.at(-1)]).toEqual([-7, -7]);
  });

  it.each([
    [{ intervalMs: 0 }, "intervalMs (0) must be a number from 1 to 86400000"],
    [{ intervalMs: Number.NaN }, "intervalMs (NaN) must be a number from 1 to 86400000"],
    [{ intervalMs: "1s" }, "intervalMs (1s) must be a number from 1 to 86400000"],
    [{ intervalMs: 100, pauseMs: -1 }, "pauseMs (-1) must be a number from 0 to 2678400000"],
    [{ intervalMs: 100, pause: 3 }, "pause (3) is no option"],
    [{}, "intervalMs is missing"],
    [null, "must be an object"],
  ])("refuses %j", (settings, sentence) => {
    const make = detectors[name] as (settings: unknown) => unknown;
    expect(() => make(settings)).toThrow(RaftbeatError);
    expect(() => make(settings)).toThrow(sentence);
  });
});

it("phiExponential takes one of pauseMs and threshold, which set the same", () => {
  expect(() => detectors.phiExponential({ intervalMs: 100, pauseMs: 300, threshold: 8 })).toThrow(
    "pauseMs (300) and threshold (8) of phiExponential set the same",
  );
});

it("nfdS keeps to its origin, whatever arrives when", () => {
  const sender = watchSender(detectors.nfdS({ intervalMs: 100, pauseMs: 50, originMs: 1000 }), 0, 1040);
  sender.beat(1, 1190);
  expect(sender.deadlineMs()).toBe(1250);
});

it("bertier tolerates more after each mistake, up to 20", () => {
  const sender = watchSender(
    detectors.bertier({ intervalMs: 100, pauseMs: 0, beta: 0, phi: 0, moderationMs: 10, sampleCount: 1 }),
    0,
    0,
  );
  const margins: number[] = [];
  let nowMs = 0;
  for (let slot = 1; slot <= 30; slot++) {
    nowMs += 1000;
    sender.beat(slot, nowMs);
    margins.push(Math.round(sender.deadlineMs() - nowMs - 100));
  }
  expect(margins.slice(0, 3)).toEqual([10, 20, 30]);
  expect(margins.at(-1)).toBe(200);
});
