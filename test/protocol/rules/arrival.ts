import { expect } from "vitest";
import type { Standing } from "../../../src/protocol/index.js";
import { heartbeat, heartbeatReply, voteRequest } from "../support/messages.js";
import {
  type Actor,
  aFollower,
  aFollowerOf,
  aLeader,
  founders,
  incarnationOf,
  known,
  type Protocol,
} from "../support/nodes.js";
import { claim } from "./rule.js";

/** What a node says of its record when it links, unless the test wants it otherwise. */
function standing(over: Partial<Standing> = {}): Standing {
  return {
    clusterId: null,
    startCount: 1,
    startNonce: "first",
    earlierNonces: [],
    writeCount: 5,
    term: 0,
    ...over,
  };
}

/** A founder of `abc` with an empty record. */
function aFounder(protocol: Protocol, id = "a", absent: readonly string[] = []): Actor {
  const node = aFollower(protocol, { id, configuration: protocol.nobody, term: 0, met: [] });
  node.node.arrival = protocol.founding(founders("abc"), absent);
  node.authenticated = false;
  return node;
}

/** `node` is linked with this peer, which says so of its record. */
function link(
  node: Actor,
  from: string,
  said: Partial<Standing> = {},
  incarnation = incarnationOf(from),
): void {
  node.tell({ kind: "connected", from, incarnation, standing: standing(said) });
}

const clusterIdOf = ({ node }: Actor): string | null => node.record.configuration.clusterId;

