import * as v from "valibot";
import type { Loss } from "../cluster/link-rules.js";
import type { Latency } from "../kernel/latency.js";

const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const positive = v.pipe(v.number(), v.gtValue(0), v.maxValue(1e9));

/** A chance from 0 to 1. */
export const rateSchema = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A distribution of durations. */
export const latencySchema: v.GenericSchema<Latency> = v.union(
  [
    ms,
    v.strictObject({ fixed: ms }),
    v.strictObject({
      uniform: v.pipe(
        v.tuple([ms, ms]),
        v.check(([from, to]) => from <= to, "must be [from, to] with from at most to"),
      ),
    }),
    v.strictObject({ normal: v.tuple([ms, ms]) }),
    v.strictObject({
      lognormal: v.pipe(
        v.strictObject({ medianMs: positive, p99Ms: positive }),
        v.check(({ medianMs, p99Ms }) => medianMs <= p99Ms, "must have a medianMs of at most p99Ms"),
      ),
    }),
    v.strictObject({ exponential: ms }),
    v.strictObject({ shifted: v.strictObject({ byMs: ms, exponential: ms }) }),
    v.strictObject({
      pareto: v.strictObject({
        minMs: positive,
        shape: v.pipe(v.number(), v.minValue(0.1), v.maxValue(1e3)),
      }),
    }),
    v.strictObject({
      mixture: v.pipe(
        v.array(v.tuple([positive, v.lazy(() => latencySchema)])),
        v.minLength(1),
        v.maxLength(100),
      ),
    }),
    v.strictObject({ samples: v.pipe(v.array(ms), v.minLength(1), v.maxLength(100_000)) }),
  ],
  "must be a latency: milliseconds, or { fixed: x }, { uniform: [from, to] }, { normal: [mean, sd] }, { lognormal: { medianMs, p99Ms } }, { exponential: mean }, { shifted: { byMs, exponential } }, { pareto: { minMs, shape } }, { mixture: [[weight, latency], ..] } or { samples: [..] }, with numbers from 0",
);

/** How messages get lost. */
export const lossSchema: v.GenericSchema<Loss> = v.union(
  [
    rateSchema,
    v.strictObject({
      burst: v.strictObject({ goodToBad: rateSchema, badToGood: rateSchema, lossInBad: rateSchema }),
    }),
  ],
  "must be a chance from 0 to 1, or { burst: { goodToBad, badToGood, lossInBad } } of such",
);
