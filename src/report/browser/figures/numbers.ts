/** A number as a person reads it: four digits, no exponent unless it needs one. */
export function plain(number: number): string {
  const size = Math.abs(number);
  if (size === 0) return "0";
  if (size >= 1e7 || size < 1e-4) return number.toExponential(1).replace("e+", "e");
  return String(Number(number.toPrecision(size >= 1000 ? 7 : 4)));
}

/** A share from 0 to 1 in percent, with as many digits as its nines need. */
export function percent(share: number): string {
  return `${Number((100 * share).toFixed(share > 0.99 ? 3 : 1))} %`;
}

/**
 * Round numbers for a log axis over these: those that begin with 1, 2 or 5, or fewer where that is too many; where it gives too few,
 * evenly spaced ones.
 */
export function logTicks(numbers: readonly number[], mostCount = Number.POSITIVE_INFINITY): number[] {
  const positive = numbers.filter((number) => number > 0);
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  if (!(least < most)) return positive.slice(0, 1);
  const decades = Math.log10(most / least);
  const densities = decades > 5 ? [[1]] : decades > 3 ? [[1, 3], [1]] : [[1, 2, 5], [1, 3], [1]];
  const candidates = densities.map((leading) => ticksBeginningWith(leading, least, most));
  const inside = candidates.find(({ length }) => length <= mostCount) ?? candidates.at(-1) ?? [];
  return inside.length >= 3 || mostCount < 3 ? inside : evenTicks(least, most);
}

function ticksBeginningWith(leading: readonly number[], least: number, most: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++)
    for (const first of leading) ticks.push(Number(`${first}e${power}`));
  return ticks.filter((tick) => tick >= least && tick <= most);
}

function evenTicks(least: number, most: number): number[] {
  const rough = 10 ** Math.floor(Math.log10((most - least) / 3));
  const step =
    [1, 2, 5, 10].map((times) => times * rough).find((size) => (most - least) / size <= 5) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(least / step) * step; tick <= most; tick += step)
    ticks.push(Number(tick.toPrecision(6)));
  return ticks;
}
