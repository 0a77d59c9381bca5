/**
 * Every p50, p90 and p99 of measured numbers, in one definition. The q-quantile of n numbers is the nearest rank: the smallest of them
 * that at least the share q of all n do not exceed, which is the number of rank `ceil(q n)` in ascending order (definition 1 of Hyndman
 * and Fan, "Sample quantiles in statistical packages", 1996). It is always one of the numbers; the quantile of 0 is the least.
 */

/** A distribution in five numbers, in the unit of what was measured. */
export interface Quantiles {
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The nearest-rank quantiles of some numbers, in any order; null of none. */
export function quantiles(numbers: ArrayLike<number>): Quantiles | null {
  if (numbers.length === 0) return null;
  const sorted = ascending(numbers);
  const at = (share: number) => quantileOf(sorted, share);
  return { min: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** The nearest-rank quantile of numbers that are in ascending order already; NaN of none. @param share from 0 to 1 */
export function quantileOf(ascending: ArrayLike<number>, share: number): number {
  return ascending[nearestRank(ascending.length, share) - 1] ?? Number.NaN;
}

/** The middle one of some numbers, in any order: of an even count the lower of the two; NaN of none. */
export function median(numbers: ArrayLike<number>): number {
  return quantileOf(ascending(numbers), 0.5);
}

/** The same numbers in ascending order. */
export function ascending(numbers: ArrayLike<number>): Float64Array {
  return Float64Array.from(numbers).sort();
}

/** From 1 to `count`. The product of a share and a count may be a rounding error above a whole number, and that is no rank more. */
function nearestRank(count: number, share: number): number {
  return Math.max(1, Math.ceil(share * count * (1 - 2 * Number.EPSILON)));
}
