import { describe, expect, it } from "vitest";
import type { Configuration, DurableRecord, Effect, Message, Node } from "../../src/protocol/index.js";
import * as protocol from "../../src/protocol/index.js";
import type { Observation } from "../../src/protocol/invariants/invariants.js";
import * as invariants from "../../src/protocol/invariants/invariants.js";
import { heartbeat, heartbeatReply, voteReply, voteRequest } from "./support/messages.js";
import { aFollower, aLeader, aNewLeader, founders, incarnationOf, known } from "./support/nodes.js";

const configuration = protocol.foundingConfiguration(founders("abc"));

/** What is seen of a node that has no lease, an exact clock, and on its disk what it has in mind. */
function sightOf(node: Node, over: Partial<Observation> = {}): Observation {
  const never = Number.NEGATIVE_INFINITY;
  return { node, durable: node.record, leaseUntilMs: never, clockMs: 0, clockRate: 1, trueMs: 0, ...over };
}

/** A watch that has seen these nodes start. */
function watching(...nodes: readonly Node[]): invariants.Checker {
  const watch = invariants.createChecker();
  for (const node of nodes) expect(invariants.observeStart(watch, sightOf(node))).toEqual([]);
  return watch;
}

/** The same node with another record, as after a step that wrote it. */
function changed(node: Node, record: Partial<DurableRecord>): [Node, Effect[]] {
  const next = { ...node.record, ...record };
  return [{ ...node, record: next }, [{ kind: "persist", record: next }]];
}

function node(id = "a", term = 1): Node {
  return aFollower(protocol, { id, term }).node;
}

function names(violations: readonly invariants.Violation[]): string[] {
  return violations.map(({ invariant }) => invariant);
}

