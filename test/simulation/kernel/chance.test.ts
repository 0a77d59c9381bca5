import { describe, expect, it } from "vitest";
import { exp, ln, normalQuantile } from "../../../src/exact-math.js";
import { type Latency, longestMs, samplerOf } from "../../../src/simulation/kernel/latency.js";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";

describe("chance", () => {
  it("gives each purpose a stream that depends on the seed and its name alone", () => {
    const draw = (seed: number, purpose: string) => Array.from({ length: 5 }, splitSeed(seed)(purpose));
    expect(draw(1, "a")).toEqual(draw(1, "a"));
    expect(draw(1, "a")).not.toEqual(draw(1, "b"));
    expect(draw(1, "a")).not.toEqual(draw(2, "a"));
    const both = splitSeed(1);
    const a = both("a");
    for (let count = 0; count < 100; count++) both("b")();
    expect([a(), a(), a(), a(), a()]).toEqual(draw(1, "a"));
  });

  it("is uniform", () => {
    const stream = splitSeed(7)("uniform");
    const bins = new Array<number>(10).fill(0);
    for (let count = 0; count < 100_000; count++) {
      const bin = Math.floor(stream() * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    expect(bins.reduce((sum, count) => sum + count, 0)).toBe(100_000);
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it("computes logarithms and exponentials to within a few units of the last place", () => {
    const stream = splitSeed(3)("math");
    for (let count = 0; count < 20_000; count++) {
      const x = (stream() - 0.5) * 200;
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(2e-15);
      const y = Math.exp(x);
      expect(Math.abs(ln(y) - Math.log(y))).toBeLessThan(1e-15 * Math.max(1, Math.abs(x)));
    }
    expect(ln(1)).toBe(0);
    expect(exp(0)).toBe(1);
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 8);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 8);
  });

  it("draws every latency with the mean and the percentiles it is said to have", () => {
    const models: [Latency, { mean?: number; p50?: number; p99?: number }][] = [
      [3, { mean: 3 }],
      [{ fixed: 4 }, { mean: 4 }],
      [{ uniform: [5, 15] }, { mean: 10, p50: 10 }],
      [{ normal: [20, 2] }, { mean: 20, p99: 24.65 }],
      [{ lognormal: { medianMs: 10, p99Ms: 40 } }, { p50: 10, p99: 40 }],
      [{ exponential: 5 }, { mean: 5, p50: 3.466 }],
      [{ shifted: { byMs: 10, exponential: 5 } }, { mean: 15 }],
      [{ pareto: { minMs: 2, shape: 3 } }, { mean: 3, p50: 2.52 }],
      [
        {
          mixture: [
            [0.9, 1],
            [0.1, { fixed: 101 }],
          ],
        },
        { mean: 11, p50: 1 },
      ],
      [{ samples: [1, 2, 6] }, { mean: 3 }],
    ];
    for (const [latency, expected] of models) {
      const draws = Array.from({ length: 40_000 }, samplerOf(latency, splitSeed(5)(JSON.stringify(latency))));
      draws.sort((a, b) => a - b);
      const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
      const at = (share: number) => draws[Math.floor(share * draws.length)] as number;
      const within = (value: number, wanted: number | undefined, ratio: number) => {
        if (wanted !== undefined)
          expect(Math.abs(value / wanted - 1), JSON.stringify(latency)).toBeLessThan(ratio);
      };
      within(mean, expected.mean, 0.04);
      within(at(0.5), expected.p50, 0.03);
      within(at(0.99), expected.p99, 0.06);
      expect(draws[0]).toBeGreaterThanOrEqual(0);
      expect(longestMs(latency)).toBeGreaterThanOrEqual(at(0.99) - 1e-9);
    }
  });
});
