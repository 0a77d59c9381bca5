import { describe, expect, it } from "vitest";
import { followError } from "../../../src/liveness/detection/bertier.js";
import type { Detector } from "../../../src/liveness/detection/detector.js";
import { detectors } from "../../../src/liveness/detection/detectors.js";
import { type OneSender, watchSender } from "../../../src/liveness/detection/one-sender.js";
import { phiOfNormal } from "../../../src/liveness/detection/phi.js";
import { addSample, meanOf, varianceOf, windowWidth } from "../../../src/liveness/detection/sample-window.js";

const { missed, nfdE, phiNormal, phiExponential } = detectors;

/** Beats every second from `from` on. */
const everySecond = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index * 1000);

/** Takes beats (numbers) and asks (`"?"` and a number) in turn; gives whether the sender was trusted at each question. */
function trust(detector: Detector, trace: readonly (number | readonly ["?", number])[]): boolean[] {
  const [first, ...rest] = trace as [number, ...(number | readonly ["?", number])[]];
  const sender = watchSender(detector, 0, first);
  const answers: boolean[] = [];
  for (const event of rest) {
    if (typeof event === "number") sender.beat(Math.max(sender.slot() + 1, Math.round(event / 1000)), event);
    else answers.push(!sender.suspects(event[1]));
  }
  return answers;
}

const ask = (atMs: number) => ["?", atMs] as const;

/** Apache Pekko: AccrualFailureDetectorSpec and DeadlineFailureDetectorSpec play the same traces. */
const traces = {
  "is dead if beats are missed": {
    trace: [0, 1000, 1100, ask(1200), ask(8200)],
    phi: { pauseMs: 0, threshold: 3 },
    expected: [true, false],
  },
  "is available again when beats come again; the outage is not learned": {
    trace: [
      ...everySecond(0, 1000),
      ask(999_000 + 300_000),
      1_299_000,
      ask(1_299_900),
      1_300_000,
      ask(1_307_000),
      1_307_000,
      ask(1_307_900),
      1_308_000,
      ask(1_308_900),
    ],
    phi: { pauseMs: 3000, threshold: 8 },
    expected: [false, true, false, true, true],
  },
  "is available for as many missed beats as are tolerated": {
    trace: [...everySecond(0, 4), ask(7000 - 1), 8000, ask(9000)],
    phi: { pauseMs: 3000, threshold: 8 },
    expected: [true, true],
  },
  "is dead after the tolerated missed beats": {
    trace: [...everySecond(0, 6), ask(5500), 6000, ask(11_000)],
    phi: { pauseMs: 3000, threshold: 3 },
    expected: [true, false],
  },
} as const;

describe.each(Object.entries(traces))("a sender %s", (_, { trace, phi, expected }) => {
  it("by phi, normal", () => {
    expect(trust(phiNormal({ intervalMs: 1000, minDeviationMs: 100, ...phi }), trace)).toEqual(expected);
  });

  it("by missed beats", () => {
    expect(trust(missed({ intervalMs: 1000, pauseMs: 3000 }), trace)).toEqual(expected);
  });

  it("by NFD-E", () => {
    expect(trust(nfdE({ intervalMs: 1000, pauseMs: 3000 }), trace)).toEqual(expected);
  });
});

