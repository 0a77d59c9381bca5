import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { builtFile } from "../../src/built-file.js";
import {
  createElector,
  type Elector,
  type ElectorOptions,
  fileVoteStore,
  type NodeId,
  silentLogger,
} from "../../src/index.js";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 300, maxMs: 600 } };
const soon = () => ({ signal: AbortSignal.timeout(15_000) });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Electors with real sockets and files; each starts as often as the test likes. */
async function place(...ids: NodeId[]): Promise<{
  readonly voters: Record<NodeId, string>;
  start(id: NodeId, options?: Partial<ElectorOptions>): Promise<Elector>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "raftbeat-elector-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  const voters: Record<NodeId, string> = {};
  for (const id of ids) voters[id] = `ws://127.0.0.1:${await freePort()}`;
  return {
    voters,
    async start(id, options = {}) {
      const directory = await mkdtemp(join(folder, `${id}-`));
      const elector = await createElector({
        cluster: "real",
        id,
        voters,
        store: fileVoteStore(directory),
        timing,
        token: "only for members",
        logger: silentLogger,
        ...options,
      });
      cleanups.push(() => elector.stop());
      return elector;
    },
  };
}

async function leading(electors: readonly Elector[]): Promise<Elector> {
  return Promise.any(
    electors.map(async (elector) => {
      for await (const status of elector.watch(soon())) if (status.isLeader) return elector;
      throw new Error("nobody leads in time");
    }),
  );
}

describe("electors with real WebSockets and files", () => {
  it("elect a leader, hand over, take a fourth in, replace a leader that stops, and let it go", async () => {
    const { start } = await place("a", "b", "c");
    const electors = await Promise.all(["a", "b", "c"].map((id) => start(id, { metadata: `http://${id}` })));
    const first = await leading(electors);
    const leaders = await Promise.all(electors.map((elector) => elector.waitForLeader(soon())));
    expect(new Set(leaders.map(({ metadata }) => metadata))).toEqual(new Set([`http://${first.id}`]));
    await first.verify(soon());

    const others = electors.filter((elector) => elector !== first);
    const transferee = others[0] as Elector;
    await first.transfer({ to: transferee.id, ...soon() });
    expect(await leading(electors)).toBe(transferee);

    const port = await freePort();
    const fourth = await start("d", { join: true, voters: {}, listen: { host: "127.0.0.1", port } });
    await transferee.reconfigure({ add: { id: "d", address: `ws://127.0.0.1:${port}` } }, soon());
    for await (const status of fourth.watch(soon())) if (status.voters.length === 4) break;

    await transferee.stop();
    const rest = [...others.slice(1), first, fourth];
    const next = await leading(rest);
    expect(next.status().term).toBeGreaterThan(leaders[0]?.term ?? 0);
    await next.reconfigure({ remove: transferee.id }, soon());
    await next.stop({ handover: true });
    expect((await leading(rest.filter((elector) => elector !== next))).id).not.toBe(next.id);
  });

  it("a node that knows another token is kept out, and both sides are told in the log", async () => {
    const { start } = await place("a", "b");
    const logged: string[] = [];
    const log = (_details: object, message: string): void => void logged.push(message);
    const logger = { debug() {}, info() {}, warn: log, error: log };
    await start("a", { logger });
    await start("b", { logger, token: "something else" });
    const deadline = performance.now() + 10_000;
    const refusals = () =>
      logged.filter((message) => /a connection with .* was refused: .*token/.test(message));
    while (refusals().length < 2 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(refusals().length).toBeGreaterThanOrEqual(2);
    const why = () =>
      logged.some((message) =>
        /no leader: the cluster is not founded yet: .*not met b \(wrongToken/.test(message),
      );
    while (!why() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(why()).toBe(true);
  });

  it("a process whose elector has stopped ends by itself", async () => {
    const { voters } = await place("a");
    const folder = await mkdtemp(join(tmpdir(), "raftbeat-elector-"));
    cleanups.push(() => rm(folder, { recursive: true }));
    const options = JSON.stringify({ cluster: "real", id: "a", voters, coolDownMs: 60_000 });
    const script = `
      import { createElector, fileVoteStore } from ${JSON.stringify(builtFile("index.js").href)};
      const store = fileVoteStore(${JSON.stringify(folder)});
      const elector = await createElector({ ...${options}, store, health: { check: () => true, intervalMs: 60_000 } });
      elector.whileLeader(() => { throw new Error("so that it cools down"); });
      elector.subscribe(({ kind }) => kind === "lost" && elector.stop());
      await elector.closed;
      process.stdout.write("closed");`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      {
        timeout: 15_000,
      },
    );
    expect(stdout).toBe("closed");
  });

  it("an address that is taken keeps an elector from starting, and its store is free again", async () => {
    const { start, voters } = await place("a");
    await start("a");
    const folder = await mkdtemp(join(tmpdir(), "raftbeat-elector-"));
    cleanups.push(() => rm(folder, { recursive: true }));
    const second = { cluster: "real", id: "a", voters, store: fileVoteStore(folder) };
    await expect(createElector(second)).rejects.toMatchObject({ code: "transportFailed" });
    await expect(createElector(second)).rejects.toMatchObject({ code: "transportFailed" });
  });
});
