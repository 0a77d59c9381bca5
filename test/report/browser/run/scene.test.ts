import { describe, expect, it } from "vitest";
import { Scene } from "../../../../src/report/browser/run/scene.js";
import { messageKinds } from "../../../../src/report/recording/run-words.js";
import { aRun, type Sent } from "../support/a-run.js";

const toSecond = { from: 0, to: 1 } as const;
const heartbeat: Sent = { ...toSecond, kind: "heartbeat", sentMs: 0, tookMs: 1 };

describe("the messages of a scene", () => {
  it("end when they were dealt with, and with the recording where they are still under way", () => {
    const scene = new Scene(
      aRun({
        sent: [
          { ...heartbeat, sentMs: 100, tookMs: 20 },
          { ...toSecond, kind: "heartbeat", sentMs: 300 },
        ],
      }),
    );
    expect([scene.endMs(0), scene.endMs(1)]).toEqual([120, 1_000]);
  });

  it("are in a range from those that end in it to those that are sent in it, both ends included", () => {
    const sent = [
      [0, 10],
      [50, 50],
      [150, 10],
      [200, 10],
      [201, 10],
    ].map(([sentMs = 0, tookMs = 0]): Sent => ({ ...heartbeat, sentMs, tookMs }));
    const scene = new Scene(aRun({ sent }));
    expect(scene.range(100, 200)).toEqual({ first: 1, after: 4 });
    expect(scene.range(100.5, 199)).toEqual({ first: 2, after: 3 });
    expect(scene.range(0, 1_000)).toEqual({ first: 0, after: 5 });
    expect(scene.range(900, 1_000)).toEqual({ first: 5, after: 5 });
  });

  it("are in a range although later ones end before them", () => {
    const sent = [
      { ...heartbeat, sentMs: 0, tookMs: 500 },
      { ...heartbeat, sentMs: 10, tookMs: 5 },
    ];
    expect(new Scene(aRun({ sent })).range(400, 450)).toEqual({ first: 0, after: 2 });
  });

  it.each(messageKinds)("of an election are all but heartbeats and their replies: %s", (kind) => {
    const scene = new Scene(aRun({ sent: [{ ...heartbeat, kind }] }));
    expect(scene.isElection[0]).toBe(kind === "heartbeat" || kind === "heartbeatReply" ? 0 : 1);
  });

  it("of an election are heartbeats that were refused, too", () => {
    const reply: Sent = { ...heartbeat, kind: "heartbeatReply" };
    const scene = new Scene(
      aRun({
        sent: [
          { ...reply, says: "yes" },
          { ...reply, says: "staleTerm" },
        ],
      }),
    );
    expect([...scene.isElection]).toEqual([0, 1]);
  });

  it("are shown by choice: none, those of elections, all", () => {
    const scene = new Scene(aRun({ sent: [heartbeat, { ...heartbeat, kind: "voteRequest" }] }));
    for (const [shown, which] of [
      ["none", [false, false]],
      ["elections", [false, true]],
      ["all", [true, true]],
    ] as const)
      expect([scene.isShown(0, shown), scene.isShown(1, shown)]).toEqual(which);
  });
});

describe("the nodes of a scene", () => {
  const scene = new Scene(
    aRun({
      turns: [
        [],
        [
          [0, "follower"],
          [200, "candidate", { term: 2 }],
          [250, "leader", { term: 2 }],
        ],
      ],
      leases: [
        { node: 1, fromMs: 260, untilMs: 400, term: 2 },
        { node: 1, fromMs: 400, untilMs: 600, term: 2 },
      ],
      pauses: [{ node: 2, fromMs: 300, untilMs: 350 }],
    }),
  );

  it.each([
    [0, "follower"],
    [199.9, "follower"],
    [200, "candidate"],
    [249.9, "candidate"],
    [250, "leader"],
    [1_000, "leader"],
  ])("have at %d ms the role that began last: %s", (atMs, role) => {
    expect(scene.roleAt(1, atMs)?.role).toBe(role);
    expect(scene.roleAt(0, atMs)?.role).toBe("follower");
  });

  it("hold a lease from its first instant to before its last, each its own", () => {
    const held = [259, 260, 399, 400, 599, 600].map((atMs) => scene.leaseAt(1, atMs)?.fromMs);
    expect(held).toEqual([undefined, 260, 260, 400, 400, undefined]);
    expect(scene.leaseAt(0, 300)).toBeUndefined();
  });

  it("are paused from the first instant of a pause to before its last, each by itself", () => {
    expect([299, 300, 349, 350].map((atMs) => scene.isPaused(2, atMs))).toEqual([false, true, true, false]);
    expect(scene.isPaused(1, 320)).toBe(false);
  });
});

describe("the links of a scene", () => {
  const scene = new Scene(
    aRun({
      linksAtStart: "lossy",
      linkChanges: [
        { atMs: 100, from: 0, to: 2, state: "cut" },
        { atMs: 150, from: 2, to: 0, state: "held" },
        { atMs: 200, from: 0, to: 2, state: "ok" },
      ],
    }),
  );

  it("are as at the start until they change, each direction by itself", () => {
    expect([0, 99, 100, 199, 200, 999].map((atMs) => scene.linkAt(0, 2, atMs))).toEqual([
      "lossy",
      "lossy",
      "cut",
      "cut",
      "ok",
      "ok",
    ]);
    expect([149, 150].map((atMs) => scene.linkAt(2, 0, atMs))).toEqual(["lossy", "held"]);
    expect(scene.linkAt(1, 2, 500)).toBe("lossy");
  });
});
