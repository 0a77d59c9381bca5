import { describe, expect, it } from "vitest";
import { logTicks, oneNotation, percent, plain } from "../../../../src/report/browser/figures/numbers.js";

describe("a number in words", () => {
  it.each([
    [0, "0"],
    [12, "12"],
    [-12.5, "-12.5"],
    [0.123456, "0.1235"],
    [999.96, "1000"],
    [1234.5678, "1234.568"],
    [123456, "123456"],
    [9_999_999, "9999999"],
    [1e9, "10⁹"],
    [-2_345_678_900, "-2.3·10⁹"],
    [0.00001, "0.00001"],
    [0.00000003, "3·10⁻⁸"],
  ])("says %d as %s", (number, words) => {
    expect(plain(number)).toBe(words);
  });
});

describe("numbers beside each other", () => {
  it("are all decimals where none needs a power of ten", () => {
    expect([0, 0.00001, 500, 100_000].map(oneNotation([0.00001, 100_000]))).toEqual([
      "0",
      "0.00001",
      "500",
      "100000",
    ]);
  });

  it("are all powers of ten where one needs it", () => {
    expect([0, 1e-8, 0.01, 500].map(oneNotation([1e-8, 500]))).toEqual(["0", "10⁻⁸", "10⁻²", "5·10²"]);
  });
});

describe("a share in percent", () => {
  it.each([
    [0, "0 %"],
    [0.25, "25 %"],
    [0.3333, "33.3 %"],
    [0.99, "99 %"],
    [0.999, "99.9 %"],
    [0.99995, "99.995 %"],
    [1, "100 %"],
  ])("says %d as %s", (share, words) => {
    expect(percent(share)).toBe(words);
  });
});

describe("the ticks of a log axis", () => {
  it.each([
    ["two decades: 1, 2 and 5", [5, 300], undefined, [5, 10, 20, 50, 100, 200]],
    ["four decades: 1 and 3", [1, 12_000], undefined, [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000]],
    ["many decades: powers of ten", [0.1, 1e5], undefined, [0.1, 1, 10, 100, 1_000, 10_000, 100_000]],
    ["too few with 1, 2 and 5: evenly apart", [110, 190], undefined, [120, 140, 160, 180]],
    ["no more than there is room for", [5, 300], 4, [10, 30, 100, 300]],
    ["powers of ten thinned out where even these are too many", [1, 1e5], 3, [1, 100, 10_000]],
    ["nothing below zero or at it", [-1, 0, 5, 300], undefined, [5, 10, 20, 50, 100, 200]],
    ["one number: itself", [7, 7], undefined, [7]],
    ["no number: none", [], undefined, []],
  ])("are, over %s", (_, numbers, mostCount, ticks) => {
    expect(logTicks(numbers, mostCount)).toEqual(ticks);
  });
});
