import { jsonText, printableLines } from "../../printable.js";

/** All that a command prints goes through here: text of peers, files and servers must not steer a terminal, nor forge a line of a log. */

/** How colours begin and end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const colour = /(\u001b\[[\d;]*m)/;

/** Prints text, its newlines included; with `coloured` its colours, too. */
export function printText(text: string, { coloured = false }: { readonly coloured?: boolean } = {}): void {
  // Splitting by a group keeps what was matched, at every second place.
  const parts = coloured ? text.split(colour) : [text];
  process.stdout.write(parts.map((part, place) => (place % 2 === 1 ? part : printableLines(part))).join(""));
}

/** Colours are for people at a terminal that has them (no-color.org). */
export function wantsColours(): boolean {
  const { NO_COLOR = "", TERM } = process.env;
  return process.stdout.isTTY === true && NO_COLOR === "" && TERM !== "dumb";
}

/** Prints one JSON value on a line of its own. */
export function printJson(value: unknown, replacer?: (key: string, value: unknown) => unknown): void {
  process.stdout.write(`${jsonText(value, replacer)}\n`);
}

/** Says on standard error what went wrong. */
export function complain(sentence: string): void {
  process.stderr.write(`${printableLines(sentence)}\n`);
}
