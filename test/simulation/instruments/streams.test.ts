import { describe, expect, it } from "vitest";
import { integerOf, type Stream, splitSeed } from "../../../src/simulation/kernel/prng.js";

const drawCount = 4000;
/** A correlation of independent numbers is above this once in 15,000 times. */
const correlationMost = 4 / Math.sqrt(drawCount);

function draws(stream: Stream, count = drawCount): number[] {
  return Array.from({ length: count }, () => stream());
}

/** Pearson's correlation coefficient. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [index, one] of a.entries()) {
    const other = b[index] as number;
    both += (one - meanA) * (other - meanB);
    ofA += (one - meanA) ** 2;
    ofB += (other - meanB) ** 2;
  }
  return both / Math.sqrt(ofA * ofB);
}

/** How far counts are from all alike, in standard deviations of a chi-square distribution. */
function unevenness(bins: readonly number[]): number {
  const expected = bins.reduce((sum, count) => sum + count, 0) / bins.length;
  const square = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (square - (bins.length - 1)) / Math.sqrt(2 * (bins.length - 1));
}

describe("the streams of one seed", () => {
  const names = ["link/0/1/latency", "link/1/0/latency", "link/0/1/loss", "clock/n1", "clock/n2", "", "a"];

  it("do not follow each other, whatever their names have in common", () => {
    const split = splitSeed(1);
    const all = names.map((name) => draws(split(name)));
    for (const [index, one] of all.entries())
      for (const other of all.slice(index + 1)) {
        expect(Math.abs(correlation(one, other))).toBeLessThan(correlationMost);
        expect(Math.abs(correlation(one.slice(1), other.slice(0, -1)))).toBeLessThan(correlationMost);
      }
  });

  it("do not follow those of the same name of the next seed", () => {
    for (const name of names) {
      const [one, next] = [draws(splitSeed(7)(name)), draws(splitSeed(8)(name))];
      expect(Math.abs(correlation(one, next))).toBeLessThan(correlationMost);
    }
  });

  it("begin evenly over [0, 1), over seeds in a row and over names in a row", () => {
    const starts = {
      seeds: Array.from({ length: drawCount }, (_, seed) => splitSeed(seed)("crash-phase")()),
      negative: Array.from({ length: drawCount }, (_, seed) => splitSeed(-1 - seed)("crash-phase")()),
      large: Array.from({ length: drawCount }, (_, index) => splitSeed(2 ** 52 + index)("logs")()),
      names: Array.from({ length: drawCount }, (_, index) => splitSeed(1)(`fault/${index}`)()),
    };
    for (const [of, numbers] of Object.entries(starts)) {
      const bins = new Array<number>(20).fill(0);
      for (const number of numbers) bins[Math.floor(20 * number)] = (bins[Math.floor(20 * number)] ?? 0) + 1;
      expect(Math.abs(unevenness(bins)), of).toBeLessThan(4);
      expect(Math.abs(correlation(numbers.slice(1), numbers.slice(0, -1))), of).toBeLessThan(correlationMost);
    }
  });

  it("depend on all of the seed", () => {
    const seeds = [0, 8, 16, 31, 32, 33, 48, 52].flatMap((power) => [5 + 2 ** power, -5 - 2 ** power]);
    expect(new Set(seeds.map((seed) => splitSeed(seed)("disk/n1")())).size).toBe(seeds.length);
  });

  it("do not repeat within one", () => {
    const stream = draws(splitSeed(3)("election/n1"));
    for (let lag = 1; lag <= 16; lag++)
      expect(Math.abs(correlation(stream.slice(lag), stream.slice(0, -lag)))).toBeLessThan(correlationMost);
    expect(new Set(stream).size).toBe(drawCount);
  });

  it("tell a name from another that has the same letters in another order, and a seed from a part of a name", () => {
    const first = (seed: number, name: string) => splitSeed(seed)(name)();
    const all = [
      first(1, "ab"),
      first(1, "ba"),
      first(11, "b"),
      first(1, "1/b"),
      first(1, "a b"),
      first(1, "ab "),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("a whole number", () => {
  it("is from the first to the one before the last, each as likely", () => {
    const stream = splitSeed(5)("integers");
    const bins = new Array<number>(7).fill(0);
    for (let count = 0; count < 14_000; count++) {
      const number = integerOf(stream, 3, 10);
      bins[number - 3] = (bins[number - 3] ?? Number.NaN) + 1;
    }
    expect(bins.length).toBe(7);
    expect(Math.abs(unevenness(bins))).toBeLessThan(4);
    expect(integerOf(() => 0, 3, 10)).toBe(3);
    expect(integerOf(() => 1 - 2 ** -53, 3, 10)).toBe(9);
    expect(integerOf(() => 0.999, -2, 0)).toBe(-1);
  });
});
