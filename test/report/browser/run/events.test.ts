import { describe, expect, it } from "vitest";
import { eventsOf } from "../../../../src/report/browser/run/events.js";
import { Scene } from "../../../../src/report/browser/run/scene.js";
import { aRun } from "../support/a-run.js";

const scene = new Scene(
  aRun({
    turns: [
      [
        [0, "follower"],
        [400, "leader"],
      ],
    ],
    faults: [{ kind: "cut", label: "cut", fromMs: 100, untilMs: 900, nodes: [] }],
    pauses: [{ node: 2, fromMs: 300, untilMs: 800 }],
    announcements: [{ atMs: 450, node: 0, term: 1, lost: null }],
    timers: { atMs: [50, 350], node: [1, 2] },
    sent: [
      { from: 0, to: 1, kind: "heartbeat", sentMs: 20, tookMs: 700 },
      { from: 0, to: 2, kind: "voteRequest", sentMs: 200, tookMs: 700 },
    ],
  }),
);

/** When, what, and which of its kind. */
function listed(which: "notable" | "all"): string[] {
  const { atMs, items } = eventsOf(scene, which);
  return items.map(({ what, index }, place) => `${atMs[place]} ${what} ${index}`);
}

describe("the list of events", () => {
  it("has what is notable in the order of time, each at its beginning, and no role that nodes start in", () => {
    expect(listed("notable")).toEqual([
      "100 fault 0",
      "200 message 1",
      "300 pause 0",
      "400 role 1",
      "450 announcement 0",
    ]);
  });

  it("has all, if asked: heartbeats and timers too", () => {
    expect(listed("all")).toEqual([
      "20 message 0",
      "50 timer 0",
      "100 fault 0",
      "200 message 1",
      "300 pause 0",
      "350 timer 1",
      "400 role 1",
      "450 announcement 0",
    ]);
  });

  it("says of a role whose it is", () => {
    expect(eventsOf(scene, "notable").items[3]).toEqual({ what: "role", node: 0, index: 1 });
  });
});
