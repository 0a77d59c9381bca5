import { InvalidArgumentError } from "commander";
import * as v from "valibot";
import * as value from "../../settings/setting-values.js";

/** The longest duration that a flag may name, in milliseconds: a year. */
const longestMs = 365 * 24 * 3_600_000;

const schema = value.duration(0, longestMs);

/** Reads a duration from a flag, as settings do, such as `500ms` or `5s`. Gives milliseconds. Throws commander's InvalidArgumentError, naming the text. */
export function duration(text: string): number {
  const read = v.safeParse(schema, text);
  if (!read.success) throw new InvalidArgumentError(`${text} must be a duration such as 500ms, 5s or 2m`);
  return read.output;
}