describe("the watch over invariants", () => {
  it("I1: sees two leaders of a term, and one node that leads it twice", () => {
    const [a, b] = [aNewLeader(protocol, { id: "a" }).node, aNewLeader(protocol, { id: "b" }).node];
    const watch = watching(a, b);
    expect(invariants.observeStep(watch, sightOf(a), null)).toEqual([]);
    expect(invariants.observeStep(watch, sightOf(a), null)).toEqual([]);
    expect(invariants.observeStep(watch, sightOf(b), null)).toEqual([
      { invariant: "I1", nodes: ["a", "b"], term: 2, sentence: "a and then b became leader of the term" },
    ]);
    expect(invariants.observeStart(watch, sightOf(a))).toEqual([]);
    expect(names(invariants.observeStep(watch, sightOf(a), null))).toEqual(["I1"]);
  });

  it("I2: sees a vote given twice or forgotten in memory", () => {
    const voter = aFollower(protocol, { votedFor: "b" }).node;
    for (const votedFor of ["c", null])
      expect(
        names(invariants.observeStep(watching(voter), sightOf(...pair(voter, { votedFor })), null)),
      ).toEqual(["I2"]);
    expect(
      invariants.observeStep(watching(voter), sightOf(...pair(voter, { term: 2, votedFor: "c" })), null),
    ).toEqual([]);
  });

  it("I2: sees a vote given twice in messages, also across a crash, but not by another incarnation", () => {
    const voter = node();
    const watch = watching(voter);
    const grant = voteReply({ term: 2 });
    const durable = (votedFor: string) => ({ durable: { ...voter.record, term: 2, votedFor } });
    expect(invariants.observeSend(watch, sightOf(voter, durable("b")), "b", grant)).toEqual([]);
    expect(invariants.observeSend(watch, sightOf(voter, durable("b")), "b", grant)).toEqual([]);
    invariants.observeEnd(watch, "a");
    invariants.observeStart(watch, sightOf(voter));
    expect(names(invariants.observeSend(watch, sightOf(voter, durable("c")), "c", grant))).toEqual(["I2"]);
    invariants.observeStart(watch, sightOf({ ...voter, record: { ...voter.record, incarnation: "a-2" } }));
    expect(invariants.observeSend(watch, sightOf(voter, durable("c")), "c", grant)).toEqual([]);
  });

  it("I2: counts the own candidacy as a vote", () => {
    const voter = node();
    const watch = watching(voter);
    const durable = { ...voter.record, term: 2, votedFor: "a" };
    expect(
      invariants.observeSend(watch, sightOf(voter, { durable }), "b", voteRequest(configuration)),
    ).toEqual([]);
    const observation = sightOf(voter, { durable: { ...durable, votedFor: "c" } });
    expect(names(invariants.observeSend(watch, observation, "c", voteReply({ term: 2 })))).toEqual(["I2"]);
  });

  it("I3: sees a term or a configuration go back, in a step and over a restart", () => {
    const old = aFollower(protocol, {
      term: 5,
      configuration: protocol.configurationOf(2, 3, founders("abc"), []),
    }).node;
    for (const record of [
      { term: 4 },
      { configuration: protocol.configurationOf(2, 2, founders("abc"), []) },
    ]) {
      expect(names(invariants.observeStep(watching(old), sightOf(...pair(old, record)), null))).toEqual([
        "I3",
      ]);
      expect(names(invariants.observeStart(watching(old), sightOf(...pair(old, record))))).toEqual(["I3"]);
    }
    const fresh = { ...old, record: { ...old.record, term: 0, incarnation: "a-2" } };
    expect(invariants.observeStart(watching(old), sightOf(fresh))).toEqual([]);
  });

  it("I4: sees two leases at one instant of true time, by clocks of different rates", () => {
    const [a, b] = [node("a"), node("b")];
    for (const [atMs, expected] of [
      [181, ["I4"]],
      [183, []],
    ] as const) {
      const watch = watching(a, b);
      // A hundred milliseconds on a clock that loses ten per cent are 111.1 in truth: until 71 + 111.1.
      const slow = { clockMs: 500, leaseUntilMs: 600, clockRate: 0.9, trueMs: 71 };
      expect(invariants.observeStep(watch, sightOf(a, slow), null)).toEqual([]);
      const other = { clockMs: 9000, leaseUntilMs: 9001, clockRate: 1.1, trueMs: atMs };
      expect(names(invariants.observeStep(watch, sightOf(b, other), null))).toEqual(expected);
    }
  });

  it("I4: forgets the lease of a node that nobody can ask, and of one that gave it up", () => {
    const [a, b] = [node("a"), node("b")];
    const held = { clockMs: 0, leaseUntilMs: 100 };
    for (const end of [
      (watch: invariants.Checker) => invariants.observeEnd(watch, "a"),
      (watch: invariants.Checker) => invariants.observeStep(watch, sightOf(a), null),
    ]) {
      const watch = watching(a, b);
      invariants.observeStep(watch, sightOf(a, held), null);
      end(watch);
      expect(invariants.observeStep(watch, sightOf(b, held), null)).toEqual([]);
    }
  });

  it.each<[string, Message]>([
    ["a term", heartbeatReply({ node: node() }, { term: 2 })],
    ["a term asked for", voteRequest(configuration, { term: 2 })],
    ["a vote", voteReply({ term: 1 })],
    [
      "a configuration held",
      heartbeatReply({ node: node() }, { configurationId: { term: 1, version: 1, digest: "" } }),
    ],
    ["a configuration sent", heartbeat(protocol.configurationOf(1, 1, founders("abc"), []))],
    ["a hold", heartbeatReply({ node: node() }, { voteHoldMs: 151 })],
    ["an order", { kind: "timeoutNow", term: 2, waitMs: 0 }],
  ])("I5: sees a message that tells of %s before it is on disk", (_what, message) => {
    const teller = node();
    const violations = invariants.observeSend(watching(teller), sightOf(teller), "b", message);
    expect(names(violations)).toContain("I5");
  });

  it("I5: lets a pre-vote name a term that nobody has", () => {
    const teller = node();
    const watch = watching(teller);
    const far = { term: 9, preVote: true };
    expect(invariants.observeSend(watch, sightOf(teller), "b", voteRequest(configuration, far))).toEqual([]);
    expect(invariants.observeSend(watch, sightOf(teller), "b", voteReply(far))).toEqual([]);
  });

  it("I5: sees a changed record that nobody writes", () => {
    const voter = node();
    const [after] = pair(voter, { term: 2 });
    expect(names(invariants.observeStep(watching(voter), sightOf(after), []))).toEqual(["I5"]);
    const [written, effects] = changed(voter, { term: 2 });
    expect(invariants.observeStep(watching(voter), sightOf(written), effects)).toEqual([]);
  });

  it("I5: sees a leader by a vote of its own that is not on its disk", () => {
    const leader = aNewLeader(protocol).node;
    const durable = { ...leader.record, term: 1 };
    expect(names(invariants.observeStep(watching(leader), sightOf(leader, { durable }), null))).toEqual([
      "I5",
    ]);
  });

  const leader = aLeader(protocol).node;
  const gained: Effect = { kind: "gained", term: 2 };
  const lost: Effect = { kind: "lost", term: 2, reason: "leaseExpired" };
  const beat: Effect = { kind: "send", to: "b", message: heartbeat(configuration) };
  it.each<[string, Node, Effect[], string[]]>([
    ["a gain", leader, [beat, gained], []],
    ["a loss and a gain", leader, [lost, beat, gained], ["I6"]],
    ["a gain before a send", leader, [gained, beat], ["I6"]],
    ["two gains", leader, [gained, gained], ["I6"]],
    ["a loss of nothing", { ...leader, announcedTerm: null }, [lost], ["I6"]],
    ["a loss after a send", { ...leader, announcedTerm: null }, [beat, lost], ["I6", "I6"]],
    ["a change that is told nobody", leader, [], ["I6"]],
  ])("I6: judges %s", (_what, after, effects, expected) => {
    expect(names(invariants.observeStep(watching(leader), sightOf(after), effects))).toEqual(expected);
  });

  it("I6: sees somebody told to lead a lower term than was told before, by anybody", () => {
    const other = aLeader(protocol, { id: "b", term: 7 }).node;
    const watch = watching(leader, other);
    expect(invariants.observeStep(watch, sightOf(other), [{ kind: "gained", term: 8 }])).toEqual([]);
    expect(names(invariants.observeStep(watch, sightOf(leader), [gained]))).toEqual(["I6"]);
  });

  const holding = (id: string, held: Configuration, incarnation = incarnationOf(id)): Node => {
    const base = aFollower(protocol, { id, configuration: held }).node;
    const record = { ...base.record, incarnation };
    return { ...base, record, durable: record };
  };
  const next = protocol.configurationOf(1, 2, [...founders("abc"), known("d")], []);
  const afterNext = protocol.configurationOf(1, 3, [...founders("abc"), known("d"), known("e")], []);
  it.each<[string, string[]]>([
    // Which version each of a, b, c, d and e holds; 0 for none yet.
    ["11100", []],
    ["21120", []],
    ["22120", []],
    ["32123", []],
    ["31133", ["I7"]],
    ["31103", ["I7"]],
  ])("I7: judges a cluster whose nodes hold versions %s", (versions, expected) => {
    const watch = invariants.createChecker();
    const held = [protocol.nobody, configuration, next, afterNext];
    const found = [...versions].flatMap((version, index) =>
      invariants.observeStart(
        watch,
        sightOf(holding("abcde".charAt(index), held[Number(version)] as Configuration)),
      ),
    );
    expect([...new Set(names(found))]).toEqual(expected);
  });

  it("I7: counts nobody who lost its disk as the voter it was", () => {
    const watch = watching(...["a", "b"].map((id) => holding(id, configuration)));
    invariants.observeStart(watch, sightOf(holding("c", configuration)));
    const far = protocol.configurationOf(1, 5, [known("a"), known("x"), known("y")], []);
    for (const id of ["x", "y", "a"]) invariants.observeStart(watch, sightOf(holding(id, far)));
    expect(names(invariants.observeStart(watch, sightOf(holding("c", configuration))))).toEqual(["I7"]);
    expect(names(invariants.observeStart(watch, sightOf(holding("c", configuration, "c-2"))))).toEqual([]);
  });

  it("is plain data that can be forked", () => {
    const watch = watching(leader);
    invariants.observeStep(watch, sightOf(leader, { leaseUntilMs: 5 }), [gained]);
    expect(structuredClone(watch)).toEqual(watch);
  });
});

/** A node with another record, and with that on its disk. */
function pair(before: Node, record: Partial<DurableRecord>): [Node, Partial<Observation>] {
  const next = { ...before.record, ...record };
  return [{ ...before, record: next }, { durable: next }];
}
