import { describe, expect, it } from "vitest";
import { type Latency, longestMs, samplerOf } from "../../../src/simulation/kernel/latency.js";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";

/** What this latency draws where chance gives these numbers. */
function drawn(latency: Latency, ...chance: number[]): number {
  const left = [...chance];
  return samplerOf(latency, () => left.shift() ?? 0)();
}

const lastBelowOne = 1 - 2 ** -53;

describe("a latency", () => {
  it.each<[string, Latency, number, number]>([
    ["uniform at its start", { uniform: [5, 15] }, 0, 5],
    ["uniform in the middle", { uniform: [5, 15] }, 0.5, 10],
    ["uniform below its end", { uniform: [5, 15] }, 0.999, 14.99],
    ["normal in the middle", { normal: [20, 2] }, 0.5, 20],
    ["normal, one deviation above", { normal: [20, 2] }, 0.8413447460685429, 22],
    ["normal, one deviation below", { normal: [20, 2] }, 0.15865525393145707, 18],
    ["normal that would be below 0", { normal: [1, 2] }, 0.01, 0],
    ["lognormal in the middle", { lognormal: { medianMs: 10, p99Ms: 40 } }, 0.5, 10],
    ["lognormal at its 99th percentile", { lognormal: { medianMs: 10, p99Ms: 40 } }, 0.99, 40],
    ["lognormal at its first percentile", { lognormal: { medianMs: 10, p99Ms: 40 } }, 0.01, 2.5],
    ["exponential at 0", { exponential: 5 }, 0, 0],
    ["exponential in the middle", { exponential: 5 }, 0.5, 5 * Math.LN2],
    ["exponential at its 99th percentile", { exponential: 5 }, 0.99, 5 * Math.log(100)],
    ["shifted in the middle", { shifted: { byMs: 10, exponential: 5 } }, 0.5, 10 + 5 * Math.LN2],
    ["Pareto at its least", { pareto: { minMs: 2, shape: 3 } }, 0, 2],
    ["Pareto in the middle", { pareto: { minMs: 2, shape: 3 } }, 0.5, 2 * 2 ** (1 / 3)],
    ["Pareto at 7 in 8", { pareto: { minMs: 2, shape: 3 } }, 0.875, 4],
    ["samples, the first", { samples: [1, 2, 6] }, 0.333, 1],
    ["samples, the second", { samples: [1, 2, 6] }, 0.334, 2],
    ["samples, the last", { samples: [1, 2, 6] }, lastBelowOne, 6],
  ])("%s", (_, latency, chance, expected) => {
    expect(drawn(latency, chance)).toBeCloseTo(expected, 6);
  });

  it("mixes its parts by their weights, which need not add up to 1", () => {
    const mixture: Latency = {
      mixture: [
        [2, 1],
        [1, { fixed: 10 }],
        [5, { uniform: [100, 200] }],
      ],
    };
    expect([0, 0.249].map((chance) => drawn(mixture, chance))).toEqual([1, 1]);
    expect([0.251, 0.374].map((chance) => drawn(mixture, chance))).toEqual([10, 10]);
    // The part draws for itself, after the choice between the parts.
    expect(drawn(mixture, 0.376, 0.25)).toBe(125);
    expect(drawn(mixture, lastBelowOne, 0.75)).toBe(175);
  });

  it("is a number where chance gives 0 or all but 1", () => {
    const all: Latency[] = [
      { normal: [20, 2] },
      { lognormal: { medianMs: 10, p99Ms: 40 } },
      { exponential: 5 },
      { pareto: { minMs: 2, shape: 0.1 } },
    ];
    for (const latency of all)
      for (const chance of [0, lastBelowOne]) {
        expect(drawn(latency, chance)).toBeGreaterThanOrEqual(0);
        expect(drawn(latency, chance)).toBeLessThan(Number.POSITIVE_INFINITY);
      }
  });

  it("is hardly ever longer than its longest, and that is not far above what it is seldom", () => {
    const all: Latency[] = [
      7,
      { fixed: 7 },
      { uniform: [5, 15] },
      { normal: [20, 2] },
      { lognormal: { medianMs: 10, p99Ms: 40 } },
      { exponential: 5 },
      { shifted: { byMs: 10, exponential: 5 } },
      { pareto: { minMs: 2, shape: 3 } },
      { samples: [2, 4, 9] },
    ];
    for (const latency of all) {
      expect(longestMs(latency)).toBeGreaterThanOrEqual(drawn(latency, 0.999));
      expect(longestMs(latency), JSON.stringify(latency)).toBeLessThanOrEqual(1.8 * drawn(latency, 0.9999));
    }
    expect(
      longestMs({
        mixture: [
          [1, 3],
          [1, { uniform: [1, 9] }],
          [8, 2],
        ],
      }),
    ).toBe(9);
  });

  it("is drawn each time from the same stream, one number a draw", () => {
    for (const latency of [{ uniform: [0, 1] }, { exponential: 1 }, { normal: [5, 1] }] as Latency[]) {
      const [stream, twin] = [splitSeed(1)("twin"), splitSeed(1)("twin")];
      const sampler = samplerOf(latency, stream);
      for (let count = 0; count < 10; count++) {
        sampler();
        twin();
      }
      expect(stream()).toBe(twin());
    }
  });
});
