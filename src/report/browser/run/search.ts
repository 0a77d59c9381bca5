/** The first place whose value is greater than `bound` in numbers that never fall; their count if there is none. */
export function firstAbove(values: ArrayLike<number>, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first place whose value is at least `bound`; their count if there is none. */
export function firstFrom(values: ArrayLike<number>, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) >= bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
