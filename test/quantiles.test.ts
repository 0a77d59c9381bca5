import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ascending, median, quantileOf, quantiles } from "../src/quantiles.js";

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe("quantiles", () => {
  it.each([
    [1, 1, 1, 1],
    [2, 1, 2, 2],
    [3, 2, 3, 3],
    [4, 2, 4, 4],
    [9, 5, 9, 9],
    [10, 5, 9, 10],
    [11, 6, 10, 11],
    [99, 50, 90, 99],
    [100, 50, 90, 99],
    [101, 51, 91, 100],
    [200, 100, 180, 198],
    [1000, 500, 900, 990],
  ])("of 1 to %i are the ranks %i, %i and %i", (count, p50, p90, p99) => {
    expect(quantiles(upTo(count))).toEqual({ min: 1, p50, p90, p99, max: count });
  });

  it("of none are none", () => {
    expect(quantiles([])).toBeNull();
    expect(median([])).toBeNaN();
    expect(quantileOf([], 0.5)).toBeNaN();
  });

  it("do not depend on the order of the numbers, and leave it as it is", () => {
    const numbers = [10, 9, 1, 100, 2];
    expect(quantiles(numbers)).toEqual({ min: 1, p50: 9, p90: 100, p99: 100, max: 100 });
    expect(median(numbers)).toBe(9);
    expect(numbers).toEqual([10, 9, 1, 100, 2]);
    expect([...ascending(numbers)]).toEqual([1, 2, 9, 10, 100]);
  });

  it("have a rank that rounding does not raise, for every whole percentage of 1 to 1000", () => {
    const thousand = Float64Array.from(upTo(1000));
    const wrong: string[] = [];
    for (let percent = 1; percent <= 100; percent++)
      for (let count = 1; count <= 1000; count++) {
        // In whole numbers, where nothing is rounded.
        const rank = Math.floor((percent * count + 99) / 100);
        const found = quantileOf(thousand.subarray(0, count), percent / 100);
        if (found !== rank) wrong.push(`${percent} % of ${count}: ${found}, not ${rank}`);
      }
    expect(wrong).toEqual([]);
  });

  it("are the least number that so large a share of all does not exceed", () => {
    const numbers = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(numbers, fc.constantFrom(0.5, 0.9, 0.99), (numbers, share) => {
        const found = quantileOf(ascending(numbers), share);
        const notAbove = numbers.filter((number) => number <= found).length;
        const below = numbers.filter((number) => number < found).length;
        expect(notAbove).toBeGreaterThanOrEqual(share * numbers.length);
        expect(below).toBeLessThan(share * numbers.length);
      }),
    );
  });
});
