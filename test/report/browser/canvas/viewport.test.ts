import { describe, expect, it } from "vitest";
import { Viewport } from "../../../../src/report/browser/canvas/viewport.js";

/** A run of a second, with this much of it in view. */
function showing(fromMs: number, untilMs: number): Viewport {
  const view = new Viewport(1_000);
  view.show(fromMs, untilMs);
  return view;
}

function spanOf({ fromMs, untilMs }: Viewport): number[] {
  return [fromMs, untilMs].map((ms) => Number(ms.toFixed(9)));
}

describe("a viewport", () => {
  it("shows the whole run at first", () => {
    expect(spanOf(new Viewport(1_000))).toEqual([0, 1_000]);
  });

  it.each([
    ["inside the run: as asked", 200, 300, [200, 300]],
    ["before its start: as long, from the start", -50, 50, [0, 100]],
    ["after its end: as long, up to the end", 950, 1_150, [800, 1_000]],
    ["longer than the run: the run", -500, 2_000, [0, 1_000]],
    ["nothing: the least there is", 500, 500, [500, 500.05]],
    ["backwards: the least there is", 500, 400, [500, 500.05]],
  ])("shows what is asked for %s", (_, fromMs, untilMs, shown) => {
    expect(spanOf(showing(fromMs, untilMs))).toEqual(shown);
  });

  it("zooms in to less time and out to more, about an instant that stays where it is", () => {
    const view = showing(200, 400);
    view.zoom(0.5, 250);
    expect(spanOf(view)).toEqual([225, 325]);
    view.zoom(2, 250);
    expect(spanOf(view)).toEqual([200, 400]);
  });

  it("zooms out to the run and no farther, in to 50 microseconds and no nearer", () => {
    const view = showing(200, 400);
    view.zoom(1e-9, 300);
    expect(view.lengthMs).toBeCloseTo(0.05, 9);
    expect(view.fromMs).toBeCloseTo(299.975, 6);
    view.zoom(1e9, 300);
    expect(spanOf(view)).toEqual([0, 1_000]);
  });

  it("pans to what is later for a positive number, and stops at the ends", () => {
    const view = showing(200, 400);
    view.pan(100);
    expect(spanOf(view)).toEqual([300, 500]);
    view.pan(-50);
    expect(spanOf(view)).toEqual([250, 450]);
    view.pan(-900);
    expect(spanOf(view)).toEqual([0, 200]);
    view.pan(9_000);
    expect(spanOf(view)).toEqual([800, 1_000]);
  });

  it("follows an instant that leaves it, with more ahead than behind, and stands still for one inside", () => {
    const view = showing(200, 400);
    for (const inside of [200, 300, 400]) {
      view.follow(inside);
      expect(spanOf(view)).toEqual([200, 400]);
    }
    view.follow(500);
    expect(spanOf(view)).toEqual([460, 660]);
    view.follow(300);
    expect(spanOf(view)).toEqual([140, 340]);
  });

  it("has room for a run of no length", () => {
    expect(new Viewport(0).lengthMs).toBe(0.05);
  });
});
