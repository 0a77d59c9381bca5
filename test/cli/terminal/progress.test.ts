import { describe, expect, it } from "vitest";
import { createProgress } from "../../../src/cli/terminal/progress.js";

function watched(isTTY: boolean) {
  const written: string[] = [];
  const clock = { nowMs: 1000 };
  const stream = { isTTY, write: (text: string) => written.push(text) };
  return { written, clock, progress: createProgress(stream, () => clock.nowMs) };
}

describe("progress of long work", () => {
  it("is one line on a terminal, which the next one replaces", () => {
    const { written, progress } = watched(true);
    progress.show("1 of 2");
    progress.show("2 of 2");
    progress.clear();
    expect(written).toEqual(["\x1b[2K\r1 of 2", "\x1b[2K\r2 of 2", "\x1b[2K\r"]);
  });

  it("is a line now and then in a pipe, and none of work that is soon done", () => {
    const { written, clock, progress } = watched(false);
    for (let second = 0; second < 30; second++) {
      progress.show(`${second} of 30`);
      progress.clear();
      if (second === 4) expect(written).toEqual([]);
      clock.nowMs += 1000;
    }
    expect(written).toEqual(["5 of 30\n", "15 of 30\n", "25 of 30\n"]);
  });
});
