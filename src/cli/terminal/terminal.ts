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

/** A part of the terminal that is drawn anew in place, below what is printed. */
export interface Frame {
  /** Draws the lines in place of those drawn before. */
  draw(text: string): void;
  /** Prints lines that stay, above. */
  above(text: string): void;
}

/** A frame with nothing in it. With `coloured` colours are printed, too. */
export function createFrame(coloured: boolean): Frame {
  let drawn = "";
  const clear = (): void => {
    const lineCount = drawn.split("\n").length - 1;
    if (lineCount > 0) process.stdout.write(`\u001b[${lineCount}A\u001b[J`);
  };
  const draw = (text: string): void => {
    clear();
    drawn = text;
    printText(drawn, { coloured });
  };
  return {
    draw,
    above(text) {
      const below = drawn;
      draw("");
      printText(text, { coloured });
      draw(below);
    },
  };
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