describe("phi, normal", () => {
  const phiOf = (sender: OneSender, threshold: number, atMs: number) => sender.level(atMs) * threshold;

  it.each([
    [1000, 0.301],
    [2000, 4.7367],
    [3000, 21.2416],
  ])("goes by the set interval after a single beat: %i ms later it is %d", (silent, phi) => {
    const sender = watchSender(phiNormal({ intervalMs: 1000, pauseMs: 0, minDeviationMs: 100 }), 0, 0);
    expect(phiOf(sender, 8, silent)).toBeCloseTo(phi, 3);
  });

  it("is above 0 from the second beat on", () => {
    const sender = watchSender(phiNormal({ intervalMs: 1000, pauseMs: 0 }), 0, 0);
    expect(sender.level(100)).toBeGreaterThan(0);
    sender.beat(1, 200);
    expect(sender.level(300)).toBeGreaterThan(0);
  });

  it("goes by the newest samples alone", () => {
    const detector = phiNormal({ intervalMs: 300, pauseMs: 0, sampleCount: 3, minDeviationMs: 10 });
    const sender = watchSender(detector, 0, 0);
    let nowMs = 0;
    let slot = 0;
    const beatAfter = (apartMs: number): void => {
      nowMs += apartMs;
      // The caller says which slot it is; phi goes by arrivals.
      sender.beat(++slot, nowMs);
    };
    for (let count = 0; count < 3; count++) beatAfter(100);
    const first = phiOf(sender, 8, nowMs + 100);
    expect(first).toBeCloseTo(0.301, 3);
    // Long intervals are taken for outages as soon as they are suspected, so the pace changes in steps.
    for (const apartMs of [130, 170, 210, 260, 310, 370, 430, 500, 500, 500, 500]) beatAfter(apartMs);
    expect(phiOf(sender, 8, nowMs + 500)).toBeCloseTo(first, 3);
  });

  it.each([
    ["a quick death", 13_000, true, false],
    ["an exceptionally long pause", 17_000, true, false],
  ])("against a fixed 20 s (IoTDB, DetectorTest): %s", (_, silent, fixed, phi) => {
    const beats = [1000, 2000, 3000];
    const last = 3000;
    const detector = phiNormal({ intervalMs: 1000, pauseMs: 10_000, threshold: 30, minDeviationMs: 200 });
    const byPhi = watchSender(detector, 0, 0);
    const byFixed = watchSender(missed({ intervalMs: 1000, pauseMs: 19_000 }), 0, 0);
    beats.forEach((atMs, index) => {
      byPhi.beat(index + 1, atMs);
      byFixed.beat(index + 1, atMs);
    });
    expect([!byFixed.suspects(last + silent), !byPhi.suspects(last + silent)]).toEqual([fixed, phi]);
  });

  it("accepts a pause such as it has learned before (IoTDB, DetectorTest, with its history)", () => {
    const memory = new Float64Array(windowWidth(10));
    for (const apartMs of [1000, 15_000, 1000, 1000, 15_000, 1000]) addSample(memory, 0, 10, apartMs);
    const deviationMs = Math.sqrt(varianceOf(memory, 0));
    expect(phiOfNormal(21_000, meanOf(memory, 0) + 10_000, deviationMs)).toBeLessThan(30);
  });

  it("suspects with Pekko's defaults 4523 ms after the last beat", () => {
    const sender = watchSender(phiNormal({ intervalMs: 1000, pauseMs: 3000, minDeviationMs: 100 }), 0, 0);
    for (let slot = 1; slot <= 2000; slot++) sender.beat(slot, slot * 1000);
    expect(sender.deadlineMs() - 2_000_000).toBeCloseTo(4522.6, 0);
  });
});

describe("phi, exponential", () => {
  it("is Cassandra's: at threshold 8 a second's beats are missed for 18.42 s (5: 11.5 s, 12: 27.6 s)", () => {
    const seconds = [8, 5, 12].map((threshold) => {
      const sender = watchSender(phiExponential({ intervalMs: 1000, threshold }), 0, 0);
      for (let slot = 1; slot <= 300; slot++) sender.beat(slot, slot * 1000);
      return (sender.deadlineMs() - 300_000) / 1000;
    });
    expect(seconds.map((one) => Number(one.toFixed(2)))).toEqual([18.42, 11.51, 27.63]);
  });

  it.each([
    [666, Math.LOG10E],
    [3000, 9.566],
  ])("of beats every 111 has at %i the phi %d (Cassandra, ArrivalWindowTest)", (atMs, phi) => {
    const threshold = 8;
    const sender = watchSender(phiExponential({ intervalMs: 111, threshold, sampleCount: 4 }), 0, 111);
    for (const beat of [222, 333, 444, 555]) sender.beat(beat / 111, beat);
    expect(sender.level(atMs) * threshold).toBeCloseTo(phi, 2);
  });

  it("does not take an outage for the pace", () => {
    const sender = watchSender(phiExponential({ intervalMs: 200, pauseMs: 800 }), 0, 0);
    sender.beat(1, 200);
    sender.beat(2, 300_000);
    expect(sender.deadlineMs() - 300_000).toBeCloseTo(1000, 6);
  });
});

