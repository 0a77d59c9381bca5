import { describe, expect, it } from "vitest";
import { layoutOf } from "../../../../src/report/browser/canvas/layout.js";
import { spaceTime } from "../../../../src/report/browser/canvas/space-time.js";
import type { Recording } from "../../../../src/report/recording/run-data.js";
import { aRun, type Sent } from "../support/a-run.js";
import { staged } from "../support/a-stage.js";
import { sized, textsOf, the } from "../support/browser-page.js";

const style = ":root { --accent: #00aa00; --ground: #ffffff; --vote: #aa0000; --text: #111111 }";
const request: Sent = { from: 0, to: 1, kind: "voteRequest", sentMs: 200, tookMs: 100, term: 3 };

/** The diagram of a run, 1,034 px wide, so that with the whole run in view a millisecond is a pixel. */
function diagramOf(recording: Recording, widthPx = 1_034) {
  const { page, stage } = staged(recording, style);
  const root = spaceTime(stage);
  page.document.body.append(root);
  sized(the(root, ".diagram"), { clientWidth: widthPx });
  const canvas = the<HTMLCanvasElement>(root, "canvas");
  const { context } = page;
  const redraw = () => {
    context.drawn = [];
    page.frame();
    return context.drawn;
  };
  const layout = () => layoutOf(stage.scene, stage.view, widthPx);
  redraw();
  return {
    page,
    stage,
    root,
    canvas,
    redraw,
    layout,
    hint: the(root, ".hint"),
    point: (type: string, atMs: number, y: number, fields: Readonly<Record<string, unknown>> = {}) =>
      page.send(canvas, type, { clientX: layout().x(atMs), clientY: y, pointerId: 1, ...fields }),
  };
}

function viewOf({ view }: { view: { fromMs: number; untilMs: number } }): number[] {
  return [view.fromMs, view.untilMs].map(Math.round);
}

describe("the diagram", () => {
  it("is drawn on its ground from the bottom up: lanes, messages, instant, names", () => {
    const { stage, layout, redraw } = diagramOf(aRun({ sent: [request] }));
    stage.moveTo(500);
    const drawn = redraw();
    expect(drawn[0]).toMatchObject({
      what: "fillRect",
      colour: "#ffffff",
      box: { x: 0, y: 0, width: 1_034, height: layout().heightPx },
    });
    const placeOf = (find: (typeof drawn)[0]) => drawn.indexOf(find);
    const arrow = drawn.find(({ colour, what }) => colour === "#aa0000" && what === "stroke");
    const instant = drawn.find(({ colour, what }) => colour === "#00aa00" && what === "stroke");
    const name = drawn.find(({ text }) => text === "n1");
    expect(placeOf(arrow as never)).toBeGreaterThan(0);
    expect(placeOf(instant as never)).toBeGreaterThan(placeOf(arrow as never));
    expect(placeOf(name as never)).toBeGreaterThan(placeOf(instant as never));
  });

  it("has a line through the chosen instant, with a mark at its top", () => {
    const { stage, layout, redraw } = diagramOf(aRun());
    stage.moveTo(500);
    const [line, mark, time, ...others] = redraw().filter(({ colour }) => colour === "#00aa00");
    const x = layout().x(500);
    expect(line).toMatchObject({
      what: "stroke",
      lineWidth: 2,
      lines: [{ x1: x, y1: 0, x2: x, y2: layout().heightPx - 3 }],
    });
    expect(mark).toMatchObject({
      what: "fill",
      lines: [
        { x1: x - 6, x2: x + 6 },
        { x2: x, y2: 9 },
      ],
    });
    // Below all lanes, where it hides nothing.
    expect(time).toMatchObject({ text: "0.500 s", box: { x: x + 6 } });
    expect(time?.box.y).toBeGreaterThan(layout().heightPx - 18);
    expect(others).toEqual([]);
  });

  it("has no line for an instant that is not in view", () => {
    const { stage, redraw } = diagramOf(aRun());
    stage.moveTo(500);
    for (const [fromMs, untilMs] of [
      [600, 800],
      [200, 400],
    ] as const) {
      stage.view.show(fromMs, untilMs);
      stage.touch();
      expect(redraw().filter(({ colour }) => colour === "#00aa00")).toEqual([]);
    }
  });

  it("makes what is selected stand out: a message, or the name of a node", () => {
    const { stage, redraw } = diagramOf(aRun({ sent: [request] }));
    stage.select({ what: "message", index: 0 });
    expect(redraw().filter(({ colour, lineWidth }) => colour === "#00aa00" && lineWidth === 4)).toHaveLength(
      1,
    );
    stage.select({ what: "role", node: 2, index: 0 });
    expect(
      redraw().filter(({ colour, text }) => colour === "#00aa00" && text !== "" && !text.endsWith(" s")),
    ).toMatchObject([{ text: "n3" }]);
  });

  it("is as sharp as the screen, up to twice, and as high as its lanes", () => {
    const { stage, page, canvas, redraw, layout } = diagramOf(aRun());
    for (const [ratio, scale] of [
      [1, 1],
      [1.5, 1.5],
      [3, 2],
    ] as const) {
      Object.defineProperty(page.document.defaultView, "devicePixelRatio", {
        value: ratio,
        configurable: true,
      });
      stage.touch();
      expect(redraw()[0]?.scale).toBe(scale);
      expect([canvas.width, canvas.height]).toEqual([1_034 * scale, Math.round(layout().heightPx * scale)]);
      expect(canvas.style.height).toBe(`${layout().heightPx}px`);
    }
    Object.defineProperty(page.document.defaultView, "devicePixelRatio", { value: 1, configurable: true });
  });

  it("says how many messages it leaves out, and nothing where it draws them all", () => {
    const flood = Array.from({ length: 6_001 }, (_, index) => ({ ...request, sentMs: index / 10 }));
    const { root, stage, redraw } = diagramOf(aRun({ sent: flood }));
    expect(the(root, "#thinned").textContent).toMatch(/^\d+ of 6001 messages in view are drawn\./);
    stage.view.show(0, 100);
    stage.touch();
    redraw();
    expect(the(root, "#thinned").textContent).toBe("");
  });

  it("is drawn anew for another size and in other colours when the page turns dark", () => {
    const { page, redraw } = diagramOf(aRun());
    page.resized();
    expect(redraw().length).toBeGreaterThan(0);
    the(page.document, "style").textContent = ":root { --ground: #000000 }";
    page.schemeChanged();
    expect(redraw()[0]?.colour).toBe("#000000");
  });
});

