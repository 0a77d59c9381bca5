import { expect, it } from "vitest";
import { createWatchView } from "../../../src/cli/beats/watch-view.js";
import type { LivenessEvent, PeerLiveness } from "../../../src/liveness/index.js";

const wide = { rows: 24, columns: 80 };

function peer(id: string, more: Partial<PeerLiveness> = {}): PeerLiveness {
  return {
    id,
    boot: "1",
    status: "alive",
    intervalMs: 1000,
    level: 0.25,
    silentMs: 1000,
    suspectInMs: 3000,
    patience: 0,
    zone: "",
    ...more,
  };
}

it("the table shows each peer: its status, how near a suspicion is, its silence and its patience", () => {
  const peers = [
    peer("a"),
    peer("backup", { status: "suspect", level: 1.4, silentMs: 5600, patience: 1 }),
    peer("cron", { status: "left", silentMs: 7_400_000 }),
  ];
  expect(createWatchView(false, wide).table(peers, false)).toBe(
    [
      "id      status    level                  silent for  patience",
      "a       alive     █████░░░░░░░░░░░░░░░        1.0 s         0",
      "backup  suspect                               5.6 s         1",
      "cron    left                                   123m         0",
      "",
    ].join("\n"),
  );
});

it("the table shows those in trouble first where there is no room for all, and no line is wider than the terminal", () => {
  const peers = [
    ...Array.from({ length: 9 }, (_, index) => peer(`${"long-".repeat(10)}${index}`)),
    peer("z", { status: "dead" }),
  ];
  const lines = createWatchView(false, { rows: 6, columns: 70 }).table(peers, true).split("\n");
  expect(lines).toHaveLength(1 + 3 + 1 + 1 + 1);
  expect(lines[1]).toMatch(/^z /);
  expect(lines[2]).toMatch(/^long-\S*… {2}alive/);
  expect(lines[4]).toBe("and 7 more");
  expect(lines[5]).toMatch(/^most are silent at once/);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(70);
});

it("a line tells what happened, in words that nothing of a peer can forge", () => {
  const { line } = createWatchView(false, wide);
  const events: readonly [LivenessEvent, string][] = [
    [{ kind: "alive", id: "a", boot: "1" }, "alive     a"],
    [
      { kind: "suspect", id: "a", silentMs: 4003, reason: "silence" },
      "suspect   a, silent for 4.0 s: no beat came",
    ],
    [
      { kind: "dead", id: "a", silentMs: 8003, reason: "closed" },
      "dead      a, silent for 8.0 s: its connection broke",
    ],
    [{ kind: "flapping", id: "a", patience: 2 }, "flapping  a, suspected wrongly again: 2 more pauses"],
    [{ kind: "disruption", zone: "\u001b[2J", mode: "full" }, "zone      \ufffd[2J: all of it is silent"],
    [{ kind: "doubt", doubts: false }, "doubt     over: enough are heard again"],
  ];
  for (const [event, said] of events) expect(line(event, 0)).toBe(`1970-01-01T00:00:00.000Z ${said}\n`);
});
