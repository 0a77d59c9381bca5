import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";
import { atLeast } from "../../../src/tuning/model/binomial.js";
import {
  lognormalMeanExcess,
  lognormalShareAbove,
  normalShareAbove,
} from "../../../src/tuning/model/normal-share.js";
import {
  meanInterval,
  poissonInterval,
  quantileInterval,
  studentQuantile,
} from "../../../src/tuning/statistics/confidence.js";
import { paretoFront } from "../../../src/tuning/statistics/pareto.js";

function upTo(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => index + 1);
}

describe("the interval of a quantile of 1 to n", () => {
  // Ranks n p -+ 1.96 sqrt(n p (1 - p)), rounded up, and no further than the first and the last.
  it.each([
    [100, 0.5, 41, 60],
    [1000, 0.5, 470, 531],
    [100, 0.9, 85, 96],
    [400, 0.9, 349, 372],
    [1000, 0.9, 882, 919],
    [100, 0.99, 98, 100],
    [1000, 0.99, 984, 997],
    [10_000, 0.99, 9881, 9920],
    [20, 0.9, 16, 20],
    [10, 0.99, 10, 10],
    [1, 0.5, 1, 1],
  ])("%i at %f has the ranks %i and %i", (count, share, low, high) => {
    expect(quantileInterval(upTo(count), share)).toEqual({ low, high });
  });

  it("is none of none", () => {
    expect(quantileInterval([], 0.9)).toBeNull();
  });

  it.each([
    [0.9, 200],
    [0.99, 1500],
  ])("at %f holds the true one in about 95 of 100 experiments", (share, count) => {
    const random = splitSeed(3)(`interval of ${share}`);
    const experiments = 400;
    const misses = { below: 0, above: 0 };
    for (let experiment = 0; experiment < experiments; experiment++) {
      const { low, high } = quantileInterval(Float64Array.from({ length: count }, random).sort(), share) ?? {
        low: Number.NaN,
        high: Number.NaN,
      };
      if (high < share) misses.below++;
      if (low > share) misses.above++;
    }
    const held = 1 - (misses.below + misses.above) / experiments;
    expect(held).toBeGreaterThan(0.92);
    expect(held).toBeLessThan(0.975);
    // It misses to either side about as often.
    expect(misses.below).toBeGreaterThan(3);
    expect(misses.above).toBeGreaterThan(3);
  });
});

describe("the interval of a mean", () => {
  it("is Student's, for few numbers too", () => {
    expect(meanInterval([1, 3])).toEqual({ mean: 2, halfWidth: expect.closeTo(12.7062047, 6) });
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, deviation sqrt(32 / 7).
    const { mean, halfWidth } = meanInterval([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(mean).toBe(5);
    expect(halfWidth).toBeCloseTo(2.364624 * Math.sqrt(32 / 7 / 8), 3);
    expect(meanInterval([2, 4, 4, 4, 5, 5, 7, 9, 1000], 8)).toEqual({ mean, halfWidth });
    expect(meanInterval([])).toEqual({ mean: Number.NaN, halfWidth: Number.POSITIVE_INFINITY });
    expect(studentQuantile(0)).toBe(Number.POSITIVE_INFINITY);
    for (const [degrees, quantile] of [
      [2, 4.302653],
      [3, 3.182446],
      [6, 2.446912],
      [15, 2.13145],
    ] as const)
      expect(Math.abs(studentQuantile(degrees) - quantile)).toBeLessThan(3e-4);
  });
});

describe("the interval of a count", () => {
  it("is the exact one of Garwood within a hundredth, or for the lower end two hundredths of an event", () => {
    for (const [count, low, high] of [
      [2, 0.2422, 7.2247],
      [3, 0.6187, 8.7673],
      [5, 1.6235, 11.6683],
      [20, 12.2165, 30.8884],
      [50, 37.1105, 65.9188],
    ] as const) {
      const interval = poissonInterval(count);
      expect(Math.abs(interval.low - low)).toBeLessThan(0.02 + 0.01 * low);
      expect(Math.abs(interval.high / high - 1)).toBeLessThan(0.01);
    }
    expect(poissonInterval(0).low).toBe(0);
  });
});

describe("the share of at least so many", () => {
  it("is the sum over all outcomes", () => {
    for (const share of [0, 0.03, 0.5, 0.8, 1])
      for (let count = 0; count <= 8; count++)
        for (let least = -1; least <= count + 1; least++) {
          let sum = 0;
          for (let outcome = 0; outcome < 2 ** count; outcome++) {
            const hits = outcome.toString(2).replaceAll("0", "").length;
            if (hits >= least) sum += share ** hits * (1 - share) ** (count - hits);
          }
          expect(atLeast(count, share, least)).toBeCloseTo(sum, 12);
        }
  });
});

describe("the normal distribution", () => {
  it.each([
    [0, 0.5],
    [1, 0.158655254],
    [-1, 0.841344746],
    [1.959963985, 0.025],
    [2.326347874, 0.01],
    [-2.326347874, 0.99],
    [3, 1.349898e-3],
    [5, 2.866516e-7],
    [9, 1.128588e-19],
  ])("has above %f the share %f", (z, share) => {
    expect(Math.abs(normalShareAbove(z) / share - 1)).toBeLessThan(1e-6);
  });

  it("has next to nothing far out, and never less than nothing", () => {
    expect(normalShareAbove(40)).toBe(0);
    expect(normalShareAbove(-40)).toBe(1);
    expect(normalShareAbove(9.7)).toBeLessThan(2e-22);
  });
});

describe("a lognormal time of median 10 and 99th percentile 40 ms", () => {
  const share = (ms: number) => lognormalShareAbove(ms, 10, 40);

  it.each([
    [10, 0.5],
    [40, 0.01],
    [2.5, 0.99],
    [160, 1.64e-6],
  ])("is above %f ms with the share %f", (ms, expected) => {
    expect(Math.abs(share(ms) / expected - 1)).toBeLessThan(2e-3);
  });

  it("is above nothing and less all the time", () => {
    expect([share(0), share(-5)]).toEqual([1, 1]);
    expect([lognormalShareAbove(9, 10, 10), lognormalShareAbove(10, 10, 10)]).toEqual([1, 0]);
  });

  it.each([-3, 0, 1, 8, 10, 25, 40, 100])("exceeds %f ms by the area under its tail from there", (fromMs) => {
    let area = Math.max(0, -fromMs);
    const stepMs = 0.02;
    for (let ms = Math.max(0, fromMs); ms < 600; ms += stepMs) area += stepMs * share(ms + stepMs / 2);
    const excess = lognormalMeanExcess(fromMs, 10, 40);
    expect(Math.abs(excess - area)).toBeLessThan(1e-4 + 1e-4 * area);
  });

  it("of no spread exceeds by the difference", () => {
    expect([6, 10, 12].map((ms) => lognormalMeanExcess(ms, 10, 10))).toEqual([4, 0, 0]);
  });
});

describe("the Pareto front", () => {
  it("is what no other is better than in one figure and at least as good in the other, in the order of the first", () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
      maxLength: 14,
    });
    fc.assert(
      fc.property(points, (points) => {
        const isBeaten = ([a, b]: readonly [number, number]) =>
          points.some(([c, d]) => c <= a && d <= b && (c < a || d < b));
        const front = paretoFront(
          points,
          ([a]) => a,
          ([, b]) => b,
        );
        const expected = points.filter((point) => !isBeaten(point)).sort((a, b) => a[0] - b[0]);
        expect(front).toEqual(expected);
      }),
    );
  });
});
