import { describe, expect, it } from "vitest";
import { drawLanes } from "../../../../src/report/browser/canvas/draw-lanes.js";
import { drawMessages } from "../../../../src/report/browser/canvas/draw-messages.js";
import { layoutOf } from "../../../../src/report/browser/canvas/layout.js";
import { legend } from "../../../../src/report/browser/canvas/legend.js";
import { palette } from "../../../../src/report/browser/canvas/palette.js";
import { topology } from "../../../../src/report/browser/canvas/topology.js";
import { runStyle } from "../../../../src/report/pages/run-style.js";
import {
  messageKinds,
  type RoleName,
  roleLetters,
  roleWords,
} from "../../../../src/report/recording/run-words.js";
import { aRun, type Sent } from "../support/a-run.js";
import { distinctStyle, staged } from "../support/a-stage.js";
import { openPage, textsOf, the } from "../support/browser-page.js";
import type { Drawn } from "../support/recording-context.js";

const sent: Sent = { from: 0, to: 1, kind: "heartbeat", sentMs: 100, tookMs: 20 };

/** Everything that the legend explains, drawn on a canvas with the colours of a page, and the legend of that page. */
function explained() {
  const run = aRun({
    turns: [
      [
        [0, "follower"],
        [200, "preCandidate"],
        [400, "candidate"],
        [600, "leader"],
        [800, "down"],
      ],
    ],
    leases: [{ node: 0, fromMs: 620, untilMs: 700, term: 1 }],
    pauses: [{ node: 1, fromMs: 200, untilMs: 300 }],
    faults: [{ kind: "cut", label: "cut", fromMs: 500, untilMs: 600, nodes: [0] }],
    sent: [sent],
  });
  const { page, stage } = staged(run, distinctStyle());
  page.document.body.append(legend());
  const layout = layoutOf(stage.scene, stage.view, 1_034);
  const colours = palette();
  drawLanes(page.context.brush, stage, layout, colours);
  const { drawn } = page.context;
  return {
    colours,
    /** What the swatch of an entry looks like. */
    swatch: (name: string) => getComputedStyle(the(page.document, `.legend .swatch.${name}`)),
    /** What is drawn in the first lane at a time. */
    bandAt: (atMs: number, what: Drawn["what"] = "fillRect") =>
      drawn.find(
        (one) =>
          one.what === what &&
          Math.abs(one.box.x - layout.x(atMs)) < 1 &&
          Math.abs(one.box.y - layout.y(0)) < 15,
      ),
    drawn,
  };
}

/** The colour and the dashes in which a message is drawn. */
function lineOf(message: Sent): { colour: string; dash: readonly number[]; lineWidth: number } {
  const { page, stage } = staged(aRun({ sent: [message] }), distinctStyle());
  drawMessages(page.context.brush, stage, layoutOf(stage.scene, stage.view, 1_034), palette(), [0]);
  return page.context.drawn[0] as Drawn;
}

describe("the legend against the canvas", () => {
  it("gives each role the colour of its band", () => {
    const { swatch, bandAt, drawn } = explained();
    expect(bandAt(600)?.colour).toBe(swatch("leader").backgroundColor);
    expect(swatch("candidate").backgroundImage).toContain(`${bandAt(400)?.colour} 0`);
    expect(swatch("pre-candidate").backgroundImage).toContain(`${bandAt(200)?.colour} 0`);
    expect(bandAt(0)?.colour).toBe(swatch("follower").backgroundColor);
    const down = drawn.find(({ what, dash }) => what === "stroke" && dash.join() === "3,4");
    expect(down?.colour).toBe(swatch("down").borderTopColor);
    expect(swatch("down").borderTopStyle).toBe("dashed");
  });

  it("hatches a pre-candidate half as densely as a candidate, as the canvas does", () => {
    const { swatch } = explained();
    const widths = ["candidate", "pre-candidate"].map((name) =>
      Number(/ (\d)px, /.exec(swatch(name).backgroundImage)?.[1]),
    );
    expect(widths).toEqual([3, 6]);
  });

  it("gives leases, pauses and faults the colours and the shapes they are drawn with", () => {
    const { swatch, drawn, colours } = explained();
    const lease = drawn.find(({ what, box }) => what === "fillRect" && box.height === 5);
    expect(lease?.colour).toBe(swatch("lease").backgroundColor);
    expect(swatch("lease").height).toBe("5px");
    const pause = drawn.find(({ what }) => what === "strokeRect");
    expect(pause?.colour).toBe(swatch("paused").borderTopColor);
    expect(swatch("paused").borderTopStyle).toBe("dashed");
    const shade = drawn.find(({ colour }) => colour === colours.faultShade);
    expect(shade?.colour).toBe(swatch("fault").backgroundColor);
    const name = drawn.find(({ text }) => text === "! cut");
    expect(name?.colour).toBe(swatch("fault").borderLeftColor);
  });

  it.each([
    ["heartbeat", { ...sent }, "solid"],
    ["pre-vote", { ...sent, kind: "preVoteRequest" }, "solid"],
    ["vote", { ...sent, kind: "voteRequest" }, "solid"],
    ["handover", { ...sent, kind: "timeoutNow" }, "solid"],
    ["refused", { ...sent, kind: "voteReply", says: "voteHold" }, "dashed"],
    ["lost", { ...sent, lost: "closed" }, "dotted"],
  ] as const)("gives a %s the line it is drawn with", (entry, message, style) => {
    const { colour, dash, lineWidth } = lineOf(message);
    const { swatch } = explained();
    expect(colour).toBe(swatch(entry).borderTopColor);
    expect(swatch(entry).borderTopStyle).toBe(style);
    const dashes = { solid: [], dashed: [6, 3], dotted: [2, 3] }[style];
    expect(dash).toEqual(dashes);
    if (entry !== "lost") expect(swatch(entry).borderTopWidth).toBe(`${Math.round(lineWidth)}px`);
  });

  it("explains the colour of every kind of message", () => {
    const drawn = messageKinds.map((kind) => lineOf({ ...sent, kind }).colour);
    const { swatch } = explained();
    const entries = ["heartbeat", "pre-vote", "vote", "handover"].map(
      (entry) => swatch(entry).borderTopColor,
    );
    expect(new Set(drawn)).toEqual(new Set(entries));
  });

  it("says of each role its letter and its name", () => {
    const page = openPage();
    page.document.body.append(legend());
    const texts = textsOf(page.document, ".legend li");
    for (const role of Object.keys(roleLetters) as RoleName[])
      expect(texts).toContain(`${roleLetters[role]} ${roleWords[role]}`);
    const swatches = [...page.document.querySelectorAll(".legend li")].map((entry) => [
      the(entry, "i").className.replace("swatch ", ""),
      entry.textContent?.replace(/^\S /, ""),
    ]);
    for (const [swatch, text] of swatches) expect(text).toContain(swatch);
  });
});

