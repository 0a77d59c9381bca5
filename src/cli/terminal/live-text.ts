import { printableLines } from "../../printable.js";

/** Text on a terminal that is drawn over again. */
export interface LiveText {
  /** Draws this in the place of what stands there. It must be no wider and no higher than the terminal: what is, is cut. */
  draw(text: string): void;
}

/** An escape sequence for a colour, and one other character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const piece = /\u001b\[[\d;]*m|[^\u001b]/gu;

/** Draws on a terminal from the line where the cursor is. */
export function createLiveText(stream: {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}): LiveText {
  let lineCount = 0;
  return {
    draw(text) {
      // A terminal that does not know its size says 0.
      const columns = stream.columns || 80;
      const rows = stream.rows || 24;
      const lines = text
        .replace(/\n$/, "")
        .split("\n")
        .slice(0, Math.max(1, rows - 1));
      const up = lineCount === 0 ? "" : `\x1b[${lineCount}A`;
      // Each line is erased to its end, and what is below all of them.
      const drawn = lines.map((line) => `${cut(line, columns - 1)}\x1b[K\n`).join("");
      stream.write(`${up}${drawn}\x1b[J`);
      lineCount = lines.length;
    },
  };
}

/** So many characters of a line, its colours kept; nothing else in it steers the terminal. */
function cut(line: string, columns: number): string {
  let left = columns;
  return (line.match(piece) ?? [])
    .map((each) =>
      each.length > 1 && each.startsWith("\x1b") ? each : left-- > 0 ? printableLines(each) : "",
    )
    .join("");
}
