import { mkdirSync } from "node:fs";
import {
  createElector,
  fileVoteStore,
  silentLogger,
  type WebSocketTransport,
  webSocketTransport,
} from "raftbeat";
import type { Usage } from "./child.js";

/** One of two nodes that do nothing but beat; tells its parent what a window of time took. */
interface NodeSettings {
  readonly id: string;
  readonly voters: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly intervalMs: number;
}

const { id, voters, directory, intervalMs } = JSON.parse(process.argv[2] ?? "") as NodeSettings;
const { hostname, port } = new URL(voters[id] ?? "");
let transport: WebSocketTransport | undefined;
mkdirSync(directory, { recursive: true });
const elector = await createElector({
  cluster: "bench",
  id,
  voters,
  store: fileVoteStore(directory),
  logger: silentLogger,
  timing: { heartbeatIntervalMs: intervalMs, electionTimeout: { minMs: 1000, maxMs: 2000 } },
  transport: (identity) => {
    transport = webSocketTransport({ listen: { host: hostname, port: Number(port) } })(identity);
    return transport;
  },
});

/** Messages received over all links: while nothing else happens, a leader receives replies and a follower heartbeats. */
const received = (): number => transport?.peers().reduce((sum, peer) => sum + peer.receivedCount, 0) ?? 0;

let before = { cpu: process.cpuUsage(), received: 0 };
process.on("message", (message: { readonly kind: string }) => {
  if (message.kind === "begin") before = { cpu: process.cpuUsage(), received: received() };
  if (message.kind !== "end") return;
  const cpu = process.cpuUsage(before.cpu);
  const usage: Usage = {
    kind: "usage",
    acknowledged: received() - before.received,
    cpuMs: (cpu.user + cpu.system) / 1000,
    residentBytes: process.memoryUsage.rss(),
  };
  process.send?.(usage);
});
process.on("disconnect", () => process.exit());
const leader = await elector.waitForLeader();
process.send?.({ kind: "role", leads: leader.id === id });
