/**
 * Those items that no other beats in both figures, less being better, in the order of the first figure. Of items with the same
 * two figures all are kept.
 */
export function paretoFront<Item>(
  items: readonly Item[],
  first: (item: Item) => number,
  second: (item: Item) => number,
): Item[] {
  const sorted = [...items].sort((a, b) => first(a) - first(b) || second(a) - second(b));
  const front: Item[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (const item of sorted) {
    const last = front.at(-1);
    const same = last !== undefined && first(last) === first(item) && second(last) === second(item);
    if (second(item) >= best && !same) continue;
    best = second(item);
    front.push(item);
  }
  return front;
}
