import { describe, expect, it } from "vitest";
import { keyHandler, keyWords } from "../../../../src/report/browser/run/keys.js";
import { aRun } from "../support/a-run.js";
import { staged } from "../support/a-stage.js";

/** Keys on a run of ten seconds that shows the fifth and the sixth. */
function pressing() {
  const run = aRun({
    endMs: 10_000,
    beganMs: 2_000,
    recoveredMs: 3_000,
    turns: [
      [
        [0, "follower"],
        [4_000, "leader"],
      ],
    ],
    faults: [
      { kind: "cut", label: "cut", fromMs: 2_000, untilMs: null, nodes: [] },
      { kind: "loss", label: "loss", fromMs: 2_000, untilMs: null, nodes: [] },
    ],
  });
  const { page, stage } = staged(run);
  const called: string[] = [];
  const bar = page.document.createElement("div");
  const onKey = keyHandler(stage, {
    bar,
    toggle: () => called.push("toggle"),
    cycleMessages: () => called.push("cycle"),
  });
  stage.view.show(4_000, 6_000);
  stage.atMs = 5_000;
  const canvas = page.document.createElement("canvas");
  const press = (key: string, fields: Partial<KeyboardEvent> = {}) =>
    onKey({
      key,
      target: canvas,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      ...fields,
    } as KeyboardEvent);
  const view = () => [stage.view.fromMs, stage.view.untilMs].map(Math.round);
  return { page, stage, press, view, called };
}

describe("a key", () => {
  it.each([
    ["ArrowRight", 5_050],
    ["ArrowLeft", 4_950],
  ])("%s moves the instant by a fortieth of what is in view, to %i ms", (key, atMs) => {
    const { stage, press, view } = pressing();
    expect(press(key)).toBe(true);
    expect(stage.atMs).toBe(atMs);
    expect(view()).toEqual([4_000, 6_000]);
  });

  it.each([
    ["ArrowRight", [4_200, 6_200]],
    ["ArrowLeft", [3_800, 5_800]],
  ])("%s with Shift moves the view and not the instant", (key, shown) => {
    const { stage, press, view } = pressing();
    press(key, { shiftKey: true });
    expect([stage.atMs, view()]).toEqual([5_000, shown]);
  });

  it.each([
    ["+", 1_250],
    ["=", 1_250],
    ["-", 3_200],
    ["_", 3_200],
  ])("%s zooms about the instant to %i ms", (key, lengthMs) => {
    const { stage, press } = pressing();
    press(key);
    expect(stage.view.lengthMs).toBeCloseTo(lengthMs, 6);
    expect(stage.view.fromMs + lengthMs / 2).toBeCloseTo(5_000, 6);
  });

  it("n and p go from event to event, through those of one instant too", () => {
    const { stage, press } = pressing();
    const seen = (key: string) => {
      press(key);
      return [stage.atMs, stage.selected?.what, stage.selected?.index];
    };
    expect(seen("p")).toEqual([4_000, "role", 1]);
    expect(seen("p")).toEqual([2_000, "fault", 1]);
    expect(seen("p")).toEqual([2_000, "fault", 0]);
    expect(seen("p")).toEqual([2_000, "fault", 0]);
    expect(seen("n")).toEqual([2_000, "fault", 1]);
    expect(seen("n")).toEqual([4_000, "role", 1]);
    stage.moveTo(1_000);
    expect(seen("n")).toEqual([2_000, "fault", 0]);
    stage.moveTo(2_000.5);
    expect(seen("n")).toEqual([4_000, "role", 1]);
  });

  it("up and down choose a node on the diagram, round and round, as it is at the instant", () => {
    const { stage, press } = pressing();
    const chosen = (key: string) => {
      expect(press(key)).toBe(true);
      return stage.selected;
    };
    expect(chosen("ArrowDown")).toEqual({ what: "role", node: 0, index: 1 });
    expect(chosen("ArrowDown")).toEqual({ what: "role", node: 1, index: 0 });
    expect(chosen("ArrowDown")).toMatchObject({ node: 2 });
    expect(chosen("ArrowDown")).toMatchObject({ node: 0 });
    expect(chosen("ArrowUp")).toMatchObject({ node: 2 });
    stage.select(null);
    expect(chosen("ArrowUp")).toMatchObject({ node: 2 });
  });

  it("up and down scroll the page elsewhere than on the diagram", () => {
    const { page, stage, press } = pressing();
    expect(press("ArrowDown", { target: page.document.body })).toBe(false);
    expect(stage.selected).toBeNull();
  });

  it("f shows the first fault, 0 the whole run", () => {
    const { press, view } = pressing();
    press("f");
    expect(view()).toEqual([1_850, 3_350]);
    press("0");
    expect(view()).toEqual([0, 10_000]);
  });

  it("space plays, m changes the messages, Escape clears, and others mean nothing", () => {
    const { stage, press, called } = pressing();
    stage.select({ what: "fault", index: 0 });
    expect([press(" "), press("m"), press("Escape"), press("q")]).toEqual([true, true, true, false]);
    expect(called).toEqual(["toggle", "cycle"]);
    expect(stage.selected).toBeNull();
  });

  it("with Control, Alt or Meta is the browser's", () => {
    const { press, called } = pressing();
    for (const held of ["ctrlKey", "altKey", "metaKey"] as const)
      expect(press("m", { [held]: true })).toBe(false);
    expect(called).toEqual([]);
  });

  it("on a control is the control's: all on a choice, space on a button, arrows on a slider", () => {
    const { page, press } = pressing();
    const on = (tag: string, key: string) => press(key, { target: page.document.createElement(tag) });
    expect([on("select", "m"), on("button", " "), on("input", "ArrowLeft")]).toEqual([false, false, false]);
    expect([on("button", "m"), on("input", "m")]).toEqual([true, true]);
  });

  it("is described on the page", () => {
    for (const words of [
      "space plays",
      "← → move",
      "+ − zoom",
      "n p go",
      "↑ ↓ choose",
      "f shows",
      "0 the whole",
      "m changes",
      "Esc clears",
    ])
      expect(keyWords).toContain(words);
  });
});
