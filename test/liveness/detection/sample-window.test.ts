import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addSample,
  clearWindow,
  meanOf,
  sampleCount,
  varianceOf,
  windowWidth,
} from "../../../src/liveness/detection/sample-window.js";

function windowOf(size: number, samples: readonly number[]): Float64Array {
  const memory = new Float64Array(windowWidth(size));
  clearWindow(memory, 0);
  for (const sample of samples) addSample(memory, 0, size, sample);
  return memory;
}

describe("a window of samples", () => {
  // Apache Pekko, the statistics of AccrualFailureDetectorSpec.
  it.each([
    [20, [100, 200, 125, 340, 130], 179, 7584],
    [3, [100], 100, 0],
    [3, [100, 110, 90], 100, 66.667],
    [3, [100, 110, 90, 140], 113.333, 422.222],
    [3, [100, 110, 90, 140, 80], 103.333, 688.889],
    [5, [], 0, 0],
  ])("of %i holding the newest of %j has mean %d and variance %d", (size, samples, mean, variance) => {
    const memory = windowOf(size, samples);
    expect(meanOf(memory, 0)).toBeCloseTo(mean, 3);
    expect(varianceOf(memory, 0)).toBeCloseTo(variance, 3);
    expect(sampleCount(memory, 0)).toBe(Math.min(size, samples.length));
  });

  it("is what a window computed anew is, however long it has run", () => {
    const sample = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(sample, { maxLength: 60 }), (size, samples) => {
        const kept = samples.slice(-size);
        const mean = kept.reduce((sum, one) => sum + one, 0) / Math.max(1, kept.length);
        const variance = kept.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, kept.length);
        const memory = windowOf(size, samples);
        expect(Math.abs(meanOf(memory, 0) - mean)).toBeLessThan(1e-6);
        expect(Math.abs(varianceOf(memory, 0) - variance)).toBeLessThan(1e-2);
        expect(varianceOf(memory, 0)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("does not drift: after a huge sample has left, a million small ones have the mean of small ones", () => {
    const size = 100;
    const memory = windowOf(size, [1e15]);
    for (let index = 0; index < 1_000_000; index++) addSample(memory, 0, size, 0.1);
    expect(meanOf(memory, 0)).toBeCloseTo(0.1, 12);
    expect(varianceOf(memory, 0)).toBeLessThan(1e-12);
  });

  it("writes nothing outside its own numbers", () => {
    const memory = new Float64Array(windowWidth(3) + 2).fill(7);
    clearWindow(memory, 1);
    for (let index = 0; index < 10; index++) addSample(memory, 1, 3, index);
    expect([memory[0], memory.at(-1)]).toEqual([7, 7]);
  });
});
