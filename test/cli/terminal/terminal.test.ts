import { expect, it, onTestFinished, vi } from "vitest";
import { complain, printText } from "../../../src/cli/terminal/terminal.js";
import { jsonText, printable, printableLines } from "../../../src/printable.js";

/** Escape, the 8-bit CSI, a bell, a new line of a log, a turn of the direction, a line separator. */
const hostile = "\u001b[2J\u009b31m\u0007\r\n\u202e\u2028";

it("one line of printable text holds nothing that a terminal obeys", () => {
  expect(printable(`a${hostile}b é漢`)).toBe("a\ufffd[2J\ufffd31m\ufffd\ufffd\ufffd\ufffd\ufffdb é漢");
  expect(printableLines("a\u001b\nb\u001b\n")).toBe("a\ufffd\nb\ufffd\n");
});

it("JSON for a terminal is the same value, and holds nothing that a terminal obeys", () => {
  const value = { [hostile]: [hostile, 1, null] };
  expect(JSON.parse(jsonText(value))).toEqual(value);
  expect(jsonText(value)).toMatch(/^[ -~]+$/);
});

it("colours pass where they are asked for, and nothing else does", () => {
  const printed: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  onTestFinished(() => void vi.restoreAllMocks());
  const text = "\u001b[1;32mgreen\u001b[0m \u001b[2J\u001b]0;x\u0007\n";
  printText(text, { coloured: true });
  printText(text);
  complain("a\u001bb");
  expect(printed).toEqual([
    "\u001b[1;32mgreen\u001b[0m \ufffd[2J\ufffd]0;x\ufffd\n",
    "\ufffd[1;32mgreen\ufffd[0m \ufffd[2J\ufffd]0;x\ufffd\n",
    "a\ufffdb\n",
  ]);
});
