import { expect } from "vitest";
import { heartbeat, heartbeatReply, voteRequest } from "../support/messages.js";
import {
  type Actor,
  aCandidate,
  aFollower,
  aFollowerOf,
  aLeader,
  aNewLeader,
  aPreCandidate,
} from "../support/nodes.js";
import { claim } from "./rule.js";

/** How long a promise of 150 ms surely lasts, seen from a clock that may be 1 % off when the other may be as well. */
const promisedMs = (150 * 0.99) / 1.01;

/** Lets its heartbeat timer fire, and returns when it beat. */
function beat(leader: Actor): number {
  const { role } = leader.node;
  if (role.name !== "leader") throw new Error("leads no longer");
  leader.tell({ kind: "timer" }, role.nextHeartbeatAtMs);
  return leader.nowMs;
}

/** Rules 13 to 15: the lease and the quorum check. */
export const leading = [
  claim(
    "13. a promise is counted from when the heartbeat was sent, and shortened by both clocks' drift",
    (protocol) => {
      const leader = aNewLeader(protocol);
      const sentAtMs = leader.nowMs;
      leader.hear("b", heartbeatReply(leader), sentAtMs + 40);
      expect(leader.leaseUntilMs).toBeCloseTo(sentAtMs + promisedMs, 9);
    },
  ),
  claim("13. each seq has its own time of sending", (protocol) => {
    const leader = aNewLeader(protocol, { voters: "abcde" });
    const first = heartbeatReply(leader);
    const firstMs = leader.nowMs;
    const secondMs = beat(leader);
    const second = heartbeatReply(leader);
    leader.hear("b", second, secondMs + 5);
    leader.hear("c", first);
    expect(leader.leaseUntilMs).toBeCloseTo(firstMs + promisedMs, 9);
    leader.hear("d", second);
    expect(leader.leaseUntilMs).toBeCloseTo(secondMs + promisedMs, 9);
  }),
  claim("13. no promise is worth more than the quorum timeout", (protocol) => {
    const leader = aNewLeader(protocol);
    const sentAtMs = leader.nowMs;
    for (const id of ["b", "c"])
      leader.hear(id, heartbeatReply(leader, { voteHoldMs: 86_400_000 }), sentAtMs + 5);
    expect(leader.leaseUntilMs).toBeCloseTo(sentAtMs + (300 * 0.99) / 1.01, 9);
    const { role } = leader.node;
    if (role.name !== "leader") throw new Error("leads no longer");
    expect(role.peers.get("b")?.promisedHoldMs).toBe(300);
  }),
  claim("13. promises go forward only, whatever order the replies come in", (protocol) => {
    const leader = aNewLeader(protocol);
    const first = heartbeatReply(leader);
    const secondMs = beat(leader);
    leader.hear("b", heartbeatReply(leader), secondMs + 5);
    leader.hear("b", first);
    expect(leader.leaseUntilMs).toBeCloseTo(secondMs + promisedMs, 9);
  }),
  claim("13. a promise that is over on arrival is no promise and no acknowledgement", (protocol) => {
    const leader = aNewLeader(protocol);
    const wonMs = leader.nowMs;
    beat(leader);
    for (const id of ["b", "c"])
      leader.hear(id, heartbeatReply(leader, { voteHoldMs: 5 }), leader.nowMs + 10);
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
    const { role } = leader.node;
    expect(role.name === "leader" && protocol.quorumContact(leader.node, role, leader.nowMs)).toBe(wonMs);
  }),
  claim("13. a reply not accepted is no promise and no acknowledgement", (protocol) => {
    const leader = aNewLeader(protocol);
    const wonMs = leader.nowMs;
    beat(leader);
    for (const id of ["b", "c"]) leader.hear(id, heartbeatReply(leader, { accepted: false }));
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
    const { role } = leader.node;
    expect(role.name === "leader" && protocol.quorumContact(leader.node, role, leader.nowMs)).toBe(wonMs);
  }),
  claim("13. a reply to a heartbeat of an earlier term is no promise", (protocol) => {
    const leader = aNewLeader(protocol, { term: 4 });
    for (const id of ["b", "c"]) {
      leader.hear(id, heartbeatReply(leader, { heartbeatTerm: 4 }));
      leader.hear(id, heartbeatReply(leader, { term: 4 }));
    }
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
  }),
  claim("13. a reply to a seq that was never sent, or is long forgotten, is no promise", (protocol) => {
    const leader = aNewLeader(protocol);
    for (let times = 0; times < 40; times++) leader.tell({ kind: "beat" });
    for (const seq of [-1, 0, 1, 43, 1.5, Number.NaN, 1e9])
      for (const id of ["b", "c"]) leader.hear(id, heartbeatReply(leader, { seq }));
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
  }),
  claim("13. a follower promises no longer than it holds", (protocol) => {
    const follower = aFollower(protocol, { timing: { voteHoldMs: 120 } });
    const { configuration } = follower.node.record;
    const contactMs = follower.nowMs;
    const reply = follower.hear("b", heartbeat(configuration));
    expect(reply).toMatchObject({ accepted: true, voteHoldMs: 120 });
    expect(follower.hear("c", voteRequest(configuration), contactMs + 119.9)).toMatchObject({
      granted: false,
    });
    expect(follower.hear("c", voteRequest(configuration), contactMs + 120)).toMatchObject({ granted: true });
  }),
  claim("0. heartbeats come at half of the shortest hold promised, from the first reply on", (protocol) => {
    const leader = aNewLeader(protocol);
    const sentAtMs = leader.nowMs;
    leader.hear("c", heartbeatReply(leader, { voteHoldMs: 60 }), sentAtMs + 1);
    leader.hear("b", heartbeatReply(leader, { voteHoldMs: 30 }), sentAtMs + 2);
    expect(beat(leader)).toBe(sentAtMs + 15);
    expect(beat(leader)).toBe(sentAtMs + 30);
    expect(leader.node.timerAtMs).toBeLessThanOrEqual(sentAtMs + 45);
  }),

  claim("14. the end of a link ends nothing, whatever its reason", (protocol) => {
    for (const node of [
      aFollowerOf(protocol, "b"),
      aPreCandidate(protocol),
      aCandidate(protocol),
      aLeader(protocol),
    ])
      for (const reason of ["closed", "reset", "refused", "silent", "replaced"] as const) {
        const before = structuredClone(node.node);
        expect(node.tell({ kind: "disconnected", from: "b", reason }, node.nowMs + 1)).toEqual([]);
        expect(structuredClone(node.node)).toEqual({ ...before, steppedAtMs: node.nowMs });
      }
  }),
  claim(
    "14. a leader that hears no quorum for quorumTimeoutMs steps down, same term, and is silent",
    (protocol) => {
      const leader = aLeader(protocol);
      const ackedMs = leader.nowMs - 1;
      while (leader.roleName === "leader") leader.timeOut();
      expect(leader.nowMs).toBe(ackedMs + 300);
      expect(leader.node.record).toMatchObject({ term: 2, votedFor: "a" });
      expect(leader.node.role).toEqual({ name: "follower", leader: null });
      expect(leader.sent("heartbeat")).toEqual([]);
      leader.timeOut();
      expect(leader.sent("heartbeat")).toEqual([]);
    },
  ),
  claim("14. a voter counts as acknowledging when the leader wins", (protocol) => {
    const leader = aNewLeader(protocol);
    const wonMs = leader.nowMs;
    while (leader.roleName === "leader") leader.timeOut();
    expect(leader.nowMs).toBe(wonMs + 300);
  }),
  claim("14. a late quorum renews the role until then", (protocol) => {
    const leader = aLeader(protocol);
    const ackedMs = leader.nowMs - 1;
    leader.hear("b", heartbeatReply(leader), ackedMs + 5);
    let sentAtMs = 0;
    while (leader.nowMs < ackedMs + 250) sentAtMs = beat(leader);
    leader.hear("b", heartbeatReply(leader), ackedMs + 299);
    while (leader.roleName === "leader") leader.timeOut();
    expect(leader.nowMs).toBe(sentAtMs + 300);
  }),
  claim("14. half of an even number of voters is no quorum", (protocol) => {
    const leader = aNewLeader(protocol, { voters: "abcd" });
    leader.hear("b", heartbeatReply(leader), leader.nowMs + 1);
    expect(leader.node.announcedTerm).toBeNull();
    leader.hear("c", heartbeatReply(leader), leader.nowMs + 1);
    expect(leader.node.announcedTerm).toBe(2);
  }),

  claim("15. the lease ends with the role", (protocol) => {
    const leader = aLeader(protocol);
    leader.hear("b", heartbeat(leader.node.record.configuration, { term: 3 }));
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
    expect(leader.effects[0]).toEqual({ kind: "lost", term: 2, reason: "higherTerm" });
  }),
  claim("15. a jump of the wall clock empties the lease", (protocol) => {
    const leader = aLeader(protocol);
    leader.tell({ kind: "clockJumped" }, leader.nowMs + 1);
    expect(leader.effects[0]).toMatchObject({ kind: "lost" });
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
    expect(leader.roleName).toBe("leader");
  }),
  claim("15. after a jump only heartbeats sent after it count", (protocol) => {
    const leader = aLeader(protocol);
    beat(leader);
    const before = heartbeatReply(leader);
    leader.tell({ kind: "clockJumped" }, leader.nowMs + 1);
    leader.hear("b", before);
    expect(leader.leaseUntilMs).toBe(Number.NEGATIVE_INFINITY);
    leader.hear("b", heartbeatReply(leader), leader.nowMs + 1);
    expect(leader.effects.at(-1)).toEqual({ kind: "gained", term: 2 });
  }),
  claim("15. jumps that come again and again do not keep a follower from campaigning", (protocol) => {
    const follower = aFollower(protocol);
    const startMs = follower.nowMs;
    while (follower.roleName === "follower" && follower.nowMs < startMs + 10_000) {
      follower.tell({ kind: "clockJumped" }, follower.nowMs + 100);
      const { timerAtMs } = follower.node;
      if (timerAtMs <= follower.nowMs + 100)
        follower.tell({ kind: "timer" }, Math.max(follower.nowMs, timerAtMs));
    }
    expect(follower.roleName).toBe("preCandidate");
    expect(follower.nowMs).toBeLessThan(startMs + 100 + 300);
  }),
  claim("15. after a jump a follower begins its wait again", (protocol) => {
    const follower = aFollower(protocol);
    follower.tell({ kind: "clockJumped" }, follower.nowMs + 100);
    expect(follower.tell({ kind: "timer" }, follower.nowMs + 224)).not.toContainEqual(
      expect.objectContaining({ kind: "send" }),
    );
    follower.timeOut();
    expect(follower.roleName).toBe("preCandidate");
  }),
  claim(
    "13. heartbeats carry no metadata: these travel apart, to who answers without holding them",
    (protocol) => {
      const leader = aNewLeader(protocol);
      leader.node.metadata = "http://a";
      expect(leader.sent("leaderNotice")).toEqual([]);
      const notice = { kind: "leaderNotice", term: 2, leads: true, metadata: "http://a" };
      leader.hear("b", heartbeatReply(leader, { accepted: false }));
      expect(leader.sentTo("b")).toEqual([]);
      leader.hear("b", heartbeatReply(leader));
      expect(leader.sentTo("b")).toMatchObject([notice]);
      // Answers to heartbeats before it say nothing of it.
      leader.hear("b", heartbeatReply(leader));
      expect(leader.sentTo("b")).toEqual([]);
      beat(leader);
      expect(leader.sent("heartbeat")[0]).toMatchObject({ hasMetadata: true });
      leader.hear("b", heartbeatReply(leader, { holdsMetadata: true }), leader.nowMs + 1);
      expect(leader.sentTo("b")).toEqual([]);
      // Who restarts has forgotten them.
      beat(leader);
      leader.hear("b", heartbeatReply(leader), leader.nowMs + 1);
      expect(leader.sentTo("b")).toMatchObject([notice]);
    },
  ),
  claim(
    "13. a member that answers and does not get the metadata goes without after three tries",
    (protocol) => {
      const leader = aLeader(protocol);
      leader.node.metadata = "x".repeat(1024);
      const told = [1, 2, 3, 4, 5].map(() => {
        beat(leader);
        leader.hear("b", heartbeatReply(leader), leader.nowMs + 1);
        return leader.sentTo("b").map((message) => "metadata" in message && message.metadata?.length);
      });
      expect(told).toEqual([[1024], [1024], [1024], [undefined], [undefined]]);
      expect([
        protocol.isMetadataRefused(leader.node, "b"),
        protocol.isMetadataRefused(leader.node, "c"),
      ]).toEqual([true, false]);
    },
  ),
  claim(
    "13. a follower says whether it holds its leader's metadata, and forgets them with the leader",
    (protocol) => {
      const node = aFollower(protocol);
      const { configuration } = node.node.record;
      const beatOf = (term: number, seq: number) =>
        heartbeat(configuration, { term, seq, hasMetadata: true });
      expect(node.hear("b", beatOf(1, 1))).toMatchObject({ holdsMetadata: false });
      const notice = { kind: "leaderNotice", term: 1, seq: 1, leads: true, metadata: "http://b" } as const;
      node.hear("c", notice);
      node.hear("b", { ...notice, term: 2 });
      expect(node.hear("b", beatOf(1, 2))).toMatchObject({ holdsMetadata: false });
      node.hear("b", notice);
      expect(node.node.leaderMetadata).toBe("http://b");
      expect(node.hear("b", beatOf(1, 3))).toMatchObject({ holdsMetadata: true });
      expect(node.hear("b", beatOf(2, 1))).toMatchObject({ holdsMetadata: false });
      expect(node.node.leaderMetadata).toBeNull();
    },
  ),
  claim("14. a leader that steps down says so, and its members know no leader from then on", (protocol) => {
    const leader = aLeader(protocol);
    const { configuration } = leader.node.record;
    while (leader.roleName === "leader") leader.timeOut();
    const notice = { kind: "leaderNotice", term: 2, seq: leader.node.heardSeq, leads: false, metadata: null };
    const [said, ...more] = leader.sent("leaderNotice");
    expect(more).toEqual([said]);
    expect(said).toMatchObject({ ...notice, seq: expect.any(Number) });
    const follower = aFollowerOf(protocol, "b");
    follower.hear("b", heartbeat(configuration, { seq: 4 }));
    const { contactAtMs, timerAtMs } = follower.node;
    follower.hear("c", { kind: "leaderNotice", term: 1, seq: 5, leads: false, metadata: null });
    expect(protocol.knownLeader(follower.node)).toBe("b");
    follower.hear(
      "b",
      { kind: "leaderNotice", term: 1, seq: 5, leads: false, metadata: null },
      follower.nowMs + 9,
    );
    expect(protocol.knownLeader(follower.node)).toBeNull();
    expect([follower.node.contactAtMs, follower.node.timerAtMs]).toEqual([contactAtMs, timerAtMs]);
    // A heartbeat that was sent before and comes after it is no contact.
    expect(follower.hear("b", heartbeat(configuration, { seq: 5 }))).toMatchObject({ accepted: false });
    expect(protocol.knownLeader(follower.node)).toBeNull();
  }),
  claim(
    "14. but one that a higher term displaces does not: there is a newer leader, or will be",
    (protocol) => {
      const leader = aLeader(protocol);
      leader.hear("b", heartbeatReply(leader, { term: 5, accepted: false, reason: "staleTerm" }));
      expect([leader.roleName, leader.sent("leaderNotice")]).toEqual(["follower", []]);
    },
  ),
];
