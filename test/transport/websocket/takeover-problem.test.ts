import { describe, expect, it } from "vitest";
import { takeoverProblem } from "../../../src/transport/link/takeover.js";

const silenceMs = 100;
const problem = "b is linked as another incarnation, and that link is alive";

describe("a newcomer under a peer's id", () => {
  it.each([
    ["of the same incarnation", [["b-2", 1000]], null, null],
    ["where there is no link", [], null, null],
    ["of another incarnation, while the link is alive", [["b-1", 1000]], null, problem],
    ["of another incarnation, just before the link is dead", [["b-1", 801]], null, problem],
    ["of another incarnation, once the link is dead", [["b-1", 800]], null, null],
    [
      "where one of two links is alive",
      [
        ["b-1", 0],
        ["b-1", 999],
      ],
      null,
      problem,
    ],
    [
      "where one link is its own",
      [
        ["b-2", 1000],
        ["b-1", 1000],
      ],
      null,
      problem,
    ],
    ["that is remembered", [["b-1", 1000]], "b-2", null],
    ["where the one that is linked is remembered", [["b-1", 1000]], "b-1", problem],
  ] as const)("%s", (_name, links, recalled, expected) => {
    const known = links.map(([incarnation, receivedAtMs]) => ({ incarnation, receivedAtMs }));
    expect(takeoverProblem(known, "b", "b-2", recalled, 1000, silenceMs)).toBe(expected);
  });
});
