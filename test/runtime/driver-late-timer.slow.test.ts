import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Elector } from "../../src/elector/api.js";
import { createElector } from "../../src/elector/create-elector.js";
import { silentLogger } from "../../src/elector/observers/logger.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import { webSocketTransport } from "../../src/transport/websocket/websocket-transport.js";

/**
 * A real follower behind real sockets, whose event loop stands still for three election timeouts while its leader's heartbeats
 * queue up. When it goes on, its election timer is overdue and may run before the heartbeats are read.
 */
const timing = { heartbeatIntervalMs: 100, electionTimeout: { minMs: 1000, maxMs: 1100 } };
const stallMs = 3 * timing.electionTimeout.maxMs;
/** The links are not to be judged dead meanwhile: heartbeats must be waiting in the socket. */
const silenceMs = 60_000;

const places = [
  "its own socket",
  "another socket",
  "a file callback",
  "a promise",
  "a setImmediate",
  "a timer",
] as const;

/** Where timers come before sockets when the loop goes on; after a timer, or with the heartbeat at hand, sockets come first. */
const deceiving = ["another socket", "a file callback", "a promise", "a setImmediate"] as const;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

/** How often a follower campaigned after its loop stood still in this place. */
async function campaignsAfterStall(where: (typeof places)[number], confirms: boolean): Promise<number> {
  const servers = [createServer(), createServer()] as const;
  const addresses = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/election`;
    }),
  );
  // Nobody listens at c's address: it dials the others.
  const voters = { a: addresses[0] as string, b: addresses[1] as string, c: "ws://127.0.0.1:9" };
  const shared = { cluster: "stall", voters, timing, absentFounders: ["c"] };
  const electors: Elector[] = await Promise.all(
    (["a", "b"] as const).map((id, index) =>
      createElector({
        ...shared,
        id,
        logger: silentLogger,
        store: memoryVoteStore({ unsafeForgetsVotes: true }),
        transport: webSocketTransport({
          listen: { server: servers[index] as (typeof servers)[0], path: "/election" },
          silenceMs,
        }),
      }),
    ),
  );
  cleanups.push(async () => {
    await Promise.all(electors.map((elector) => elector.stop()));
    for (const server of servers) server.close();
  });
  // The follower comes once a leads or b does, so that it never leads itself.
  await Promise.all(
    electors.map((elector) => elector.waitForLeader({ signal: AbortSignal.timeout(20_000) })),
  );
  const worker = new Worker(new URL("./support/stall-worker.mjs", import.meta.url), {
    workerData: { where, confirms, stallMs, silenceMs, options: { ...shared, id: "c" } },
  });
  cleanups.push(() => worker.terminate());
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (message: "follows" | { readonly campaigns: number }) => {
      if (message === "follows") worker.postMessage("stall");
      else resolve(message.campaigns);
    });
  });
}

const campaigns = new Map<string, number>();

beforeAll(async () => {
  const tries = [
    ...places.map((where) => [where, true] as const),
    ...deceiving.map((where) => [where, false] as const),
  ];
  await Promise.all(
    tries.map(async ([where, confirms]) => {
      campaigns.set(`${where} ${confirms}`, await campaignsAfterStall(where, confirms));
    }),
  );
});

describe("a follower whose event loop stands still for three election timeouts, with heartbeats queued", () => {
  it.each(places)("does not campaign after a stall in %s", (where) => {
    expect(campaigns.get(`${where} true`)).toBe(0);
  });

  it.each(deceiving)("would campaign after a stall in %s if a fired timer were believed at once", (where) => {
    expect(campaigns.get(`${where} false`)).toBeGreaterThan(0);
  });
});
