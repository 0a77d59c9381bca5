import { describe, expect, it } from "vitest";
import { detectors, type MeasuredLink } from "../../../src/liveness/index.js";
import { monthMs, recurrenceMs } from "../../../src/liveness/qos/configurator.js";
import { recommendDetector } from "../../../src/tuning/advice/detector-advice.js";
import { linkOfProfile } from "../../../src/tuning/advice/link-of-profile.js";
import { networkPresets } from "../../../src/tuning/model/network-profile.js";
import { qos } from "../../../src/tuning/qos/qos.js";
import { seededTrace } from "../../../src/tuning/qos/seeded-trace.js";

const exponential = (ms: number) => Math.exp(-Math.max(0, ms) / 20);
const chen: MeasuredLink = {
  loss: 0.01,
  delayMs: 20,
  deviationMs: 20,
  kind: "datagram",
  exceeds: exponential,
};

describe("advice on a failure detector", () => {
  it.each([
    [5000, 1],
    [2500, 10_000],
    [30_000, 0.5],
    [800, 100],
  ])(
    "within %i ms and %d mistakes a month is round numbers that keep the promise",
    (detectionMs, mistakesPerMonth) => {
      const advice = recommendDetector({ detectionMs, mistakesPerMonth }, chen);
      if (!advice.achievable) throw new Error(advice.reason);
      const { intervalMs, pauseMs } = advice;
      expect(String(intervalMs).replace(/0+$/, "").length).toBeLessThanOrEqual(4);
      expect(Number.isInteger(pauseMs)).toBe(true);
      expect(intervalMs + pauseMs + 20).toBeLessThanOrEqual(detectionMs);
      expect(recurrenceMs(chen, intervalMs + pauseMs, intervalMs)).toBeGreaterThanOrEqual(
        monthMs / mistakesPerMonth,
      );
      expect(advice.mistakesPerMonth).toBeLessThanOrEqual(mistakesPerMonth);
    },
  );

  it("keeps its promise when it is played", () => {
    const mistakesPerMonth = 5000;
    const advice = recommendDetector({ detectionMs: 2500, mistakesPerMonth }, chen);
    if (!advice.achievable) throw new Error(advice.reason);
    const { intervalMs, pauseMs } = advice;
    const trace = seededTrace({ intervalMs, delay: { exponential: 20 }, loss: 0.01 }, 300_000, 1);
    const [result] = qos(trace, [detectors.nfdE({ intervalMs, pauseMs })]);
    // The mean delay of the trace is 20 ms within its standard error, 0.04.
    expect(result?.detectionMs).toBeLessThan(2500.15);
    expect(result?.mistakes).toBeGreaterThan(10);
    expect(monthMs / (result?.mistakeRecurrenceMs ?? 0)).toBeLessThanOrEqual(mistakesPerMonth * 1.1);
  });

  it("tolerates the pause that a sender is said to make, whatever the link allows", () => {
    const link = linkOfProfile(networkPresets.oneRegion);
    const free = recommendDetector({ detectionMs: 5000, mistakesPerMonth: 1 }, link);
    const bound = recommendDetector({ detectionMs: 5000, mistakesPerMonth: 1 }, link, 2000);
    expect(free.achievable && free.pauseMs < 2000).toBe(true);
    expect(bound.achievable && bound.pauseMs >= 2000 && bound.intervalMs + bound.pauseMs <= 5000).toBe(true);
  });

  it("says of a wish that cannot be kept why, and what would do: and that does", () => {
    const link: MeasuredLink = { loss: 0, delayMs: 20, deviationMs: 20, kind: "stream" };
    const wish = { detectionMs: 5000, mistakesPerMonth: 1 };
    const advice = recommendDetector(wish, link);
    if (advice.achievable) throw new Error("it can be kept");
    expect(advice.reason).toContain("no interval promises as few as 1");
    const { detectionMsThatWouldDo, mistakesPerMonthThatWouldDo } = advice;
    expect(recommendDetector({ ...wish, detectionMs: detectionMsThatWouldDo ?? 0 }, link).achievable).toBe(
      true,
    );
    expect(
      recommendDetector({ ...wish, mistakesPerMonth: mistakesPerMonthThatWouldDo ?? 0 }, link).achievable,
    ).toBe(true);
    // And not much less.
    expect(
      recommendDetector({ ...wish, detectionMs: (detectionMsThatWouldDo ?? 0) * 0.9 }, link).achievable,
    ).toBe(false);
    const pause = recommendDetector({ detectionMs: 300, mistakesPerMonth: 1 }, chen, 350);
    expect(pause.achievable ? "" : pause.reason).toBe(
      "a pause of 350 ms alone takes longer than the 300 ms that are allowed",
    );
  });
});

describe("the link of a profile", () => {
  it("has the delay of its model: on a datagram a lognormal time, of which a hundredth is above the 99th percentile", () => {
    const link = linkOfProfile({
      ...networkPresets.oneRegion,
      transport: "datagram",
      loss: 0.02,
      rttP50Ms: 20,
      rttP99Ms: 60,
    });
    expect(link.loss).toBeCloseTo(0.02, 9);
    expect(link.exceeds?.(10)).toBeCloseTo(0.5, 6);
    expect(link.exceeds?.(30)).toBeCloseTo(0.01, 6);
    // sigma = ln 3 / 2.3263; mean = median e^(sigma^2/2); the deviation is the mean times the root of e^(sigma^2) - 1.
    const sigma2 = (Math.log(3) / 2.3263) ** 2;
    const mean = 10 * Math.exp(sigma2 / 2);
    expect(link.delayMs).toBeCloseTo(mean, 2);
    expect(link.deviationMs / (mean * Math.sqrt(Math.exp(sigma2) - 1))).toBeCloseTo(1, 3);
  });

  it("loses nothing on a stream, where a loss is a wait of 200 ms", () => {
    const link = linkOfProfile({
      ...networkPresets.oneRegion,
      transport: "stream",
      loss: 0.02,
      rttP50Ms: 2,
      rttP99Ms: 4,
    });
    expect(link.loss).toBe(0);
    expect(link.exceeds?.(100)).toBeCloseTo(0.02, 6);
  });
});
