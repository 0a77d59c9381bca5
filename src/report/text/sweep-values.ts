import type { GridValue } from "../../tuning/sweep/grid.js";

/** The last words of the paths, or more of them where two are the same. */
export function shortNames(paths: readonly string[]): string[] {
  const lasts = paths.map((path) => path.split(".").at(-1) as string);
  return paths.map((path, index) => {
    const last = lasts[index] as string;
    return lasts.filter((other) => other === last).length === 1 ? last : path;
  });
}

/** A value of the grid as text. */
export function valueText(value: GridValue | undefined): string {
  return typeof value === "object" ? JSON.stringify(value).replaceAll('"', "") : String(value);
}
