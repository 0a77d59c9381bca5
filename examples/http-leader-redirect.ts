/**
 * Three HTTP servers, one leader: the followers redirect to it, at the address it gave as its metadata. The election shares
 * each server's port, on the path /election.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createElector, type Elector, fileVoteStore } from "raftbeat";

interface Replica {
  readonly id: string;
  readonly server: Server;
  readonly url: string;
  elector: Elector | null;
}

const folder = await mkdtemp(join(tmpdir(), "raftbeat-example-"));
const replicas = await Promise.all(["a", "b", "c"].map(startServer));
const voters = Object.fromEntries(
  replicas.map(({ id, url }) => [id, `${url.replace("http", "ws")}/election`]),
);

await Promise.all(
  replicas.map(async (replica) => {
    replica.elector = await createElector({
      cluster: "redirect",
      id: replica.id,
      voters,
      store: fileVoteStore(await ownFolder(replica.id)),
      listen: { server: replica.server, path: "/election" },
      metadata: replica.url,
    });
  }),
);
const electors = replicas.map(({ elector }) => elector as Elector);
await Promise.all(electors.map((elector) => elector.waitForLeader({ signal: AbortSignal.timeout(10_000) })));

for (const { url } of replicas) {
  const answer = await order(url);
  console.log(
    `asked ${url === answer.url.replace("/orders", "") ? "the leader" : "a follower"}: ${await answer.text()}`,
  );
}

await Promise.all(electors.map((elector) => elector.stop()));
for (const { server } of replicas) server.close();
await rm(folder, { recursive: true });
console.log("done");

/** Asks as a client does that follows redirects, and asks again where there is no leader for a moment. */
async function order(url: string): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${url}/orders`, { method: "POST" });
    if (answer.status !== 503 || attempt === 10) return answer;
    await answer.text();
    await setTimeout(1000 * Number(answer.headers.get("retry-after")));
  }
}

async function startServer(id: string): Promise<Replica> {
  const server = createServer((request, response) => {
    const { elector } = replica;
    if (elector?.isLeader === true) {
      response.end(`served by the leader in term ${elector.status().term}`);
      return;
    }
    const { leaderMetadata } = elector?.status() ?? { leaderMetadata: null };
    // 307 keeps the method and the body.
    if (leaderMetadata === null) response.writeHead(503, { "retry-after": "1" }).end("no leader yet");
    else response.writeHead(307, { location: `${leaderMetadata}${request.url ?? "/"}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const replica: Replica = {
    id,
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    elector: null,
  };
  return replica;
}

async function ownFolder(id: string): Promise<string> {
  await mkdir(join(folder, id));
  return join(folder, id);
}
