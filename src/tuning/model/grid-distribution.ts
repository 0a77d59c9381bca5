import { RaftbeatError } from "../../errors.js";

/** Shares this small are dropped: no figure here shows them. */
const leastShare = 1e-10;

/**
 * A distribution of times on a grid: the share of each multiple of `stepMs`, from the `first` on. What is missing to 1 never comes. Sums,
 * orders and minima of independent times are worked out on it, where they have no closed form.
 */
export class GridDistribution {
  readonly stepMs: number;
  readonly first: number;
  readonly shares: Float64Array;
  private knownBelow: Float64Array | null = null;
  private knownMeanMs: number | null = null;

  constructor(stepMs: number, first: number, shares: Float64Array) {
    this.stepMs = stepMs;
    this.first = first;
    this.shares = shares;
  }

  /** Of a time that is above `ms` with the share `shareAbove(ms)`, which falls from `fromMs` on; cut where next to nothing is left. */
  static of(
    stepMs: number,
    fromMs: number,
    untilMs: number,
    shareAbove: (ms: number) => number,
  ): GridDistribution {
    const first = Math.floor(fromMs / stepMs);
    const count = Math.max(1, Math.ceil(untilMs / stepMs) - first + 1);
    const shares = new Float64Array(count);
    let above = shareAbove((first - 0.5) * stepMs);
    for (let index = 0; index < count; index++) {
      const next = shareAbove((first + index + 0.5) * stepMs);
      shares[index] = Math.max(0, above - next);
      above = next;
    }
    return new GridDistribution(stepMs, first, shares).trimmed();
  }

  /** Always the same time. */
  static at(stepMs: number, ms: number): GridDistribution {
    return new GridDistribution(stepMs, Math.round(ms / stepMs), Float64Array.of(1));
  }

  /** The share that comes at all. */
  get share(): number {
    return this.below().at(-1) ?? 0;
  }

  /** The mean of what comes. */
  get meanMs(): number {
    if (this.knownMeanMs !== null) return this.knownMeanMs;
    let sum = 0;
    for (let index = 0; index < this.shares.length; index++)
      sum += (this.shares[index] as number) * (this.first + index);
    this.knownMeanMs = (sum * this.stepMs) / this.share;
    return this.knownMeanMs;
  }

  /** The share that is above so many milliseconds, or never comes. */
  shareAbove(ms: number): number {
    return 1 - this.shareBelow(ms);
  }

  /** The share that is not above so many milliseconds; between two steps in proportion. */
  shareBelow(ms: number): number {
    const place = ms / this.stepMs - this.first + 0.5;
    if (place <= 0) return 0;
    const below = this.below();
    const whole = Math.floor(place);
    if (whole >= below.length) return below.at(-1) as number;
    const before = whole === 0 ? 0 : (below[whole - 1] as number);
    return before + (place - whole) * (this.shares[whole] as number);
  }

  /** The time that this share of what comes is not above. */
  quantileMs(share: number): number {
    const wanted = share * this.share;
    const index = this.below().findIndex((below) => below >= wanted);
    return (this.first + Math.max(0, index)) * this.stepMs;
  }

  /** So much later, to the nearest step. */
  later(ms: number): GridDistribution {
    return new GridDistribution(this.stepMs, this.first + Math.round(ms / this.stepMs), this.shares);
  }

  /**
   * The sum of two independent times.
   * @throws RaftbeatError `internal` for another grid, as `and` does
   */
  plus(other: GridDistribution): GridDistribution {
    this.refuseOther(other);
    const [long, short] = this.shares.length >= other.shares.length ? [this, other] : [other, this];
    const shares = new Float64Array(long.shares.length + short.shares.length - 1);
    for (const [offset, factor] of short.shares.entries()) {
      if (factor < leastShare) continue;
      for (let index = 0; index < long.shares.length; index++)
        (shares[index + offset] as number) += factor * (long.shares[index] as number);
    }
    return new GridDistribution(this.stepMs, this.first + other.first, shares).trimmed();
  }

