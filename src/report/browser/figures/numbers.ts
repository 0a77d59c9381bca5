/** A number as a person reads it: four digits, no exponent unless it would be a row of zeros. */
export function plain(number: number): string {
  return needsPower(number) ? inPowers(number) : decimal(number);
}

/** How to write all of these alike: where one of them needs a power of ten, all of them have one. */
export function oneNotation(numbers: readonly number[]): (number: number) => string {
  return numbers.some(needsPower) ? inPowers : decimal;
}

function needsPower(number: number): boolean {
  const size = Math.abs(number);
  return size !== 0 && (size >= 1e9 || size < 1e-6);
}

function decimal(number: number): string {
  const size = Math.abs(number);
  return String(Number(number.toPrecision(size >= 1000 ? 7 : 4)));
}

function inPowers(number: number): string {
  if (number === 0) return "0";
  const [factor = "", power = ""] = number.toExponential(1).split("e");
  const raised = [...power.replace("+", "")].map((sign) => superscripts[sign] ?? sign).join("");
  return factor === "1.0" ? `10${raised}` : `${factor.replace(/\.0$/, "")}·10${raised}`;
}

const superscripts: Readonly<Record<string, string>> = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};

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
  const inside =
    candidates.find(({ length }) => length <= mostCount) ?? thinned(candidates.at(-1) ?? [], mostCount);
  return inside.length >= 3 || mostCount < 3 ? inside : evenTicks(least, most);
}

/** Every second of them, or every third, or as few as there is room for. */
function thinned(ticks: readonly number[], mostCount: number): number[] {
  const step = Math.ceil(ticks.length / mostCount);
  return ticks.filter((_, place) => place % step === 0);
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
