/** One row of a bench: its name and figures whose names end in their units. */
export type Row = { readonly bench: string } & Readonly<Record<string, string | number | boolean>>;

/** Prints rows as a table, or as one JSON object a line; fails the process if a row says that it was not `ok`. None where another process reports. */
export function report(rows: readonly Row[], json: boolean | undefined): void {
  if (json === true) for (const row of rows) console.log(JSON.stringify(row));
  else if (rows.length > 0) console.table(rows);
  if (rows.some((row) => row["ok"] === false)) process.exitCode = 1;
}

/** The q-quantile of numbers, interpolated between neighbours, in units of the numbers. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Rounded to so many digits after the point. */
export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
