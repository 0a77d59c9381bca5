import { describe, expect, it } from "vitest";
import { player } from "../../../../src/report/browser/run/player.js";
import type { Recording } from "../../../../src/report/recording/run-data.js";
import { aRun } from "../support/a-run.js";
import { staged } from "../support/a-stage.js";
import { the } from "../support/browser-page.js";

/** The controls over a run of twelve seconds, all of it in view. */
function controlling(given: Partial<Recording> = {}) {
  const { page, stage } = staged(aRun({ endMs: 12_000, ...given }));
  const controls = player(stage);
  page.document.body.append(controls.bar);
  page.frame();
  const pick = (id: string, value: string) => {
    const select = the<HTMLSelectElement>(controls.bar, `#${id}`);
    select.value = value;
    page.send(select, "change");
  };
  const press = (id: string) => the(controls.bar, `#${id}`).click();
  return { page, stage, ...controls, pick, press, play: the(controls.bar, "#play") };
}

describe("playing a run", () => {
  it("takes twelve seconds for what is in view", () => {
    expect(the<HTMLSelectElement>(controlling().bar, "#speed").value).toBe("1");
    expect(the<HTMLSelectElement>(controlling({ endMs: 3_000 }).bar, "#speed").value).toBe("0.25");
    expect(the<HTMLSelectElement>(controlling({ endMs: 1 }).bar, "#speed").value).toBe("0.001");
  });

  it("moves the instant by the time between frames, times the speed", () => {
    const { page, stage, toggle, pick } = controlling();
    toggle();
    page.frame(1_000);
    expect(stage.atMs).toBe(0);
    page.frame(1_100);
    expect(stage.atMs).toBe(100);
    pick("speed", "5");
    page.frame(1_200);
    expect(stage.atMs).toBe(600);
  });

  it("stands still while it is paused, and goes on from there", () => {
    const { page, stage, play, toggle } = controlling();
    toggle();
    expect([play.textContent, play.getAttribute("aria-label")]).toEqual(["❚❚", "Pause"]);
    page.frame(0);
    page.frame(50);
    play.click();
    expect([play.textContent, play.getAttribute("aria-label")]).toEqual(["▶", "Play"]);
    page.frame(500);
    expect(stage.atMs).toBe(50);
    toggle();
    page.frame(5_000);
    page.frame(5_010);
    expect(stage.atMs).toBe(60);
  });

  it("ends at the end of the run, and begins again from its start", () => {
    const { page, stage, play, toggle } = controlling();
    stage.moveTo(11_990);
    toggle();
    page.frame(0);
    page.frame(100);
    expect([stage.atMs, play.getAttribute("aria-label")]).toEqual([12_000, "Play"]);
    toggle();
    expect(stage.atMs).toBe(0);
  });

  it("ends when another run is shown", () => {
    const { page, stage, toggle } = controlling();
    toggle();
    page.frame(0);
    stage.close();
    page.frame(100);
    expect(stage.atMs).toBe(0);
    expect(page.frame(200)).toBe(0);
  });
});

describe("the controls of a run", () => {
  it("show the instant, counted from the first fault, and move it", () => {
    const { page, stage, bar } = controlling({ beganMs: 2_000 });
    const slider = the<HTMLInputElement>(bar, "#scrub");
    expect([slider.min, slider.max]).toEqual(["0", "12000"]);
    stage.moveTo(4_500);
    page.frame();
    expect(the(bar, "#now").textContent).toBe("2.500 s");
    expect([slider.value, slider.getAttribute("aria-valuetext")]).toEqual(["4500", "2.500 s"]);
    slider.value = "1500";
    page.send(slider, "input");
    page.frame();
    expect(stage.atMs).toBe(1_500);
    expect(the(bar, "#now").textContent).toBe("-0.500 s");
  });

  it("zoom in and out about the instant, or about the middle where the instant is not in view", () => {
    const { stage, press } = controlling();
    const view = () => [stage.view.fromMs, stage.view.untilMs].map(Math.round);
    stage.moveTo(3_000);
    press("closer");
    expect(view()).toEqual([1_125, 8_625]);
    press("farther");
    expect(view()).toEqual([0, 12_000]);
    stage.view.show(8_000, 9_600);
    press("closer");
    expect(view()).toEqual([8_300, 9_300]);
  });

  it("show the first fault, and the whole run", () => {
    const { stage, press } = controlling({ beganMs: 2_000, recoveredMs: 4_000 });
    press("matters");
    expect([stage.view.fromMs, stage.view.untilMs].map(Math.round)).toEqual([1_700, 4_700]);
    press("whole");
    expect([stage.view.fromMs, stage.view.untilMs]).toEqual([0, 12_000]);
  });

  it("choose which messages are drawn, by hand and in turn", () => {
    const { stage, bar, pick, cycleMessages } = controlling();
    const select = the<HTMLSelectElement>(bar, "#messages");
    expect([stage.shown, select.value]).toEqual(["elections", "elections"]);
    pick("messages", "none");
    expect(stage.shown).toBe("none");
    const turns = [1, 2, 3].map(() => {
      cycleMessages();
      return [stage.shown, select.value];
    });
    expect(turns).toEqual([
      ["elections", "elections"],
      ["all", "all"],
      ["none", "none"],
    ]);
  });
});
