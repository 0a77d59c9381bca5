import { InvalidArgumentError } from "commander";

/** Reads a whole number from a flag. Throws commander's InvalidArgumentError, naming the text. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError(`${text} is no whole number`);
  return number;
}

/** Reads a whole number within bounds, both allowed. */
export function countFrom(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || !(number >= least && number <= most)) {
      const bound = most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`;
      throw new InvalidArgumentError(`${text} is no whole number from ${least}${bound}`);
    }
    return number;
  };
}
