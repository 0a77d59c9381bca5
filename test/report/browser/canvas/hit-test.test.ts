import { describe, expect, it } from "vitest";
import { itemAt } from "../../../../src/report/browser/canvas/hit-test.js";
import { axisPx } from "../../../../src/report/browser/canvas/layout.js";
import type { Item } from "../../../../src/report/browser/run/scene.js";
import { aRun } from "../support/a-run.js";
import { laidOut } from "../support/a-stage.js";

const busy = aRun({
  turns: [
    [],
    [
      [0, "follower"],
      [500, "leader"],
    ],
  ],
  leases: [{ node: 1, fromMs: 550, untilMs: 700, term: 1 }],
  pauses: [{ node: 2, fromMs: 600, untilMs: 700 }],
  faults: [
    { kind: "pause", label: "pause n3", fromMs: 600, untilMs: 700, nodes: [2] },
    { kind: "loss", label: "loss", fromMs: 800, untilMs: null, nodes: [] },
  ],
  sent: [
    { from: 0, to: 1, kind: "voteRequest", sentMs: 100, tookMs: 100 },
    { from: 0, to: 2, kind: "voteRequest", sentMs: 100, tookMs: 20 },
    { from: 2, to: 0, kind: "voteRequest", sentMs: 300, tookMs: 0, lost: "cut" },
    { from: 1, to: 2, kind: "heartbeat", sentMs: 400, tookMs: 50 },
  ],
});

/** What lies so many pixels below the middle of a node's lane. */
function under(atMs: number, node: number, belowPx = 0): Item | null {
  const { stage, layout } = laidOut(busy);
  return itemAt(stage, layout, layout.x(atMs), layout.y(node) + belowPx);
}

describe("what a pointer points at", () => {
  it("is a message near its arrow, the nearest of several", () => {
    const { stage, layout } = laidOut(busy);
    const between = (layout.y(0) + layout.y(1)) / 2;
    expect(itemAt(stage, layout, layout.x(150), between)).toEqual({ what: "message", index: 0 });
    expect(itemAt(stage, layout, layout.x(150), between + 8)).not.toEqual({ what: "message", index: 0 });
    expect(itemAt(stage, layout, layout.x(105), between)).toEqual({ what: "message", index: 1 });
    // Where both begin, none is nearer than the first.
    expect(itemAt(stage, layout, layout.x(100), layout.y(0))).toEqual({ what: "message", index: 0 });
    // The way of the second goes on below the lane at which the first ends.
    expect(itemAt(stage, layout, layout.x(115), layout.y(1) + 26)).toEqual({ what: "message", index: 1 });
  });

  it("is a message that was lost as it was sent, on the short way on which it is drawn", () => {
    const { stage, layout } = laidOut(busy);
    expect(itemAt(stage, layout, layout.x(305), layout.y(2) - 16)).toEqual({ what: "message", index: 2 });
    expect(itemAt(stage, layout, layout.x(300), layout.y(1) + 20)).not.toMatchObject({ what: "message" });
  });

  it("is no message that is not drawn", () => {
    const { stage, layout } = laidOut(busy);
    const place = [layout.x(425), (layout.y(1) + layout.y(2)) / 2] as const;
    expect(itemAt(stage, layout, ...place)).not.toMatchObject({ what: "message" });
    stage.shown = "all";
    expect(itemAt(stage, layout, ...place)).toEqual({ what: "message", index: 3 });
  });

  it("is the role that the node of the lane has at the time", () => {
    expect(under(450, 1)).toEqual({ what: "role", node: 1, index: 0 });
    expect(under(520, 1)).toEqual({ what: "role", node: 1, index: 1 });
    expect(under(520, 0)).toEqual({ what: "role", node: 0, index: 0 });
  });

  it("is a lease, on its bar just below the role", () => {
    expect(under(600, 1, 10)).toEqual({ what: "lease", index: 0 });
    expect(under(600, 1, 0)).toMatchObject({ what: "role" });
    expect(under(549, 1, 10)).toMatchObject({ what: "role" });
    expect(under(700, 1, 10)).toMatchObject({ what: "role" });
    expect(under(600, 0, 10)).toMatchObject({ what: "role" });
  });

  it("is a pause on its border, and the role inside", () => {
    expect(under(650, 2, -9)).toEqual({ what: "pause", index: 0 });
    expect(under(650, 2, 9)).toEqual({ what: "pause", index: 0 });
    expect(under(650, 2, 0)).toEqual({ what: "role", node: 2, index: 0 });
    expect(under(650, 1, -9)).toMatchObject({ what: "role" });
  });

  it("is a fault in the lanes that it strikes, away from the role", () => {
    expect(under(650, 2, -20)).toEqual({ what: "fault", index: 0 });
    expect(under(650, 0, -20)).toMatchObject({ what: "role", node: 0 });
    expect(under(900, 0, -20)).toEqual({ what: "fault", index: 1 });
  });

  it("is a fault above the lanes, whomever it strikes, but not on the axis", () => {
    const { stage, layout } = laidOut(busy);
    expect(itemAt(stage, layout, layout.x(650), axisPx + 4)).toEqual({ what: "fault", index: 0 });
    expect(itemAt(stage, layout, layout.x(850), axisPx + 4)).toEqual({ what: "fault", index: 1 });
    expect(itemAt(stage, layout, layout.x(200), axisPx + 4)).toBeNull();
    expect(itemAt(stage, layout, layout.x(650), axisPx - 4)).toBeNull();
  });

  it("is a fault of a moment, a little beside it too", () => {
    const { stage, layout } = laidOut(
      aRun({ faults: [{ kind: "restart", label: "restart", fromMs: 500, untilMs: 500, nodes: [0] }] }),
    );
    const at = (atMs: number) => itemAt(stage, layout, layout.x(atMs), axisPx + 4);
    expect([494, 496, 504, 506].map((atMs) => at(atMs)?.what)).toEqual([
      undefined,
      "fault",
      "fault",
      undefined,
    ]);
  });

  it("is nothing on the names, and nothing below the lanes", () => {
    const { stage, layout } = laidOut(aRun());
    expect(itemAt(stage, layout, layout.gutterPx - 1, layout.y(0))).toBeNull();
    expect(itemAt(stage, layout, layout.gutterPx + 1, layout.y(0))).not.toBeNull();
    expect(itemAt(stage, layout, layout.x(500), layout.lanesPx + 3 * layout.lanePx + 1)).toBeNull();
  });
});
