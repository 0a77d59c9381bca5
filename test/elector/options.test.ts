import diagnostics from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import type { ElectorOptions } from "../../src/elector/api.js";
import { createElector } from "../../src/elector/create-elector.js";
import { resolveOptions } from "../../src/elector/options/options.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import { Electors } from "./support/electors.js";

const voters = { a: "ws://127.0.0.1:7401", b: "ws://127.0.0.1:7402", c: "ws://127.0.0.1:7403" };
const store = memoryVoteStore({ unsafeForgetsVotes: true });
const good: ElectorOptions = { cluster: "test", id: "a", voters, store };

describe("a cluster that every process may join", () => {
  const elsewhere = { ...voters, c: "ws://10.0.0.3:7400" };
  const warningsOf = (options: Partial<ElectorOptions>) => resolveOptions({ ...good, ...options }).warnings;

  it("is warned of where a voter is on another machine", () => {
    expect(warningsOf({ voters: elsewhere })).toEqual([
      expect.stringMatching(
        /^neither token nor tls is given, and voters\.c \(ws:\/\/10\.0\.0\.3:7400\) .*token$/,
      ),
    ]);
  });

  it("is none where all are on one machine, or a token or certificates keep others out", () => {
    expect(warningsOf({ voters: { ...voters, b: "ws://localhost:1", c: "ws://[::1]:2" } })).toEqual([]);
    expect(warningsOf({ voters: elsewhere, token: "secret" })).toEqual([]);
    expect(warningsOf({ voters: elsewhere, tls: () => ({}) })).toEqual([]);
  });
});

describe("impossible options are refused with name and value, before anything is opened", () => {
  const impossible: [string, object | undefined, RegExp][] = [
    ["an id that is none", { id: "no spaces" }, /^id \(no spaces\)/],
    ["a cluster that is none", { cluster: "" }, /^cluster \(\)/],
    ["an own id that is not among the voters", { id: "d" }, /id \(d\) must be one of voters \(a, b, c\)/],
    ["an address that is none", { voters: { ...voters, b: "http://b" } }, /^voters\.b \(http:\/\/b\)/],
    ["joining with voters", { join: true }, /^join and voters \(a, b, c\) contradict each other/],
    [
      "joining without saying where to listen",
      { join: true, voters: {}, token: "t" },
      /^listen is missing: a joins/,
    ],
    ["a preset that is none", { timing: "fast" }, /^timing \(fast\)/],
    [
      "two timings that contradict each other",
      { timing: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 150, maxMs: 300 } } },
      /heartbeatIntervalMs \(100\) must be at most half of voteHoldMs \(150\)/,
    ],
    [
      "a timing with a name that is none",
      { timing: { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 }, voteHold: 1 } },
      /^timing/,
    ],
    ["an option that is none", { electionTimeoutMs: 5 }, /^electionTimeoutMs \(5\)/],
    [
      "metadata that is too long",
      { metadata: "x".repeat(1025) },
      /^metadata \(x+\) must be at most 1024 bytes/,
    ],
    ["a drain timeout that is none", { drainTimeoutMs: Number.NaN }, /^drainTimeoutMs \(NaN\)/],
    ["a store that is none", { store: {} }, /^store/],
    ["a logger that is none", { logger: { warn() {} } }, /^logger/],
    [
      "a voter that every object has",
      { voters: { ...voters, constructor: "ws://d:1" } },
      /^voters\.constructor/,
    ],
    [
      "where to listen, with a key that is none",
      { listen: { port: 1, hots: "a" } },
      /^listen\.hots \(a\) is no option/,
    ],
    [
      "a server to listen at that is none",
      { listen: { server: 5, path: "/" } },
      /^listen\.server \(5\) must be/,
    ],
    ["a health check without a check", { health: { intervalMs: 5 } }, /^health\.check is missing/],
    [
      "a health check without time",
      { health: { check() {}, timeoutMs: 0 } },
      /^health\.timeoutMs \(0\) must be/,
    ],
    [
      "a health check with a key that is none",
      { health: { check() {}, interval: 5 } },
      /^health\.interval \(5\)/,
    ],
    ["TLS that is none", { tls: "pem" }, /^tls \(pem\) must be an object with Node's TLS options, or/],
    ["metadata that is no text", { metadata: 5 }, /^metadata \(5\) must be text$/],
    ["no options", undefined, /^the options \(undefined\) must be an object with cluster, id/],
    [
      "a token beside a transport of one's own",
      { token: "t", transport: () => {} },
      /^token would be ignored, as transport is given/,
    ],
    ["an empty token of two", { token: ["x", ""] }, /^token \(not shown\) must be a string/],
    ["wss without a certificate", { voters: { ...voters, a: "wss://a:1" } }, /^tls is missing.*wss:\/\/a:1/],
  ];
  it.each(impossible)("%s", async (_what, wrong, message) => {
    await expect(createElector((wrong && { ...good, ...wrong }) as ElectorOptions)).rejects.toMatchObject({
      code: "invalidSettings",
      message: expect.stringMatching(message),
    });
  });

  it("a token is never shown", async () => {
    const error = await createElector({ ...good, token: 12345 as unknown as string }).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toMatch(/token/);
    expect(String(error)).not.toContain("12345");
    const mistyped = await createElector({ ...good, tokne: "hunter2" } as ElectorOptions).catch(String);
    expect(mistyped).toMatch(/tokne \(not shown\) is no option/);
  });
});

