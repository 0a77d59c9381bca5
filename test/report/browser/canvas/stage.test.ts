import { describe, expect, it } from "vitest";
import { Stage } from "../../../../src/report/browser/canvas/stage.js";
import { Scene } from "../../../../src/report/browser/run/scene.js";
import type { Recording } from "../../../../src/report/recording/run-data.js";
import { aRun } from "../support/a-run.js";
import { staged } from "../support/a-stage.js";
import { openPage } from "../support/browser-page.js";

/** A stage as it is when its page opens. */
function opened(given: Partial<Pick<Recording, "beganMs" | "recoveredMs">>): Stage {
  openPage();
  return new Stage(new Scene(aRun({ endMs: 20_000, ...given })));
}

function viewOf({ view }: Stage): number[] {
  return [view.fromMs, view.untilMs].map(Math.round);
}

describe("a stage", () => {
  it("begins at the first fault, with the time in view until somebody leads again, and some around", () => {
    const stage = opened({ beganMs: 5_000, recoveredMs: 7_000 });
    expect(stage.atMs).toBe(5_000);
    expect(viewOf(stage)).toEqual([4_700, 7_700]);
  });

  it("shows five seconds after the fault, or what is left of the run, where nobody leads again", () => {
    expect(viewOf(opened({ beganMs: 5_000 }))).toEqual([4_250, 11_750]);
    expect(viewOf(opened({ beganMs: 18_000 }))).toEqual([17_000, 20_000]);
  });

  it("begins at the start of a run without a fault", () => {
    const stage = opened({});
    expect(stage.atMs).toBe(0);
    expect(viewOf(stage)).toEqual([0, 7_500]);
  });

  it("keeps the instant within the run, and brings it into view", () => {
    const { stage } = staged(aRun());
    stage.view.show(0, 100);
    stage.moveTo(5_000);
    expect(stage.atMs).toBe(1_000);
    expect(viewOf(stage)).toEqual([900, 1_000]);
    stage.moveTo(-1);
    expect(stage.atMs).toBe(0);
    expect(viewOf(stage)).toEqual([0, 100]);
  });

  it("tells its listeners once a frame, however much changed, and no more once it is closed", () => {
    const { stage, page } = staged(aRun());
    page.frame();
    let told = 0;
    stage.onChange(() => told++);
    stage.moveTo(10);
    stage.select({ what: "timer", index: 0 });
    expect(told).toBe(0);
    expect(page.frame()).toBe(1);
    expect(told).toBe(1);
    expect(page.frame()).toBe(0);
    stage.touch();
    stage.close();
    page.frame();
    stage.touch();
    expect(page.frame()).toBe(0);
    expect(told).toBe(1);
    expect(stage.isClosed).toBe(true);
  });
});
