import { expect } from "vitest";
import { heartbeat, voteReply, voteRequest } from "../support/messages.js";
import {
  aCandidate,
  aFollower,
  aFollowerOf,
  aLeader,
  aPreCandidate,
  founders,
  known,
} from "../support/nodes.js";
import { claim } from "./rule.js";

/** Rules 4 to 8: voting, and the hold that survives a restart. */
export const voting = [
  claim("4. one vote a term: free, or already the asker's", (protocol) => {
    const voter = aFollower(protocol);
    const request = voteRequest(voter.node.record.configuration);
    expect(voter.hear("b", request)).toMatchObject({ granted: true, term: 2 });
    expect(voter.hear("c", request)).toMatchObject({ granted: false, reason: "alreadyVoted" });
    expect(voter.node.record.votedFor).toBe("b");
  }),
  claim("4. the vote of a term outlives a restart", (protocol) => {
    const voter = aFollower(protocol);
    const request = voteRequest(voter.node.record.configuration);
    voter.hear("b", request);
    const again = voter.restart(voter.nowMs + 1);
    expect(again.hear("c", request, again.nowMs + 500)).toMatchObject({
      granted: false,
      reason: "alreadyVoted",
    });
  }),
  claim("4. no vote while a leader is known in the term", (protocol) => {
    const voter = aFollower(protocol);
    const { configuration } = voter.node.record;
    voter.hear("b", voteRequest(configuration));
    voter.hear("b", heartbeat(configuration, { term: 2 }));
    const late = voteRequest(configuration);
    expect(voter.hear("b", late, voter.nowMs + 200)).toMatchObject({ granted: false, reason: "leaderAlive" });
  }),
  claim("4. no vote before the hold has ended, not a moment", (protocol) => {
    const voter = aFollowerOf(protocol, "c");
    const contactMs = voter.nowMs;
    const request = voteRequest(voter.node.record.configuration);
    expect(voter.hear("b", request, contactMs + 149.999)).toMatchObject({
      reason: "voteHold",
      remainingHoldMs: expect.closeTo(0.001, 6),
    });
    expect(voter.hear("b", request, contactMs + 150)).toMatchObject({ granted: true });
  }),
  claim("4. no vote for an asker whose configuration is older than the own", (protocol) => {
    const configuration = protocol.configurationOf(1, 3, founders("abc"), []);
    const voter = aFollower(protocol, { configuration });
    for (const [term, version] of [
      [1, 2],
      [0, 9],
    ] as const) {
      const older = protocol.configurationOf(term, version, founders("abc"), []);
      expect(voter.hear("b", voteRequest(older))).toMatchObject({ reason: "olderConfiguration" });
    }
    expect(voter.node.record).toMatchObject({ term: 2, votedFor: null });
    const newer = protocol.configurationOf(1, 4, founders("abc"), []);
    expect(voter.hear("b", voteRequest(newer))).toMatchObject({ granted: true });
  }),
  claim("4. a granted vote restarts the election timer and ends an own pre-vote round", (protocol) => {
    const voter = aPreCandidate(protocol);
    const asker = voteRequest(voter.node.record.configuration);
    voter.hear("b", asker, voter.nowMs + 100);
    expect(voter.roleName).toBe("follower");
    expect(voter.node.timerAtMs).toBeLessThanOrEqual(voter.nowMs + 225);
    voter.timeOut();
    expect(voter.roleName).toBe("follower");
    const askedAtMs = voter.nowMs;
    voter.timeOut();
    expect(voter.roleName).toBe("preCandidate");
    expect(voter.nowMs).toBeGreaterThan(askedAtMs);
  }),
  claim("4. no refused request and no pre-vote moves a timer", (protocol) => {
    const voter = aFollower(protocol, { votedFor: "c" });
    const { waitFromMs, draw } = voter.node;
    voter.hear("b", voteRequest(voter.node.record.configuration, { term: 1 }), voter.nowMs + 50);
    voter.hear("b", voteRequest(voter.node.record.configuration, { preVote: true }), voter.nowMs + 50);
    const older = { ...voter.node.record.configuration, id: { term: 0, version: 0, digest: "" } };
    voter.hear("b", voteRequest(older, { term: 3 }), voter.nowMs + 50);
    expect(voter.term).toBe(3);
    expect(voter.node).toMatchObject({ waitFromMs, draw });
  }),

  claim(
    "5. a pre-vote needs a term above the own, a configuration not older, and the hold ended",
    (protocol) => {
      const configuration = protocol.configurationOf(1, 3, founders("abc"), []);
      const voter = aFollowerOf(protocol, "c", { configuration });
      const contactMs = voter.nowMs;
      const ask = (over: object, atMs: number) =>
        voter.hear("b", voteRequest(configuration, { preVote: true, ...over }), atMs);
      expect(ask({}, contactMs + 149.9)).toMatchObject({ granted: false, reason: "voteHold" });
      expect(ask({ term: 1 }, contactMs + 150)).toMatchObject({ granted: false, reason: "staleTerm" });
      const older = protocol.configurationOf(1, 2, founders("abc"), []);
      expect(ask({ configuration: older }, contactMs + 150)).toMatchObject({ reason: "olderConfiguration" });
      expect(ask({}, contactMs + 150)).toMatchObject({ granted: true, preVote: true, term: 2 });
    },
  ),
  claim("5. several askers may be granted a pre-vote, and nothing is written", (protocol) => {
    const voter = aFollower(protocol);
    const request = voteRequest(voter.node.record.configuration, { preVote: true });
    for (const id of ["b", "c", "b"]) {
      expect(voter.hear(id, request)).toMatchObject({ granted: true });
      expect(voter.kinds()).toEqual(["send"]);
    }
  }),
  claim("5. a leader grants no pre-vote, with a lease or without", (protocol) => {
    const leader = aLeader(protocol);
    const request = voteRequest(leader.node.record.configuration, { term: 9, preVote: true });
    expect(leader.hear("b", request)).toMatchObject({ granted: false, reason: "leaderAlive" });
    expect(leader.hear("b", request, leader.leaseUntilMs + 1)).toMatchObject({ reason: "leaderAlive" });
  }),

  claim("6. a request repeated by the candidate that has the vote is granted again", (protocol) => {
    const voter = aFollower(protocol);
    const request = voteRequest(voter.node.record.configuration);
    for (let time = 0; time < 3; time++) expect(voter.hear("b", request)).toMatchObject({ granted: true });
  }),
  claim("6. but not before the hold has ended, as after a restart", (protocol) => {
    const voter = aFollower(protocol);
    const request = voteRequest(voter.node.record.configuration);
    expect(voter.hear("b", request)).toMatchObject({ granted: true });
    const again = voter.restart();
    expect(again.hear("b", request, again.nowMs + 149)).toMatchObject({ granted: false, reason: "voteHold" });
    expect(again.hear("b", request, again.nowMs + 1)).toMatchObject({ granted: true });
  }),
  claim("6. one peer's reply counts once per round", (protocol) => {
    const candidate = aCandidate(protocol, { voters: "abcde" });
    const grant = voteReply({ round: candidate.node.round });
    candidate.hear("b", grant);
    candidate.hear("b", grant);
    expect(candidate.roleName).toBe("candidate");
    candidate.hear("c", grant);
    expect(candidate.roleName).toBe("leader");
  }),
  claim("6. pre-vote replies never count in an election", (protocol) => {
    const candidate = aCandidate(protocol);
    candidate.hear("b", voteReply({ preVote: true, round: candidate.node.round }));
    candidate.hear("b", voteReply({ preVote: true, term: 3, round: candidate.node.round }));
    candidate.hear("c", voteReply({ preVote: true, round: candidate.node.round - 1 }));
    expect(candidate.roleName).toBe("candidate");
  }),
  claim("6. replies of another round never count", (protocol) => {
    const asker = aPreCandidate(protocol);
    const stale = voteReply({ preVote: true, round: asker.node.round });
    asker.timeOut();
    expect(asker.node.round).toBe(stale.round + 1);
    asker.hear("b", stale);
    expect(asker.roleName).toBe("preCandidate");
  }),
  claim("6. replies read after the round's timeout has passed never count", (protocol) => {
    const asker = aPreCandidate(protocol);
    const reply = voteReply({ preVote: true, round: asker.node.round });
    asker.hear("b", reply, asker.node.timerAtMs);
    expect(asker.roleName).toBe("preCandidate");
  }),
  claim("6. only voters count: an observer's vote is worth nothing", (protocol) => {
    const configuration = protocol.configurationOf(0, 1, founders("abc"), [known("o")]);
    const candidate = aCandidate(protocol, { configuration });
    candidate.hear("o", voteReply({ round: candidate.node.round }));
    expect(candidate.roleName).toBe("candidate");
  }),

  claim("7. whether I am a voter in my own configuration does not matter to my vote", (protocol) => {
    const configuration = protocol.configurationOf(0, 1, founders("bc"), []);
    const node = aFollower(protocol, { configuration });
    const newer = protocol.configurationOf(1, 4, founders("abc"), []);
    expect(node.hear("c", voteRequest(newer))).toMatchObject({ granted: true });
    expect(node.node.record.configuration).toBe(configuration);
  }),
  claim(
    "7. a joining node grants nothing until it has taken a configuration from a heartbeat",
    (protocol) => {
      const joiner = aFollower(protocol, { configuration: protocol.nobody, term: 0 });
      const configuration = protocol.configurationOf(1, 4, founders("abc"), []);
      for (const preVote of [true, false])
        expect(joiner.hear("b", voteRequest(configuration, { preVote }))).toMatchObject({
          granted: false,
          reason: "notReady",
        });
      joiner.hear("b", heartbeat(configuration, { term: 2, configuration }));
      expect(joiner.hear("c", voteRequest(configuration, { term: 3 }), joiner.nowMs + 150)).toMatchObject({
        granted: true,
      });
    },
  ),

  claim("8. a restarted node treats its start as contact and holds", (protocol) => {
    const again = aFollower(protocol, { term: 3 }).restart(2000);
    const { configuration } = again.node.record;
    const ask = (preVote: boolean, atMs: number) =>
      again.hear("b", voteRequest(configuration, { term: 4, preVote }), atMs);
    for (const preVote of [true, false]) expect(ask(preVote, 2149.9)).toMatchObject({ reason: "voteHold" });
    expect(ask(false, 2150)).toMatchObject({ granted: true });
    const candidate = aFollower(protocol, { term: 3 }).restart(2000);
    while (candidate.roleName === "follower") candidate.timeOut();
    expect(candidate.nowMs).toBe(2225);
  }),
  claim("8. for the hold of its record or of its settings, whichever is longer", (protocol) => {
    const shorter = aFollower(protocol, { term: 3, timing: { voteHoldMs: 140 } }).restart(2000, {
      voteHoldMs: 100,
    });
    const request = voteRequest(shorter.node.record.configuration, { term: 4 });
    expect(shorter.hear("b", request, 2139.9)).toMatchObject({ reason: "voteHold" });
    expect(shorter.hear("b", request, 2140)).toMatchObject({ granted: true });
    const longer = aFollower(protocol, { term: 3, timing: { voteHoldMs: 100 } }).restart(2000);
    expect(longer.hear("b", request, 2149.9)).toMatchObject({ reason: "voteHold" });
  }),
  claim("8. the record's value is lowered only when the hold of this start has ended", (protocol) => {
    const node = aFollower(protocol, { term: 3, timing: { voteHoldMs: 140 } }).restart(2000, {
      voteHoldMs: 100,
    });
    const { configuration } = node.node.record;
    node.hear("b", heartbeat(configuration, { term: 4 }), 2139);
    expect(node.node.durable.voteHoldMs).toBe(140);
    // Crashing again before then, it must still hold for the 140 ms that its first life may have promised.
    const again = node.restart(2139.5, { voteHoldMs: 100 });
    expect(again.hear("b", voteRequest(configuration, { term: 5 }), 2279)).toMatchObject({
      reason: "voteHold",
    });
    node.tell({ kind: "timer" }, 2140);
    expect(node.node.durable.voteHoldMs).toBe(100);
  }),
  claim("8. the record's value is raised before a longer hold is promised", (protocol) => {
    const node = aFollower(protocol, { term: 3, timing: { voteHoldMs: 100 } });
    const settings = { ...node.node.settings, voteHoldMs: 150 };
    const again = protocol.createNode({ id: "a", settings, record: node.node.durable, nowMs: 2000 });
    const effects: unknown[] = [];
    protocol.step(again, { kind: "start" }, 2000, effects as never);
    expect(effects).toContainEqual({ kind: "persist", record: expect.objectContaining({ voteHoldMs: 150 }) });
    const message = heartbeat(again.record.configuration, { term: 4 });
    const told: unknown[] = [];
    protocol.step(again, { kind: "message", from: "b", incarnation: "b-1", message }, 2001, told as never);
    expect(told).toContainEqual(
      expect.objectContaining({ kind: "send", message: expect.objectContaining({ voteHoldMs: 100 }) }),
    );
  }),
  claim("8. a node at term 0 has promised nothing and votes at once", (protocol) => {
    const founder = aFollower(protocol, { term: 0 }).restart(2000);
    expect(founder.hear("b", voteRequest(founder.node.record.configuration, { term: 1 }))).toMatchObject({
      granted: true,
    });
  }),
];
