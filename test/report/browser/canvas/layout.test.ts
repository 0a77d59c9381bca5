import { describe, expect, it } from "vitest";
import { axisPx, faultRowPx, layoutOf } from "../../../../src/report/browser/canvas/layout.js";
import { Viewport } from "../../../../src/report/browser/canvas/viewport.js";
import { Scene } from "../../../../src/report/browser/run/scene.js";
import { aRun } from "../support/a-run.js";

const fault = { kind: "cut", label: "cut", fromMs: 0, untilMs: null, nodes: [] };

/** A layout of 834 px: 34 for short names and 800 for 400 ms, from 200 ms on. */
function laidOut(run = aRun(), widthPx = 834) {
  const view = new Viewport(run.endMs);
  view.show(200, 600);
  return layoutOf(new Scene(run), view, widthPx);
}

describe("a layout", () => {
  it("lets time grow to the right, from the names to the edge", () => {
    const { x, gutterPx, widthPx } = laidOut();
    expect([x(200), x(300), x(600)]).toEqual([gutterPx, 234, widthPx]);
    expect(x(100)).toBeLessThan(gutterPx);
  });

  it("gives the time of a place: the inverse of the place of a time", () => {
    const { x, msAt } = laidOut();
    for (const atMs of [150, 200, 333, 600, 700]) expect(msAt(x(atMs))).toBeCloseTo(atMs, 9);
  });

  it("puts the lanes below each other in the order of the nodes, each node in the middle of its lane", () => {
    const { y, lanesPx, lanePx, heightPx } = laidOut();
    expect(y(0)).toBe(lanesPx + lanePx / 2);
    expect([y(1) - y(0), y(2) - y(1)]).toEqual([lanePx, lanePx]);
    expect(heightPx).toBeGreaterThanOrEqual(y(2) + lanePx / 2);
  });

  it.each([
    [0, 0],
    [1, 1],
    [3, 3],
    [4, 4],
    [9, 5],
  ])("leaves room above the lanes for the names of %i faults at a time: %i rows", (count, rows) => {
    const { faultRows, lanesPx } = laidOut(aRun({ faults: Array.from({ length: count }, () => fault) }));
    expect(faultRows).toBe(rows);
    expect(lanesPx).toBe(axisPx + rows * faultRowPx + 4);
  });

  it("has three rows for faults one after another, however many", () => {
    const faults = Array.from({ length: 9 }, (_, place) => ({
      ...fault,
      fromMs: place * 100,
      untilMs: place * 100 + 50,
    }));
    expect(laidOut(aRun({ faults })).faultRows).toBe(3);
  });

  it("makes room for what the scenario calls the nodes", () => {
    const parts = ["leader", "follower1", null];
    expect(laidOut(aRun({ parts })).gutterPx).toBe(10 + 9 * 6);
  });

  it.each([
    [3, 52],
    [5, 52],
    [6, 40],
    [9, 40],
    [10, 28],
  ])("gives %i nodes lanes of %i px", (count, lanePx) => {
    expect(laidOut(aRun({ nodes: Array.from({ length: count }, (_, node) => `n${node}`) })).lanePx).toBe(
      lanePx,
    );
  });

  it("makes room for the longest name, but no more than a quarter of the width", () => {
    const nodes = ["a", "replica-in-zone-b"];
    expect(laidOut(aRun({ nodes }), 1_000).gutterPx).toBe(14 + 17 * 8);
    expect(laidOut(aRun({ nodes }), 400).gutterPx).toBe(100);
    expect(laidOut(aRun({ nodes: ["a"] })).gutterPx).toBe(34);
  });
});
