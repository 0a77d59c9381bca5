import { describe, expect, it } from "vitest";
import { bandPx, drawLanes, drawNames } from "../../../../src/report/browser/canvas/draw-lanes.js";
import {
  axisPx,
  faultRowPx,
  instantPx,
  type Layout,
  layoutOf,
} from "../../../../src/report/browser/canvas/layout.js";
import type { Recording } from "../../../../src/report/recording/run-data.js";
import { aRun, electing } from "../support/a-run.js";
import { laidOut, named } from "../support/a-stage.js";
import type { Drawn } from "../support/recording-context.js";

interface Lanes {
  readonly layout: Layout;
  readonly drawn: readonly Drawn[];
  /** All that is drawn of a kind in a colour. */
  of(what: Drawn["what"], colour: string): Drawn[];
  texts(colour?: string): string[];
}

/** The lanes of a run of a second, a pixel a millisecond, or of what is in view of it. */
function lanesOf(recording: Recording, view?: readonly [fromMs: number, untilMs: number]): Lanes {
  const { stage, layout: whole, context } = laidOut(recording);
  if (view !== undefined) stage.view.show(...view);
  const layout = layoutOf(stage.scene, stage.view, whole.widthPx);
  drawLanes(context.brush, stage, layout, named);
  const { drawn } = context;
  return {
    layout,
    drawn,
    of: (what, colour) => drawn.filter((one) => one.what === what && one.colour === colour),
    texts: (colour) =>
      drawn.filter((one) => one.text !== "" && one.colour === (colour ?? one.colour)).map(({ text }) => text),
  };
}

describe("the band of a role", () => {
  const lanes = (...view: [number, number] | []) => lanesOf(electing, view.length === 0 ? undefined : view);

  it.each([
    ["leader", 300, 600],
    ["candidate", 200, 300],
    ["pre-candidate", 100, 200],
  ])("fills the lane of its node in the colour of a %s, from %i to %i ms", (colour, fromMs, untilMs) => {
    const { layout, of } = lanes();
    expect(of("fillRect", colour)[0]?.box).toEqual({
      x: layout.x(fromMs),
      y: layout.y(0) - bandPx / 2,
      width: untilMs - fromMs,
      height: bandPx,
    });
  });

  it("is thin for a follower, in the middle of its lane", () => {
    const { layout, of } = lanes();
    expect(of("fillRect", "follower").map(({ box }) => box)).toEqual([
      { x: layout.x(0), y: layout.y(0) - 3, width: 100, height: 6 },
      { x: layout.x(0), y: layout.y(1) - 3, width: 1_000, height: 6 },
      { x: layout.x(0), y: layout.y(2) - 3, width: 1_000, height: 6 },
    ]);
  });

  it("is a dashed line for a node that is down", () => {
    const { layout, of } = lanes();
    const y = layout.y(0);
    expect(of("fillRect", "down")).toEqual([]);
    expect(of("stroke", "down")).toMatchObject([
      { dash: [3, 4], lines: [{ x1: layout.x(600), y1: y, x2: layout.x(1_000), y2: y }] },
    ]);
  });

  it("is hatched within its edges for who campaigns, twice as dense for a candidate as for a pre-candidate", () => {
    const { layout, of } = lanes();
    const [sparse, dense, ...others] = of("stroke", "on a role");
    expect(others).toEqual([]);
    const stepOf = (one?: Drawn) => (one?.lines[1]?.x1 ?? 0) - (one?.lines[0]?.x1 ?? 0);
    expect([stepOf(sparse), stepOf(dense)]).toEqual([10, 5]);
    expect([sparse?.clip?.x, dense?.clip?.x]).toEqual([layout.x(100), layout.x(200)]);
    expect(sparse?.clip).toMatchObject({ y: layout.y(0) - bandPx / 2, width: 100, height: bandPx });
    // What comes after is neither clipped nor faint.
    expect(of("fillRect", "leader")[0]).toMatchObject({ clip: null, alpha: 1 });
  });

  it("begins at the names and ends at the edge of what is in view", () => {
    const { layout, of } = lanes(400, 500);
    expect(of("fillRect", "leader")[0]?.box).toMatchObject({ x: layout.gutterPx, width: 1_000 });
    expect(of("fillRect", "candidate")).toEqual([]);
    expect(of("stroke", "down")).toEqual([]);
  });

  it("is a pixel wide where it is shorter, and one pixel shows one role", () => {
    const turns = [
      [0, "follower"],
      [500, "leader"],
      [500.1, "candidate"],
      [500.2, "follower"],
    ] as const;
    const { of } = lanesOf(aRun({ turns: [turns] }));
    expect(of("fillRect", "leader")[0]?.box.width).toBe(1);
    expect(of("fillRect", "candidate")).toEqual([]);
  });
});

