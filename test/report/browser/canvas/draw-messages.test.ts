import { describe, expect, it } from "vitest";
import {
  drawChosenMessage,
  drawMessages,
  drawnMessages,
  segmentOf,
} from "../../../../src/report/browser/canvas/draw-messages.js";
import { aRun, type Sent } from "../support/a-run.js";
import { laidOut, named } from "../support/a-stage.js";
import type { Drawn } from "../support/recording-context.js";

const request: Sent = { from: 0, to: 2, kind: "voteRequest", sentMs: 100, tookMs: 104 };

/** All that is drawn of these messages, with the layout they are drawn on. */
function arrowsOf(...sent: readonly Sent[]) {
  const { stage, layout, context } = laidOut(aRun({ sent }));
  stage.shown = "all";
  drawMessages(context.brush, stage, layout, named, drawnMessages(stage, layout).drawn);
  return { layout, drawn: context.drawn };
}

/** The line of a single message, and what is drawn at its end. */
function arrowOf(sent: Sent): { way: Drawn; end: Drawn } {
  const [way, end, ...others] = arrowsOf(sent).drawn;
  if (way === undefined || end === undefined || others.length > 0)
    throw new Error("one arrow is two strokes");
  return { way, end };
}

describe("the arrow of a message", () => {
  it("goes from its sender when it was sent to its receiver when it arrived", () => {
    const { layout, drawn } = arrowsOf(request);
    expect(drawn[0]?.lines).toEqual([
      { x1: layout.x(100), y1: layout.y(0), x2: layout.x(204), y2: layout.y(2) },
    ]);
  });

  it("goes on to the end of the run where the message was still under way", () => {
    const { layout, drawn } = arrowsOf({ from: 0, to: 2, kind: "voteRequest", sentMs: 100 });
    expect(drawn[0]?.lines[0]).toMatchObject({ x2: layout.x(1_000), y2: layout.y(2) });
  });

  it.each([
    ["heartbeat", "heartbeat", 1],
    ["heartbeatReply", "heartbeat", 1],
    ["preVoteRequest", "pre-vote", 1.6],
    ["preVoteReply", "pre-vote", 1.6],
    ["voteRequest", "vote", 1.6],
    ["voteReply", "vote", 1.6],
    ["timeoutNow", "accent", 1.6],
    ["leaderNotice", "accent", 1.6],
  ] as const)("of a %s has the colour %s and is %d px wide", (kind, colour, lineWidth) => {
    const { way, end } = arrowOf({ ...request, kind });
    expect(way).toMatchObject({ what: "stroke", colour, lineWidth });
    expect(end.colour).toBe(colour);
  });

  it("is whole and has a filled head at its receiver where it arrived", () => {
    const { layout, drawn } = arrowsOf(request);
    const [way, end] = drawn as [Drawn, Drawn];
    expect(way.dash).toEqual([]);
    expect(end.what).toBe("fill");
    const [side, base] = end.lines as [Drawn["lines"][0], Drawn["lines"][0]];
    // The tip is where the message arrives; the base is 8 px back on its way, 7 px wide.
    expect([side.x1, side.y1]).toEqual([layout.x(204), layout.y(2)]);
    const middle = { x: (side.x2 + base.x2) / 2, y: (side.y2 + base.y2) / 2 };
    expect(Math.hypot(base.x2 - side.x2, base.y2 - side.y2)).toBeCloseTo(7, 6);
    const along = 1 - 8 / Math.hypot(104, 104);
    expect(middle.x).toBeCloseTo(layout.x(100) + 104 * along, 6);
    expect(middle.y).toBeCloseTo(layout.y(0) + 104 * along, 6);
  });

  it("says yes by arriving like any other", () => {
    const { way, end } = arrowOf({ ...request, kind: "voteReply", says: "yes" });
    expect([way.colour, way.dash, end.what]).toEqual(["vote", [], "fill"]);
  });

  it.each(["heartbeatReply", "preVoteReply", "voteReply"] as const)(
    "of a %s that refuses is dashed, in the colour of refusals, with a crossed ring at its receiver",
    (kind) => {
      const { layout, drawn } = arrowsOf({ ...request, kind, says: "voteHold" });
      const [way, end] = drawn as [Drawn, Drawn];
      expect(way).toMatchObject({ what: "stroke", colour: "refused", dash: [6, 3] });
      expect(end).toMatchObject({ what: "stroke", colour: "refused", dash: [] });
      const [ring, ...others] = end.arcs;
      expect(others).toEqual([]);
      expect(ring?.radius).toBe(4);
      // It touches the end of the way from inside.
      expect(Math.hypot(layout.x(204) - (ring?.x ?? 0), layout.y(2) - (ring?.y ?? 0))).toBeCloseTo(4, 6);
      expect(ring?.x).toBeLessThan(layout.x(204));
      expect(end.lines).toHaveLength(1);
    },
  );

  it("is dotted in the colour of its kind, with a cross where it was lost", () => {
    const { layout, drawn } = arrowsOf({ ...request, lost: "closed" });
    const [way, end] = drawn as [Drawn, Drawn];
    expect(way).toMatchObject({ what: "stroke", colour: "vote", dash: [2, 3] });
    expect(end).toMatchObject({ what: "stroke", colour: "vote", dash: [], arcs: [] });
    const [x, y] = [layout.x(204), layout.y(2)];
    expect(end.lines).toEqual([
      { x1: x - 3, y1: y - 3, x2: x + 3, y2: y + 3 },
      { x1: x - 3, y1: y + 3, x2: x + 3, y2: y - 3 },
    ]);
  });

  it("that refuses and was lost is lost, in the colour of refusals", () => {
    const { way, end } = arrowOf({ ...request, kind: "voteReply", says: "voteHold", lost: "loss" });
    expect([way.dash, way.colour, end.arcs.length, end.lines.length]).toEqual([[2, 3], "refused", 0, 2]);
  });

  it.each([
    [0, 2, 1],
    [2, 0, -1],
  ])(
    "from node %i to %i that was lost as it was sent goes a short way towards its receiver",
    (from, to, sign) => {
      const { stage, layout } = laidOut(aRun({ sent: [{ ...request, from, to, tookMs: 0, lost: "cut" }] }));
      expect(segmentOf(stage, layout, 0)).toEqual({
        x1: layout.x(100),
        y1: layout.y(from),
        x2: layout.x(100) + 7,
        y2: layout.y(from) + sign * 0.42 * layout.lanePx,
      });
    },
  );

  it("that arrived at once is drawn all the way", () => {
    const { stage, layout } = laidOut(aRun({ sent: [{ ...request, tookMs: 0 }] }));
    expect(segmentOf(stage, layout, 0)).toMatchObject({ x2: layout.x(100), y2: layout.y(2) });
  });

  it("stands out, wide and see-through, where it is chosen", () => {
    const { stage, layout, context } = laidOut(aRun({ sent: [request] }));
    drawChosenMessage(context.brush, stage, layout, named, 0);
    expect(context.drawn).toMatchObject([
      { what: "stroke", colour: "accent", lineWidth: 4, alpha: 0.6, lines: [segmentOf(stage, layout, 0)] },
    ]);
    expect(context.globalAlpha).toBe(1);
  });
});

