import { describe, expect, it } from "vitest";
import { roundStep, textTimeline } from "../../src/report/text/text-timeline.js";
import { aRun } from "./browser/support/a-run.js";
import { recorded } from "./support/run.js";

const { recording } = recorded({
  faults: [
    { at: 0, for: 3000, do: "pause", nodes: "leader" },
    { at: 4000, for: 500, do: "crash", nodes: "n1" },
  ],
});

describe("a timeline in text", () => {
  it("has a row a node, a row of faults and an axis", () => {
    expect(textTimeline(recording, { widthChars: 80, coloured: false })).toMatchInlineSnapshot(`
      "seed 1, 5.65 s of 16.2 s, a leader again at 1.22 s; nothing changes in the 4.8 s after 5.2 s
      n1     ·························································xxxxxxxx········
      n2     ····················PCLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL
      n3     ·········································································
      n4     ·········································································
      n5     LLLLLzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz····························
      faults      !---------------------------------------            !-------
                  |0 ms        |1 s         |2 s         |3 s         |4 s
      L leads with a lease  C candidate  P pre-candidate  · follows  x down  z paused
      "
    `);
  });

  it.each([40, 80, 200])("keeps within %i characters, but for its legend", (widthChars) => {
    const lines = textTimeline(recording, { widthChars, coloured: false }).split("\n").slice(1, 8);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(widthChars);
    expect(lines[0]?.length).toBe(widthChars);
  });

  it("says the same with colours and without", () => {
    const coloured = textTimeline(recording, { widthChars: 80, coloured: true });
    expect(coloured).toContain("\u001b[");
    const bare = coloured.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
    expect(bare).toBe(textTimeline(recording, { widthChars: 80, coloured: false }));
  });

  it("shows of several things in a column the rarer one: down before paused, paused before a candidate", () => {
    const run = aRun({
      turns: [
        [
          [0, "follower"],
          [500, "down"],
          [900, "follower"],
        ],
        [
          [0, "follower"],
          [500, "candidate"],
          [900, "follower"],
        ],
      ],
      pauses: [0, 1].map((node) => ({ node, fromMs: 500, untilMs: 900 })),
    });
    const [, down, candidate] = textTimeline(run, { widthChars: 40, coloured: false }).split("\n");
    expect(down).toMatch(/^n1 +·+x{12,}·+$/);
    expect(candidate).toMatch(/^n2 +·+z{12,}·+$/);
  });

  it("steps its axis by 1, 2 and 5 times powers of ten", () => {
    expect([0.3, 1, 1.1, 3, 6, 11, 30, 60].map(roundStep)).toEqual([1, 1, 2, 5, 10, 20, 50, 100]);
  });
});