describe("the topology against the canvas", () => {
  it("shows a node in the colour that its role has there", () => {
    const run = aRun({
      nodes: ["a", "b", "c", "d", "e"],
      turns: [[[0, "leader"]], [[0, "candidate"]], [[0, "preCandidate"]], [[0, "follower"]], [[0, "down"]]],
      leases: [{ node: 0, fromMs: 0, untilMs: 900, term: 1 }],
    });
    const { page, stage } = staged(run, distinctStyle());
    page.document.body.append(topology(stage));
    page.frame();
    const { role, lease } = palette();
    const bodies = [...page.document.querySelectorAll(".node .body")].map((body) => getComputedStyle(body));
    expect(bodies.slice(0, 3).map(({ fill }) => fill)).toEqual([
      role.leader,
      role.candidate,
      role.preCandidate,
    ]);
    expect(bodies.slice(3).map(({ stroke }) => stroke)).toEqual([role.follower, role.down]);
    expect(getComputedStyle(the(page.document, ".node .lease")).stroke).toBe(lease);
  });

  it("shows a message in the colour that its kind has there, with the colour of refusals around a refusal", () => {
    const kinds = [
      ["heartbeat", undefined],
      ["preVoteRequest", undefined],
      ["voteRequest", undefined],
      ["timeoutNow", undefined],
      ["leaderNotice", undefined],
      ["heartbeatReply", "yes"],
      ["preVoteReply", "yes"],
      ["voteReply", "voteHold"],
    ] as const;
    const run = aRun({
      sent: kinds.map(([kind, says]) => ({
        ...sent,
        kind,
        sentMs: 0,
        ...(says === undefined ? {} : { says }),
      })),
    });
    const { page, stage } = staged(run, distinctStyle());
    stage.shown = "all";
    page.document.body.append(topology(stage));
    page.frame();
    const { heartbeat, preVote, vote, accent, refused, ground } = palette();
    const looks = [...page.document.querySelectorAll("circle.message")].map((disc) => getComputedStyle(disc));
    expect(looks.map(({ stroke }) => stroke)).toEqual([
      heartbeat,
      preVote,
      vote,
      accent,
      accent,
      heartbeat,
      preVote,
      refused,
    ]);
    // A disc asks, a ring answers.
    expect(looks.map(({ fill }) => fill)).toEqual([
      heartbeat,
      preVote,
      vote,
      accent,
      accent,
      ground,
      ground,
      ground,
    ]);
  });
});

describe("the colours of the page", () => {
  /** The colours of a block of the style sheet, by their names. */
  function coloursOf(block: string): Map<string, string> {
    return new Map(
      [...block.matchAll(/--([a-z-]+): ([^;]+);/g)].map(([, name, colour]) => [
        name as string,
        colour as string,
      ]),
    );
  }
  const [light, dark] = runStyle.split("@media screen and (prefers-color-scheme: dark)").map(coloursOf);

  it("are read from the style sheet, each by its own name", () => {
    openPage(
      ":root { --leader: #010101; --pre-candidate: #020202; --fault-shade: #030303; --on-role: #040404 }",
    );
    const read = palette();
    expect([read.role.leader, read.role.preCandidate, read.faultShade, read.onRole]).toEqual([
      "#010101",
      "#020202",
      "#030303",
      "#040404",
    ]);
    openPage(distinctStyle());
    const { role, ...others } = palette();
    const all = [...Object.values(role), ...Object.values(others)];
    expect(all).not.toContain("");
    expect(new Set(all).size).toBe(all.length);
  });

  it("are defined in light and in dark alike, and none looks in the dark as in the light", () => {
    expect([...(dark?.keys() ?? [])].sort()).toEqual([...(light?.keys() ?? [])].sort());
    for (const [name, colour] of light ?? []) expect([name, dark?.get(name)]).not.toEqual([name, colour]);
  });

  it.each([
    ["light", light],
    ["dark", dark],
  ])("tell the roles apart in %s", (_, colours) => {
    const roles = ["leader", "candidate", "pre-candidate", "follower", "down"].map((name) =>
      colours?.get(name),
    );
    expect(new Set(roles).size).toBe(5);
  });
});
