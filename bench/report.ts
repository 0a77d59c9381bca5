import type { Quantiles } from "../dist/quantiles.js";

/** One row of a bench: its name and figures whose names end in their units. */
export type Row = { readonly bench: string } & Readonly<Record<string, string | number | boolean>>;

/** Prints rows as a table, or as one JSON object a line; fails the process if a row says that it was not `ok`. None where another process reports. */
export function report(rows: readonly Row[], json: boolean | undefined): void {
  if (json === true) for (const row of rows) console.log(JSON.stringify(row));
  else if (rows.length > 0) console.table(rows);
  if (rows.some((row) => row["ok"] === false)) process.exitCode = 1;
}

/** Quantiles under the names that rows have for them; -1 each where nothing was measured. */
export function quantileFigures(quantiles: Quantiles | null, digits = 1) {
  const { min = -1, p50 = -1, p90 = -1, p99 = -1, max = -1 } = quantiles ?? {};
  return {
    minMs: rounded(min, digits),
    p50Ms: rounded(p50, digits),
    p90Ms: rounded(p90, digits),
    p99Ms: rounded(p99, digits),
    maxMs: rounded(max, digits),
  };
}

/** Rounded to so many digits after the point. */
export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
