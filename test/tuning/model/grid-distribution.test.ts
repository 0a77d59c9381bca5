import { describe, expect, it } from "vitest";
import { GridDistribution } from "../../../src/tuning/model/grid-distribution.js";

const exponential = (meanMs: number) =>
  GridDistribution.of(0.1, 0, 20 * meanMs, (ms) => (ms <= 0 ? 1 : Math.exp(-ms / meanMs)));

describe("a distribution on a grid", () => {
  it("adds means, and shares that never come stay away", () => {
    const sum = exponential(5).plus(exponential(3)).later(2).plusUniform(4);
    expect(sum.meanMs).toBeCloseTo(5 + 3 + 2 + 2, 1);
    expect(sum.coarser(0.7).meanMs).toBeCloseTo(sum.meanMs, 6);
    expect(sum.scaled(0.9).plus(exponential(1)).share).toBeCloseTo(0.9, 6);
  });

  it("knows minima, maxima and percentiles", () => {
    const one = exponential(6);
    // The earliest of three exponential times is exponential with a third of the mean.
    expect(one.mapped((share) => 1 - (1 - share) ** 3).meanMs).toBeCloseTo(2, 1);
    expect(one.earlierOf(exponential(3)).meanMs).toBeCloseTo(2, 1);
    expect(one.quantileMs(0.99)).toBeCloseTo(6 * Math.log(100), 0);
    expect(one.shareAbove(6)).toBeCloseTo(Math.exp(-1), 3);
    expect(one.notBefore(6).meanMs).toBeCloseTo(6 + 6 * Math.exp(-1), 1);
    const mixed = one.scaled(0.25).and(one.later(8).scaled(0.75));
    expect(mixed.meanMs).toBeCloseTo(12, 1);
  });

  it("refuses sums over different grids", () => {
    expect(() => exponential(1).plus(exponential(1).coarser(0.3))).toThrow("steps of 0.1 and 0.3 ms");
  });
});