describe("NFD-E", () => {
  it("goes by the mean of the offsets, as ZooKeeper's Chen detector does: 60, 120 and 190 of every 60 give 85, then 90", () => {
    const detector = nfdE({ intervalMs: 60, pauseMs: 25 });
    const sender = watchSender(detector, 1, 60);
    sender.beat(2, 120);
    expect(sender.deadlineMs() - 120).toBeCloseTo(85, 6);
    sender.beat(3, 190);
    // The mean interval there is (60 + 70)/2; here the offsets are 0 and 10, whose mean is 5: the same instant, 190 + 60 - 5 + 25.
    expect(sender.deadlineMs()).toBeCloseTo(270, 6);
  });

  it("suspects a sender whose queue delivers each beat 15 s later than the one before, which missed beats take for alive", () => {
    // A sender of one beat a second dies after 20; they arrive 15 s apart (scylladb#8488).
    const senders = [
      nfdE({ intervalMs: 1000, pauseMs: 19_000, sampleCount: 20 }),
      missed({ intervalMs: 1000, pauseMs: 19_000 }),
    ].map((detector) => watchSender(detector, 0, 0));
    const suspectedAt = senders.map((sender) => {
      for (let slot = 1; slot <= 20; slot++) {
        if (sender.suspects(slot * 15_000)) return sender.deadlineMs();
        sender.beat(slot, slot * 15_000);
      }
      return sender.deadlineMs();
    });
    expect(suspectedAt[0]).toBeLessThanOrEqual(45_000);
    expect(suspectedAt[1]).toBe(320_000);
  });

  it("is not moved by 20 beats that waited in one queue for a second: it learns from the first at most", () => {
    for (const name of ["nfdE", "phiNormal", "phiExponential", "bertier"] as const) {
      const detector = detectors[name]({ intervalMs: 50, pauseMs: 150, sampleCount: 20 });
      const sender = watchSender(detector, 0, 0);
      for (let slot = 1; slot <= 40; slot++) sender.beat(slot, slot * 50);
      for (let slot = 41; slot <= 60; slot++) sender.beat(slot, 3000);
      // Not for two intervals, and not a whole window of samples later.
      expect(sender.suspects(3100), name).toBe(false);
    }
  });

  it("expects the next beat right where the sender skipped slots", () => {
    const sender = watchSender(nfdE({ intervalMs: 100, pauseMs: 50 }), 0, 0);
    for (const slot of [1, 2, 3, 9, 10]) sender.beat(slot, slot * 100 + 3);
    expect(sender.deadlineMs()).toBeCloseTo(1100 + 3 + 50, 6);
  });

  it("keeps its digits at clock readings of a year, with intervals that are no binary fraction", () => {
    const sender = watchSender(nfdE({ intervalMs: 333.3, pauseMs: 1000 }), 1e8, 3.3e10);
    for (let slot = 1; slot <= 100; slot++) sender.beat(1e8 + slot, 3.3e10 + slot * 333.3);
    expect(sender.deadlineMs() - (3.3e10 + 101 * 333.3)).toBeCloseTo(1000, 3);
  });
});

describe("Bertier's margin", () => {
  it("follows the error as in ZooKeeper's detector, which counts whole milliseconds: 60, 120, 190 give 100, 87, 97", () => {
    let delay = 25;
    let variation = 0;
    const timeouts = [100];
    const step = (latenessMs: number, nextMs: number, nowMs: number): void => {
      const [error, next] = followError(delay, variation, latenessMs, 0.1);
      delay += Math.trunc(error - delay);
      variation = next;
      timeouts.push(nextMs + delay + 4 * variation - nowMs);
    };
    step(120 - 100, 120 + 60, 120);
    step(190 - 180, 190 + 65, 190);
    expect(timeouts.map(Math.round)).toEqual([100, 87, 97]);
    expect([delay, Number(variation.toFixed(2))]).toEqual([24, 1.95]);
  });
});
