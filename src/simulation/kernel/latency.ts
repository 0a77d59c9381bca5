import { exp, ln, normalQuantile } from "../../exact-math.js";
import type { Stream } from "./prng.js";

/** How long something takes, in milliseconds: a distribution, in the words of a scenario file. */
export type Latency =
  | number
  | { readonly fixed: number }
  | { readonly uniform: readonly [number, number] }
  | { readonly normal: readonly [number, number] }
  | { readonly lognormal: { readonly medianMs: number; readonly p99Ms: number } }
  | { readonly exponential: number }
  | { readonly shifted: { readonly byMs: number; readonly exponential: number } }
  | { readonly pareto: { readonly minMs: number; readonly shape: number } }
  | { readonly mixture: readonly (readonly [number, Latency])[] }
  | { readonly samples: readonly number[] };

/** Draws from a distribution; never below 0. */
export type Sampler = () => number;

/** The standard normal quantile of 0.99. */
const z99 = normalQuantile(0.99);

/** A sampler of this distribution that uses this stream alone. */
export function samplerOf(latency: Latency, stream: Stream): Sampler {
  if (typeof latency === "number") return () => latency;
  if ("fixed" in latency) return () => latency.fixed;
  if ("uniform" in latency) {
    const [fromMs, toMs] = latency.uniform;
    return () => fromMs + stream() * (toMs - fromMs);
  }
  if ("normal" in latency) {
    const [meanMs, deviationMs] = latency.normal;
    return () => Math.max(0, meanMs + deviationMs * normalQuantile(inside(stream())));
  }
  if ("lognormal" in latency) {
    const { medianMs, p99Ms } = latency.lognormal;
    const spread = ln(p99Ms / medianMs) / z99;
    return () => medianMs * exp(spread * normalQuantile(inside(stream())));
  }
  if ("exponential" in latency) return () => -latency.exponential * ln(1 - stream());
  if ("shifted" in latency) {
    const { byMs, exponential } = latency.shifted;
    return () => byMs - exponential * ln(1 - stream());
  }
  if ("pareto" in latency) {
    const { minMs, shape } = latency.pareto;
    return () => minMs * exp(-ln(1 - stream()) / shape);
  }
  if ("samples" in latency) {
    const { samples } = latency;
    return () => samples[Math.floor(stream() * samples.length)] ?? 0;
  }
  return mixtureOf(latency.mixture, stream);
}

function mixtureOf(parts: readonly (readonly [number, Latency])[], stream: Stream): Sampler {
  const samplers = parts.map(([, latency]) => samplerOf(latency, stream));
  const total = parts.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let left = stream() * total;
    for (let index = 0; index < parts.length - 1; index++) {
      left -= parts[index]?.[0] ?? 0;
      if (left < 0) return samplers[index]?.() ?? 0;
    }
    return samplers.at(-1)?.() ?? 0;
  };
}

/** About the longest a sample is (its 99.9th percentile, or a bound): what a window of observation has to allow for. */
export function longestMs(latency: Latency): number {
  if (typeof latency === "number") return latency;
  if ("fixed" in latency) return latency.fixed;
  if ("uniform" in latency) return latency.uniform[1];
  if ("normal" in latency) return latency.normal[0] + 4 * latency.normal[1];
  if ("lognormal" in latency)
    return (latency.lognormal.p99Ms * latency.lognormal.p99Ms) / latency.lognormal.medianMs;
  if ("exponential" in latency) return 7 * latency.exponential;
  if ("shifted" in latency) return latency.shifted.byMs + 7 * latency.shifted.exponential;
  if ("pareto" in latency) return latency.pareto.minMs * exp(7 / latency.pareto.shape);
  if ("samples" in latency) return Math.max(...latency.samples);
  return Math.max(...latency.mixture.map(([, part]) => longestMs(part)));
}

/** 0 has no quantile. */
function inside(p: number): number {
  return p === 0 ? 2 ** -54 : p;
}
