import * as v from "valibot";

/** A duration in milliseconds, 0 allowed. */
export const durationMs = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e9));

/** A duration in milliseconds above 0. */
export const positiveMs = v.pipe(v.number(), v.finite(), v.gtValue(0), v.maxValue(1e9));

/** A whole number from 0 on. */
export const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
