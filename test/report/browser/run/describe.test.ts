import { describe, expect, it } from "vitest";
import {
  describe as describeItem,
  durationWords,
  instantWords,
  whoseWords,
} from "../../../../src/report/browser/run/describe.js";
import { type Item, Scene } from "../../../../src/report/browser/run/scene.js";
import { aRun, type Sent, type Turn } from "../support/a-run.js";

/** What is said of the only message of a run that was observed from 200 ms on. */
function saidOf(sent: Sent): string[] {
  const scene = new Scene(aRun({ beganMs: 200, sent: [sent] }));
  const { title, lines } = describeItem(scene, { what: "message", index: 0 });
  return [title, ...lines];
}

/** What is said of the last turn of the second node. */
function saidOfTurns(turns: readonly Turn[], sent: readonly Sent[] = []): string[] {
  const scene = new Scene(aRun({ sent, turns: [[], turns] }));
  const { title, lines } = describeItem(scene, { what: "role", node: 1, index: turns.length - 1 });
  return [title, ...lines];
}

const request: Sent = { from: 0, to: 1, kind: "voteRequest", sentMs: 300, tookMs: 12.5, term: 4 };
const reply: Sent = { ...request, from: 1, to: 0, kind: "voteReply" };

describe("a message in words", () => {
  it("names its sender, its receiver, its term, and when it arrived", () => {
    expect(saidOf(request)).toEqual([
      "n1 → n2 vote request, term 4",
      "sent at 0.100 s, arrived after 12.5 ms",
    ]);
  });

  it("is still under way where the recording ended before it arrived", () => {
    const { tookMs: _, ...underWay } = request;
    expect(saidOf(underWay)[1]).toBe("sent at 0.100 s, still under way at the end");
  });

  it.each([
    ["cut", "the link is cut"],
    ["loss", "by chance, on a lossy link"],
    ["closed", "the connection broke"],
    ["full", "too much waits before a connection that is stuck"],
    ["down", "nobody runs at the other end"],
    ["refused", "the sender runs on a copy of a record that has gone on"],
  ] as const)("that was lost (%s) says so, and why", (lost, why) => {
    expect(saidOf({ ...request, lost })).toEqual([
      "n1 → n2 vote request, term 4, lost",
      `sent at 0.100 s, lost: ${why}`,
    ]);
  });

  it.each([
    ["voteReply", "yes", ": granted"],
    ["preVoteReply", "yes", ": granted"],
    ["heartbeatReply", "yes", ": accepted"],
    ["heartbeat", undefined, ""],
  ] as const)("of the kind %s that says %s ends in '%s'", (kind, says, end) => {
    const title = saidOf({ ...reply, kind, ...(says === undefined ? {} : { says }) })[0];
    expect(title).toMatch(new RegExp(`, term 4${end}$`));
  });

  it("that refuses says why, whom the refusing node follows, and how long its hold lasts", () => {
    expect(saidOf({ ...reply, says: "voteHold", knows: { leader: 2, remainingHoldMs: 250 } })).toEqual([
      "n2 → n1 vote reply, term 4",
      "refused: the answering node holds its vote, as it heard a leader not long ago (voteHold)",
      "n2 knows n3 as the leader",
      "its hold lasts 250 ms more",
      "sent at 0.100 s, arrived after 12.5 ms",
    ]);
  });

  it("that refuses says nothing of a leader and a hold that are not there", () => {
    const said = saidOf({ ...reply, says: "alreadyVoted", knows: { leader: null, remainingHoldMs: 0 } });
    expect(said.slice(1)).toEqual([
      "refused: the answering node gave its vote of this term to another (alreadyVoted)",
      "sent at 0.100 s, arrived after 12.5 ms",
    ]);
  });

  it("about a heartbeat is not accepted rather than refused", () => {
    expect(saidOf({ ...reply, kind: "heartbeatReply", says: "staleTerm" })[1]).toMatch(
      /^not accepted: .*\(staleTerm\)$/,
    );
  });
});

