/** A range that holds the true value in 95 of 100 experiments. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal quantile of 0.975. */
const z = 1.959963984540054;

/** Student's quantile of 0.975 for 1 to 4 degrees of freedom, where the expansion below is not good enough. */
const fewDegrees = [12.706204736174698, 4.302652729911275, 3.182446305284263, 2.776445105197793];

/**
 * Student's t quantile of 0.975: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5, the asymptotic expansion
 * around the normal quantile; within 3e-4 from 5 degrees of freedom on. Infinite for none.
 */
export function studentQuantile(degreesOfFreedom: number): number {
  if (degreesOfFreedom < 1) return Number.POSITIVE_INFINITY;
  const known = fewDegrees[degreesOfFreedom - 1];
  if (known !== undefined) return known;
  const square = z * z;
  const g1 = (z * (square + 1)) / 4;
  const g2 = (z * ((5 * square + 16) * square + 3)) / 96;
  const g3 = (z * (((3 * square + 19) * square + 17) * square - 15)) / 384;
  const g4 = (z * ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945)) / 92160;
  const n = degreesOfFreedom;
  return z + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n;
}

/** The mean of some numbers with its 95 % interval, after Student; the half-width is infinite for fewer than two. */
export interface MeanInterval {
  readonly mean: number;
  readonly halfWidth: number;
}

/** The mean of the first `count` numbers. NaN of none. */
export function meanInterval(numbers: ArrayLike<number>, count = numbers.length): MeanInterval {
  // Welford's update: sums of squares would cancel where the spread is small against the mean.
  let mean = 0;
  let squares = 0;
  for (let index = 0; index < count; index++) {
    const number = numbers[index] as number;
    const before = number - mean;
    mean += before / (index + 1);
    squares += before * (number - mean);
  }
  if (count < 2) return { mean: count === 0 ? Number.NaN : mean, halfWidth: Number.POSITIVE_INFINITY };
  return { mean, halfWidth: studentQuantile(count - 1) * Math.sqrt(squares / (count - 1) / count) };
}

/**
 * The 95 % interval of a quantile from order statistics: the ranks n p -+ z sqrt(n p (1 - p)) (Conover, Practical Nonparametric
 * Statistics, 3.2). A side without such a rank is the least or the greatest number seen. Null of no numbers.
 */
export function quantileInterval(sorted: ArrayLike<number>, share: number): Interval | null {
  const { length } = sorted;
  if (length === 0) return null;
  const middle = length * share;
  const spread = z * Math.sqrt(length * share * (1 - share));
  const at = (rank: number) => sorted[Math.min(length, Math.max(1, Math.ceil(rank))) - 1] as number;
  return { low: at(middle - spread), high: at(middle + spread) };
}

/**
 * The rate that what was not seen once in `observed` (in any unit) has at most, at 95 %: the rule of three, 3 for -ln 0.05 (Hanley and
 * Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 1983).
 */
export function unseenRateAtMost(observed: number): number {
  return 3 / observed;
}

/**
 * The 95 % interval of a Poisson mean of which `count` events were seen: Byar's approximation to the exact limits (Breslow and Day,
 * Statistical Methods in Cancer Research II, 1987, p. 69). The upper limit is within 1 % of it, the lower within 1 % or 0.02 events.
 */
export function poissonInterval(count: number): Interval {
  const limit = (events: number, sign: number) =>
    events === 0 ? 0 : events * (1 - 1 / (9 * events) + (sign * z) / (3 * Math.sqrt(events))) ** 3;
  return { low: limit(count, -1), high: limit(count + 1, 1) };
}
