import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/protocol/index.js";
import { Trace, type TraceEntry } from "../../../src/simulation/checks/trace.js";
import type { Cluster } from "../../../src/simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";
import { hashOf } from "../../../src/simulation/run/simulate.js";

const world = { nowMs: 0 };

function aProcess(id: string, index: number, term = 1): SimulatedProcess {
  return { id, index, node: { role: { name: "follower" }, record: { term } } } as unknown as SimulatedProcess;
}

const n1 = aProcess("n1", 0);
const n2 = aProcess("n2", 1);
const n3 = aProcess("n3", 2);

function heartbeat(term: number, seq = 1): Message {
  const configurationId = { term: 1, version: 1, digest: "" };
  return { kind: "heartbeat", term, seq, configurationId, configuration: null, hasMetadata: false };
}

/** Something that is told to a trace, at its time. */
type Happening = readonly [atMs: number, tell: (trace: Trace) => void];

function traced(happenings: readonly Happening[], sink: ((entry: TraceEntry) => void) | null = null): Trace {
  const trace = new Trace(world as unknown as Cluster, sink);
  for (const [atMs, tell] of happenings) {
    world.nowMs = atMs;
    tell(trace);
  }
  return trace;
}

const usual: readonly Happening[] = [
  [0, (trace) => trace.started(n1)],
  [100, (trace) => trace.fired(n1)],
  [101.5, (trace) => trace.delivered(n2, n1, heartbeat(2))],
  [102, (trace) => trace.gained(n1, 2)],
  [300, (trace) => trace.lost(n1, 2, "leaseExpired")],
  [400, (trace) => trace.died(n1)],
  [500, (trace) => trace.changed("heal")],
];

function changed(at: number, by: Happening): readonly Happening[] {
  return usual.map((one, index) => (index === at ? by : one));
}

describe("the hash of a trace", () => {
  it("is 16 hexadecimal digits, the same for the same happenings", () => {
    expect(traced(usual).hash).toMatch(/^[0-9a-f]{16}$/);
    expect(traced(usual).hash).toBe(traced(usual).hash);
    expect(traced([]).hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each<[string, readonly Happening[]]>([
    ["a time that differs in its last bits", changed(1, [100.00000000000001, (trace) => trace.fired(n1)])],
    ["another node", changed(1, [100, (trace) => trace.fired(n2)])],
    ["another sender", changed(2, [101.5, (trace) => trace.delivered(n2, n3, heartbeat(2))])],
    ["another receiver", changed(2, [101.5, (trace) => trace.delivered(n3, n1, heartbeat(2))])],
    [
      "sender and receiver the other way round",
      changed(2, [101.5, (trace) => trace.delivered(n1, n2, heartbeat(2))]),
    ],
    ["another term", changed(2, [101.5, (trace) => trace.delivered(n2, n1, heartbeat(3))])],
    ["another event", changed(5, [400, (trace) => trace.started(n1)])],
    ["one more", [...usual, [600, (trace) => trace.fired(n1)]]],
    ["one fewer", usual.slice(0, -1)],
  ])("tells %s", (_, other) => {
    expect(traced(other).hash).not.toBe(traced(usual).hash);
  });

  it("tells the order of what happens at one time", () => {
    const fired = (...of: readonly SimulatedProcess[]) =>
      traced(of.map((process): Happening => [100, (trace) => trace.fired(process)])).hash;
    expect(fired(n1, n2)).not.toBe(fired(n2, n1));
  });

  it("does not depend on who listens, nor on what is sent and never arrives", () => {
    const sent: readonly Happening[] = [...usual, [600, (trace) => trace.sent(n1, n2, heartbeat(2))]];
    const { hash } = traced(usual);
    expect(traced(usual, () => {}).hash).toBe(hash);
    expect(traced(sent).hash).toBe(hash);
    expect(traced(sent, () => {}).hash).toBe(hash);
    expect(traced([...usual, [600, (trace) => trace.changed("")]]).hash).toBe(hash);
  });

  it("does not collide among ten thousand traces that differ in one time", () => {
    const hashes = Array.from(
      { length: 10_000 },
      (_, index) =>
        traced([
          [1 + index / 8, (trace) => trace.fired(n1)],
          [5000, (trace) => trace.fired(n2)],
        ]).hash,
    );
    expect(new Set(hashes).size).toBe(10_000);
    expect(new Set(hashes.map((hash) => hash.slice(0, 8))).size).toBeGreaterThan(9_990);
    expect(new Set(hashes.map((hash) => hash.slice(8))).size).toBeGreaterThan(9_990);
  });
});

describe("a trace", () => {
  it("reads as lines, one a happening", () => {
    const reply: Message = {
      kind: "requestVoteReply",
      term: 3,
      granted: false,
      reason: "voteHold",
      preVote: true,
      round: 1,
    } as unknown as Message;
    const trace = traced([...usual, [1234.5678, (trace) => trace.delivered(n1, n3, reply)]]);
    expect(trace.lines()).toEqual([
      "[      0.000] n1 starts",
      "[    100.000] n1 timer",
      "[    101.500] n2 < n1 heartbeat term 2 seq 1",
      "[    102.000] n1 leads term 2",
      "[    300.000] n1 no longer leads: leaseExpired",
      "[    400.000] n1 dies",
      "[    500.000] heal",
      "[   1234.568] n1 < n3 preVote refused (voteHold) term 3",
    ]);
  });

  it("keeps the last 64 happenings, the newest last", () => {
    const many = (count: number) =>
      traced(
        Array.from({ length: count }, (_, index) => [index, (trace) => trace.fired(n1)] as Happening),
      ).lines();
    expect(many(63)).toHaveLength(63);
    expect(many(64)).toHaveLength(64);
    const lines = many(150);
    expect(lines).toHaveLength(64);
    expect(lines[0]).toBe("[     86.000] n1 timer");
    expect(lines.at(-1)).toBe("[    149.000] n1 timer");
  });

  it("tells who listens of everything as it happens, what is sent too", () => {
    const told: TraceEntry[] = [];
    traced([...usual.slice(2, 5), [600, (trace) => trace.sent(n1, n2, heartbeat(2, 9))]], (entry) =>
      told.push(entry),
    );
    const follower = { role: "follower", term: 1 };
    expect(told).toEqual([
      { atMs: 101.5, event: "delivered", node: "n2", ...follower, peer: "n1", message: heartbeat(2) },
      { atMs: 102, event: "gained", node: "n1", role: "follower", term: 2 },
      { atMs: 300, event: "lost", node: "n1", ...follower, reason: "leaseExpired" },
      { atMs: 600, event: "sent", node: "n1", ...follower, peer: "n2", message: heartbeat(2, 9) },
    ]);
  });
});

describe("the hash of many runs", () => {
  it("depends on each of them and on their order", () => {
    const [a, b] = ["0123456789abcdef", "fedcba9876543210"];
    expect(hashOf([a, b])).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set([hashOf([a, b]), hashOf([b, a]), hashOf([a]), hashOf([a, a]), hashOf([])]).size).toBe(5);
  });
});
