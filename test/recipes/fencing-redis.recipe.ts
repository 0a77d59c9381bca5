import { createClient } from "redis";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { claim, issue, issueInvoice, StaleTerm } from "../../examples/fencing-redis.js";
import { codeBlocks, read } from "../docs/support/pages.js";
import { until } from "../processes/support/node.js";
import { pausedLeader, start, threeReplicas } from "./support/paused-leader.js";
import { restartRedis, serverFolder, startRedis } from "./support/servers.js";
import { describeWith } from "./support/tools.js";

const durable = ["--appendonly", "yes", "--appendfsync", "always"];

async function clientOf(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  return client;
}

describeWith(["redis-server"], "fencing in Redis", () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Awaited<ReturnType<typeof clientOf>>;
  const { folder, remove } = serverFolder();

  beforeAll(async () => {
    server = await startRedis(folder, ...durable);
    redis = await clientOf(server.url);
  });
  beforeEach(() => redis.flushAll());
  afterAll(async () => {
    redis.destroy();
    await server.end();
    remove();
  });

  const invoices = async () =>
    (await redis.lRange("{invoices}:list", 0, -1)).map((text) => JSON.parse(text) as { term: number });

  it("is on the page as it is in the example", () => {
    expect(codeBlocks(read("docs/fencing.md"), "lua")).toEqual([issue.trimStart()]);
  });

  it("refuses a lower term, and takes the same and a higher one", async () => {
    await issueInvoice(redis, 3, 1, "a");
    await issueInvoice(redis, 5, 2, "b");
    await issueInvoice(redis, 5, 3, "b");
    await expect(issueInvoice(redis, 3, 4, "a")).rejects.toThrow(
      new StaleTerm("term 3 is stale: the fence is at 5"),
    );
    expect((await invoices()).map(({ term }) => term)).toEqual([3, 5, 5]);
  });

  it("refuses the leader of before from the claim on, before the new leader has written anything", async () => {
    await claim(redis, 2);
    await expect(issueInvoice(redis, 1, 1, "a")).rejects.toThrow(StaleTerm);
    expect(await invoices()).toEqual([]);
  });

  it("lets no lower term follow a higher one among concurrent writers", async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => clientOf(server.url)));
    let refused = 0;
    await Promise.all(
      clients.map(async (client, index) => {
        for (let count = 0; count < 100; count++)
          await issueInvoice(client, 1 + (index % 4), count, `w${index}`).catch((error: unknown) => {
            if (!(error instanceof StaleTerm)) throw error;
            refused++;
          });
        client.destroy();
      }),
    );
    const terms = (await invoices()).map(({ term }) => term);
    expect(terms).toEqual([...terms].sort((a, b) => a - b));
    expect(terms.length + refused).toBe(800);
    expect(refused).toBeGreaterThan(0);
  });

  it("keeps the fence over a kill, with appendfsync always", async () => {
    const first = await startRedis(folder, ...durable);
    const writer = await clientOf(first.url);
    await issueInvoice(writer, 7, 1, "a");
    await first.end("SIGKILL");
    writer.destroy();
    const again = await restartRedis(first.data, first.port, ...durable);
    const late = await clientOf(again.url);
    await expect(issueInvoice(late, 6, 2, "b")).rejects.toThrow(StaleTerm);
    late.destroy();
    await again.end();
  });

  it("loses the fence in a failover to a replica that has not received it, as the page says", async () => {
    const primary = await startRedis(folder, ...durable);
    const replica = await startRedis(folder, "--replicaof", "127.0.0.1", `${primary.port}`);
    const [onPrimary, onReplica] = [await clientOf(primary.url), await clientOf(replica.url)];
    await issueInvoice(onPrimary, 1, 1, "a");
    await until(
      async () => (await onReplica.get("{invoices}:term")) === "1",
      "the replica has the first term",
    );
    // The link between the two is cut, the primary confirms a claim, and is gone.
    await onReplica.sendCommand(["REPLICAOF", "127.0.0.1", "1"]);
    await claim(onPrimary, 2);
    expect(await onPrimary.sendCommand(["WAIT", "1", "100"])).toBe(0);
    await primary.end();
    await onReplica.sendCommand(["REPLICAOF", "NO", "ONE"]);
    await issueInvoice(onReplica, 1, 2, "a");
    expect(await onReplica.lLen("{invoices}:list")).toBe(2);
    onPrimary.destroy();
    onReplica.destroy();
    await replica.end();
  });

  it("refuses a leader that was paused between its check and its write", async () => {
    const { said, before, after } = await pausedLeader({ REDIS_URL: server.url });
    expect(said).toMatch(new RegExp(`was refused: term ${before} is stale: the fence is at ${after}\n`));
    expect(await invoices()).toEqual([expect.objectContaining({ number: 1, term: after })]);
  });

  it("is what the example does, as three processes", async () => {
    const replicas = await threeReplicas({ REDIS_URL: server.url });
    const running = [...replicas.values()].map((variables) => start("examples/fencing-redis.ts", variables));
    const said = () => running.map((one) => one.stdout() + one.stderr()).join("");
    await until(
      () => said().includes("invoice 3 "),
      () => `invoices; they said ${said()}`,
      60_000,
    );
    for (const one of running) one.process.kill("SIGTERM");
    expect(await Promise.all(running.map((one) => one.exited))).toEqual([0, 0, 0]);
    expect((await invoices()).map((invoice) => invoice.term).every((term) => term > 0)).toBe(true);
  });
});
