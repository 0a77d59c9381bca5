import { describe, expect, it } from "vitest";
import type { qos } from "../../../src/tuning/qos/qos.js";
import { type Edit, planted } from "../../support/planted-build.js";
import { qosStories } from "../support/qos-stories.js";

interface Module {
  readonly qos: typeof qos;
}

/** A bug, and the story that must catch it. */
const mutants: Readonly<Record<string, readonly [Edit, keyof typeof qosStories & string]>> = {
  "mistakes of the dead are counted": [
    ["qos.ts", "return atMs >= this.fromMs && atMs < this.untilMs;", "return atMs >= this.fromMs;"],
    "a suspicion of a dead sender is no mistake",
  ],
  "time after the death counts as wrong": [
    ["qos.ts", "Math.min(toMs, this.untilMs) - Math", "toMs - Math"],
    "a suspicion of a dead sender is no mistake",
  ],
  "a mistake at the end is forgotten": [
    ["qos.ts", "record.end();", ""],
    "a mistake that death cuts short is wrong until then",
  ],
  "a mistake that death cuts short counts with its whole length": [
    ["qos.ts", "this.counts(sinceMs) && atMs <= this.untilMs", "this.counts(sinceMs)"],
    "a mistake that death cuts short is wrong until then",
  ],
  "detection counts from the arrival": [
    ["qos.ts", "record.crashAfter(sentAtMs(sendings, slot), atMs", "record.crashAfter(atMs, atMs"],
    "a crash is detected from when its last beat was sent, not from when it arrived",
  ],
  "detection counts from the next beat": [
    ["qos.ts", "sentAtMs(sendings, slot)", "sentAtMs(sendings, slot + 1)"],
    "a crash is detected from when its last beat was sent, not from when it arrived",
  ],
  "a standing suspicion is begun anew": [
    ["qos.ts", "(this.suspectedSinceMs ?? deadlineMs) - sentAtMs", "deadlineMs - sentAtMs"],
    "a crash after a beat that came too late was detected before",
  ],
  "the freshness point itself is late": [
    ["qos.ts", "if (deadlineMs < atMs) record.suspect", "if (deadlineMs <= atMs) record.suspect"],
    "a beat that arrives at its freshness point is in time",
  ],
  "any beat ends a mistake": [
    ["qos.ts", "if (atMs < deadlineMs) record.trust", "if (true) record.trust"],
    "a late beat ends no mistake",
  ],
  "a mistake begins when it is noticed": [
    [
      "qos.ts",
      "if (deadlineMs < atMs) record.suspect(deadlineMs)",
      "if (deadlineMs < atMs) record.suspect(atMs)",
    ],
    "a lost beat is one mistake, from its freshness point to the next arrival",
  ],
  "overtaken beats are told": [
    ["qos.ts", "if (slot <= newest) continue;", ""],
    "a beat that was overtaken changes nothing",
  ],
  "mistakes of the warm-up count": [
    ["qos.ts", "const fromMs = arrivedAtMs[warmUp] ?? aliveUntilMs;", "const fromMs = arrivedAtMs[0] ?? 0;"],
    "the warm-up counts neither mistakes nor time",
  ],
  "the error is the deviation": [
    ["qos.ts", "(this.count - 1) / this.count)", "(this.count - 1))"],
    "the standard error is that of the times between mistakes",
  ],
};

describe("a planted bug", () => {
  it("is none in the quality of service as it is", async () => {
    const real = await planted<Module>("tuning/qos/qos.ts", [], "tuning/qos/");
    for (const story of Object.values(qosStories)) story(real.qos);
  });

  it.each(Object.entries(mutants))("that %s is caught", async (_, [edit, story]) => {
    const mutant = await planted<Module>("tuning/qos/qos.ts", [edit], "tuning/qos/");
    expect(() => qosStories[story]?.(mutant.qos)).toThrow();
  });

  it("is planted for every story", () => {
    expect(new Set(Object.values(mutants).map(([, story]) => story))).toEqual(
      new Set(Object.keys(qosStories)),
    );
  });
});
