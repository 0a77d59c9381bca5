import type { FigurePoint } from "./figure.js";

/** So many points draw a curve as well as a million do. */
const mostPoints = 240;

/**
 * The points of a distribution for a `cdf` or a `tail`: each number with the share of those not above it. Of many numbers some are
 * taken, closer to each other towards the upper end, where a tail is drawn ever larger.
 */
export function distributionPoints(numbers: readonly number[]): FigurePoint[] {
  const sorted = Float64Array.from(numbers).sort();
  return chosenRanks(sorted.length).map((rank) => [sorted[rank - 1] as number, rank / sorted.length]);
}

function chosenRanks(count: number): number[] {
  if (count <= mostPoints) return Array.from({ length: count }, (_, index) => index + 1);
  const half = mostPoints / 2;
  const ranks = new Set<number>([1, count]);
  for (let index = 1; index < half; index++) {
    ranks.add(Math.ceil((index / half) * count));
    // The distance from the upper end shrinks by the same factor each time.
    ranks.add(count - Math.floor(count ** (1 - index / half)));
  }
  return [...ranks].filter((rank) => rank >= 1).sort((a, b) => a - b);
}
