import { describe, expect, it } from "vitest";
import { drawLabels } from "../../../../src/report/browser/canvas/draw-labels.js";
import { bandPx } from "../../../../src/report/browser/canvas/draw-lanes.js";
import { drawnMessages, segmentOf } from "../../../../src/report/browser/canvas/draw-messages.js";
import { FreePlaces } from "../../../../src/report/browser/canvas/free-places.js";
import { layoutOf } from "../../../../src/report/browser/canvas/layout.js";
import type { Recording } from "../../../../src/report/recording/run-data.js";
import { aRun, electing, type Sent } from "../support/a-run.js";
import { laidOut, named } from "../support/a-stage.js";

/** The labels of a run of a second, a pixel a millisecond, or of what is in view of it; all messages are drawn. */
function labelsOf(recording: Recording, view?: readonly [fromMs: number, untilMs: number]) {
  const { stage, layout: whole, context } = laidOut(recording);
  stage.shown = "all";
  if (view !== undefined) stage.view.show(...view);
  const layout = layoutOf(stage.scene, stage.view, whole.widthPx);
  const { drawn } = drawnMessages(stage, layout);
  drawLabels(context.brush, stage, layout, named, drawn);
  const texts = context.drawn.filter(({ text }) => text !== "");
  return {
    stage,
    layout,
    drawn: context.drawn,
    texts,
    segments: drawn.map((index) => segmentOf(stage, layout, index)),
  };
}

describe("the label of a role", () => {
  it("is its letter and its term, on a ground on which they can be read", () => {
    const { layout, drawn, texts } = labelsOf(electing);
    expect(
      texts.filter(({ box }) => box.y === layout.y(0) + 0.5).map(({ text, colour }) => [text, colour]),
    ).toEqual([
      ["F t1", "muted"],
      ["P t2", "on a role"],
      ["C t3", "on a role"],
      ["L t3", "on a role"],
      ["x t3", "down"],
    ]);
    const place = drawn.findIndex(({ text }) => text === "L t3");
    expect(drawn[place]).toMatchObject({ align: "left", box: { x: layout.x(300) + 5 } });
    expect(drawn[place - 1]).toMatchObject({ what: "fillRect", colour: "leader" });
  });

  it("is its letter alone where it is narrow, and nothing where it is narrower", () => {
    const { texts } = labelsOf(
      aRun({
        turns: [
          [
            [0, "leader"],
            [34, "candidate"],
            [48, "leader"],
            [61, "down"],
          ],
        ],
      }),
    );
    expect(texts.map(({ text }) => text).filter((text) => /^[LCx]/.test(text))).toEqual(["L", "C", "x t1"]);
  });

  it("hides no message: it stands behind those at its beginning, and nowhere where there is no room", () => {
    const sent: Sent[] = [5, 40, 46].map((sentMs) => ({
      from: 0,
      to: 2,
      kind: "heartbeat",
      sentMs,
      tookMs: 10,
    }));
    const crowd: Sent[] = Array.from({ length: 90 }, (_, place) => ({
      from: 0,
      to: 1,
      kind: "heartbeat",
      sentMs: 100 + place * 10,
      tookMs: 5,
    }));
    const { layout, texts, segments } = labelsOf(aRun({ sent: [...sent, ...crowd] }));
    const inLane = (node: number) => texts.filter(({ box }) => box.y === layout.y(node) + 0.5);
    // Before the third message there is no room for it; after the third there is, up to the crowd.
    const [first, ...others] = inLane(0);
    expect(others).toEqual([]);
    expect(first?.box.x).toBeGreaterThan(layout.x(46));
    expect(first?.box.x).toBeLessThan(layout.x(100));
    for (const { text, box } of texts)
      for (const { x1, y1, x2, y2 } of segments)
        for (const share of Array.from({ length: 51 }, (_, step) => step / 50)) {
          const [x, y] = [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
          const isInside = x > box.x && x < box.x + 6 * text.length && Math.abs(y - box.y) < bandPx / 2;
          expect(isInside, `${text} at ${box.x} hides a message`).toBe(false);
        }
    const allTaken = Array.from(
      { length: 100 },
      (_, place): Sent => ({ ...(sent[0] as Sent), sentMs: place * 10 }),
    );
    expect(labelsOf(aRun({ sent: allTaken })).texts.filter(({ box }) => box.y === layout.y(0) + 0.5)).toEqual(
      [],
    );
  });
});

describe("the label of a pause", () => {
  const run = aRun({ pauses: [{ node: 2, fromMs: 300, untilMs: 450 }] });
  const paused = (recording: Recording, view?: readonly [number, number]) =>
    labelsOf(recording, view).texts.filter(({ text }) => text === "z paused");

  it("stands above the role of its node, at the beginning", () => {
    const { layout } = labelsOf(run);
    expect(paused(run)).toMatchObject([
      { colour: "text", box: { x: layout.x(300) + 3, y: layout.y(2) - bandPx / 2 - 10 } },
    ]);
  });

  it("is left out where it is too narrow for it, or not in view", () => {
    expect(paused(aRun({ pauses: [{ node: 2, fromMs: 300, untilMs: 340 }] }))).toEqual([]);
    expect(paused(run, [460, 600])).toEqual([]);
    expect(paused(run, [100, 290])).toEqual([]);
  });
});

describe("free places", () => {
  it("are what no line crosses in a strip, the leftmost first, and each is given once", () => {
    const places = new FreePlaces([50, 150], 200, 10);
    places.take({ x1: 100, y1: 0, x2: 100, y2: 100 }, 5);
    expect(places.put(0, 80, 200, 30)).toBe(106);
    expect(places.put(0, 80, 200, 30)).toBe(136);
    expect(places.put(0, 80, 160, 30)).toBeNull();
    // The line ends above the second strip.
    expect(places.put(1, 80, 200, 30)).toBe(80);
  });

  it("are taken from where a slanted line enters a strip to where it leaves it", () => {
    const places = new FreePlaces([100], 300, 10);
    places.take({ x1: 0, y1: 0, x2: 200, y2: 200 }, 0);
    expect(places.put(0, 0, 300, 90)).toBe(0);
    expect(places.put(0, 80, 300, 50)).toBe(111);
  });
});