  /** The sum with a time uniform from 0 to `widthMs`. */
  plusUniform(widthMs: number): GridDistribution {
    const count = Math.max(1, Math.round(widthMs / this.stepMs));
    const length = this.shares.length + count;
    const shares = new Float64Array(length);
    const below = this.below();
    const at = (index: number) => (index < 0 ? 0 : (below[Math.min(index, below.length - 1)] as number));
    // Each share is spread over [i, i + count] with half of it at either end.
    for (let index = 0; index < length; index++)
      shares[index] = (at(index) + at(index - 1) - at(index - count) - at(index - count - 1)) / (2 * count);
    return new GridDistribution(this.stepMs, this.first, shares).trimmed();
  }

  /** Another time that is not above `ms` with the share `of(share of this one)`: of order statistics, for instance. */
  mapped(of: (shareBelow: number) => number): GridDistribution {
    const below = this.below();
    const shares = new Float64Array(below.length);
    let before = of(0);
    for (let index = 0; index < below.length; index++) {
      const now = of(below[index] as number);
      shares[index] = Math.max(0, now - before);
      before = now;
    }
    return new GridDistribution(this.stepMs, this.first, shares);
  }

  /** The later of this and `ms`. */
  notBefore(ms: number): GridDistribution {
    const place = Math.round(ms / this.stepMs) - this.first;
    if (place <= 0) return this;
    const length = Math.max(this.shares.length, place + 1);
    const shares = new Float64Array(length);
    for (const [index, share] of this.shares.entries()) (shares[Math.max(place, index)] as number) += share;
    return new GridDistribution(this.stepMs, this.first, shares).trimmed();
  }

  /** The earlier of this and another, independent one. */
  earlierOf(other: GridDistribution): GridDistribution {
    const fromMs = Math.min(this.first, other.first) * this.stepMs;
    const above = (ms: number) => this.shareAbove(ms) * other.shareAbove(ms);
    return GridDistribution.of(this.stepMs, fromMs, Math.max(this.untilMs, other.untilMs), above);
  }

  /** As a part of a mixture: it comes with so much of its chance. */
  scaled(factor: number): GridDistribution {
    return new GridDistribution(
      this.stepMs,
      this.first,
      this.shares.map((share) => factor * share),
    );
  }

  /** The mixture of two parts: the shares together. */
  and(other: GridDistribution): GridDistribution {
    this.refuseOther(other);
    const first = Math.min(this.first, other.first);
    const end = Math.max(this.first + this.shares.length, other.first + other.shares.length);
    const shares = new Float64Array(end - first);
    shares.set(this.shares, this.first - first);
    for (const [index, share] of other.shares.entries())
      (shares[other.first - first + index] as number) += share;
    return new GridDistribution(this.stepMs, first, shares);
  }

  /** On steps of at least so many milliseconds, each share divided between the two nearest so that means stay. */
  coarser(stepMs: number): GridDistribution {
    if (stepMs <= this.stepMs) return this;
    const first = Math.floor((this.first * this.stepMs) / stepMs);
    const shares = new Float64Array(Math.ceil(this.untilMs / stepMs) - first + 2);
    for (const [index, share] of this.shares.entries()) {
      const place = ((this.first + index) * this.stepMs) / stepMs - first;
      const whole = Math.floor(place);
      (shares[whole] as number) += share * (whole + 1 - place);
      (shares[whole + 1] as number) += share * (place - whole);
    }
    return new GridDistribution(stepMs, first, shares).trimmed();
  }

  /** Nothing comes later. */
  get untilMs(): number {
    return (this.first + this.shares.length - 1) * this.stepMs;
  }

  private refuseOther({ stepMs }: GridDistribution): void {
    if (stepMs !== this.stepMs)
      throw new RaftbeatError(
        "internal",
        `times on steps of ${this.stepMs} and ${stepMs} ms cannot be added`,
      );
  }

  private below(): Float64Array {
    if (this.knownBelow !== null) return this.knownBelow;
    const below = new Float64Array(this.shares.length);
    let sum = 0;
    for (let index = 0; index < below.length; index++) {
      sum += this.shares[index] as number;
      below[index] = sum;
    }
    this.knownBelow = below;
    return below;
  }

  private trimmed(): GridDistribution {
    const { shares } = this;
    let from = 0;
    let to = shares.length;
    while (from < to - 1 && (shares[from] as number) < leastShare) from++;
    while (to > from + 1 && (shares[to - 1] as number) < leastShare) to--;
    return from === 0 && to === shares.length
      ? this
      : new GridDistribution(this.stepMs, this.first + from, shares.slice(from, to));
  }
}