describe("the axis of time", () => {
  it("has ticks at round times from left to right, each with its time at its right", () => {
    const { layout, of, texts } = lanesOf(aRun());
    const times = texts("muted").filter((text) => /\d (?:m?s)$/.test(text));
    expect(times).toEqual([
      "0.0 s",
      "0.1 s",
      "0.2 s",
      "0.3 s",
      "0.4 s",
      "0.5 s",
      "0.6 s",
      "0.7 s",
      "0.8 s",
      "0.9 s",
      "1.0 s",
    ]);
    const ticks = of("stroke", "line");
    expect(ticks.map(({ lines }) => lines[0]?.x1)).toEqual(
      times.map((_, place) => layout.x(place * 100) + 0.5),
    );
    expect(ticks[0]?.lines[0]).toMatchObject({ y1: 4, y2: layout.heightPx - instantPx });
    const labels = of("fillText", "muted").filter(({ text }) => text.endsWith(" s"));
    expect(labels.map(({ box }) => box.x)).toEqual(ticks.map(({ lines }) => (lines[0]?.x1 ?? 0) + 4));
    expect(labels.every(({ box, align }) => box.y === axisPx - 8 && align === "left")).toBe(true);
  });

  it("counts from the first fault", () => {
    const { layout, of } = lanesOf(aRun({ beganMs: 250 }));
    const labels = of("fillText", "muted").filter(({ text }) => text.endsWith(" s"));
    expect(labels.map(({ text }) => text).slice(0, 4)).toEqual(["-0.2 s", "-0.1 s", "0.0 s", "0.1 s"]);
    expect(labels[2]?.box.x).toBe(layout.x(250) + 4.5);
  });

  it.each([
    [aRun({ endMs: 100_000 }), ["0 s", "10 s", "20 s"]],
    [aRun({ endMs: 60_000 }), ["0 s", "10 s", "20 s"]],
    [aRun({ endMs: 20_000 }), ["0 s", "2 s", "4 s"]],
    [aRun({ endMs: 5_000 }), ["0.0 s", "0.5 s", "1.0 s"]],
    [aRun({ endMs: 50 }), ["0 ms", "5 ms", "10 ms"]],
    [aRun({ endMs: 2 }), ["0 ms", "0.2 ms", "0.4 ms"]],
  ])("steps by 1, 2 or 5 times a power of ten, at least 90 px apart: run %#", (run, first) => {
    const { of } = lanesOf(run);
    const labels = of("fillText", "muted").filter(({ text }) => /\d m?s$/.test(text));
    expect(labels.map(({ text }) => text).slice(0, 3)).toEqual(first);
    expect((labels[1]?.box.x ?? 0) - (labels[0]?.box.x ?? 0)).toBeGreaterThanOrEqual(89);
    expect((labels[1]?.box.x ?? 0) - (labels[0]?.box.x ?? 0)).toBeLessThan(90 * 2.5);
  });
});

describe("a lease", () => {
  const run = aRun({
    leases: [
      { node: 1, fromMs: 200, untilMs: 700, term: 1 },
      { node: 0, fromMs: 800, untilMs: 800.2, term: 1 },
    ],
  });

  it("is a bar below the role of its node, as long as it is held and at least a pixel", () => {
    const { layout, of } = lanesOf(run);
    expect(of("fillRect", "lease").map(({ box }) => box)).toEqual([
      { x: layout.x(200), y: layout.y(1) + bandPx / 2 + 2, width: 500, height: 5 },
      { x: layout.x(800), y: layout.y(0) + bandPx / 2 + 2, width: 1, height: 5 },
    ]);
  });

  it("reaches as far as what is in view, and is left out elsewhere", () => {
    const { layout, of } = lanesOf(run, [300, 400]);
    expect(of("fillRect", "lease").map(({ box }) => box)).toMatchObject([
      { x: layout.gutterPx, width: 1_000 },
    ]);
    expect(lanesOf(run, [710, 790]).of("fillRect", "lease")).toEqual([]);
  });
});

