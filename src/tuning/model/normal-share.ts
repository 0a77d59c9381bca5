import { exp, ln, normalQuantile } from "../../exact-math.js";

/**
 * The share of a standard normal distribution above z: half of erfc(z/sqrt 2), by the Chebyshev fit of Press et al., Numerical
 * Recipes (1992), section 6.2, whose relative error is below 1.2e-7 everywhere.
 */
export function normalShareAbove(z: number): number {
  if (z > farAway) return 0;
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * t + coefficient;
  const above = 0.5 * t * exp(Math.max(-700, sum - x * x));
  return z >= 0 ? above : 1 - above;
}

/** Beyond so many standard deviations there is next to nothing: 6e-23. */
const farAway = 9.8;

/** Coefficients from the highest power down. */
const coefficients = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

const z99 = normalQuantile(0.99);

/** The share above `atMs` of a lognormal distribution that is given by its median and 99th percentile. */
export function lognormalShareAbove(atMs: number, medianMs: number, p99Ms: number): number {
  if (atMs <= 0) return 1;
  const spread = ln(p99Ms / medianMs) / z99;
  if (spread === 0) return atMs < medianMs ? 1 : 0;
  return normalShareAbove(ln(atMs / medianMs) / spread);
}

/** `E[max(0, X - ms)]` of the same: `m e^(s^2/2) Q(d - s) - ms Q(d)` with `d = ln(ms/m)/s` and Q the normal share above. */
export function lognormalMeanExcess(ms: number, medianMs: number, p99Ms: number): number {
  const spread = ln(p99Ms / medianMs) / z99;
  const meanMs = medianMs * exp((spread * spread) / 2);
  if (ms <= 0) return meanMs - ms;
  if (spread === 0) return Math.max(0, medianMs - ms);
  const d = ln(ms / medianMs) / spread;
  return Math.max(0, meanMs * normalShareAbove(d - spread) - ms * normalShareAbove(d));
}
