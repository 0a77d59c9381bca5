/**
 * A service that has in its own HTTP server what `raftbeat node` has in its: /readyz for an orchestrator, /metrics for Prometheus, and a log
 * of events. Three replicas in one process; each answers its customers and its operators on one port, and shares it with the election.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileVoteStore } from "raftbeat";
import {
  createObservedElector,
  type ObservedElector,
  observabilityHandler,
  prometheusMetrics,
  type RequestHandler,
  readableLine,
} from "raftbeat/observability";
import { settingsFit } from "raftbeat/tuning";

interface Replica {
  readonly id: string;
  readonly server: Server;
  readonly url: string;
  /** Null until there is an elector. */
  handle: RequestHandler | null;
}

const folder = await mkdtemp(join(tmpdir(), "raftbeat-example-"));
const replicas = await Promise.all(["a", "b", "c"].map(startServer));
const voters = Object.fromEntries(
  replicas.map(({ id, url }) => [id, `${url.replace("http", "ws")}/election`]),
);
const nodes = await Promise.all(replicas.map(observe));
for (const { elector } of nodes) elector.whileLeader((lead) => aborted(lead.signal));
await Promise.all(nodes.map(({ elector }) => elector.waitForLeader({ signal: AbortSignal.timeout(10_000) })));

for (const { id, url } of replicas) {
  const ready = await fetch(`${url}/readyz`);
  console.log(`${id} is ${(await ready.text()).trim()}: ${ready.status}`);
}
const first = replicas[0] as Replica;
console.log(`the service answers: ${await (await fetch(`${first.url}/orders`)).text()}`);

const values = await Promise.all(
  replicas.map(async ({ url }) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^raftbeat_is_leader\{.*\} (\d)$/m.exec(text)?.[1]);
  }),
);
console.log(`raftbeat_is_leader over all replicas: ${values.reduce((sum, value) => sum + value, 0)}`);

await Promise.all(nodes.map(({ elector }) => elector.stop()));
await Promise.all(nodes.map(({ ended }) => ended));
for (const { server } of replicas) server.close();
await rm(folder, { recursive: true });
console.log("done");

/** Starts the election of a replica, and mounts what its operators ask for. */
async function observe(replica: Replica): Promise<ObservedElector> {
  const { id, server } = replica;
  await mkdir(join(folder, id));
  const node = await createObservedElector(
    {
      cluster: "observed",
      id,
      voters,
      store: fileVoteStore(join(folder, id)),
      listen: { server, path: "/election" },
      timing: "laptop",
    },
    {
      onEvent: (event) =>
        process.stdout.write(readableLine(id, event, { wallMs: Date.now(), machineMs: performance.now() })),
      judge: settingsFit(),
    },
  );
  replica.handle = observabilityHandler(node, { metrics: await prometheusMetrics(node) });
  return node;
}

async function startServer(id: string): Promise<Replica> {
  const server = createServer(async (request, response) => {
    if (await replica.handle?.(request, response)) return;
    response.end(`no orders for ${id}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const replica: Replica = { id, server, url, handle: null };
  return replica;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