describe("starting", () => {
  it("keeps the incarnation of a node that restarts, and gives a new one to a node without a record", async () => {
    const world = await Electors.of(["a"]);
    const first = world.seat("a").machine.record?.incarnation;
    expect(first).toMatch(/^[\w-]{21}$/);
    await world.settled(world.seat("a").elector.stop());
    await world.start("a", { voters: { a: "ws://a:1" } });
    expect(world.seat("a").machine.record?.incarnation).toBe(first);
    await world.settled(world.seat("a").elector.stop());
    world.seat("a").machine.record = null;
    await world.start("a", { voters: { a: "ws://a:1" } });
    expect(world.seat("a").machine.record?.incarnation).not.toBe(first);
  });

  it("warns of timings that are doubtful, and of settings that name other voters than the record", async () => {
    const world = await Electors.of(["a"], {
      timing: { heartbeatIntervalMs: 70, electionTimeout: { minMs: 150, maxMs: 300 } },
    });
    const { logged, elector } = world.seat("a");
    expect(logged).toContainEqual(expect.stringMatching(/heartbeatIntervalMs \(70\) is above a third/));
    await world.settled(elector.stop());
    await world.start("a", { voters: { a: "ws://a:1", b: "ws://b:1" } });
    expect(logged).toContainEqual(
      expect.stringMatching(/voters \(a, b\) differ from the members on record \(a\)/),
    );
  });

  it("reaches a founder at the address in the settings of today", async () => {
    const world = await Electors.of(["a", "b"]);
    await world.leader();
    await world.settled(world.seat("a").elector.stop());
    await world.start("a", { voters: { a: "ws://a:7400", b: "ws://new-host:7400" } });
    expect(world.seat("a").elector.status().peers).toMatchObject([
      { id: "b", address: "ws://new-host:7400" },
    ]);
  });
});

describe("diagnostics_channel", () => {
  it("publishes elections, losses, leaders and links under raftbeat:*, with cluster and id", async () => {
    const published: string[] = [];
    const names = ["elected", "lost", "leader", "peerUp", "peerDown", "amnesiac", "failed"];
    const listen = (message: unknown, name: string | symbol): void => {
      const { cluster, id } = message as { cluster: string; id: string };
      published.push(`${String(name)} ${cluster} ${id}`);
    };
    for (const name of names) diagnostics.subscribe(`raftbeat:${name}`, listen);
    const world = await Electors.of(["a", "b", "c"]);
    const { id, elector } = await world.leader();
    await world.advance(200);
    await world.settled(elector.stop());
    for (const name of names) diagnostics.unsubscribe(`raftbeat:${name}`, listen);
    for (const name of ["elected", "lost", "leader", "peerUp"])
      expect(published).toContain(`raftbeat:${name} test ${id}`);
    expect(published.some((line) => line.startsWith("raftbeat:peerDown"))).toBe(true);
  });
});