describe("a pause", () => {
  const run = aRun({ pauses: [{ node: 2, fromMs: 300, untilMs: 450 }] });

  it("is a dashed box around the role of its node, from its beginning to its end", () => {
    const { layout, of } = lanesOf(run);
    expect(of("strokeRect", "text")).toMatchObject([
      {
        dash: [4, 2],
        box: { x: layout.x(300) + 0.5, y: layout.y(2) - bandPx / 2 - 3.5, width: 149, height: bandPx + 7 },
      },
    ]);
  });

  it("is left out where it is not in view", () => {
    expect(lanesOf(run, [460, 600]).of("strokeRect", "text")).toEqual([]);
    expect(lanesOf(run, [100, 290]).of("strokeRect", "text")).toEqual([]);
  });
});

describe("a fault", () => {
  const cut = { kind: "cut", label: "cut n1 – n3", fromMs: 200, untilMs: 500, nodes: [0, 2] };
  const loss = { kind: "loss", label: "loss 30 %", fromMs: 400, untilMs: null, nodes: [] };
  const shaded = ({ of }: Lanes) => of("fillRect", "band of a fault").map(({ box }) => box);

  it("shades the lanes of the nodes that it strikes, from its strike to its end", () => {
    const lanes = lanesOf(aRun({ faults: [cut] }));
    const { x, y, lanePx } = lanes.layout;
    expect(shaded(lanes)).toEqual(
      [0, 2].map((node) => ({ x: x(200), y: y(node) - lanePx / 2, width: 300, height: lanePx })),
    );
  });

  it("shades all lanes where it strikes the network, to the end of the run where nothing ends it", () => {
    const lanes = lanesOf(aRun({ faults: [loss] }));
    expect(shaded(lanes).map(({ y }) => y)).toEqual([0, 1, 2].map((node) => lanes.layout.y(node) - 26));
    expect(shaded(lanes).every(({ width }) => width === 600)).toBe(true);
  });

  it("has a dashed line at its strike through all lanes", () => {
    const { layout, of } = lanesOf(aRun({ faults: [cut] }));
    const at = layout.x(200);
    expect(of("stroke", "fault")).toMatchObject([
      { dash: [2, 2], lines: [{ x1: at, y1: axisPx, x2: at, y2: layout.heightPx - instantPx }] },
    ]);
  });

  it("has its name in the first row with room, and none where no row has", () => {
    const faults = [
      cut,
      loss,
      ...[1, 2, 3].map((place) => ({ ...cut, label: `next ${place}`, fromMs: 400 + place })),
    ];
    const late = { ...cut, label: "late", fromMs: 520, untilMs: 530 };
    const { layout, of } = lanesOf(
      aRun({ faults: [...faults, { ...cut, label: "too many", fromMs: 410 }, late] }),
    );
    const names = of("fillText", "fault").map(({ text, box }) => [text, box.x, box.y]);
    const y = (row: number) => axisPx + (faultRowPx - 3) / 2 + row * faultRowPx;
    expect(layout.faultRows).toBe(5);
    expect(names).toEqual([
      ["! cut n1 – n3", layout.x(200) + 5, y(0)],
      ["! loss 30 %", layout.x(400) + 5, y(1)],
      ["! next 1", layout.x(401) + 5, y(2)],
      ["! next 2", layout.x(402) + 5, y(3)],
      ["! next 3", layout.x(403) + 5, y(4)],
      ["! late", layout.x(520) + 5, y(0)],
    ]);
  });

  it("has its name over the lines of the others, on a ground of its own", () => {
    const { drawn } = lanesOf(aRun({ faults: [cut, { ...cut, label: "next", fromMs: 210 }] }));
    const lastLine = drawn.findLastIndex(({ what, colour }) => what === "stroke" && colour === "fault");
    const firstName = drawn.findIndex(({ text }) => text.startsWith("!"));
    expect(firstName).toBeGreaterThan(lastLine);
    expect(drawn.slice(lastLine + 1, firstName)[0]).toMatchObject({ what: "fillRect", colour: "ground" });
  });

  it("shades no lane twice where two strike it at a time", () => {
    const lanes = lanesOf(aRun({ faults: [cut, { ...cut, fromMs: 300, untilMs: 700, nodes: [0] }] }));
    const { x, y, lanePx } = lanes.layout;
    const inFirst = shaded(lanes).filter((box) => box.y === y(0) - lanePx / 2);
    expect(inFirst.map((box) => [box.x, box.width])).toEqual([
      [x(200), 300],
      [x(500), 200],
    ]);
  });

  it("is left out before it strikes and after it ended; its line is not drawn over the names", () => {
    expect(shaded(lanesOf(aRun({ faults: [cut] }), [510, 600]))).toEqual([]);
    expect(shaded(lanesOf(aRun({ faults: [cut] }), [100, 190]))).toEqual([]);
    const inside = lanesOf(aRun({ faults: [cut] }), [300, 400]);
    expect(shaded(inside).map(({ x, width }) => [x, width])).toEqual([
      [inside.layout.gutterPx, 1_000],
      [inside.layout.gutterPx, 1_000],
    ]);
    expect(inside.of("stroke", "fault")).toEqual([]);
  });

  it("of a moment can be seen", () => {
    expect(shaded(lanesOf(aRun({ faults: [{ ...cut, untilMs: 200 }] })))[0]?.width).toBe(1.5);
  });

  it("that broke an invariant ends the run at a thick line", () => {
    const { layout, of } = lanesOf(aRun({ violation: { atMs: 700, invariant: "I1", text: "two leaders" } }));
    const at = layout.x(700);
    expect(of("stroke", "fault")).toMatchObject([
      { lineWidth: 3, dash: [], lines: [{ x1: at, y1: axisPx, x2: at, y2: layout.heightPx - instantPx }] },
    ]);
  });
});