/** Rules 28 to 30: how a cluster begins, how a copy of a record is known, and which numbers cannot be. */
export const arrival = [
  claim("28. a cluster is founded once every founder was met, and all make the same of it", (protocol) => {
    const [a, b] = [aFounder(protocol, "a"), aFounder(protocol, "b")];
    link(a, "b");
    expect(a.node.record.configuration).toBe(protocol.nobody);
    expect(a.timeOut()).toEqual([]);
    link(a, "c");
    link(b, "c");
    link(b, "a", { clusterId: clusterIdOf(a), term: 3 });
    expect(clusterIdOf(a)).toMatch(/^[0-9a-z]{1,11}$/);
    expect(a.node.durable.configuration).toEqual(b.node.durable.configuration);
    expect(a.node.record.configuration.voters).toEqual([known("a"), known("b"), known("c")]);
    expect([...a.node.record.incarnationsMet]).toEqual([
      ["b", "b-1"],
      ["c", "c-1"],
    ]);
    expect(a.node.record.startsMet.get("c")).toMatchObject({ startCount: 1, writeCount: 5 });
  }),
  claim("28. a founder that is alone founds its cluster as it starts", (protocol) => {
    const node = protocol.createNode({
      id: "a",
      settings: aFollower(protocol).node.settings,
      record: protocol.emptyRecord("a-1", 150),
      nowMs: 0,
      arrival: protocol.founding(founders("a")),
    });
    protocol.step(node, { kind: "start" }, 0, []);
    expect(node.record.configuration.voters).toEqual([known("a")]);
  }),
  claim("28. nobody is waited for that is left out by name, and its record is met later", (protocol) => {
    const node = aFounder(protocol, "a", ["c"]);
    link(node, "b");
    expect(node.node.record.configuration.voters).toEqual([known("a"), known("b"), ...founders("c")]);
  }),
  claim("28. who is left out by name is let in once the cluster is founded", (protocol) => {
    const node = aFounder(protocol, "a", ["c"]);
    const refusal = () => protocol.refusesStanding(node.node, "c", "c-1", standing())?.detail ?? null;
    const peers = () => protocol.peersOf(node.node).map(({ id }) => id);
    expect(refusal()).toMatch(/^c is left out of the founding/);
    expect(peers()).toEqual(["b"]);
    link(node, "b");
    expect(refusal()).toBeNull();
    expect(peers()).toEqual(["b", "c"]);
  }),
  claim("28. a founder that lost its record founds nothing with those that founded before", (protocol) => {
    const [a, b] = [aFounder(protocol, "a"), aFounder(protocol, "b")];
    for (const id of ["b", "c"]) link(a, id);
    for (const id of ["a", "c"]) link(b, id);
    // Two volumes are lost: b and c come back empty, while a is there.
    for (const id of ["b", "c"]) {
      const emptied = aFounder(protocol, id);
      const other = id === "b" ? "c" : "b";
      link(emptied, "a", { clusterId: clusterIdOf(a), term: 6 });
      emptied.tell({ kind: "connected", from: other, incarnation: `${other}-2`, standing: standing() });
      expect(emptied.node.record.configuration).toBe(protocol.nobody);
      expect(protocol.foundedWithout(emptied.node)).toEqual(["a"]);
      const request = voteRequest(a.node.record.configuration);
      emptied.node.record = { ...emptied.node.record, incarnation: `${id}-2` };
      expect(emptied.hear("a", request)).toMatchObject({ granted: false, reason: "notReady" });
    }
  }),
  claim("28. the id of the cluster changes with any founder's record", (protocol) => {
    const ids = ["c-1", "c-2"].map((incarnation) => {
      const node = aFounder(protocol);
      link(node, "b");
      link(node, "c", {}, incarnation);
      return clusterIdOf(node);
    });
    expect(new Set(ids).size).toBe(2);
  }),
  claim(
    "28. a founder takes the founding that counts on its record from another founder that asks",
    (protocol) => {
      const a = aFounder(protocol, "a", ["b"]);
      link(a, "c");
      const { configuration } = a.node.record;
      const request = voteRequest(configuration, { term: 1 });
      const late = aFounder(protocol, "c");
      link(late, "a", { clusterId: clusterIdOf(a) });
      expect(late.hear("z", request)).toMatchObject({ granted: false });
      expect(late.hear("a", request)).toMatchObject({ granted: true });
      expect(late.node.record.configuration).toEqual(configuration);
      const emptied = aFounder(protocol, "c");
      emptied.node.record = { ...emptied.node.record, incarnation: "c-2" };
      expect(emptied.hear("a", request)).toMatchObject({ granted: false, reason: "notReady" });
      expect(emptied.hear("a", heartbeat(configuration, { configuration }))).toMatchObject({
        accepted: false,
      });
    },
  ),
  claim(
    "28. a founder takes no founding from who asks unless it has met all that this counts on, in no other cluster",
    (protocol) => {
      const a = aFounder(protocol, "a");
      // Before b founded a cluster, was elected by a record of c that is lost, and cannot be heard by a any more.
      for (const [id, incarnation] of [
        ["b", "b-1"],
        ["c", "c-2"],
      ] as const)
        link(a, id, {}, incarnation);
      const request = voteRequest(a.node.record.configuration, { term: 1 });
      const met = (clusterId: string | null | undefined, incarnation = "b-1"): Actor => {
        const c = aFounder(protocol, "c");
        c.node.record = { ...c.node.record, incarnation: "c-2" };
        link(c, "a", { clusterId: clusterIdOf(a) });
        if (clusterId !== undefined) link(c, "b", { clusterId }, incarnation);
        return c;
      };
      for (const clusterId of ["elsewhere", undefined])
        expect(met(clusterId).hear("a", request)).toMatchObject({ granted: false, reason: "notReady" });
      // One that lost its record itself counts for nothing in another cluster.
      for (const incarnation of ["b-1", "b-2"])
        expect(met(null, incarnation).hear("a", request)).toMatchObject({ granted: true });
      expect(met(clusterIdOf(a)).hear("a", request)).toMatchObject({ granted: true });
    },
  ),
  claim(
    "28. a founder that lost its record is taken back by name by a leader that its settings do not name",
    (protocol) => {
      const heard = (authenticated: boolean, incarnation: string | null) => {
        const c = aFounder(protocol, "c");
        c.authenticated = authenticated;
        const voters = [known("a"), known("b"), known("d")];
        const configuration = protocol.configurationOf(
          3,
          5,
          voters,
          [{ ...known("c"), incarnation }],
          "here",
        );
        return c.hear("d", heartbeat(configuration, { configuration }));
      };
      expect(heard(true, "c-1")).toMatchObject({ accepted: true });
      expect(heard(false, "c-1")).toMatchObject({ accepted: false, reason: "notReady" });
      for (const incarnation of [null, "c-2"])
        expect(heard(true, incarnation)).toMatchObject({ accepted: false, reason: "notReady" });
    },
  ),
  claim(
    "28. what carries a configuration of another cluster changes nothing, though its sender is a member",
    (protocol) => {
      const own = protocol.configurationOf(0, 1, founders("abc"), [], "here");
      const foreign = protocol.configurationOf(1, 1, founders("abc"), [], "there");
      const node = aFollower(protocol, { configuration: own });
      const before = structuredClone(node.node);
      expect(node.hear("b", heartbeat(foreign, { term: 5, configuration: foreign }))).toMatchObject({
        accepted: false,
        reason: "configurationMismatch",
      });
      for (const preVote of [true, false])
        expect(node.hear("b", voteRequest(foreign, { term: 5, preVote }))).toMatchObject({
          granted: false,
          reason: "configurationMismatch",
        });
      expect(structuredClone(node.node)).toEqual({ ...before, heardMemberAtMs: node.nowMs });
    },
  ),
  claim("28. a reconfiguration keeps the id of the cluster", (protocol) => {
    const configuration = protocol.configurationOf(1, 1, founders("abc"), [], "here");
    const leader = aLeader(protocol, { configuration });
    const { term, version } = leader.node.record.configuration.id;
    const voters = founders("ab");
    leader.tell({ kind: "reconfigure", request: 1, expected: { term, version }, voters, observers: [] });
    expect(leader.node.record.configuration).toMatchObject({ clusterId: "here", voters });
  }),

  claim("29. the highest that a record was heard to have come to is durable", (protocol) => {
    const node = aFollower(protocol);
    link(node, "c", { startCount: 2, startNonce: "n", writeCount: 7, term: 4 });
    const again = node.restart(node.nowMs + 1000);
    expect(again.node.durable.startsMet.get("c")).toEqual({
      startCount: 2,
      startNonce: "n",
      writeCount: 7,
      term: 4,
    });
    link(again, "c", { startCount: 2, startNonce: "n", writeCount: 6, term: 5 });
    expect(again.node.record.startsMet.get("c")).toMatchObject({ writeCount: 7, term: 5 });
  }),
  claim(
    "29. a start before the last, or beside it, is refused by name, and so is one that knows less",
    (protocol) => {
      const node = aFollower(protocol);
      link(node, "c", { startCount: 5, startNonce: "n", writeCount: 70, term: 4 });
      const verdict = (said: Partial<Standing>, incarnation = "c-1") =>
        protocol.refusesStanding(node.node, "c", incarnation, standing(said))?.reason ?? null;
      const now = { startCount: 5, startNonce: "n", writeCount: 70, term: 4 };
      expect(verdict(now)).toBeNull();
      expect(verdict({ ...now, writeCount: 69, term: 3 })).toBeNull();
      expect(verdict({ ...now, startCount: 4 })).toBe("displaced");
      expect(verdict({ ...now, startNonce: "other", writeCount: 99 })).toBe("olderCopy");
      expect(verdict({ startCount: 6, startNonce: "next", writeCount: 71, term: 4 })).toBeNull();
      expect(verdict({ startCount: 6, startNonce: "next", writeCount: 70, term: 4 })).toBe("olderCopy");
      expect(verdict({ startCount: 6, startNonce: "next", writeCount: 71, term: 3 })).toBe("olderCopy");
      expect(verdict({ startCount: 1 }, "c-2")).toBeNull();
      // However often a copy is started: it goes on from another start than the one that was met.
      const later = { startCount: 7, startNonce: "later", writeCount: 99, term: 9 };
      expect(verdict({ ...later, earlierNonces: ["6th", "n", "4th"] })).toBeNull();
      expect(verdict({ ...later, earlierNonces: ["6th", "other", "4th"] })).toBe("olderCopy");
      expect(verdict({ ...later, startCount: 70, earlierNonces: ["69th", "68th"] })).toBeNull();
      const before = node.node.record;
      link(node, "c", { startCount: 5, startNonce: "other", writeCount: 99, term: 9 });
      expect(node.node.record).toBe(before);
    },
  ),
  claim("29. of a member that comes back under another incarnation nothing earlier counts", (protocol) => {
    const node = aFollowerOf(protocol, "b");
    link(node, "c", { startCount: 5, startNonce: "n", writeCount: 70, term: 4 });
    const again = protocol.configurationOf(1, 3, founders("ab"), [known("c", "c-2")]);
    node.hear("b", heartbeat(again, { seq: 2, configuration: again }));
    expect(node.node.record.startsMet.size).toBe(0);
    link(node, "c", {}, "c-2");
    expect(node.node.record.startsMet.get("c")).toMatchObject({ startCount: 1 });
  }),
  claim("29. a record counts its starts and its changes", (protocol) => {
    const record = protocol.withStart(protocol.emptyRecord("a-1", 150, { cluster: "x", id: "a" }), "n");
    expect(record).toMatchObject({
      run: { cluster: "x", id: "a", startCount: 1, startNonce: "n", earlierNonces: [], isCopy: false },
      writeCount: 1,
    });
    const voter = aFollower(protocol);
    const { writeCount } = voter.node.record;
    voter.hear("b", voteRequest(voter.node.record.configuration));
    expect(voter.node.durable.writeCount).toBeGreaterThan(writeCount);
    expect(protocol.standingOf(voter.node)).toEqual({
      clusterId: null,
      startCount: 1,
      startNonce: "a-start-1",
      earlierNonces: [],
      writeCount: voter.node.durable.writeCount,
      term: 2,
    });
  }),
  claim("29. a node of another cluster is refused, and the sentence names both", (protocol) => {
    const configuration = protocol.configurationOf(1, 1, founders("abc"), [], "here");
    const node = aFollower(protocol, { configuration });
    const refusal = protocol.refusesStanding(node.node, "b", "b-1", standing({ clusterId: "there" }));
    expect(refusal).toMatchObject({ reason: "wrongCluster" });
    expect(refusal?.detail).toMatch(/here.*there/);
    for (const clusterId of ["here", null])
      expect(protocol.refusesStanding(node.node, "b", "b-1", standing({ clusterId }))).toBeNull();
  }),

  claim("30. a number further ahead than a cluster can have come changes nothing", (protocol) => {
    const far = protocol.furthestAhead + 10;
    for (const node of [aFollowerOf(protocol, "b"), aLeader(protocol)]) {
      const own = node.node.record.configuration;
      const farVersion = { ...own.id, version: own.id.version + far };
      const before = structuredClone(node.node);
      for (const message of [
        heartbeat(own, { term: node.term + far }),
        heartbeat(own, { term: node.term, seq: far }),
        heartbeat(own, { term: node.term + 1, seq: far }),
        heartbeat(own, { term: node.term + 1, configurationId: farVersion }),
        heartbeatReply(node, { term: node.term + far }),
        voteRequest(own, { term: node.term + far }),
        voteRequest(own, { term: node.term + far, preVote: true }),
        voteRequest({ ...own, id: farVersion }, { term: node.term + 1 }),
      ]) {
        expect(protocol.beyondReach(node.node, message)).toMatch(
          /^expected a .* of at most 4294967296 above/,
        );
        expect(node.tell({ kind: "message", from: "b", incarnation: "b-1", message })).toEqual([]);
      }
      expect(structuredClone(node.node)).toEqual(before);
    }
  }),
  claim("30. what a node says of its record is not remembered where it cannot be", (protocol) => {
    const node = aFollower(protocol);
    const before = node.node.record;
    link(node, "c", { term: node.term + protocol.furthestAhead + 1 });
    link(node, "c", { startCount: protocol.furthestAhead + 1 });
    expect(node.node.record).toBe(before);
  }),
  claim("30. a number that can be, however late a node is, is believed", (protocol) => {
    const node = aFollower(protocol);
    const own = node.node.record.configuration;
    const term = node.term + protocol.furthestAhead;
    expect(node.hear("b", heartbeat(own, { term, seq: protocol.furthestAhead }))).toMatchObject({
      accepted: true,
    });
  }),
];
