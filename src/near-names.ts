/** Of so many letters one may differ in a name that was mistyped: what is shorter is another name. */
const lettersPerTypo = 3;

/**
 * The known names that `name` may have been meant to be, the least different first.
 * @param typoCount how many letters may differ; unless given, one in three of the name
 */
export function nearNames(
  name: string,
  known: readonly string[],
  typoCount: number = Math.floor(name.length / lettersPerTypo),
): string[] {
  return known
    .map((one) => ({ one, count: differences(name, one) }))
    .filter(({ count }) => count <= typoCount)
    .sort((a, b) => a.count - b.count)
    .map(({ one }) => one);
}

/** How many letters must be put in, left out, changed or swapped with the next (Damerau 1964, of neighbours). */
function differences(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = next;
  }
  return last[to.length] ?? 0;
}
