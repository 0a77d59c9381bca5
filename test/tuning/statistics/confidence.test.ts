import { describe, expect, it } from "vitest";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";
import {
  meanInterval,
  poissonInterval,
  quantileInterval,
  studentQuantile,
  unseenRateAtMost,
} from "../../../src/tuning/statistics/confidence.js";
import { paretoFront } from "../../../src/tuning/statistics/pareto.js";

describe("confidence", () => {
  it("what was not seen in a time comes at most three times in it, at 95 %", () => {
    const observedHours = 4;
    const chanceOfNone = Math.exp(-observedHours * unseenRateAtMost(observedHours));
    expect(chanceOfNone).toBeCloseTo(0.05, 3);
  });

  it.each([
    [1, 12.7062],
    [4, 2.77645],
    [5, 2.57058],
    [9, 2.26216],
    [29, 2.04523],
    [99, 1.98422],
    [1000, 1.96234],
  ])("Student's quantile of 0.975 for %d degrees of freedom is that of the tables", (degrees, quantile) => {
    expect(Math.abs(studentQuantile(degrees) - quantile)).toBeLessThan(3e-4);
  });

  it("gives the mean and its half-width", () => {
    // Student's own example: 95 % of 1, 2, 3, 4, 5 is 3 -+ 2.776 * sqrt(2.5 / 5).
    const { mean, halfWidth } = meanInterval([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(halfWidth).toBeCloseTo(1.9632, 3);
    expect(meanInterval([7]).halfWidth).toBe(Number.POSITIVE_INFINITY);
    expect(meanInterval([1e9 + 1, 1e9 + 2, 1e9 + 3]).halfWidth).toBeCloseTo(2.4841, 3);
  });

  it("holds the true mean and median in about 95 of 100 experiments", () => {
    const random = splitSeed(7)("confidence");
    let [means, medians] = [0, 0];
    for (let experiment = 0; experiment < 2000; experiment++) {
      const sample = Array.from({ length: 60 }, random).sort((a, b) => a - b);
      const { mean, halfWidth } = meanInterval(sample);
      if (Math.abs(mean - 0.5) <= halfWidth) means++;
      const median = quantileInterval(sample, 0.5);
      if (median !== null && median.low <= 0.5 && median.high >= 0.5) medians++;
    }
    expect(means / 2000).toBeGreaterThan(0.935);
    expect(means / 2000).toBeLessThan(0.965);
    expect(medians / 2000).toBeGreaterThan(0.93);
    expect(medians / 2000).toBeLessThan(0.98);
  });

  it.each([
    [0, 0, 3.689],
    [1, 0.0253, 5.572],
    [10, 4.795, 18.39],
    [100, 81.36, 121.63],
  ])("%d events allow a Poisson mean from %d to %d", (count, low, high) => {
    const interval = poissonInterval(count);
    expect(Math.abs(interval.low - low)).toBeLessThan(0.013 + 0.01 * low);
    expect(Math.abs(interval.high - high)).toBeLessThan(0.01 * high);
  });
});

describe("the Pareto front", () => {
  it("holds what no other beats in both figures", () => {
    const points = [
      [5, 0],
      [1, 9],
      [2, 4],
      [3, 4],
      [4, 5],
      [2, 4],
      [9, 0],
    ] as const;
    const front = paretoFront(
      points,
      ([a]) => a,
      ([, b]) => b,
    );
    expect(front).toEqual([
      [1, 9],
      [2, 4],
      [2, 4],
      [5, 0],
    ]);
  });
});
