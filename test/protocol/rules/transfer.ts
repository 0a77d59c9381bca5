import { expect } from "vitest";
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
  type Protocol,
} from "../support/nodes.js";
import { claim } from "./rule.js";

/** Lets its heartbeat timer fire, and returns when it beat. */
function beat(leader: Actor): number {
  const { role } = leader.node;
  if (role.name !== "leader") throw new Error("leads no longer");
  leader.tell({ kind: "timer" }, role.nextHeartbeatAtMs);
  return leader.nowMs;
}

/** Asks it to hand over to `b`, for this reason. */
function ask(leader: Actor, reason: "resigned" | "unhealthy" = "resigned"): void {
  leader.tell({ kind: "transfer", to: "b", reason, request: 7 });
}

/** A leader of term 2 that was just elected as the transferee of `c`, which may lead for another 100 ms; only `b` has answered, 2 ms ago. */
function aTransferee(protocol: Protocol): Actor {
  const transferee = aFollowerOf(protocol, "c");
  transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 100 });
  transferee.hear("b", voteReply({ term: 2, round: transferee.node.round }));
  transferee.hear("b", heartbeatReply(transferee), transferee.nowMs + 2);
  return transferee;
}

/** Rules 16 and 17: handing over, and why no two leases overlap. */
export const transfer = [
  claim(
    "16. a leader whose transferee can be elected without it orders it to campaign and leads on, and renews its lease no more",
    (protocol) => {
      const leader = aLeader(protocol);
      const { leaseUntilMs } = leader;
      ask(leader);
      expect(leader.kinds()).toEqual(["send", "answered"]);
      expect(leader.sentTo("b")).toEqual([{ kind: "timeoutNow", term: 2, waitMs: 150 }]);
      expect(leader.sentTo("c")).toEqual([]);
      expect(leader.node.announcedTerm).toBe(2);
      beat(leader);
      for (const id of ["b", "c"]) leader.hear(id, heartbeatReply(leader));
      expect(leader.leaseUntilMs).toBe(leaseUntilMs);
    },
  ),
  claim("16. the order says how long the lease may last, and no less than a new one would", (protocol) => {
    const leader = aLeader(protocol);
    const { leaseUntilMs } = leader;
    // Both voters restart and promise less from now on; what they promised before holds.
    for (const id of ["b", "c"]) leader.hear(id, heartbeatReply(leader, { voteHoldMs: 60 }));
    expect(leader.leaseUntilMs).toBe(leaseUntilMs);
    ask(leader);
    expect(leader.sent("timeoutNow")).toEqual([
      { kind: "timeoutNow", term: 2, waitMs: leaseUntilMs - leader.nowMs },
    ]);
  }),
  claim(
    "16. answers of its transferee's term do not end its lease before its time, but those of a later one do",
    (protocol) => {
      const leader = aLeader(protocol);
      ask(leader);
      beat(leader);
      const stale = { accepted: false, reason: "staleTerm" } as const;
      for (const id of ["b", "c"])
        leader.hear(id, heartbeatReply(leader, { ...stale, term: 3, heartbeatTerm: 2 }));
      expect([leader.roleName, leader.term, leader.node.announcedTerm]).toEqual(["leader", 2, 2]);
      leader.hear("c", heartbeatReply(leader, { ...stale, term: 4, heartbeatTerm: 2 }));
      expect(leader.effects[0]).toEqual({ kind: "lost", term: 2, reason: "resigned" });
      expect([leader.roleName, leader.term]).toEqual(["follower", 4]);
      const other = aLeader(protocol);
      other.hear("b", heartbeatReply(other, { ...stale, term: 3, heartbeatTerm: 2 }));
      expect([other.roleName, other.term]).toEqual(["follower", 3]);
    },
  ),
  claim("16. but not as long as the hold of a voter that no lease rests on", (protocol) => {
    const leader = aLeader(protocol, { voters: "abcde" });
    leader.hear("e", heartbeatReply(leader, { voteHoldMs: 20_000 }));
    ask(leader);
    expect(leader.sent("timeoutNow")).toEqual([{ kind: "timeoutNow", term: 2, waitMs: 150 }]);
  }),
  claim("16. its service drains only once the loss is told, so that nothing before it counts", (protocol) => {
    const leader = aLeader(protocol);
    ask(leader);
    expect(leader.tell({ kind: "drained" })).toEqual([]);
    expect(leader.node.announcedTerm).toBe(2);
  }),
  claim(
    "16. it loses with the transferee's first heartbeat, follows, and tells the transferee when its service has drained",
    (protocol) => {
      const leader = aLeader(protocol);
      ask(leader);
      leader.hear("b", heartbeat(leader.node.record.configuration, { term: 3 }));
      expect(leader.effects[0]).toEqual({ kind: "lost", term: 2, reason: "resigned" });
      expect(leader.node.role).toEqual({ name: "follower", leader: "b" });
      leader.tell({ kind: "drained" });
      expect(leader.sentTo("b")).toEqual([{ kind: "handoverDone", term: 2 }]);
      expect(leader.tell({ kind: "drained" })).toEqual([]);
    },
  ),
  claim(
    "16. as it loses and while its service drains, it asks the transferee to wait, once with each heartbeat",
    (protocol) => {
      const plea = { kind: "handoverWait", term: 2, waitMs: 150 };
      const leader = aLeader(protocol);
      ask(leader);
      const { configuration } = leader.node.record;
      for (const seq of [1, 2]) {
        leader.hear("b", heartbeat(configuration, { term: 3, seq }));
        expect(leader.sent("handoverWait")).toEqual([plea]);
      }
      leader.tell({ kind: "drained" });
      leader.hear("b", heartbeat(configuration, { term: 3, seq: 3 }));
      expect(leader.sent("handoverWait")).toEqual([]);
      // Its transferee is late: it asks with its own heartbeats, and with the first of the transferee.
      const alone = aLeader(protocol);
      ask(alone);
      beat(alone);
      expect(alone.sent("handoverWait")).toEqual([]);
      while (alone.node.announcedTerm !== null) alone.timeOut();
      expect(alone.sent("handoverWait")).toEqual([plea]);
      beat(alone);
      expect(alone.sent("handoverWait")).toEqual([plea]);
      alone.hear("b", heartbeat(configuration, { term: 3 }));
      expect(alone.sent("handoverWait")).toEqual([plea]);
    },
  ),
  claim(
    "16. where the transferee does not come, it loses as the lease ends, drains, and steps down with the order repeated",
    (protocol) => {
      const leader = aLeader(protocol);
      const { leaseUntilMs } = leader;
      ask(leader);
      while (leader.node.announcedTerm !== null) leader.timeOut();
      expect(leader.nowMs).toBe(leaseUntilMs);
      expect(leader.effects[0]).toEqual({ kind: "lost", term: 2, reason: "resigned" });
      for (const id of ["b", "c"]) leader.hear(id, heartbeatReply(leader));
      expect(leader.node.announcedTerm).toBeNull();
      leader.tell({ kind: "drained" }, leader.nowMs + 20);
      expect(leader.sent("timeoutNow")).toEqual([{ kind: "timeoutNow", term: 2, waitMs: 0 }]);
      expect(leader.node.role).toEqual({ name: "follower", leader: null });
    },
  ),
  claim("16. a lease that ended before its time in a handover does not come back", (protocol) => {
    const leader = aLeader(protocol);
    ask(leader);
    leader.tell({ kind: "clockJumped" });
    expect(leader.effects[0]).toMatchObject({ kind: "lost" });
    for (const id of ["b", "c"]) leader.hear(id, heartbeatReply(leader));
    expect(leader.node.announcedTerm).toBeNull();
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
  }),
  claim(
    "16. a leader whose vote the transferee needs, or whose service is unfit, gives its lease up at once, and beats on until it has drained",
    (protocol) => {
      const unfit = aLeader(protocol);
      const pair = aLeader(protocol, { voters: "ab" });
      const torn = aNewLeader(protocol);
      torn.hear("c", heartbeatReply(torn));
      torn.hear("b", heartbeatReply(torn, { accepted: false }));
      const cut = aNewLeader(protocol, { voters: "abcde" });
      for (const id of ["b", "c"]) cut.hear(id, heartbeatReply(cut));
      // Its lease runs, but its service has not been told: the write it rests on is under way.
      const untold = aCandidate(protocol);
      untold.quickDisk = false;
      untold.hear("b", voteReply({ term: 2, round: untold.node.round }));
      for (const id of ["b", "c"]) untold.hear(id, heartbeatReply(untold));
      expect(untold.leaseUntilMs).toBeGreaterThan(untold.nowMs);
      ask(untold);
      expect(untold.effects).toEqual([{ kind: "answered", request: 7, refusal: null }]);
      for (const [leader, reason] of [
        [unfit, "unhealthy"],
        [pair, "resigned"],
        [torn, "resigned"],
        [cut, "resigned"],
      ] as const) {
        ask(leader, reason);
        expect(leader.effects).toEqual([
          { kind: "lost", term: 2, reason },
          { kind: "answered", request: 7, refusal: null },
        ]);
        expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
      }
      beat(unfit);
      expect(unfit.sent("heartbeat")).toHaveLength(2);
      for (const id of ["b", "c"]) unfit.hear(id, heartbeatReply(unfit));
      expect(unfit.node.announcedTerm).toBeNull();
    },
  ),
  claim("16. so does one whose service turns out unfit while it hands over", (protocol) => {
    const leader = aLeader(protocol);
    ask(leader);
    ask(leader, "unhealthy");
    expect(leader.kinds()).toEqual(["lost", "send", "answered"]);
    expect(leader.effects[0]).toEqual({ kind: "lost", term: 2, reason: "unhealthy" });
    expect(leader.effects.at(-1)).toEqual({ kind: "answered", request: 7, refusal: "handingOver" });
    leader.tell({ kind: "drained" });
    expect(leader.sent("timeoutNow")).toEqual([{ kind: "timeoutNow", term: 2, waitMs: 0 }]);
  }),
  claim("16. then in one step it stops, orders the transferee to campaign and steps down", (protocol) => {
    const leader = aLeader(protocol);
    ask(leader, "unhealthy");
    leader.tell({ kind: "drained" }, leader.nowMs + 20);
    expect(leader.sent("timeoutNow")).toEqual([{ kind: "timeoutNow", term: 2, waitMs: 0 }]);
    expect(leader.sentTo("b")[0]).toMatchObject({ kind: "timeoutNow" });
    expect(leader.node.role).toEqual({ name: "follower", leader: null });
    expect(leader.term).toBe(2);
  }),
  claim(
    "16. the transferee has no lease before the old one is over by any clock within the bound",
    (protocol) => {
      const transferee = aTransferee(protocol);
      const overMs = transferee.nowMs - 2 + (100 * 1.01) / 0.99;
      expect(transferee.roleName).toBe("leader");
      expect(transferee.node.announcedTerm).toBeNull();
      while (transferee.nowMs < overMs) {
        expect(transferee.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
        expect(transferee.node.announcedTerm).toBeNull();
        transferee.timeOut();
        for (const id of ["b", "c"])
          if (transferee.sentTo(id).length > 0) transferee.hear(id, heartbeatReply(transferee));
      }
      expect(transferee.nowMs).toBeCloseTo(overMs, 6);
      expect(transferee.node.announcedTerm).toBe(2);
    },
  ),
  claim("16. or before who handed over has said that it is", (protocol) => {
    const transferee = aTransferee(protocol);
    for (const [from, term] of [
      ["b", 1],
      ["c", 0],
    ] as const) {
      transferee.hear(from, { kind: "handoverDone", term });
      expect(transferee.node.announcedTerm).toBeNull();
    }
    transferee.hear("c", { kind: "handoverDone", term: 1 });
    expect(transferee.effects.at(-1)).toEqual({ kind: "gained", term: 2 });
  }),
  claim("16. what is over once stays so, in whatever order the words of it come", (protocol) => {
    const transferee = aFollowerOf(protocol, "c");
    transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 100 });
    transferee.hear("c", { kind: "handoverDone", term: 1 });
    transferee.hear("c", { kind: "handoverWait", term: 1, waitMs: 100 });
    transferee.hear("b", voteReply({ term: 2, round: transferee.node.round }));
    transferee.hear("b", heartbeatReply(transferee));
    expect(transferee.node.announcedTerm).toBe(2);
  }),
  claim("16. a transferee that is asked to wait longer does", (protocol) => {
    const transferee = aTransferee(protocol);
    transferee.hear("c", { kind: "handoverWait", term: 1, waitMs: 150 });
    const askedMs = transferee.nowMs;
    transferee.hear("c", { kind: "handoverWait", term: 1, waitMs: 1 });
    while (transferee.node.announcedTerm === null) {
      transferee.timeOut();
      transferee.hear("b", heartbeatReply(transferee));
    }
    expect(transferee.nowMs).toBeCloseTo(askedMs + (150 * 1.01) / 0.99, 6);
  }),
  claim(
    "16. who handed over gets the transferee's heartbeats only once nothing but its word is missing",
    (protocol) => {
      const transferee = aFollowerOf(protocol, "c");
      transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 100 });
      transferee.quickDisk = false;
      transferee.hear("b", voteReply({ term: 2, round: transferee.node.round }));
      expect(transferee.sentTo("b")).toHaveLength(1);
      expect(transferee.sentTo("c")).toEqual([]);
      transferee.hear("b", heartbeatReply(transferee));
      expect(transferee.sentTo("c")).toEqual([]);
      transferee.persist();
      expect(transferee.sentTo("c")).toMatchObject([
        { kind: "heartbeat", term: 2, configuration: { id: { term: 2 } } },
      ]);
      beat(transferee);
      expect(transferee.sentTo("c")).toMatchObject([{ kind: "heartbeat", term: 2 }]);
    },
  ),
  claim("16. nobody is added or removed before the pending handover is over", (protocol) => {
    const transferee = aTransferee(protocol);
    const { id, voters } = transferee.node.record.configuration;
    const remove = {
      kind: "reconfigure",
      expected: id,
      voters: voters.slice(0, 2),
      observers: [],
      request: 1,
    } as const;
    expect(transferee.tell(remove)).toEqual([{ kind: "answered", request: 1, refusal: "notReady" }]);
    transferee.hear("c", { kind: "handoverDone", term: 1 });
    expect(transferee.tell(remove)).toContainEqual({ kind: "answered", request: 1, refusal: null });
  }),
  claim("16. nor has it anything to show without a promise of a quorum", (protocol) => {
    const transferee = aFollowerOf(protocol, "c");
    transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 100 });
    transferee.hear("b", voteReply({ term: 2, round: transferee.node.round }));
    expect(transferee.node.durable).toBe(transferee.node.record);
    expect(transferee.sentTo("c")).toEqual([]);
    transferee.hear("b", heartbeatReply(transferee));
    expect(transferee.sentTo("c")).toMatchObject([{ kind: "heartbeat" }]);
  }),
  claim("16. once the wait is over, all get a heartbeat at once", (protocol) => {
    const transferee = aFollowerOf(protocol, "c");
    transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 20 });
    transferee.hear("b", voteReply({ term: 2, round: transferee.node.round }));
    transferee.timeOut();
    expect(transferee.node.role).toMatchObject({ name: "leader", pendingHandover: null });
    for (const id of ["b", "c"])
      expect(transferee.sentTo(id)).toMatchObject([{ kind: "heartbeat", term: 2 }]);
  }),
  claim(
    "16. a transferee that lacks votes asks for them again with every word of who handed over",
    (protocol) => {
      const transferee = aFollowerOf(protocol, "c", { voters: "abcde" });
      transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 100 });
      const first = transferee.sentTo("c")[0];
      transferee.hear("b", voteReply({ term: 2, round: transferee.node.round }));
      transferee.hear(
        "c",
        voteReply({ term: 1, round: transferee.node.round, granted: false, reason: "leaderAlive" }),
      );
      transferee.hear("c", { kind: "handoverDone", term: 1 });
      expect(transferee.sentTo("b")).toEqual([]);
      for (const id of ["c", "d", "e"]) expect(transferee.sentTo(id)).toEqual([first]);
      transferee.hear("c", voteReply({ term: 2, round: transferee.node.round }));
      expect(transferee.roleName).toBe("leader");
    },
  ),
  claim("16. a vote that was refused before is counted, whichever of its answers comes last", (protocol) => {
    const transferee = aFollowerOf(protocol, "c");
    transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 100 });
    transferee.hear("c", { kind: "handoverDone", term: 1 });
    transferee.hear(
      "c",
      voteReply({ term: 1, round: transferee.node.round, granted: false, reason: "leaderAlive" }),
    );
    transferee.hear("c", voteReply({ term: 2, round: transferee.node.round }));
    expect(transferee.roleName).toBe("leader");
  }),
  claim("16. a transferee that was told of the loss shows itself with its first heartbeat", (protocol) => {
    const transferee = aFollowerOf(protocol, "c");
    transferee.hear("c", { kind: "timeoutNow", term: 1, waitMs: 100 });
    transferee.hear("c", { kind: "handoverWait", term: 1, waitMs: 150 });
    transferee.hear("c", voteReply({ term: 2, round: transferee.node.round }));
    expect(transferee.sentTo("c")[0]).toMatchObject({ kind: "heartbeat", term: 2 });
    expect(transferee.node.announcedTerm).toBeNull();
  }),
  claim("16. an order that comes twice is one order, and no word of a loss", (protocol) => {
    const transferee = aFollowerOf(protocol, "c");
    const order = { kind: "timeoutNow", term: 1, waitMs: 100 } as const;
    transferee.hear("c", order);
    const orderedAtMs = transferee.nowMs;
    const { round } = transferee.node;
    transferee.hear("c", order, transferee.nowMs + 1);
    expect(transferee.effects).toEqual([]);
    transferee.hear("b", voteReply({ term: 2, round }));
    expect(transferee.roleName).toBe("leader");
    expect(transferee.sentTo("c")).toEqual([]);
    transferee.hear("c", order, transferee.nowMs + 1);
    expect(transferee.sentTo("c")).toEqual([]);
    beat(transferee);
    expect(transferee.sentTo("c")).toEqual([]);
    expect(transferee.node.role).toMatchObject({
      pendingHandover: { freeAtMs: orderedAtMs + (100 * 1.01) / 0.99 },
    });
  }),
  claim("16. neither more to wait for nor the end of it makes anybody campaign", (protocol) => {
    for (const word of [
      { kind: "handoverWait", term: 1, waitMs: 100 },
      { kind: "handoverDone", term: 1 },
    ] as const) {
      const node = aFollowerOf(protocol, "c");
      node.hear("c", word);
      expect(node.effects).toEqual([]);
      expect(node.roleName).toBe("follower");
    }
  }),
  claim(
    "16. a leader whose transferee did not come says that it has lost, and gives the order anew",
    (protocol) => {
      const leader = aLeader(protocol);
      ask(leader);
      while (leader.node.announcedTerm !== null) leader.timeOut();
      leader.tell({ kind: "drained" });
      expect(leader.sentTo("b").slice(0, 2)).toEqual([
        { kind: "handoverDone", term: 2 },
        { kind: "timeoutNow", term: 2, waitMs: 0 },
      ]);
      const transferee = aTransferee(protocol);
      transferee.hear("c", { kind: "handoverDone", term: 1 });
      expect(transferee.effects.at(-1)).toEqual({ kind: "gained", term: 2 });
      const unordered = aFollowerOf(protocol, "c");
      unordered.hear("c", { kind: "handoverDone", term: 1 });
      unordered.hear("c", { kind: "timeoutNow", term: 1, waitMs: 0 });
      expect(unordered.node.role).toMatchObject({
        name: "candidate",
        pendingHandover: { freeAtMs: Number.NEGATIVE_INFINITY },
      });
    },
  ),
  claim("16. who leads anew has nothing left to hand over", (protocol) => {
    const leader = aLeader(protocol);
    ask(leader);
    leader.hear("b", heartbeat(leader.node.record.configuration, { term: 3 }));
    while (leader.roleName !== "preCandidate") leader.timeOut();
    leader.hear("c", voteReply({ preVote: true, term: 4, round: leader.node.round }));
    leader.hear("c", voteReply({ term: 4, round: leader.node.round }));
    expect([leader.roleName, leader.node.transferee]).toEqual(["leader", null]);
  }),
  claim("16. an end of the node ends the handover", (protocol) => {
    const leader = aLeader(protocol);
    ask(leader);
    leader.tell({ kind: "stop", reason: "stopped" });
    expect(leader.node.transferee).toBeNull();
    expect(leader.effects[0]).toEqual({ kind: "lost", term: 2, reason: "stopped" });
  }),
  claim(
    "16. a leader that waits itself hands nothing over; where it must, it passes what is left on",
    (protocol) => {
      const transferee = aTransferee(protocol);
      const overMs = transferee.nowMs - 2 + (100 * 1.01) / 0.99;
      ask(transferee);
      expect(transferee.effects).toEqual([{ kind: "answered", request: 7, refusal: "notReady" }]);
      ask(transferee, "unhealthy");
      expect(transferee.sent("timeoutNow")).toEqual([]);
      transferee.tell({ kind: "drained" }, transferee.nowMs + 20);
      const [order] = transferee.sent("timeoutNow");
      expect(order?.term).toBe(2);
      expect(order?.waitMs).toBeCloseTo(overMs - transferee.nowMs, 6);
    },
  ),
  claim("16. only to another voter known to hold the current configuration", (protocol) => {
    const leader = aNewLeader(protocol);
    leader.hear("b", heartbeatReply(leader, { configurationId: { term: 0, version: 1, digest: "" } }));
    const askFor = (to: string) => leader.tell({ kind: "transfer", to, reason: "resigned", request: 1 });
    expect(askFor("b")).toContainEqual({ kind: "answered", request: 1, refusal: "notReady" });
    for (const to of ["a", "z"])
      expect(askFor(to)).toContainEqual({ kind: "answered", request: 1, refusal: "notVoter" });
    leader.hear("b", heartbeatReply(leader));
    expect(askFor("b")).toContainEqual({ kind: "answered", request: 1, refusal: null });
    expect(askFor("b")).toContainEqual({ kind: "answered", request: 1, refusal: "handingOver" });
  }),
  claim(
    "16. the target campaigns at once, without pre-vote, if its term is the leader's and it is a voter",
    (protocol) => {
      const transferee = aFollowerOf(protocol, "b");
      transferee.hear("b", { kind: "timeoutNow", term: 2, waitMs: 0 });
      expect(transferee.roleName).toBe("follower");
      transferee.hear("b", { kind: "timeoutNow", term: 1, waitMs: 0 });
      expect(transferee.roleName).toBe("candidate");
      expect(transferee.sent("requestVote")[0]).toMatchObject({
        preVote: false,
        term: 2,
        transferFromTerm: 1,
      });
      const observer = aFollowerOf(protocol, "b", {
        configuration: protocol.configurationOf(0, 1, founders("bc"), founders("a")),
      });
      observer.hear("b", { kind: "timeoutNow", term: 1, waitMs: 0 });
      expect(observer.roleName).toBe("follower");
    },
  ),
  claim(
    "16. a hold that comes from that leader or an earlier one does not stop a vote for the transferee",
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
    const transferee = aFollowerOf(protocol, "b");
    transferee.hear("b", { kind: "timeoutNow", term: 1, waitMs: 0 });
    while (transferee.roleName !== "preCandidate") transferee.timeOut();
    expect(transferee.sent("requestVote")[0]).toMatchObject({ preVote: true, transferFromTerm: null });
    transferee.hear("c", voteReply({ preVote: true, term: 3, round: transferee.node.round }));
    expect(transferee.sent("requestVote")[0]).toMatchObject({
      preVote: false,
      term: 3,
      transferFromTerm: null,
    });
  }),
  claim(
    "16. without a named transferee, the voter with the current configuration that was heard last",
    (protocol) => {
      const leader = aLeader(protocol);
      beat(leader);
      leader.hear("c", heartbeatReply(leader), leader.nowMs + 1);
      leader.tell({ kind: "transfer", to: null, reason: "unhealthy", request: 1 });
      leader.tell({ kind: "drained" });
      expect(leader.sent("timeoutNow")).toHaveLength(1);
      expect(leader.sentTo("c")[0]).toMatchObject({ kind: "timeoutNow" });
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
  claim(
    "16. an arbiter is no transferee, and neither is a voter that must not campaign at present",
    (protocol) => {
      for (const [candidacy, refusal] of [
        ["arbiter", "arbiter"],
        ["barred", "notContending"],
      ] as const) {
        const leader = aLeader(protocol);
        beat(leader);
        leader.hear("c", heartbeatReply(leader), leader.nowMs + 1);
        leader.hear("b", heartbeatReply(leader, { candidacy }), leader.nowMs + 1);
        ask(leader);
        expect(leader.effects.at(-1)).toEqual({ kind: "answered", request: 7, refusal });
        // Heard last, and passed over all the same.
        leader.tell({ kind: "transfer", to: null, reason: "resigned", request: 8 });
        expect(leader.sent("timeoutNow").length).toBe(leader.sentTo("c").length);
        expect(leader.sentTo("c")).toHaveLength(1);
      }
    },
  ),
];
