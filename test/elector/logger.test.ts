import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stderrLogger } from "../../src/elector/observers/stderr-logger.js";
import {
  createElector,
  type ElectorOptions,
  loopbackTransport,
  memoryVoteStore,
  RaftbeatError,
  silentLogger,
} from "../../src/index.js";
import { ServiceCluster } from "../../src/testing/index.js";
import { Electors } from "./support/electors.js";

const written: string[] = [];

beforeEach(() => {
  written.length = 0;
  vi.spyOn(console, "error").mockImplementation((line: string) => void written.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("a logger that throws keeps a node neither from leading nor from handing over", async () => {
  const fails = (): never => {
    throw new Error("no space left on device");
  };
  const world = new Electors();
  const voters = { a: "ws://a:1", b: "ws://b:1", c: "ws://c:1" };
  const logger = { debug: fails, info: fails, warn: fails, error: fails };
  for (const id of Object.keys(voters)) await world.start(id, { voters, logger });
  const first = await world.leader();
  first.elector.subscribe(() => fails());
  await world.settled(first.elector.resign());
  const next = await world.leader();
  expect(next.id).not.toBe(first.id);
  expect(first.elector.status()).toMatchObject({ role: "follower", leader: next.id });
});

describe("an elector without a logger", () => {
  const alone = (more: Partial<ElectorOptions> = {}): ElectorOptions => ({
    cluster: "jobs",
    id: "a",
    voters: { a: "ws://a:1" },
    store: memoryVoteStore({ unsafeForgetsVotes: true }),
    transport: loopbackTransport(),
    ...more,
  });

  /** Ends once a body has thrown. */
  async function bodyThrows(options: ElectorOptions): Promise<void> {
    await using elector = await createElector(options);
    await new Promise<void>((resolve) =>
      elector.whileLeader(() => {
        setImmediate(resolve);
        throw new TypeError("invoices is undefined");
      }),
    );
  }

  it("says on stderr that a body threw, with the error, where it comes from, the date and who speaks", async () => {
    await bodyThrows(alone());
    const line =
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z error raftbeat jobs\/a: the body of whileLeader threw \(term 1\): TypeError: invoices is undefined \(at .*logger\.test\.ts:\d+:\d+\)+$/;
    expect(written).toEqual([expect.stringMatching(line)]);
  });

  it("says nothing where silence was chosen", async () => {
    await bodyThrows(alone({ logger: silentLogger }));
    expect(written).toEqual([]);
  });
});

describe("three electors whose bodies throw", () => {
  it("each say so, with the error, and no more than once a minute", async () => {
    const cluster: ServiceCluster = new ServiceCluster({
      elector: (id) => ({
        coolDownMs: 200,
        logger: stderrLogger(`jobs/${id}`, { nowMs: () => cluster.nowMs, wallMs: () => cluster.nowMs }),
      }),
      service: ({ elector }) => {
        elector.whileLeader(() => {
          throw new RaftbeatError("storeFailed", "cannot connect to the database");
        });
      },
      onServiceError: () => {},
    });
    await cluster.advance(59_000);
    const failed = written.filter((line) => line.includes("the body of whileLeader threw"));
    for (const id of ["n1", "n2", "n3"])
      expect(failed.filter((line) => line.includes(`raftbeat jobs/${id}: `))).toHaveLength(1);
    expect(failed[0]).toContain("RaftbeatError: cannot connect to the database (storeFailed, at ");
  });
});

describe("the logger that writes to stderr", () => {
  const nobody = "jobs/a";

  it("writes the same line once a minute, then with how often it was said meanwhile", () => {
    let nowMs = 0;
    const logger = stderrLogger(nobody, { nowMs: () => nowMs, wallMs: () => Date.UTC(2030, 0) + nowMs });
    for (; nowMs < 61_000; nowMs += 100) logger.warn({}, "the disk is slow");
    expect(written).toEqual([
      "2030-01-01T00:00:00.000Z warn raftbeat jobs/a: the disk is slow",
      "2030-01-01T00:01:00.000Z warn raftbeat jobs/a: the disk is slow (599 times more in between)",
    ]);
  });

  it("writes sixty lines a minute at most, and says how many it left out", () => {
    let nowMs = 0;
    const logger = stderrLogger(nobody, { nowMs: () => nowMs, wallMs: () => nowMs });
    for (let count = 0; count < 1_000; count++) logger.error({}, `failure of n${count}`);
    expect(written).toHaveLength(60);
    nowMs = 60_000;
    logger.error({}, "another failure");
    expect(written[60]).toContain("940 more warnings and errors were left out within a minute");
    expect(written[61]).toContain("another failure");
  });

  it("does not let warnings crowd out an error", () => {
    const logger = stderrLogger(nobody, { nowMs: () => 0, wallMs: () => 0 });
    for (let count = 0; count < 1_000; count++) logger.warn({ peer: `n${count}` }, "refused");
    logger.error({}, "the node stopped");
    expect(written.at(-1)).toContain("the node stopped");
  });

  it("takes what differs in numbers alone for the same, and in an id or an address for another", () => {
    const logger = stderrLogger(nobody, { nowMs: () => 0, wallMs: () => 0 });
    for (const ms of [12, 13.5])
      logger.error({ error: new Error(`no answer in ${ms} ms`), term: ms }, "failed");
    expect(written).toHaveLength(1);
    for (const peer of ["n1", "n2", "10.0.0.1:7400", "10.0.0.2:7400"]) logger.warn({ peer }, "refused");
    expect(written).toHaveLength(5);
  });

  it("writes also what cannot be made text of", () => {
    const logger = stderrLogger(nobody, { nowMs: () => 0, wallMs: () => 0 });
    logger.error({ error: Object.create(null) }, "failed");
    expect(written).toEqual([expect.stringContaining("failed: something that is no text")]);
  });

  it("writes one line that steers no terminal, and neither debug nor info", () => {
    const logger = stderrLogger(nobody, { nowMs: () => 0, wallMs: () => 0 });
    logger.debug({}, "for developers");
    logger.info({}, "leads");
    logger.error({ error: new Error("two\nlines \u001b[31mred") }, "failed");
    expect(written).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
    expect(written[0]).not.toMatch(/[\u0000-\u001f]/);
  });
});
