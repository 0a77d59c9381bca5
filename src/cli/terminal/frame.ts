import { printableLines } from "../../printable.js";

/** A part of the terminal that is drawn anew in place, below what is printed. */
export interface Frame {
  /** Draws this in place of what was drawn before; what is wider or higher than the terminal is cut. */
  draw(text: string): void;
  /** Prints lines that stay, above. */
  above(text: string): void;
}

/** A terminal: how large it is, and how to write to it. */
export interface Screen {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** An escape sequence for a colour, or one other character, which is at most two code units long. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const piece = /\u001b\[[\d;]*m|[\s\S]/gu;

/** A frame with nothing in it, from the line where the cursor is. With `coloured` colours are printed, too; nothing else in a text steers the terminal. */
export function createFrame(coloured: boolean, screen: Screen = process.stdout): Frame {
  let drawn = "";
  let lineCount = 0;

  function draw(text: string): void {
    drawn = text;
    // A terminal that does not know its size says 0.
    const columns = screen.columns || 80;
    const rows = screen.rows || 24;
    const lines =
      text === ""
        ? []
        : text
            .replace(/\n$/, "")
            .split("\n")
            .slice(0, Math.max(1, rows - 1));
    // Each line is erased to its end, and what is below all of them.
    const erased = lines.map((line) => `${shown(line, columns - 1)}\u001b[K\n`).join("");
    screen.write(`${up()}${erased}\u001b[J`);
    lineCount = lines.length;
  }

  function up(): string {
    return lineCount === 0 ? "" : `\u001b[${lineCount}A`;
  }

  /** So many characters of a line, its colours kept. */
  function shown(line: string, columns = Number.POSITIVE_INFINITY): string {
    let left = columns;
    return ((coloured ? line.match(piece) : [...line]) ?? [])
      .map((each) => (each.length > 2 ? each : left-- > 0 ? printableLines(each) : ""))
      .join("");
  }

  return {
    draw,
    above(text) {
      screen.write(`${up()}\u001b[J${shown(text)}`);
      lineCount = 0;
      draw(drawn);
    },
  };
}
