import { expect } from "vitest";
import { heartbeat, heartbeatReply, voteReply, voteRequest } from "../support/messages.js";
import { aCandidate, aFollower, aFollowerOf, aLeader, aPreCandidate, settingsFor } from "../support/nodes.js";
import { claim } from "./rule.js";

/** What is durable, and rules 1 to 3: terms first. */
export const terms = [
  claim("0. a vote is ordered to disk before the reply that gives it", (protocol) => {
    const voter = aFollower(protocol);
    voter.quickDisk = false;
    voter.hear("b", voteRequest(voter.node.record.configuration));
    const kinds = voter.kinds();
    expect(kinds).toContain("persist");
    expect(kinds.indexOf("persist")).toBeLessThan(kinds.indexOf("send"));
    expect(voter.writes[0]).toMatchObject({ term: 2, votedFor: "b" });
  }),
  claim("0. the own candidacy is ordered to disk before anybody is asked", (protocol) => {
    const candidate = aCandidate(protocol);
    expect(candidate.effects.find(({ kind }) => kind === "persist")).toMatchObject({
      record: { term: 2, votedFor: "a" },
    });
    expect(candidate.kinds().indexOf("persist")).toBeLessThan(candidate.kinds().indexOf("send"));
  }),
  claim(
    "0. leading is announced only once all that it rests on is durable, also in a cluster of one",
    (protocol) => {
      const only = aFollower(protocol, { voters: "a" });
      only.quickDisk = false;
      only.timeOut();
      expect(only.roleName).toBe("candidate");
      only.persist();
      expect(only.roleName).toBe("leader");
      expect(only.kinds()).not.toContain("gained");
      only.persist();
      expect(only.kinds()).toContain("gained");
    },
  ),
  claim("0. heartbeats carry only what is already durable, and so need not wait for the disk", (protocol) => {
    const leader = aLeader(protocol);
    const { id } = leader.node.durable.configuration;
    const { voters } = leader.node.record.configuration;
    leader.quickDisk = false;
    const observers = [{ id: "d", address: "ws://d:7400", incarnation: "d-1" }];
    leader.tell({ kind: "reconfigure", request: 1, expected: id, voters, observers });
    expect(leader.node.record.configuration.id.version).toBe(2);
    leader.timeOut();
    for (const { configurationId, configuration } of leader.sent("heartbeat")) {
      expect(configurationId).toEqual(id);
      expect(configuration?.id ?? id).toEqual(id);
    }
    expect(leader.sent("heartbeat").length).toBeGreaterThan(0);
    leader.persist();
    expect(leader.sent("heartbeat").map(({ configurationId }) => configurationId.version)).toEqual([2, 2, 2]);
  }),
  claim(
    "0. whatever changes the record is ordered to disk, also what the reply to a heartbeat tells",
    (protocol) => {
      const leader = aLeader(protocol, { voters: "abcd", met: ["b", "c"] });
      expect(leader.node.record.incarnationsMet.get("d")).toBe("d-1");
      expect(leader.node.durable).toBe(leader.node.record);
    },
  ),
  claim("0. a leader whose disk makes no progress for the length of its hold stops leading", (protocol) => {
    const leader = aLeader(protocol, { voters: "abcd", met: ["b", "c"] });
    leader.quickDisk = false;
    const { voters } = leader.node.record.configuration;
    const observers = [{ id: "e", address: "ws://e:7400", incarnation: "e-1" }];
    leader.tell({
      kind: "reconfigure",
      request: 1,
      expected: leader.node.record.configuration.id,
      voters,
      observers,
    });
    const stuckMs = leader.nowMs;
    while (leader.roleName === "leader" && leader.nowMs < stuckMs + 1000) {
      leader.timeOut();
      if (leader.roleName !== "leader") break;
      for (const id of ["b", "c", "d"]) leader.hear(id, heartbeatReply(leader));
    }
    expect(leader.nowMs - stuckMs).toBe(150);
    expect(leader.effects[0]).toMatchObject({ kind: "lost", reason: "unhealthy" });
  }),

  claim(
    "1. a higher term from a heartbeat is adopted, its sender followed and its vote recorded as the sender's",
    (protocol) => {
      const node = aFollower(protocol, { votedFor: "c" });
      node.hear("b", heartbeat(node.node.record.configuration, { term: 5 }));
      expect(node.node.record).toMatchObject({ term: 5, votedFor: "b" });
      expect(node.node.role).toEqual({ name: "follower", leader: "b" });
    },
  ),
  claim("1. a higher term from a request or a reply is adopted and the vote forgotten", (protocol) => {
    const voter = aFollower(protocol, { votedFor: "c" });
    voter.hear(
      "b",
      voteRequest(protocol.foundingConfiguration([]), {
        term: 5,
        configuration: { ...voter.node.record.configuration, id: { term: 0, version: 0, digest: "" } },
      }),
    );
    expect(voter.node.record).toMatchObject({ term: 5, votedFor: null });
    const candidate = aCandidate(protocol);
    candidate.hear(
      "b",
      voteReply({ term: 9, granted: false, reason: "staleTerm", round: candidate.node.round }),
    );
    expect(candidate.node.record).toMatchObject({ term: 9, votedFor: null });
    expect(candidate.roleName).toBe("follower");
  }),
  claim("1. a pre-vote request never changes the receiver", (protocol) => {
    for (const node of [
      aFollower(protocol),
      aPreCandidate(protocol),
      aCandidate(protocol),
      aLeader(protocol),
    ]) {
      const before = structuredClone(node.node);
      node.hear("b", voteRequest(node.node.record.configuration, { term: 99, preVote: true }));
      // But that a member is there is noted (rule 21).
      expect(structuredClone(node.node)).toEqual({ ...before, heardMemberAtMs: node.nowMs });
      expect(node.sent("requestVoteReply")).toHaveLength(1);
    }
  }),
  claim("1. a granted pre-vote reply never changes the term of the asker", (protocol) => {
    const asker = aPreCandidate(protocol, { voters: "abcde" });
    asker.hear("b", voteReply({ term: 9, preVote: true, round: asker.node.round }));
    expect(asker.term).toBe(1);
    expect(asker.roleName).toBe("preCandidate");
    expect(asker.node.role).toMatchObject({ answers: new Map([["a", expect.anything()]]) });
  }),
  claim("1. while the vote hold lasts, a real request is refused without adopting its term", (protocol) => {
    const voter = aFollowerOf(protocol, "c");
    const request = voteRequest(voter.node.record.configuration, { term: 7 });
    expect(voter.hear("b", request, voter.nowMs + 149.9)).toMatchObject({
      granted: false,
      reason: "voteHold",
      term: 1,
    });
    expect(voter.term).toBe(1);
    expect(voter.hear("b", request, voter.nowMs + 0.2)).toMatchObject({ granted: true, term: 7 });
  }),
  claim("1. while the own lease lasts, a real request is refused without adopting its term", (protocol) => {
    const leader = aLeader(protocol);
    const request = voteRequest(leader.node.record.configuration, { term: 7 });
    expect(leader.hear("b", request, leader.leaseUntilMs - 0.1)).toMatchObject({ granted: false, term: 2 });
    expect(leader.roleName).toBe("leader");
    expect(leader.hear("b", request, leader.leaseUntilMs)).toMatchObject({ granted: true, term: 7 });
    expect(leader.roleName).toBe("follower");
  }),

  claim("2. a heartbeat of a lower term is answered with the own term and changes nothing", (protocol) => {
    for (const node of [
      aFollowerOf(protocol, "b", { term: 4, met: ["b"] }),
      aFollower(protocol, { term: 4 }),
    ]) {
      const before = structuredClone(node.node);
      const reply = node.hear("c", heartbeat(node.node.record.configuration, { term: 3, seq: 50 }));
      expect(reply).toMatchObject({ accepted: false, term: 4, heartbeatTerm: 3, reason: "staleTerm" });
      expect(structuredClone(node.node)).toEqual(before);
    }
  }),
  claim("2. a request of a lower term is answered with the own term and changes nothing", (protocol) => {
    const node = aFollower(protocol, { term: 4, met: [] });
    const before = structuredClone(node.node);
    for (const preVote of [true, false]) {
      const request = voteRequest(node.node.record.configuration, { term: 3, preVote });
      expect(node.hear("b", request)).toMatchObject({ granted: false, term: 4, reason: "staleTerm" });
      expect(structuredClone(node.node)).toEqual(before);
    }
  }),
  claim("2. a refusal of a lower term still counts in the running round", (protocol) => {
    const candidate = aCandidate(protocol, { term: 4 });
    const refusal = { term: 2, granted: false, reason: "leaderAlive", round: candidate.node.round } as const;
    for (const id of ["b", "c"]) candidate.hear(id, voteReply(refusal));
    expect(candidate.roleName).toBe("follower");
    expect(candidate.term).toBe(5);
  }),
  claim("2. a heartbeat whose seq is not newer than the last is no contact", (protocol) => {
    const node = aFollowerOf(protocol, "b");
    const { configuration } = node.node.record;
    node.hear("b", heartbeat(configuration, { seq: 7 }));
    const { contactAtMs } = node.node;
    for (const seq of [7, 3])
      expect(node.hear("b", heartbeat(configuration, { seq }), node.nowMs + 10)).toMatchObject({
        accepted: false,
        seq,
      });
    expect(node.node.contactAtMs).toBe(contactAtMs);
    expect(node.hear("b", heartbeat(configuration, { seq: 8 }))).toMatchObject({ accepted: true });
    expect(node.node.contactAtMs).toBe(node.nowMs);
  }),

  claim("3. a leader that sees a higher term in a member's reply steps down", (protocol) => {
    const first = aLeader(protocol);
    first.hear("b", heartbeatReply(first, { term: 8, accepted: false, reason: "staleTerm" }));
    expect(first.roleName).toBe("follower");
    expect(first.effects[0]).toEqual({ kind: "lost", term: 2, reason: "higherTerm" });
    const second = aLeader(protocol);
    second.hear("b", voteReply({ term: 8, granted: false, reason: "staleTerm" }));
    expect(second.roleName).toBe("follower");
    expect(second.term).toBe(8);
  }),
  claim("3. but not because of a granted pre-vote that comes late", (protocol) => {
    const leader = aLeader(protocol);
    leader.hear("b", voteReply({ term: 8, preVote: true }));
    expect(leader.roleName).toBe("leader");
    expect(leader.term).toBe(2);
  }),
  claim("3. nor because of a higher term in the reply of a stranger", (protocol) => {
    const leader = aLeader(protocol);
    leader.hear("z", heartbeatReply(leader, { term: 8, accepted: false, reason: "staleTerm" }));
    expect(leader.roleName).toBe("leader");
  }),
  claim("0. study modes are off by default", (protocol) => {
    expect(settingsFor(protocol).modes).toEqual({
      preVote: true,
      quorumCheck: true,
      voteHold: true,
      durable: true,
    });
  }),
];