describe("a role in words", () => {
  it("names the leader that is followed, the term, and how long", () => {
    expect(saidOfTurns([[0, "follower", { leader: 2, term: 3 }]])).toEqual([
      "n2 is follower of n3, term 3",
      "from 0.000 s to 1.000 s, 1.000 s",
    ]);
  });

  it("says of a follower without a leader that it knows none", () => {
    expect(saidOfTurns([[0, "follower"]])[0]).toBe("n2 is follower, knows no leader, term 1");
  });

  it.each([
    ["timer", "candidate", "because its election timer called back: it heard no leader for so long"],
    ["timer", "preCandidate", "because its election timer called back: it heard no leader for so long"],
    ["timer", "follower", "because its timer called back"],
    ["start", "follower", "because the process started"],
    ["death", "down", "because the process died"],
    ["other", "follower", "because of something of its own: a finished write, a request or its clock"],
  ] as const)("gives the cause: %s of a %s", (cause, role, words) => {
    expect(
      saidOfTurns([
        [0, "follower"],
        [100, role, { cause }],
      ]).at(-1),
    ).toBe(words);
  });

  it("gives the message that was the cause, with the reason if it refuses", () => {
    const turns: Turn[] = [
      [0, "candidate"],
      [100, "follower", { cause: 0 }],
    ];
    expect(saidOfTurns(turns, [{ ...reply, from: 2, to: 1, says: "yes" }]).at(-1)).toBe(
      "because of what arrived: n3 → n2 vote reply, term 4: granted",
    );
    expect(saidOfTurns(turns, [{ ...reply, from: 2, to: 1, says: "staleTerm" }]).at(-1)).toBe(
      "because of what arrived: n3 → n2 vote reply, term 4 (refused: its term is over; the answering node knows a higher one (staleTerm))",
    );
  });
});

describe("what else is in a run, in words", () => {
  const scene = new Scene(
    aRun({
      beganMs: 100,
      leases: [{ node: 1, fromMs: 200, untilMs: 450, term: 3 }],
      pauses: [{ node: 2, fromMs: 300, untilMs: 350 }],
      faults: [
        { kind: "cut", label: "cut n1 – n3", fromMs: 250, untilMs: 400, nodes: [0, 2] },
        { kind: "loss", label: "loss 30 %", fromMs: 250, untilMs: null, nodes: [] },
      ],
      announcements: [
        { atMs: 210, node: 1, term: 3, lost: null },
        { atMs: 460, node: 1, term: 3, lost: "quorumLost" },
      ],
      timers: { atMs: [333], node: [2] },
      sent: [request],
    }),
  );

  it.each<[Item, string, string, ...string[]]>([
    [{ what: "lease", index: 0 }, "n2", "n2 holds the lease of term 3", "from 0.100 s to 0.350 s, 250 ms"],
    [{ what: "pause", index: 0 }, "n3", "n3 stands still", "from 0.200 s to 0.250 s, 50.0 ms"],
    [
      { what: "fault", index: 0 },
      "n1, n3",
      "fault: cut n1 – n3",
      "at 0.150 s; from 0.150 s to 0.300 s, 150 ms",
      "strikes n1, n3",
    ],
    [{ what: "fault", index: 1 }, "", "fault: loss 30 %", "at 0.150 s; lasts to the end"],
    [{ what: "announcement", index: 0 }, "n2", "the service on n2 is told: you lead term 3", "at 0.110 s"],
    [
      { what: "announcement", index: 1 },
      "n2",
      "the service on n2 is told: you no longer lead term 3 (quorum lost)",
      "at 0.360 s",
    ],
    [{ what: "timer", index: 0 }, "n3", "a timer of n3 calls back", "at 0.233 s"],
    [
      { what: "message", index: 0 },
      "n1 → n2",
      "n1 → n2 vote request, term 4",
      "sent at 0.200 s, arrived after 12.5 ms",
    ],
  ])("says whose it is, what, and when: %o", (item, whose, title, ...lines) => {
    expect(whoseWords(scene, item)).toBe(whose);
    expect(describeItem(scene, item)).toEqual({ title, lines });
  });

  it("says whose a role is", () => {
    expect(whoseWords(scene, { what: "role", node: 1, index: 0 })).toBe("n2");
  });

  it("counts instants from the start of the observation, before it below zero, else from the start", () => {
    expect([instantWords(scene, 100), instantWords(scene, 50), instantWords(scene, 1_600)]).toEqual([
      "0.000 s",
      "-0.050 s",
      "1.500 s",
    ]);
    expect(instantWords(new Scene(aRun()), 50)).toBe("0.050 s");
  });

  it("complains of an entry that is not there", () => {
    expect(() => describeItem(scene, { what: "lease", index: 1 })).toThrow(RangeError);
  });
});

describe("a duration in words", () => {
  it.each([
    [0.25, "0.25 ms"],
    [9.99, "9.99 ms"],
    [10, "10.0 ms"],
    [12.54, "12.5 ms"],
    [100, "100 ms"],
    [999, "999 ms"],
    [1_000, "1.000 s"],
    [-1_234, "-1.234 s"],
  ])("says %d ms as %s", (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });
});
