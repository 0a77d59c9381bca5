import { expect } from "vitest";
import { heartbeat, heartbeatReply, voteReply, voteRequest } from "../../support/protocol-messages.js";
import {
  type Actor,
  aFollower,
  aFollowerOf,
  aLeader,
  aNewLeader,
  aPreCandidate,
  founders,
} from "../../support/protocol-nodes.js";
import { claim } from "./claim.js";

/** Lets its heartbeat timer fire, and returns when it beat. */
function beat(leader: Actor): number {
  const { role } = leader.node;
  if (role.name !== "leader") throw new Error("leads no longer");
  leader.tell({ kind: "timer" }, role.nextHeartbeatAtMs);
  return leader.nowMs;
}

/** Begins to hand over to `b`, and has `b` get the order. */
function handOver(leader: Actor): void {
  leader.tell({ kind: "transfer", to: "b", reason: "resigned", request: 1 });
  leader.tell({ kind: "drained" }, leader.nowMs + 20);
}

/** Rules 16 and 17: handing over, and why no two leases overlap. */
export const transfer = [
  claim(
    "16. a transfer gives the lease up and announces the loss, and goes on beating until the service has drained",
    (protocol) => {
      const leader = aLeader(protocol);
      leader.tell({ kind: "transfer", to: "b", reason: "resigned", request: 7 });
      expect(leader.effects).toEqual([
        { kind: "lost", term: 2, reason: "resigned" },
        { kind: "answered", request: 7, refusal: null },
      ]);
      expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
      beat(leader);
      expect(leader.sent("heartbeat")).toHaveLength(2);
      for (const id of ["b", "c"]) leader.hear(id, heartbeatReply(leader));
      expect(leader.node.announcedTerm).toBeNull();
    },
  ),
  claim("16. then in one step it stops, orders the heir to campaign and steps down", (protocol) => {
    const leader = aLeader(protocol);
    handOver(leader);
    expect(leader.sentTo("b")).toEqual([{ kind: "timeoutNow", term: 2 }]);
    expect(leader.sentTo("c")).toEqual([]);
    expect(leader.node.role).toEqual({ name: "follower", leader: null });
    expect(leader.term).toBe(2);
  }),
  claim("16. only to another voter known to hold the current configuration", (protocol) => {
    const leader = aNewLeader(protocol);
    leader.hear("b", heartbeatReply(leader, { configurationId: { term: 0, version: 1, digest: "" } }));
    const ask = (to: string) => leader.tell({ kind: "transfer", to, reason: "resigned", request: 1 });
    expect(ask("b")).toContainEqual({ kind: "answered", request: 1, refusal: "notReady" });
    for (const to of ["a", "z"])
      expect(ask(to)).toContainEqual({ kind: "answered", request: 1, refusal: "notVoter" });
    leader.hear("b", heartbeatReply(leader));
    expect(ask("b")).toContainEqual({ kind: "answered", request: 1, refusal: null });
    expect(ask("b")).toContainEqual({ kind: "answered", request: 1, refusal: "handingOver" });
  }),
  claim(
    "16. the target campaigns at once, without pre-vote, if its term is the leader's and it is a voter",
    (protocol) => {
      const heir = aFollowerOf(protocol, "b");
      heir.hear("b", { kind: "timeoutNow", term: 2 });
      expect(heir.roleName).toBe("follower");
      heir.hear("b", { kind: "timeoutNow", term: 1 });
      expect(heir.roleName).toBe("candidate");
      expect(heir.sent("requestVote")[0]).toMatchObject({ preVote: false, term: 2, transferFromTerm: 1 });
      const observer = aFollowerOf(protocol, "b", {
        configuration: protocol.configurationOf(0, 1, founders("bc"), founders("a")),
      });
      observer.hear("b", { kind: "timeoutNow", term: 1 });
      expect(observer.roleName).toBe("follower");
    },
  ),
  claim(
    "16. a hold that comes from that leader or an earlier one does not stop a vote for the heir",
    (protocol) => {
      const voter = aFollowerOf(protocol, "b", { term: 5 });
      const request = voteRequest(voter.node.record.configuration, { term: 6, transferFromTerm: 5 });
      expect(voter.hear("c", request)).toMatchObject({ granted: true, term: 6 });
      const restarted = aFollowerOf(protocol, "b", { term: 5 }).restart();
      expect(restarted.hear("c", request)).toMatchObject({ granted: true, term: 6 });
    },
  ),
  claim("16. but a hold that comes from a later leader does", (protocol) => {
    const voter = aFollowerOf(protocol, "b", { term: 5 });
    const request = voteRequest(voter.node.record.configuration, { term: 6, transferFromTerm: 4 });
    expect(voter.hear("c", request)).toMatchObject({ granted: false, reason: "voteHold", term: 5 });
    const restarted = aFollowerOf(protocol, "b", { term: 5 }).restart();
    expect(restarted.hear("c", request)).toMatchObject({ granted: false, reason: "voteHold", term: 5 });
  }),
  claim("16. a transfer lifts no hold for pre-votes", (protocol) => {
    const voter = aFollowerOf(protocol, "b", { term: 5 });
    const request = voteRequest(voter.node.record.configuration, {
      term: 6,
      transferFromTerm: 5,
      preVote: true,
    });
    expect(voter.hear("c", request)).toMatchObject({ granted: false, reason: "voteHold" });
  }),
  claim("16. only this one campaign carries the transfer", (protocol) => {
    const heir = aFollowerOf(protocol, "b");
    heir.hear("b", { kind: "timeoutNow", term: 1 });
    while (heir.roleName !== "preCandidate") heir.timeOut();
    expect(heir.sent("requestVote")[0]).toMatchObject({ preVote: true, transferFromTerm: null });
    heir.hear("c", voteReply({ preVote: true, term: 3, round: heir.node.round }));
    expect(heir.sent("requestVote")[0]).toMatchObject({ preVote: false, term: 3, transferFromTerm: null });
  }),
  claim(
    "16. without a named heir, the voter with the current configuration that was heard last",
    (protocol) => {
      const leader = aLeader(protocol);
      beat(leader);
      leader.hear("c", heartbeatReply(leader), leader.nowMs + 1);
      leader.tell({ kind: "transfer", to: null, reason: "unhealthy", request: 1 });
      leader.tell({ kind: "drained" });
      expect(leader.sent("timeoutNow")).toHaveLength(1);
      expect(leader.sentTo("c")).toHaveLength(1);
    },
  ),

  claim(
    "17. no vote that could end a lease is given while it lasts, whatever the clocks do within their bound",
    (protocol) => {
      for (const leaderRate of [0.99, 1, 1.01])
        for (const voterRate of [0.99, 1, 1.01]) {
          const leader = aNewLeader(protocol);
          const voter = aFollower(protocol, { id: "b", term: 2 });
          const [sentMs, heardMs] = [leader.nowMs, voter.nowMs];
          const { configuration } = leader.node.record;
          const reply = voter.hear("a", heartbeat(configuration, { term: 2, configuration }));
          leader.hear("b", reply);
          const leaseTrueMs = (leader.leaseUntilMs - sentMs) / leaderRate;
          const request = voteRequest(configuration, { term: 3 });
          const lastMs = heardMs + leaseTrueMs * voterRate - 0.000_001;
          expect(voter.hear("c", request, lastMs)).toMatchObject({ granted: false });
        }
    },
  ),
  claim("17. nor does a node elect itself while it holds its vote", (protocol) => {
    const node = aFollowerOf(protocol, "b", { timing: { electionTimeout: { minMs: 150, maxMs: 151 } } });
    const contactMs = node.nowMs;
    node.tell({ kind: "timer" }, contactMs + 149);
    expect(node.roleName).toBe("follower");
    const asker = aPreCandidate(protocol);
    asker.hear("b", heartbeat(asker.node.record.configuration));
    asker.hear("c", voteReply({ preVote: true, round: asker.node.round }));
    expect(asker.roleName).toBe("follower");
  }),
];