describe("several messages", () => {
  it("are drawn each with the fate that is its own", () => {
    const { layout, drawn } = arrowsOf(
      request,
      { ...request, to: 1, lost: "closed" },
      { ...request, kind: "voteReply", from: 1, to: 0, says: "alreadyVoted" },
      { ...request, to: 1, sentMs: 300 },
    );
    const ways = drawn.filter(
      ({ what, arcs, lines }) =>
        what === "stroke" && arcs.length === 0 && lines.every(({ y1, y2 }) => Math.abs(y2 - y1) > 20),
    );
    expect(ways.map(({ colour, dash, lines }) => [colour, dash.length, lines.length])).toEqual([
      ["vote", 0, 2],
      ["vote", 2, 1],
      ["refused", 2, 1],
    ]);
    expect(ways[1]?.lines[0]?.y2).toBe(layout.y(1));
  });

  it("lose their heads where there are too many to tell apart", () => {
    const many = (count: number) =>
      arrowsOf(...Array.from({ length: count }, (_, index) => ({ ...request, sentMs: index / 2 }))).drawn;
    expect(many(1_499).map(({ what }) => what)).toEqual(["stroke", "fill"]);
    expect(many(1_500).map(({ what }) => what)).toEqual(["stroke"]);
  });
});

describe("the messages that are drawn", () => {
  const heartbeat: Sent = { from: 0, to: 1, kind: "heartbeat", sentMs: 100, tookMs: 50 };
  const run = aRun({
    sent: [heartbeat, request, { ...request, sentMs: 500 }, { ...request, sentMs: 800, tookMs: 10 }],
  });

  it("are those of elections, or all, or none", () => {
    const { stage, layout } = laidOut(run);
    expect(drawnMessages(stage, layout)).toEqual({ drawn: [1, 2, 3], outOf: 3 });
    stage.shown = "all";
    expect(drawnMessages(stage, layout)).toEqual({ drawn: [0, 1, 2, 3], outOf: 4 });
    stage.shown = "none";
    expect(drawnMessages(stage, layout)).toEqual({ drawn: [], outOf: 0 });
  });

  it("are those on their way at some time in view", () => {
    const { stage, layout } = laidOut(run);
    stage.view.show(204, 500);
    expect(drawnMessages(stage, layout).drawn).toEqual([1, 2]);
    stage.view.show(205, 499);
    expect(drawnMessages(stage, layout).drawn).toEqual([]);
  });

  it("are thinned out where they are too many, a link and a fate at a time, and their number is told", () => {
    const flood = Array.from(
      { length: 7_000 },
      (_, index): Sent => ({ ...request, sentMs: index / 10, tookMs: 1 }),
    );
    const others: Sent[] = [
      { ...request, sentMs: 700, from: 2, to: 1 },
      { ...request, sentMs: 700, lost: "loss" },
      { ...request, sentMs: 700, kind: "voteReply", says: "voteHold" },
    ];
    const { stage, layout } = laidOut(aRun({ sent: [...flood, ...others] }));
    const { drawn, outOf } = drawnMessages(stage, layout);
    expect(outOf).toBe(7_003);
    // What is alone on its link or in its fate is never left out.
    expect(drawn.slice(-3)).toEqual([7_000, 7_001, 7_002]);
    expect(drawn.length).toBeLessThan(6_000);
    // About one for every three pixels: nine links, two of them in a column of 3.1 px.
    expect(drawn.length).toBeGreaterThan(200);
    expect(drawn.length).toBeLessThan(260);
  });
});