describe("a pointer on the diagram", () => {
  it("that clicks moves the instant and selects what is there", () => {
    const { stage, layout, point } = diagramOf(aRun({ sent: [request] }));
    const y = (layout().y(0) + layout().y(1)) / 2;
    point("pointerdown", 250, y);
    point("pointerup", 250, y);
    expect(stage.atMs).toBeCloseTo(250, 6);
    expect(stage.selected).toEqual({ what: "message", index: 0 });
  });

  it("that clicks a name does nothing", () => {
    const { stage, page, canvas } = diagramOf(aRun());
    stage.moveTo(300);
    for (const type of ["pointerdown", "pointerup"])
      page.send(canvas, type, { clientX: 5, clientY: 60, pointerId: 1 });
    expect([stage.atMs, stage.selected]).toEqual([300, null]);
  });

  it("that drags pulls the time along, and selects nothing", () => {
    const { stage, point, layout } = diagramOf(aRun());
    stage.view.show(400, 600);
    const y = layout().y(0);
    const before = layout();
    point("pointerdown", 500, y, { clientX: before.x(500) });
    point("pointermove", 500, y, { clientX: before.x(450) });
    expect(viewOf(stage)).toEqual([450, 650]);
    point("pointerup", 500, y, { clientX: before.x(450) });
    expect([stage.atMs, stage.selected]).toEqual([0, null]);
    // No longer held: moving shows what is there.
    point("pointermove", 500, y, { clientX: before.x(500) });
    expect(viewOf(stage)).toEqual([450, 650]);
  });

  it("that trembles does not drag", () => {
    const { stage, point, layout } = diagramOf(aRun());
    stage.view.show(400, 600);
    const y = layout().y(0);
    point("pointerdown", 500, y, { clientX: 500 });
    point("pointermove", 500, y, { clientX: 503 });
    expect(viewOf(stage)).toEqual([400, 600]);
    point("pointercancel", 500, y);
    point("pointermove", 500, y, { clientX: 300 });
    expect(viewOf(stage)).toEqual([400, 600]);
  });

  it("that turns its wheel zooms about what is under it: up is nearer", () => {
    const { stage, point, layout, redraw } = diagramOf(aRun());
    const wheel = (fields: Readonly<Record<string, unknown>>) => {
      const event = point("wheel", 500, layout().y(0), { deltaX: 0, deltaY: 0, ...fields });
      expect(event.defaultPrevented).toBe(true);
      redraw();
    };
    wheel({ deltaY: -500 });
    const nearer = stage.view.lengthMs;
    expect(nearer).toBeCloseTo(1_000 * 1.0015 ** -500, 6);
    expect(stage.view.fromMs + nearer / 2).toBeCloseTo(500, 6);
    wheel({ deltaY: 200 });
    expect(stage.view.lengthMs).toBeGreaterThan(nearer);
  });

  it("that turns its wheel sideways, or with Shift, pans: to the right is later", () => {
    const { stage, point, layout, redraw } = diagramOf(aRun());
    stage.view.show(400, 600);
    stage.touch();
    redraw();
    const y = layout().y(0);
    point("wheel", 500, y, { deltaX: 100, deltaY: 10 });
    expect(viewOf(stage)).toEqual([420, 620]);
    point("wheel", 500, y, { deltaX: 0, deltaY: 100, shiftKey: true });
    expect(viewOf(stage)).toEqual([440, 640]);
    point("wheel", 500, y, { deltaX: -200, deltaY: 0 });
    expect(viewOf(stage)).toEqual([400, 600]);
  });

  it("that hovers tells what is under it and when that is, beside it and inside the diagram", () => {
    const { hint, point, layout } = diagramOf(aRun({ beganMs: 100, sent: [request] }));
    const y = (layout().y(0) + layout().y(1)) / 2;
    point("pointermove", 250, y);
    expect(hint.hidden).toBe(false);
    expect(the(hint, "strong").textContent).toBe("n1 → n2 vote request, term 3");
    expect(textsOf(hint, "span")).toEqual(["sent at 0.100 s, arrived after 100 ms", "here: 0.150 s"]);
    expect([hint.style.left, hint.style.right, hint.style.top]).toEqual([
      `${layout().x(250) + 14}px`,
      "",
      `${y + 16}px`,
    ]);
    point("pointermove", 900, layout().y(0));
    expect([hint.style.left, hint.style.right]).toEqual(["", `${1_034 - layout().x(900) + 14}px`]);
    point("pointermove", 500, 1);
    expect(hint.hidden).toBe(true);
    point("pointermove", 250, y);
    point("pointerleave", 250, y);
    expect(hint.hidden).toBe(true);
  });
});
