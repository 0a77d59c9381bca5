/** True iff two values are alike all the way down: plain objects, arrays, maps with primitive keys, sets of primitives, and primitives. */
export function isSameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Set)
    return a.size === (b as Set<unknown>).size && [...a].every((one) => (b as Set<unknown>).has(one));
  if (a instanceof Map) {
    const other = b as Map<unknown, unknown>;
    return (
      a.size === other.size &&
      [...a].every(([key, value]) => other.has(key) && isSameData(value, other.get(key)))
    );
  }
  const keys = Object.keys(a) as (keyof typeof a)[];
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSameData(a[key], (b as typeof a)[key]))
  );
}
