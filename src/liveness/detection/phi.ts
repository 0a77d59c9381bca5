import { exp, ln } from "../../exact-math.js";

/**
 * Phi, the suspicion level of Hayashibara and others ("The phi accrual failure detector", 2004): `phi = -log10 P(a beat still comes after so much silence)`.
 * For normally distributed intervals that probability is taken, as in Apache Pekko and Akka, from the logistic approximation
 * `P(Y > y) = 1/(1 + e^z)` with `z = 1.5976 y + 0.070566 y^3`. Its logarithm is formed directly: `phi = ln(1 + e^z)/ln 10`. So no probability is
 * subtracted from 1, and phi is exact where P is far below the smallest number.
 */

const linear = 1.5976;
const cubic = 0.070566;

/** More than any detector needs: a level beyond it says no more, and stays a number that JSON knows. */
const largestPhi = 300;

/**
 * The phi of a silence of `silentMs` where intervals are normally distributed; at most 300.
 * @param deviationMs the standard deviation, above 0
 */
export function phiOfNormal(silentMs: number, meanMs: number, deviationMs: number): number {
  const y = (silentMs - meanMs) / deviationMs;
  const z = y * (linear + cubic * y * y);
  const ln1p = z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
  return Math.min(ln1p / Math.LN10, largestPhi);
}

/**
 * By how many standard deviations a silence exceeds the mean interval when its phi is `phi`: the inverse of `phiOfNormal`, found by Newton's method with exact
 * operations alone, since deadlines must be the same on every engine.
 * @param phi from 0.1 to 300
 */
export function deviationsOfPhi(phi: number): number {
  // z = ln(10^phi - 1)
  const z = phi * Math.LN10 + ln(1 - exp(-phi * Math.LN10));
  const size = Math.abs(z);
  // From above the root on, where the cubic is convex, each step stays above it.
  let y = Math.sqrt(2 * size);
  for (let round = 0; round < 12; round++)
    y -= (y * (linear + cubic * y * y) - size) / (linear + 3 * cubic * y * y);
  return z < 0 ? -y : y;
}
