import { expect } from "vitest";
import type { Configuration, NodeId } from "../../../src/protocol/index.js";
import { heartbeat, heartbeatReply, voteReply, voteRequest } from "../support/messages.js";
import {
  type Actor,
  aCandidate,
  aFollower,
  aFollowerOf,
  aLeader,
  aNewLeader,
  aPreCandidate,
  founders,
  known,
  type Protocol,
} from "../support/nodes.js";
import { claim } from "./rule.js";

/** When a follower that hears nothing more begins to campaign. */
function campaignMs(actor: Actor): number {
  while (actor.roleName === "follower" && actor.node.timerAtMs < Number.POSITIVE_INFINITY) actor.timeOut();
  return actor.roleName === "follower" ? Number.POSITIVE_INFINITY : actor.nowMs;
}

/** A voter that never campaigns, in contact with this leader since just now. */
function anArbiterOf(protocol: Protocol, leader: NodeId): Actor {
  const arbiter = aFollower(protocol);
  arbiter.node.arbiter = true;
  arbiter.hear(leader, heartbeat(arbiter.node.record.configuration));
  return arbiter;
}

function withObserver(protocol: Protocol): Configuration {
  return protocol.configurationOf(0, 1, founders("abc"), [known("o")]);
}

/** Rules 9 to 12: campaigning and winning. */
export const campaigning = [
  claim("9. the election timeout is uniform in [minMs, maxMs)", (protocol) => {
    for (const draw of [0, 0.25, 0.999]) {
      const node = aFollower(protocol);
      node.draw = draw;
      node.hear("b", voteRequest(node.node.record.configuration));
      const votedMs = node.nowMs;
      expect(campaignMs(node) - votedMs).toBeCloseTo(150 + draw * 150, 6);
    }
  }),
  claim(
    "9. it is counted from the latest of start, contact, granted vote, own last round and stepping down",
    (protocol) => {
      expect(campaignMs(aFollower(protocol))).toBe(1225);
      const contacted = aFollowerOf(protocol, "b");
      contacted.hear("b", heartbeat(contacted.node.record.configuration, { seq: 2 }), 1100);
      expect(campaignMs(contacted)).toBe(1325);
      const voter = aFollower(protocol);
      voter.hear("b", voteRequest(voter.node.record.configuration), 1200);
      expect(campaignMs(voter)).toBe(1425);
      const asker = aPreCandidate(protocol);
      const askedMs = asker.nowMs;
      asker.timeOut();
      expect(asker.nowMs - askedMs).toBe(225);
      const leader = aLeader(protocol);
      leader.hear("b", heartbeatReply(leader, { term: 9, accepted: false }), leader.nowMs + 40);
      const steppedDownMs = leader.nowMs;
      expect(campaignMs(leader) - steppedDownMs).toBe(225);
    },
  ),
  claim("9. it is drawn anew for each wait and round, not per heartbeat", (protocol) => {
    const node = aFollowerOf(protocol, "b");
    for (let seq = 2; seq < 10; seq++) {
      node.hear("b", heartbeat(node.node.record.configuration, { seq }), node.nowMs + 50);
      expect(node.kinds()).toEqual(["send"]);
    }
    campaignMs(node);
    expect(node.kinds()).toContain("draw");
    node.timeOut();
    expect(node.kinds()).toContain("draw");
  }),

  claim("10. only a voter of its own configuration campaigns", (protocol) => {
    const configuration = protocol.configurationOf(1, 2, founders("bc"), [known("a")]);
    expect(campaignMs(aFollower(protocol, { configuration }))).toBe(Number.POSITIVE_INFINITY);
    expect(campaignMs(aFollower(protocol, { voters: "bc" }))).toBe(Number.POSITIVE_INFINITY);
  }),
  claim("10. and not under the name of another incarnation", (protocol) => {
    const configuration = protocol.configurationOf(1, 2, [known("a", "a-2"), ...founders("bc")], []);
    expect(campaignMs(aFollower(protocol, { configuration }))).toBe(Number.POSITIVE_INFINITY);
  }),
  claim("10. a pre-candidate forgets the leader it knew and keeps its term, vote and hold", (protocol) => {
    const node = aFollowerOf(protocol, "b", { term: 4, votedFor: "b" });
    const { contactAtMs } = node.node;
    campaignMs(node);
    expect(node.roleName).toBe("preCandidate");
    expect(protocol.knownLeader(node.node)).toBeNull();
    expect(node.node.record).toMatchObject({ term: 4, votedFor: "b" });
    expect(node.node.contactAtMs).toBe(contactAtMs);
  }),
  claim("10. nobody campaigns before its own hold has ended", (protocol) => {
    const node = aFollower(protocol, {
      term: 3,
      timing: { electionTimeout: { minMs: 400, maxMs: 401 }, voteHoldMs: 400 },
    });
    const again = node.restart(2000, { electionTimeout: { minMs: 150, maxMs: 300 }, voteHoldMs: 150 });
    again.tell({ kind: "timer" }, 2399);
    expect(again.roleName).toBe("follower");
    expect(campaignMs(again)).toBe(2400);
  }),
  claim("10. a transferred candidate whose round is over waits for its hold again", (protocol) => {
    const transferee = aFollowerOf(protocol, "b", {
      timing: { electionTimeout: { minMs: 300, maxMs: 600 }, voteHoldMs: 300 },
    });
    transferee.hear("b", { kind: "timeoutNow", term: 1, waitMs: 0 });
    expect(transferee.roleName).toBe("candidate");
    transferee.hear("c", voteReply({ granted: false, reason: "alreadyVoted", round: transferee.node.round }));
    transferee.hear("b", voteReply({ granted: false, reason: "alreadyVoted", round: transferee.node.round }));
    expect(transferee.roleName).toBe("follower");
    transferee.tell({ kind: "timer" }, transferee.nowMs + 299);
    expect(transferee.roleName).toBe("follower");
  }),

  claim("11. a quorum of pre-votes, the own included, makes a candidate of the next term", (protocol) => {
    const asker = aPreCandidate(protocol, { voters: "abcde" });
    const grant = voteReply({ preVote: true, round: asker.node.round });
    asker.hear("b", grant);
    expect(asker.roleName).toBe("preCandidate");
    asker.hear("c", grant);
    expect(asker.roleName).toBe("candidate");
    expect(asker.node.record).toMatchObject({ term: 2, votedFor: "a" });
    expect(asker.sent("requestVote").map(({ preVote, term }) => [preVote, term])).toEqual(
      Array(4).fill([false, 2]),
    );
  }),
  claim("11. a quorum of votes makes a leader, and a vote fewer does not", (protocol) => {
    for (const voters of ["abc", "abcd", "abcde"]) {
      const candidate = aCandidate(protocol, { voters });
      const grant = voteReply({ round: candidate.node.round });
      const needed = Math.floor(voters.length / 2);
      for (const id of [...voters].slice(1, needed)) candidate.hear(id, grant);
      expect(candidate.roleName).toBe("candidate");
      candidate.hear(voters.charAt(needed), grant);
      expect(candidate.roleName).toBe("leader");
    }
  }),
  claim("11. the own vote counts only once it is durable", (protocol) => {
    const asker = aPreCandidate(protocol);
    asker.quickDisk = false;
    asker.hear("b", voteReply({ preVote: true, round: asker.node.round }));
    expect(asker.roleName).toBe("candidate");
    asker.hear("b", voteReply({ round: asker.node.round }));
    expect(asker.roleName).toBe("candidate");
    asker.persist();
    expect(asker.roleName).toBe("leader");
  }),
  claim("11. an earlier write that becomes durable is no own vote", (protocol) => {
    const asker = aPreCandidate(protocol, { voters: "ab", met: [] });
    asker.quickDisk = false;
    asker.hear("b", voteReply({ preVote: true, round: asker.node.round }));
    const [met] = asker.writes;
    asker.tell({
      kind: "persisted",
      record: { ...(met as NonNullable<typeof met>), term: 1, votedFor: null },
    });
    asker.hear("b", voteReply({ round: asker.node.round }));
    expect(asker.roleName).toBe("candidate");
  }),
  claim("11. a majority of refusals makes a follower of the same term that waits again", (protocol) => {
    const candidate = aCandidate(protocol);
    const refusal = voteReply({ granted: false, reason: "alreadyVoted", round: candidate.node.round });
    candidate.hear("b", refusal);
    expect(candidate.roleName).toBe("candidate");
    candidate.hear("c", refusal);
    expect(candidate.node.role).toEqual({ name: "follower", leader: null });
    expect(candidate.term).toBe(2);
    const lostMs = candidate.nowMs;
    expect(campaignMs(candidate) - lostMs).toBe(225);
  }),
  claim(
    "11. where holds alone refused, it waits until enough of them end, plus a tenth of the range",
    (protocol) => {
      const asker = aPreCandidate(protocol, { voters: "abcde" });
      const refuse = (id: string, remainingHoldMs: number) =>
        asker.hear(
          id,
          voteReply({
            term: 1,
            preVote: true,
            granted: false,
            reason: "voteHold",
            remainingHoldMs,
            round: asker.node.round,
          }),
        );
      refuse("b", 90);
      refuse("c", 30);
      refuse("d", 60);
      const lostMs = asker.nowMs;
      expect(campaignMs(asker) - lostMs).toBeCloseTo(60 + 7.5, 6);
    },
  ),
  claim(
    "11. that wait is no longer than the least timeout, whatever the holds are said to be",
    (protocol) => {
      const asker = aPreCandidate(protocol);
      const { round } = asker.node;
      const refusal = { term: 1, preVote: true, granted: false, reason: "voteHold", round } as const;
      for (const id of ["b", "c"]) asker.hear(id, voteReply({ ...refusal, remainingHoldMs: 86_400_000 }));
      const lostMs = asker.nowMs;
      expect(campaignMs(asker) - lostMs).toBeCloseTo(150 + 7.5, 6);
    },
  ),
  claim("11. a heartbeat of the same term ends a round, a pre-vote round as well", (protocol) => {
    for (const node of [aPreCandidate(protocol), aCandidate(protocol)]) {
      const { term } = node;
      node.hear("b", heartbeat(node.node.record.configuration, { term }));
      expect(node.node.role).toEqual({ name: "follower", leader: "b" });
      const grant = voteReply({ term: term + 1, preVote: true, round: node.node.round });
      for (const id of ["b", "c"]) node.hear(id, grant);
      expect(node.roleName).toBe("follower");
    }
  }),

  claim(
    "12. on winning the configuration takes the term and keeps its version, and goes to disk",
    (protocol) => {
      const leader = aNewLeader(protocol, {
        term: 6,
        configuration: protocol.configurationOf(3, 9, founders("abc"), []),
      });
      expect(leader.node.record.configuration.id).toMatchObject({ term: 7, version: 9 });
      expect(leader.node.durable.configuration.id).toMatchObject({ term: 7, version: 9 });
    },
  ),
  claim("12. heartbeats go out at once, to observers as well", (protocol) => {
    const configuration = protocol.configurationOf(0, 1, founders("abc"), [known("o")]);
    const candidate = aCandidate(protocol, { configuration });
    candidate.quickDisk = false;
    candidate.hear("b", voteReply({ round: candidate.node.round }));
    expect(candidate.effects.filter(({ kind }) => kind === "send").map((e) => "to" in e && e.to)).toEqual([
      "b",
      "c",
      "o",
    ]);
    expect(candidate.sent("heartbeat")).toHaveLength(3);
  }),
  claim("12. the lease starts empty, and the service is told only when it starts", (protocol) => {
    const leader = aNewLeader(protocol);
    expect(leader.roleName).toBe("leader");
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
    expect(leader.node.announcedTerm).toBeNull();
    leader.hear("b", heartbeatReply(leader));
    expect(leader.effects.at(-1)).toEqual({ kind: "gained", term: 2 });
  }),
  claim(
    "12. a lease that lapses and comes back is told as a loss and a gain of the same term",
    (protocol) => {
      const leader = aLeader(protocol);
      leader.timeOut();
      leader.timeOut();
      const late = heartbeatReply(leader);
      const { leaseUntilMs } = leader;
      leader.hear("b", late, leaseUntilMs + 1);
      expect(leader.effects).toEqual([
        { kind: "lost", term: 2, reason: "leaseExpired" },
        { kind: "gained", term: 2 },
      ]);
    },
  ),
  claim("12. the end of a lease is told when it comes, without a message", (protocol) => {
    const leader = aLeader(protocol);
    const { leaseUntilMs } = leader;
    while (leader.node.announcedTerm !== null) leader.timeOut();
    expect(leader.nowMs).toBe(leaseUntilMs);
    expect(leader.effects[0]).toEqual({ kind: "lost", term: 2, reason: "leaseExpired" });
    expect(leader.roleName).toBe("leader");
  }),
  claim(
    "10. who does not campaign knows no leader once its longest election timeout has passed without contact",
    (protocol) => {
      const barred = aFollowerOf(protocol, "b");
      barred.tell({ kind: "contend", allowed: false });
      const arbiter = anArbiterOf(protocol, "b");
      const observer = aFollowerOf(protocol, "b", { id: "o", configuration: withObserver(protocol) });
      for (const node of [barred, arbiter, observer]) {
        node.hear("b", heartbeat(node.node.record.configuration, { seq: 2 }), 1100);
        while (protocol.knownLeader(node.node) !== null) node.timeOut();
        expect(node.nowMs).toBe(1400);
        expect(node.roleName).toBe("follower");
        expect(node.node.timerAtMs).toBe(Number.POSITIVE_INFINITY);
        node.hear("b", heartbeat(node.node.record.configuration, { seq: 3 }));
        expect(protocol.knownLeader(node.node)).toBe("b");
      }
    },
  ),
  claim("10. one that waits longer for its own campaign forgets no later", (protocol) => {
    const node = aFollowerOf(protocol, "b");
    node.tell({ kind: "contend", allowed: false });
    node.draw = 0.99;
    node.tell({ kind: "contend", allowed: true }, 1200);
    while (protocol.knownLeader(node.node) !== null) node.timeOut();
    expect([node.nowMs, node.roleName]).toEqual([1300, "follower"]);
    expect(campaignMs(node)).toBeCloseTo(1200 + 150 + 0.99 * 150, 6);
  }),
  claim("10. to forget a leader frees neither the hold nor the vote", (protocol) => {
    const node = aFollowerOf(protocol, "b", { votedFor: "b", timing: { voteHoldMs: 150 } });
    const { configuration } = node.node.record;
    protocol.step(node.node, { kind: "contend", allowed: false }, node.nowMs, []);
    const notice = { kind: "leaderNotice", term: 1, seq: 1, leads: false, metadata: null } as const;
    node.hear("b", notice, 1100);
    expect(protocol.knownLeader(node.node)).toBeNull();
    expect(protocol.holdUntil(node.node)).toBe(1150);
    expect(node.hear("c", voteRequest(configuration), 1149)).toMatchObject({
      granted: false,
      reason: "voteHold",
    });
    expect(node.hear("c", voteRequest(configuration, { term: 1 }), 1151)).toMatchObject({
      granted: false,
      reason: "alreadyVoted",
    });
  }),
  claim("10. an arbiter never campaigns, and votes and holds its vote like any other", (protocol) => {
    const arbiter = anArbiterOf(protocol, "b");
    const { configuration } = arbiter.node.record;
    expect(arbiter.hear("b", heartbeat(configuration, { seq: 2 }))).toMatchObject({
      accepted: true,
      voteHoldMs: 150,
      candidacy: "arbiter",
    });
    expect(arbiter.hear("c", voteRequest(configuration))).toMatchObject({ granted: false });
    expect(campaignMs(arbiter)).toBe(Number.POSITIVE_INFINITY);
    arbiter.hear("c", { kind: "timeoutNow", term: 1, waitMs: 0 });
    expect(arbiter.roleName).toBe("follower");
    expect(arbiter.hear("c", voteRequest(configuration))).toMatchObject({ granted: true });
  }),
];
