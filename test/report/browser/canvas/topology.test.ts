import { describe, expect, it } from "vitest";
import { topology } from "../../../../src/report/browser/canvas/topology.js";
import type { LinkChange, LinkState } from "../../../../src/report/recording/run-data.js";
import { aRun, type Sent } from "../support/a-run.js";
import { staged } from "../support/a-stage.js";
import { textsOf, the } from "../support/browser-page.js";

type Given = Parameters<typeof aRun>[0];

/** The topology of a run at a time. */
function shownAt(atMs: number, given: Given, shown: "none" | "elections" | "all" = "all") {
  const { page, stage } = staged(aRun(given));
  stage.shown = shown;
  const root = topology(stage);
  page.document.body.append(root);
  const go = (toMs: number) => {
    stage.moveTo(toMs);
    page.frame();
  };
  go(atMs);
  return { root, go, numbersOf: (selector: string, ...names: string[]) => numbersOf(root, selector, names) };
}

function numbersOf(root: Element, selector: string, names: readonly string[]): number[][] {
  return [...root.querySelectorAll(selector)].map((found) =>
    names.map((name) => Math.round(Number(found.getAttribute(name)))),
  );
}

/** Where four nodes stand: above, right, below, left. */
const four = { nodes: ["n", "e", "s", "w"] };
const [north, east, south, west] = [
  [160, 52],
  [268, 160],
  [160, 268],
  [52, 160],
];

function changes(...given: readonly (readonly [from: number, to: number, state: LinkState])[]): LinkChange[] {
  return given.map(([from, to, state]) => ({ atMs: 100, from, to, state }));
}

describe("the nodes of the topology", () => {
  it("stand on a circle, the first above, the next ones clockwise", () => {
    const { root } = shownAt(0, four);
    const places = [...root.querySelectorAll(".node")].map((node) =>
      (node.getAttribute("transform")?.match(/[\d.]+/g) ?? []).map((number) => Math.round(Number(number))),
    );
    expect(places).toEqual([north, east, south, west]);
    expect(textsOf(root, ".node .name")).toEqual(["n  t1", "e  t1", "s  t1", "w  t1"]);
  });

  it("stand in the middle where there is but one", () => {
    const { root } = shownAt(0, { nodes: ["alone"] });
    expect(the(root, ".node").getAttribute("transform")).toBe("translate(160 160)");
  });

  it("show and say what they are at the instant: role, term, lease, pause", () => {
    const { root, go } = shownAt(100, {
      turns: [
        [
          [0, "candidate", { term: 2 }],
          [200, "leader", { term: 3 }],
          [600, "down", { term: 3 }],
        ],
        [[0, "preCandidate", { term: 4 }]],
      ],
      leases: [{ node: 0, fromMs: 300, untilMs: 500, term: 3 }],
      pauses: [{ node: 2, fromMs: 400, untilMs: 700 }],
    });
    const words = () => the(root, "#topology-words").textContent;
    expect(words()).toBe("n1 candidate t2; n2 pre-candidate t4; n3 follower t1");
    expect(textsOf(root, ".letter")).toEqual(["C", "P", "F"]);
    go(250);
    expect(words()).toBe("n1 leader without a lease t3; n2 pre-candidate t4; n3 follower t1");
    expect(root.querySelectorAll("circle.lease").length).toBe(0);
    go(450);
    expect(words()).toBe("n1 leader with a lease t3; n2 pre-candidate t4; n3 follower t1, paused");
    expect(root.querySelectorAll(".node.leader circle.lease").length).toBe(1);
    expect([...root.querySelectorAll(".body")].map((body) => body.getAttribute("class"))).toEqual([
      "body",
      "body",
      "body paused",
    ]);
    expect(textsOf(root, ".name")).toEqual(["n1  t3", "n2  t4", "n3  t1 z"]);
    go(650);
    expect(words()).toContain("n1 down t3; ");
  });
});