describe("the names of the nodes", () => {
  /** The names of five nodes of which the last two observe; one is chosen. */
  function namesOf(lane: number, nodes = ["n1", "n2", "n3", "o1", "o2"]) {
    const { stage, layout, context } = laidOut(aRun({ nodes, voterCount: 3 }));
    drawNames(context.brush, stage, layout, named, lane);
    return { layout, drawn: context.drawn };
  }

  it("stand left of their lanes, over what reaches there", () => {
    const { layout, drawn } = namesOf(-1);
    expect(drawn[0]).toMatchObject({
      what: "fillRect",
      colour: "ground",
      box: { x: 0, y: 0, width: layout.gutterPx, height: layout.heightPx },
    });
    const names = drawn.filter(({ colour }) => colour === "text");
    expect(names.map(({ text, box }) => [text, box.x, box.y])).toEqual(
      ["n1", "n2", "n3", "o1", "o2"].map((id, node) => [id, 4, layout.y(node)]),
    );
  });

  it("say below who does not vote", () => {
    const { layout, drawn } = namesOf(-1);
    const observers = drawn.filter(({ text }) => text === "observer");
    expect(observers.map(({ colour, box }) => [colour, box.y])).toEqual([
      ["muted", layout.y(3) + 13],
      ["muted", layout.y(4) + 13],
    ]);
  });

  it("have below them what the scenario calls the node", () => {
    const { stage, layout, context } = laidOut(aRun({ parts: ["follower1", "leader", null] }));
    drawNames(context.brush, stage, layout, named, -1);
    const parts = context.drawn.filter(({ colour, text }) => colour === "muted" && text !== "");
    expect(parts.map(({ text, box }) => [text, box.y])).toEqual([
      ["follower1", layout.y(0) + 13],
      ["leader", layout.y(1) + 13],
    ]);
  });

  it("stand out for the node that is chosen", () => {
    const { drawn } = namesOf(1);
    const chosen = drawn.filter(({ text, font }) => text.startsWith("n") && font.startsWith("bold"));
    expect(chosen.map(({ text, colour }) => [text, colour])).toEqual([["n2", "accent"]]);
  });

  it("are cut where there is no room for all of them", () => {
    const { layout, drawn } = namesOf(-1, ["n1", "n".repeat(100), "n3"]);
    const cut = drawn.find(({ text }) => text.endsWith("…"));
    expect(cut?.box.width).toBeLessThanOrEqual(layout.gutterPx - 8);
    expect(cut?.box.width).toBeGreaterThan(layout.gutterPx - 8 - 6);
  });
});
