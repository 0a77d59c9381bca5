/**
 * Three replicas as real processes. The leader is killed with SIGKILL; another takes over; the killed one comes back with its votes.
 * Run without arguments, this file is the parent; with an id, it is that replica.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createElector, fileVoteStore } from "raftbeat";

const [id, folder, votersText] = process.argv.slice(2);
if (id === undefined || folder === undefined || votersText === undefined) await parent();
else await replica(id, folder, JSON.parse(votersText));

async function replica(id: string, folder: string, voters: Record<string, string>): Promise<void> {
  // Before all that takes time: a replica must not outlive its parent.
  process.once("disconnect", () => process.exit());
  const elector = await createElector({
    cluster: "example",
    id,
    voters,
    store: fileVoteStore(await ownFolder(join(folder, id))),
  });
  elector.subscribe((event) => {
    if (event.kind === "elected") process.send?.({ id, term: event.term });
  });
}

interface Elected {
  readonly id: string;
  readonly term: number;
}

async function parent(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "raftbeat-example-"));
  const ports = await freePorts(3);
  const voters = Object.fromEntries(ports.map((port, index) => [`n${index + 1}`, `ws://127.0.0.1:${port}`]));
  const children = new Map<string, ChildProcess>();
  let onElected = (_elected: Elected): void => {};
  const start = (id: string): void => {
    const child = fork(fileURLToPath(import.meta.url), [id, folder, JSON.stringify(voters)]);
    child.on("message", (message) => onElected(message as Elected));
    children.set(id, child);
  };
  const nextLeader = (): Promise<Elected> =>
    new Promise((resolve) => {
      onElected = resolve;
    });

  const first = nextLeader();
  for (const id of Object.keys(voters)) start(id);
  let leader = await first;
  console.log(`${leader.id} leads in term ${leader.term}`);

  for (let kill = 1; kill <= 2; kill++) {
    const next = nextLeader();
    const killed = leader;
    children.get(killed.id)?.kill("SIGKILL");
    leader = await next;
    console.log(
      `${killed.id} was killed; another leads: ${leader.id !== killed.id && leader.term > killed.term}`,
    );
    start(killed.id);
  }

  for (const child of children.values()) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
  console.log("done");
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function ownFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}
