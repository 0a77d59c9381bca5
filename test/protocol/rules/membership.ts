import { expect } from "vitest";
import type { RequestVote } from "../../../src/protocol/index.js";
import { heartbeat, heartbeatReply, voteReply, voteRequest } from "../support/messages.js";
import {
  aFollower,
  aFollowerOf,
  aLeader,
  aNewLeader,
  aPreCandidate,
  founders,
  known,
} from "../support/nodes.js";
import { change, hearAll } from "../support/requests.js";
import { claim } from "./rule.js";

/** Rules 18 to 20: membership. */
export const membership = [
  claim(
    "18. no change before replies of this leadership show a quorum holding exactly the current configuration",
    (protocol) => {
      const leader = aNewLeader(protocol, { voters: "abcde" });
      expect(change(leader, founders("abcd"))).toBe("notCommitted");
      leader.hear("b", heartbeatReply(leader));
      leader.hear(
        "c",
        heartbeatReply(leader, {
          configurationId: { term: 0, version: 1, digest: leader.node.record.configuration.id.digest },
        }),
      );
      leader.hear("d", heartbeatReply(leader, { term: 1 }));
      expect(change(leader, founders("abcd"))).toBe("notCommitted");
      leader.hear("c", heartbeatReply(leader));
      expect(change(leader, founders("abcd"))).toBeNull();
      expect(change(leader, founders("abc"))).toBe("notCommitted");
    },
  ),
  claim("18. nor before the own write of the current one is done", (protocol) => {
    const leader = aLeader(protocol);
    leader.quickDisk = false;
    expect(change(leader, founders("abc"), [known("o")])).toBeNull();
    hearAll(leader, "bc");
    expect(change(leader, founders("ab"))).toBe("notCommitted");
    leader.persist();
    expect(change(leader, founders("ab"))).toBeNull();
  }),
  claim("18. the new one has version + 1 and the leader's term", (protocol) => {
    const leader = aLeader(protocol, { term: 4 });
    expect(change(leader, founders("ab"))).toBeNull();
    expect(leader.node.record.configuration.id).toMatchObject({ term: 5, version: 2 });
    expect(leader.node.durable.configuration.voters.map(({ id }) => id)).toEqual(["a", "b"]);
  }),
  claim(
    "18. it may differ in an address alone: who holds the one before, whose digest is the same, does not hold it",
    (protocol) => {
      const leader = aLeader(protocol);
      const before = leader.node.record.configuration.id;
      const moved = founders("abc").map((one) =>
        one.id === "b" ? { ...one, address: "ws://moved:1" } : one,
      );
      expect(change(leader, moved)).toBeNull();
      const { configuration } = leader.node.record;
      expect(configuration.id).toEqual({ ...before, version: before.version + 1 });
      leader.nowMs += 1;
      for (const id of "bc") leader.hear(id, heartbeatReply(leader, { configurationId: before }));
      expect(change(leader, founders("abc"))).toBe("notCommitted");
      hearAll(leader, "bc");
      const follower = aFollowerOf(protocol, "a", { id: "c" });
      follower.hear("a", heartbeat(configuration, { seq: 9, configuration }));
      expect(follower.node.durable.configuration).toEqual(configuration);
      expect(change(leader, founders("abc"))).toBeNull();
    },
  ),
  claim("18. it differs by one voter, includes the leader and is not empty", (protocol) => {
    const leader = aLeader(protocol, { voters: "abcd" });
    expect(change(leader, founders("ab"))).toBe("moreThanOneVoter");
    expect(change(leader, founders("bcd"))).toBe("leaderNotIncluded");
    expect(change(leader, [])).toBe("empty");
    expect(change(leader, founders("abcd"), founders("d"))).toBe("duplicateMember");
    expect(change(leader, founders("abc"), [known("x"), known("y"), known("z")])).toBeNull();
  }),
  claim(
    "18. a new voter comes from the observers, holds the current configuration and has promised",
    (protocol) => {
      const leader = aLeader(protocol);
      const grown = [...founders("abc"), known("d")];
      expect(change(leader, grown)).toBe("newVoterNotObserver");
      expect(change(leader, founders("abc"), [known("d")])).toBeNull();
      hearAll(leader, "bc");
      expect(change(leader, grown)).toBe("notReady");
      leader.hear("d", heartbeatReply(leader, { accepted: false, reason: null }));
      expect(change(leader, grown)).toBe("notReady");
      leader.hear("d", heartbeatReply(leader));
      expect(change(leader, grown)).toBeNull();
    },
  ),
  claim("18. a voter that was an observer keeps its promise, and is counted as heard", (protocol) => {
    const leader = aLeader(protocol);
    change(leader, founders("abc"), [known("d")]);
    hearAll(leader, "bcd");
    const { leaseUntilMs } = leader;
    expect(change(leader, [...founders("abc"), known("d")])).toBeNull();
    expect(leader.leaseUntilMs).toBe(leaseUntilMs);
    expect(leader.kinds()).not.toContain("lost");
  }),
  claim("18. a voter leaves altogether before it may come back as an observer", (protocol) => {
    const configuration = protocol.configurationOf(1, 2, [...founders("abc"), known("d")], []);
    const leader = aLeader(protocol, { configuration });
    expect(change(leader, founders("abc"), [known("d")])).toBe("voterBecomesObserver");
    expect(change(leader, founders("abc"))).toBeNull();
    hearAll(leader, "bc");
    expect(change(leader, founders("abc"), [known("d")])).toBeNull();
  }),
  claim("18. compare-and-set on term and version", (protocol) => {
    const leader = aLeader(protocol);
    for (const expected of [
      { term: 2, version: 2 },
      { term: 1, version: 1 },
    ]) {
      leader.tell({ kind: "reconfigure", request: 1, expected, voters: founders("ab"), observers: [] });
      expect(leader.effects).toContainEqual({ kind: "answered", request: 1, refusal: "changedMeanwhile" });
    }
  }),
  claim("18. a leader that hands over changes nothing more, and others never could", (protocol) => {
    const leader = aLeader(protocol);
    leader.tell({ kind: "transfer", to: "b", reason: "resigned", request: 1 });
    expect(change(leader, founders("ab"))).toBe("handingOver");
    expect(change(aFollower(protocol), founders("ab"))).toBe("notLeader");
  }),
  claim("18. a voter that is removed takes its promise with it, even if it comes back", (protocol) => {
    const leader = aLeader(protocol);
    expect(change(leader, founders("ab"))).toBeNull();
    hearAll(leader, "b");
    expect(change(leader, founders("ab"), [known("c", "c-2")])).toBeNull();
    hearAll(leader, "b");
    leader.hear("c", heartbeatReply(leader, { accepted: false, reason: null }), leader.nowMs, "c-2");
    expect(change(leader, [...founders("ab"), known("c", "c-2")])).toBe("notReady");
  }),
  claim("18. an observer that comes back as another takes the promise of the first with it", (protocol) => {
    const leader = aLeader(protocol);
    change(leader, founders("abc"), [known("d")]);
    hearAll(leader, "bcd");
    expect(change(leader, founders("abc"), [known("d", "d-2")])).toBeNull();
    hearAll(leader, "bc");
    leader.hear("d", heartbeatReply(leader, { accepted: false, reason: null }), leader.nowMs, "d-2");
    expect(change(leader, [...founders("abc"), known("d", "d-2")])).toBe("notReady");
  }),

  claim(
    "19. a node takes a newer configuration from its leader's heartbeat, durable before the reply",
    (protocol) => {
      const node = aFollowerOf(protocol, "b");
      node.quickDisk = false;
      const configuration = protocol.configurationOf(1, 2, founders("abcd"), []);
      node.hear("b", heartbeat(configuration, { seq: 2, configuration }));
      expect(node.kinds()).toEqual(["persist", "send"]);
      expect(node.writes[0]?.configuration).toEqual(configuration);
      expect(node.sent("heartbeatReply")[0]).toMatchObject({ configurationId: configuration.id });
    },
  ),
  claim("19. never an older one, and never from a request", (protocol) => {
    const configuration = protocol.configurationOf(1, 5, founders("abc"), []);
    const node = aFollower(protocol, { configuration });
    const older = protocol.configurationOf(1, 4, founders("abcd"), []);
    const newer = protocol.configurationOf(1, 6, founders("abcd"), []);
    node.hear("b", heartbeat(older, { configuration: older }));
    node.hear("c", voteRequest(newer, { term: 4 }), node.nowMs + 500);
    node.hear("c", voteRequest(newer, { term: 5, preVote: true }), node.nowMs + 500);
    expect(node.node.record.configuration).toBe(configuration);
  }),
  claim("19. a refusal to a member that goes by an older one carries the whole", (protocol) => {
    const configuration = protocol.configurationOf(1, 5, founders("abc"), []);
    const older = protocol.configurationOf(1, 4, founders("abcd"), []);
    const node = aFollower(protocol, { configuration });
    const answered = (request: RequestVote, from = "b") => {
      node.hear(from, request, node.nowMs + 500);
      return node.sent("requestVoteReply")[0];
    };
    expect(answered(voteRequest(older, { term: 4, preVote: true }))).toMatchObject({
      reason: "olderConfiguration",
      configuration,
    });
    expect(answered(voteRequest(older, { term: 0 }))).toMatchObject({ reason: "staleTerm", configuration });
    expect(answered(voteRequest(configuration, { term: 0 }))).toMatchObject({ configuration: null });
    // Who does not belong is told no more than that.
    expect(answered(voteRequest(older, { term: 4 }), "d")).toMatchObject({
      reason: "notMember",
      configuration: null,
    });
  }),
  claim("19. who is refused so takes it, durable first, and waits to ask again", (protocol) => {
    const node = aPreCandidate(protocol, { voters: "abcde" });
    const { round } = node.node;
    const configuration = protocol.configurationOf(1, 2, founders("abcd"), []);
    const refusal = { preVote: true, round, granted: false, term: 1 } as const;
    node.quickDisk = false;
    node.hear("b", voteReply({ ...refusal, reason: "olderConfiguration", configuration }));
    expect(node.kinds().at(0)).toBe("persist");
    expect(node.writes[0]?.configuration).toEqual(configuration);
    expect(node.roleName).toBe("follower");
    // Its round asked under the older one: what still answers it counts no more.
    for (const id of "cde") node.hear(id, voteReply({ ...refusal, granted: true, term: 2 }));
    expect(node.roleName).toBe("follower");
    node.persist();
    const refusedAtMs = node.nowMs;
    node.timeOut();
    expect(node.roleName).toBe("preCandidate");
    expect(node.sent("requestVote")[0]).toMatchObject({ configuration });
    expect(node.nowMs - refusedAtMs).toBeGreaterThanOrEqual(node.node.settings.electionTimeout.minMs);
  }),
  claim("19. never an older one from a refusal either", (protocol) => {
    const configuration = protocol.configurationOf(1, 5, founders("abc"), []);
    const node = aPreCandidate(protocol, { configuration });
    const older = protocol.configurationOf(1, 4, founders("abcd"), []);
    node.hear("b", voteReply({ preVote: true, granted: false, term: 1, configuration: older }));
    expect(node.node.record.configuration).toBe(configuration);
    expect(node.roleName).toBe("preCandidate");
  }),
  claim("19. a leader takes none", (protocol) => {
    const leader = aLeader(protocol);
    const configuration = protocol.configurationOf(2, 9, founders("abcd"), []);
    leader.hear("b", heartbeat(configuration, { term: 2, configuration }));
    leader.hear("b", voteReply({ term: leader.node.record.term, granted: false, configuration }));
    expect(leader.node.record.configuration.id.version).toBe(1);
    expect(leader.roleName).toBe("leader");
  }),
  claim(
    "19. the whole configuration goes to peers not known to hold it, its id to the others",
    (protocol) => {
      const leader = aNewLeader(protocol);
      leader.hear("b", heartbeatReply(leader));
      leader.timeOut();
      expect(leader.sentTo("b")[0]).toMatchObject({ configuration: null });
      expect(leader.sentTo("c")[0]).toMatchObject({ configuration: leader.node.record.configuration });
    },
  ),

  claim(
    "20. a node whose round is answered only by notMember under newer configurations says removed, and asks on",
    (protocol) => {
      const asker = aPreCandidate(protocol, { id: "c" });
      const refusal = { term: 1, preVote: true, granted: false, reason: "notMember" } as const;
      const newer = protocol.configurationOf(1, 2, founders("ab"), []).id;
      asker.hear("a", voteReply({ ...refusal, round: asker.node.round, configurationId: newer }));
      asker.hear("b", voteReply({ ...refusal, round: asker.node.round, configurationId: newer }));
      expect(asker.node.removed).toBe(true);
      while (asker.roleName !== "preCandidate") asker.timeOut();
      expect(asker.sent("requestVote")).toHaveLength(2);
    },
  ),
  claim(
    "20. but not one that anybody answers otherwise, or that older configurations do not know",
    (protocol) => {
      for (const other of [
        { reason: "voteHold", configurationId: { term: 1, version: 2, digest: "" } },
        { reason: "notMember", configurationId: { term: 0, version: 0, digest: "" } },
      ] as const) {
        const asker = aPreCandidate(protocol, { id: "c" });
        const refusal = { term: 1, preVote: true, granted: false, round: asker.node.round } as const;
        asker.hear(
          "a",
          voteReply({
            ...refusal,
            reason: "notMember",
            configurationId: { term: 1, version: 2, digest: "" },
          }),
        );
        asker.hear("b", voteReply({ ...refusal, ...other }));
        expect(asker.node.removed).toBe(false);
      }
    },
  ),
  claim(
    "20. a node that takes a configuration without itself says removed, until one names it again",
    (protocol) => {
      const node = aFollowerOf(protocol, "b");
      const without = protocol.configurationOf(1, 2, founders("bc"), []);
      node.hear("b", heartbeat(without, { seq: 2, configuration: without }));
      expect(node.node.removed).toBe(true);
      expect(node.restart(node.nowMs + 1).node.removed).toBe(true);
      const again = protocol.configurationOf(1, 3, founders("bc"), [known("a")]);
      node.hear("b", heartbeat(again, { seq: 3, configuration: again }));
      expect(node.node.removed).toBe(false);
      const joining = aFollower(protocol, { configuration: protocol.nobody, term: 0 });
      expect(joining.restart().node.removed).toBe(false);
    },
  ),
];
