import { describe, expect, it } from "vitest";
import { detectors } from "../../../src/liveness/index.js";
import { nfdSQuality } from "../../../src/tuning/model/closed-forms.js";
import { linkFiguresOf } from "../../../src/tuning/qos/measured-link.js";
import { qos } from "../../../src/tuning/qos/qos.js";
import { seededTrace } from "../../../src/tuning/qos/seeded-trace.js";
import { theorem5 } from "../../../src/tuning/qos/theorem-5.js";
import { aTrace } from "../support/beat-traces.js";
import { qosStories } from "../support/qos-stories.js";

describe("the quality of service of a detector", () => {
  it.each(Object.entries(qosStories))("says that %s", (_, story) => story(qos));

  it("of a trace without a mistake has a bound and no mean", () => {
    const trace = aTrace(Array.from({ length: 1000 }, () => 0));
    const [result] = qos(trace, [detectors.missed({ intervalMs: 100 })], { warmUpBeats: 0 });
    expect(result).toMatchObject({ mistakes: 0, mistakeRecurrenceMs: null, mistakeRecurrenceErrorMs: null });
    // Byar's upper limit of none in 100 s is 3.7.
    expect(result?.mistakeRecurrenceLeastMs).toBeCloseTo(100_000 / 3.69, -3);
  });

  it("is the same for two detectors together as for each alone", () => {
    const trace = seededTrace({ intervalMs: 100, delay: { exponential: 20 }, loss: 0.05 }, 5000, 3);
    const both = [
      detectors.nfdE({ intervalMs: 100, pauseMs: 80 }),
      detectors.phiNormal({ intervalMs: 100, pauseMs: 0 }),
    ];
    expect(qos(trace, both)).toEqual(both.flatMap((one) => qos(trace, [one])));
  });
});

describe("theorem 5", () => {
  it.each([
    [0.1, 50, 120, 10],
    [0.3, 50, 120, 10],
    [0.2, 100, 250, 60],
  ])(
    "with a constant delay is its closed form (%d lost, %i ms, %i ms, %i ms)",
    (loss, intervalMs, shiftMs, latencyMs) => {
      const exceeds = (ms: number) => (ms < latencyMs ? 1 : 0);
      const general = theorem5({ loss, exceeds }, intervalMs, shiftMs);
      const closed = nfdSQuality(loss, intervalMs, shiftMs, latencyMs);
      expect(general.mistakeRecurrenceMs / closed.mistakeRecurrenceMs).toBeCloseTo(1, 12);
      // A step in the integral is known to a panel.
      expect(general.mistakeDurationMs / closed.mistakeDurationMs).toBeCloseTo(1, 2);
    },
  );

  it.each([
    [1100, 60_592],
    [1500, 101_010],
    [2020, 269_936],
    [2100, 6_059_188],
  ])(
    "gives in Chen's world at a detection time of %i ms a mistake every %i ms",
    (detectionMs, recurrenceMs) => {
      const law = { loss: 0.01, exceeds: (ms: number) => Math.exp(-ms / 20) };
      expect(theorem5(law, 1000, detectionMs - 1000).mistakeRecurrenceMs).toBeCloseTo(recurrenceMs, 0);
    },
  );
});

describe("a seeded trace", () => {
  const world = { intervalMs: 100, delay: { exponential: 20 }, loss: 0.05 } as const;

  it("depends on its seed alone, and loses and delays as it is told", () => {
    const trace = seededTrace(world, 50_000, 5);
    expect(seededTrace(world, 50_000, 5)).toEqual(trace);
    expect(seededTrace(world, 50_000, 6)).not.toEqual(trace);
    const { loss, delayMs, deviationMs, exceeds } = linkFiguresOf(trace);
    expect(Math.abs(loss - 0.05)).toBeLessThan(0.004);
    expect(Math.abs(delayMs - 20)).toBeLessThan(0.4);
    expect(Math.abs(deviationMs - 20)).toBeLessThan(0.6);
    expect(Math.abs(exceeds(40) - Math.exp(-2))).toBeLessThan(0.006);
  });

  it("of a stream loses nothing, and lets no beat overtake another", () => {
    const { slots, arrivedAtMs } = seededTrace({ ...world, link: "stream" }, 20_000, 1);
    expect(slots).toEqual(Float64Array.from({ length: 20_000 }, (_, slot) => slot));
    expect(
      arrivedAtMs.every((atMs, index) => index === 0 || atMs >= (arrivedAtMs[index - 1] as number)),
    ).toBe(true);
  });

  it("has bursts of the length it is told", () => {
    const bursts = { share: 0.001, meanBeats: 20 };
    const { slots } = seededTrace({ ...world, loss: 0, delay: 1, bursts }, 200_000, 1);
    const gaps = [...slots.keys()].slice(1).map((i) => (slots[i] as number) - (slots[i - 1] as number) - 1);
    const lost = gaps.filter((gap) => gap > 0);
    expect(Math.abs(lost.length / 200 - 1)).toBeLessThan(0.25);
    expect(Math.abs(lost.reduce((sum, gap) => sum + gap, 0) / lost.length / 20 - 1)).toBeLessThan(0.25);
  });
});
