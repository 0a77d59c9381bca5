/**
 * One cron-like job among three replicas. Each run writes to a shared file through a resource that refuses stale fencing tokens:
 * a leader that was deposed without noticing can do no harm.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createElector, type Elector, fileVoteStore, type Leadership } from "raftbeat";

/** A resource that remembers the highest token it has seen, and refuses lower ones. In life: a conditional write to a database. */
class FencedFile {
  private highestToken = 0;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async append(token: number, line: string): Promise<void> {
    if (token < this.highestToken) throw new Error(`token ${token} is stale: ${this.highestToken} was seen`);
    this.highestToken = token;
    const before = await readFile(this.path, "utf8").catch(() => "");
    await writeFile(this.path, `${before}${line}\n`);
  }
}

const folder = await mkdtemp(join(tmpdir(), "raftbeat-example-"));
const ledger = new FencedFile(join(folder, "ledger.txt"));
const voters = Object.fromEntries(
  (await freePorts(3)).map((port, index) => [`replica-${index + 1}`, `ws://127.0.0.1:${port}`]),
);
const runsWanted = 6;
let runs = 0;
let allDone = (): void => {};
const enoughRuns = new Promise<void>((resolve) => {
  allDone = resolve;
});

/** What the leader does: a run every 100 ms, each with a lease that outlasts it. */
async function job(elector: Elector, lead: Leadership): Promise<void> {
  while (!lead.signal.aborted && runs < runsWanted) {
    lead.assertValid(20);
    runs++;
    await ledger.append(lead.term, `run ${runs} by ${elector.id} in term ${lead.term}`);
    console.log(`run ${runs} by ${elector.id} in term ${lead.term}`);
    if (runs === runsWanted / 2) {
      console.log(`${elector.id} hands over`);
      lead.resign();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (runs >= runsWanted) allDone();
}

const electors = await Promise.all(
  Object.keys(voters).map(async (id) =>
    createElector({ cluster: "singleton-job", id, voters, store: fileVoteStore(await ownFolder(id)) }),
  ),
);
for (const elector of electors) elector.whileLeader((lead) => job(elector, lead));
await enoughRuns;

// A writer with the token of the first leader wakes up late.
await ledger.append(1, "too late").catch((error: Error) => console.log(`refused: ${error.message}`));

await Promise.all(electors.map((elector) => elector.stop({ handover: false })));
await rm(folder, { recursive: true });
console.log("done");

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function ownFolder(id: string): Promise<string> {
  await mkdir(join(folder, id));
  return join(folder, id);
}
