import { describe, expect, it } from "vitest";
import { GridDistribution } from "../../../src/tuning/model/grid-distribution.js";

/** A die of six sides: 1 to 6, each as likely. */
const die = new GridDistribution(1, 1, new Float64Array(6).fill(1 / 6));

/** The share of each value that comes at all, to 9 digits. */
function sharesOf(spread: GridDistribution): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const [index, share] of spread.shares.entries())
    if (share > 1e-12)
      shares[Number(((spread.first + index) * spread.stepMs).toFixed(6))] = Number(share.toFixed(9));
  return shares;
}

const sixth = Number((1 / 6).toFixed(9));

describe("a die as a distribution on a grid", () => {
  it("has the mean, the bounds and the shares of a die", () => {
    expect(die.meanMs).toBeCloseTo(3.5, 12);
    expect(die.share).toBeCloseTo(1, 12);
    expect(die.untilMs).toBe(6);
    // Between two steps in proportion: half of a value's share is below it.
    expect([0, 0.5, 1, 1.5, 3.5, 6, 6.5, 9].map((ms) => Number((6 * die.shareBelow(ms)).toFixed(9)))).toEqual(
      [0, 0, 0.5, 1, 3, 5.5, 6, 6],
    );
    expect(die.shareAbove(4.5)).toBeCloseTo(1 / 3, 12);
  });

  it.each([
    [0, 1],
    [0.16, 1],
    [0.17, 2],
    [0.5, 3],
    [0.51, 4],
    [0.9, 6],
    [1, 6],
  ])("has the quantile of %f at %i", (share, ms) => {
    expect(die.quantileMs(share)).toBe(ms);
  });

  it("thrown twice adds up to 2 to 12", () => {
    const twice = die.plus(die);
    const ways = [1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1];
    expect(twice.first).toBe(2);
    for (const [index, count] of ways.entries()) expect(twice.shares[index]).toBeCloseTo(count / 36, 12);
    expect(twice.meanMs).toBeCloseTo(7, 12);
    // Whichever is longer.
    const coin = new GridDistribution(1, 0, Float64Array.of(0.5, 0.5));
    expect(sharesOf(coin.plus(die))).toEqual(sharesOf(die.plus(coin)));
    expect(coin.plus(die).first).toBe(1);
  });

  it("is the later of two throws with the square of its share, the earlier with that of the rest", () => {
    const later = die.mapped((share) => share ** 2);
    for (let value = 1; value <= 6; value++)
      expect(later.shares[value - 1]).toBeCloseTo((2 * value - 1) / 36, 12);
    expect(die.mapped((share) => 1 - (1 - share) ** 2).meanMs).toBeCloseTo(91 / 36, 12);
    expect(die.earlierOf(die).meanMs).toBeCloseTo(91 / 36, 1);
  });

  it("comes later by a fixed time, to the nearest step, and not before another", () => {
    expect(sharesOf(die.later(2.4))).toEqual({ 3: sixth, 4: sixth, 5: sixth, 6: sixth, 7: sixth, 8: sixth });
    expect(die.later(-3).meanMs).toBeCloseTo(0.5, 12);
    const three = Number((0.5).toFixed(9));
    expect(sharesOf(die.notBefore(3))).toEqual({ 3: three, 4: sixth, 5: sixth, 6: sixth });
    expect(sharesOf(die.notBefore(8))).toEqual({ 8: 1 });
    expect(die.notBefore(0)).toBe(die);
  });

  it("is spread evenly by a time uniform from 0 to 4, with halves at the ends", () => {
    const one = GridDistribution.at(1, 10).plusUniform(4);
    expect(sharesOf(one)).toEqual({ 10: 0.125, 11: 0.25, 12: 0.25, 13: 0.25, 14: 0.125 });
    const sum = die.plusUniform(4);
    expect(sum.meanMs).toBeCloseTo(5.5, 12);
    expect(sum.share).toBeCloseTo(1, 12);
    expect([sum.first, sum.untilMs]).toEqual([1, 10]);
  });

  it("mixes with others by their shares, and what is left never comes", () => {
    const mixed = die.scaled(0.5).and(GridDistribution.at(1, 9).scaled(0.25));
    expect(mixed.share).toBeCloseTo(0.75, 12);
    expect(mixed.meanMs).toBeCloseTo((0.5 * 3.5 + 0.25 * 9) / 0.75, 12);
    expect(mixed.shareAbove(100)).toBeCloseTo(0.25, 12);
    // Quantiles are of what comes.
    expect(mixed.quantileMs(1)).toBe(9);
    expect(mixed.quantileMs(0.66)).toBe(6);
    expect(mixed.quantileMs(0.67)).toBe(9);
    expect(GridDistribution.at(1, 9).scaled(0.25).and(die.scaled(0.5)).first).toBe(1);
  });

  it("on coarser steps keeps its mean and its share, and on finer ones stays as it is", () => {
    const coarse = die.coarser(2.5);
    expect(coarse.stepMs).toBe(2.5);
    expect(coarse.meanMs).toBeCloseTo(3.5, 12);
    expect(coarse.share).toBeCloseTo(1, 12);
    // 1 is at 0.4 of a step, 2 at 0.8, 3 at 1.2, 4 at 1.6, 5 at 2 and 6 at 2.4.
    expect(coarse.shares[0]).toBeCloseTo((0.6 + 0.2) / 6, 12);
    expect(coarse.shares[1]).toBeCloseTo((0.4 + 0.8 + 0.8 + 0.4) / 6, 12);
    expect(die.coarser(0.5)).toBe(die);
  });
});

describe("a distribution made from its tail", () => {
  it("gives each step the share around it, from the first to the last that has any", () => {
    const triangle = GridDistribution.of(1, 0, 10, (ms) => (ms <= 2 ? 1 : ms >= 6 ? 0 : (6 - ms) / 4));
    expect(sharesOf(triangle)).toEqual({ 2: 0.125, 3: 0.25, 4: 0.25, 5: 0.25, 6: 0.125 });
    expect([triangle.first, triangle.untilMs]).toEqual([2, 6]);
    const lossy = GridDistribution.of(1, 0, 10, (ms) => (ms <= 2 ? 1 : 0.1));
    expect(lossy.share).toBeCloseTo(0.9, 12);
  });

  it("keeps a mean that its steps are finer than", () => {
    const exponential = GridDistribution.of(0.05, 0, 100, (ms) => (ms <= 0 ? 1 : Math.exp(-ms / 5)));
    expect(exponential.meanMs).toBeCloseTo(5, 2);
    expect(exponential.quantileMs(0.9)).toBeCloseTo(5 * Math.log(10), 1);
  });
});