describe("the links of the topology", () => {
  it("are a line between each two nodes, all alike at first", () => {
    const { numbersOf, root } = shownAt(50, { ...four, linkChanges: changes([0, 1, "cut"]) });
    const lines = numbersOf("line.link.ok", "x1", "y1", "x2", "y2");
    expect(lines.length).toBe(6);
    expect(lines[0]).toEqual([...(north ?? []), ...(east ?? [])]);
    expect(root.querySelectorAll(".sign").length).toBe(0);
  });

  it.each([
    ["cut", "×"],
    ["held", "‖"],
    ["lossy", "~"],
  ] as const)("that are %s both ways bear a sign in their middle: %s", (state, sign) => {
    const { root, numbersOf } = shownAt(150, { ...four, linkChanges: changes([0, 2, state], [2, 0, state]) });
    expect(numbersOf(`line.${state}`, "x1", "y1", "x2", "y2")).toEqual([
      [...(north ?? []), ...(south ?? [])],
    ]);
    expect(textsOf(root, ".sign")).toEqual([sign]);
    expect(numbersOf(".sign", "x", "y")).toEqual([[160, 160]]);
    expect(the(root, ".sign").getAttribute("class")).toBe(`sign ${state}`);
  });

  it("that differ in their directions are two lines, each with an arrow and a sign near its receiver", () => {
    const { root, numbersOf } = shownAt(150, { ...four, linkChanges: changes([0, 2, "cut"]) });
    expect(root.querySelectorAll("line").length).toBe(7);
    expect(textsOf(root, ".sign")).toEqual(["×↓", "↑"]);
    const [there, back] = numbersOf(".sign", "y");
    expect(there?.[0]).toBeGreaterThan(160);
    expect(back?.[0]).toBeLessThan(160);
    const [cut] = numbersOf("line.cut", "x1", "y1", "x2", "y2");
    expect(cut).toEqual([155, 52, 155, 268]);
  });

  it.each([
    [0, 2, "×↓"],
    [2, 0, "×↑"],
    [3, 1, "×→"],
    [1, 3, "×←"],
    [0, 1, "×↘"],
    [0, 3, "×↙"],
    [2, 1, "×↗"],
    [2, 3, "×↖"],
  ])("point from node %i to node %i: %s", (from, to, sign) => {
    const { root } = shownAt(150, { ...four, linkChanges: changes([from, to, "cut"]) });
    expect(textsOf(root, ".sign.cut")).toEqual([sign]);
  });

  it("are drawn anew when they change", () => {
    const { root, go } = shownAt(50, { ...four, linkChanges: changes([0, 2, "cut"], [2, 0, "cut"]) });
    go(100);
    expect(root.querySelectorAll("line.cut").length).toBe(1);
    go(99);
    expect(root.querySelectorAll("line.cut").length).toBe(0);
  });
});

describe("the messages of the topology", () => {
  const request: Sent = { from: 3, to: 1, kind: "voteRequest", sentMs: 100, tookMs: 100 };

  it.each([
    [100, [52, 160]],
    [125, [106, 160]],
    [200, [268, 160]],
  ])("are at %i ms as far from their sender to their receiver as their time has gone", (atMs, place) => {
    expect(shownAt(atMs, { ...four, sent: [request] }).numbersOf(".message", "cx", "cy")).toEqual([place]);
  });

  it("are there from when they are sent until they are dealt with", () => {
    const { root, go } = shownAt(99, { ...four, sent: [request] });
    const counts = [99, 100, 200, 201].map((atMs) => {
      go(atMs);
      return root.querySelectorAll(".message").length;
    });
    expect(counts).toEqual([0, 1, 1, 0]);
  });

  it("that were lost as they were sent are a quarter of their way at that moment", () => {
    const lost: Sent = { ...request, tookMs: 0, lost: "cut" };
    expect(shownAt(100, { ...four, sent: [lost] }).numbersOf(".message", "cx")).toEqual([[106]]);
  });

  it("say by their classes what they are: kind, question or answer, refusal", () => {
    const { root } = shownAt(150, {
      ...four,
      sent: [
        request,
        { ...request, kind: "preVoteReply", says: "voteHold" },
        { ...request, kind: "voteReply", says: "yes" },
      ],
    });
    expect([...root.querySelectorAll(".message")].map((disc) => disc.getAttribute("class"))).toEqual([
      "message voteRequest asks",
      "message preVoteReply answer refusal",
      "message voteReply answer",
    ]);
  });

  it.each([
    ["none", 0],
    ["elections", 1],
    ["all", 2],
  ] as const)("are those that the diagram shows: %s", (shown, count) => {
    const sent: Sent[] = [request, { ...request, kind: "heartbeat" }];
    expect(shownAt(150, { ...four, sent }, shown).root.querySelectorAll(".message").length).toBe(count);
  });

  it("are at most 500", () => {
    const sent = Array.from({ length: 600 }, () => request);
    expect(
      shownAt(150, { sent: sent.map((one) => ({ ...one, from: 0 })) }).root.querySelectorAll(".message")
        .length,
    ).toBe(500);
  });
});
