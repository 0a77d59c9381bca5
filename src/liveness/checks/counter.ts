/**
 * Rise and fall (H1), as in HAProxy: one whole number, the credit of a backend, from 0 to `rise + fall - 1`. A backend is up if its credit is at least `rise`.
 * ```
 *   0 ─pass─▶ 1 ─ ... ─pass─▶ rise + fall - 1        down: one fail leads back to 0
 *   0 ◀─fail─ rise ◀─ ... ◀─fail─ rise + fall - 1    up: one pass leads back to the top
 * ```
 */
export interface Thresholds {
  /** Passes in a row that bring a backend up that is down. */
  readonly rise: number;
  /** Fails in a row that bring a backend down that is up. */
  readonly fall: number;
}

/** The credit of a backend that has nothing against it. */
export function topCredit({ rise, fall }: Thresholds): number {
  return rise + fall - 1;
}

/** Whether a backend of this credit is up. */
export function isUp(credit: number, { rise }: Thresholds): boolean {
  return credit >= rise;
}

/** The credit after a probe that passed. */
export function afterPass(credit: number, thresholds: Thresholds): number {
  return credit + 1 >= thresholds.rise ? topCredit(thresholds) : credit + 1;
}

/** The credit after a probe that failed. */
export function afterFail(credit: number, { rise }: Thresholds): number {
  return credit - 1 < rise ? 0 : credit - 1;
}
