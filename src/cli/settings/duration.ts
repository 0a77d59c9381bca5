import * as v from "valibot";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration such as `500ms`, `2s`, `1m` or `1.5h`, or a number of milliseconds; in milliseconds. */
export const duration = v.pipe(
  v.string("must be a duration such as 500ms, 2s or 1m"),
  v.regex(/^\s*\d+(?:\.\d+)?\s*(?:ms|s|m|h)?\s*$/, "must be a duration such as 500ms, 2s or 1m"),
  v.transform((text) => {
    const [, number = "", unit = "ms"] = /^\s*([\d.]+)\s*([a-z]*)\s*$/.exec(text) ?? [];
    return Number(number) * (unitMs[unit === "" ? "ms" : unit] as number);
  }),
);
