import { describe, expect, it } from "vitest";
import { createFrame } from "../../../src/cli/terminal/frame.js";

/** A terminal of this size that keeps what is written to it. */
function screenOf(columns: number, rows: number) {
  const screen = { columns, rows, written: "", write: (text: string) => (screen.written += text) };
  return {
    screen,
    /** What was written since it was asked last. */
    news() {
      const { written } = screen;
      screen.written = "";
      return written;
    },
  };
}

describe("a frame", () => {
  it("is drawn in place of the one before; lines above it stay", () => {
    const { screen, news } = screenOf(80, 24);
    const frame = createFrame(false, screen);
    frame.draw("one\ntwo\n");
    expect(news()).toBe("one\x1b[K\ntwo\x1b[K\n\x1b[J");
    frame.above("news\n");
    expect(news()).toBe("\x1b[2A\x1b[Jnews\none\x1b[K\ntwo\x1b[K\n\x1b[J");
    frame.draw("three\n");
    expect(news()).toBe("\x1b[2Athree\x1b[K\n\x1b[J");
  });

  it("is no wider and no higher than the terminal, and colours alone steer it", () => {
    const { screen, news } = screenOf(6, 4);
    const frame = createFrame(true, screen);
    frame.draw("one\n\x1b[31m\x1b[2Jcrimson\x1b[39m\n");
    expect(news()).toBe("one\x1b[K\n\x1b[31m\ufffd[2Jc\x1b[39m\x1b[K\n\x1b[J");
    frame.draw("1\n2\n3\n4\n5\n");
    expect(news()).toBe("\x1b[2A1\x1b[K\n2\x1b[K\n3\x1b[K\n\x1b[J");
    const plain = createFrame(false, screen);
    plain.draw("\x1b[31mred\n");
    expect(news()).toBe("\ufffd[31m\x1b[K\n\x1b[J");
  });
});
