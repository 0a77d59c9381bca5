import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { faultLabel } from "../../../src/report/recording/fault-label.js";
import { type FaultInput, faultSchema } from "../../../src/simulation/scenario/fault-schema.js";

type Untimed = FaultInput extends infer One
  ? One extends FaultInput
    ? Omit<One, "at" | "every" | "random">
    : never
  : never;

/** The label of a fault that struck n1 and n3. */
function labelOf(fault: Untimed, when: object = { at: 0 }): string {
  return faultLabel(v.parse(faultSchema, { ...when, ...fault }), ["n1", "n3"]);
}

describe("the label of a fault", () => {
  it.each<[Untimed, string]>([
    [{ do: "isolate", nodes: "all" }, "isolate n1, n3"],
    [{ do: "crash", nodes: "all" }, "crash n1, n3"],
    [{ do: "crash", nodes: "all", host: true }, "machine dies n1, n3"],
    [{ do: "restart", nodes: "all" }, "restart n1, n3"],
    [{ do: "restart", nodes: "all", wipe: true }, "restart, wiped n1, n3"],
    [{ do: "putBack", nodes: "all" }, "disk put back from a copy n1, n3"],
    [{ do: "pause", nodes: "all" }, "pause n1, n3"],
    [{ do: "diskStall", nodes: "all" }, "disk stalls n1, n3"],
    [{ do: "diskFail", nodes: "all" }, "disk fails n1, n3"],
    [{ do: "clockRate", nodes: "all", rate: 1.05 }, "clock at 1.05 n1, n3"],
    [{ do: "wallJump", nodes: "all", byMs: -250 }, "wall clock by -250 ms n1, n3"],
    [{ do: "partition", groups: ["n1", "n3"] }, "partition n1, n3"],
    [{ do: "heal" }, "heal n1, n3"],
    [{ do: "reconfigure", add: "n4", remove: "n1" }, "reconfigure add n4 remove n1 n1, n3"],
    [{ do: "reconfigure", remove: "n1" }, "reconfigure remove n1 n1, n3"],
    [{ do: "forge", to: "n1", says: "vote" }, "forged vote n1, n3"],
    [{ do: "forge", to: "n1", says: "order", as: "n2", ahead: 2 ** 40 }, "forged order of n2 n1, n3"],
  ])("of a node says what happens, and to whom: %o", (fault, label) => {
    expect(labelOf(fault)).toBe(label);
  });

  it.each<[Untimed, string]>([
    [{ do: "cut", between: ["leader", "follower1"] }, "cut leader – follower1"],
    [{ do: "cut", between: [["n1", "n2"], "n3"] }, "cut n1+n2 – n3"],
    [{ do: "cutOneWay", from: "n1", to: "n2" }, "cut one way n1 → n2"],
    [{ do: "hold", between: ["n3", "n1"], oneWay: true }, "hold n3 → n1"],
    [{ do: "hold", between: ["n3", "n1"] }, "hold n3 – n1"],
    [
      {
        do: "keepOnly",
        links: [
          ["n1", "n2"],
          ["n2", "n3"],
        ],
      },
      "keep only n1 – n2, n2 – n3",
    ],
    [{ do: "keepOnly", links: [["n1", "n2"]], oneWay: true }, "keep only n1 → n2"],
    [{ do: "flaky", between: ["n1", "n2"], upMs: 100, downMs: 20 }, "flaky (up 100, down 20 ms) n1 – n2"],
    [{ do: "loss", between: ["n1", "n2"], rate: 0.3 }, "loss 30 % n1 – n2"],
    [{ do: "duplicate", between: ["n1", "n2"], rate: 0.125 }, "duplicate 12.5 % n1 – n2"],
    [{ do: "latency", latency: { uniform: [5, 15] } }, "latency {uniform:[5,15]}"],
  ])("of links says which, and which way: %o", (fault, label) => {
    expect(labelOf(fault)).toBe(label);
  });

  it("of all links names none", () => {
    expect(labelOf({ do: "loss", rate: 0.001 })).toBe("loss 0.1 %");
  });

  it("of a fault at random names those that it struck", () => {
    const random = { random: { ratePerMinute: 1 } };
    expect(labelOf({ do: "cut", between: ["all", "leader"] }, random)).toBe("cut n1, n3");
  });
});
