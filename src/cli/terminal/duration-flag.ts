import { InvalidArgumentError } from "commander";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration from a flag: a number with ms, s, m or h, such as `500ms` or `5s`. Gives milliseconds. Throws commander's InvalidArgumentError, naming
 * the text.
 */
export function duration(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (unitsMs[unit] ?? Number.NaN);
  if (!Number.isFinite(ms))
    throw new InvalidArgumentError(`${text} must be a duration such as 500ms, 5s or 2m`);
  return ms;
}
