import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild, type Usage } from "../processes/child.js";
import type { Row } from "../report.js";
import { type BeatCosts, costsOf, heartbeatRows, type Window } from "../verdict.js";

const intervalMs = 5;
const windowMs = 8000;
const bytesWindowMs = 3000;
const privateNetwork = "RAFTBEAT_BENCH_PRIVATE_NETWORK";

/** Two processes that beat. */
interface Pair {
  /** Whoever counts what was acknowledged comes first. */
  readonly children: readonly Child[];
  end(): Promise<void>;
}

/**
 * A leader and a follower beside two processes that exchange 40-byte frames at the same interval: at the same time, so that whatever else
 * the machine does is borne by both. CPU and memory are those of both processes of a pair; bytes are those of IP packets, acknowledgements
 * included, read off a loopback interface that nobody else uses; what the other pair sends is taken off.
 */
export async function heartbeat(rounds: number, warmUpMs: number, json: boolean | undefined): Promise<Row[]> {
  if (process.env[privateNetwork] === undefined && movedToPrivateNetwork(rounds, warmUpMs, json)) return [];
  const raftbeat: BeatCosts[] = [];
  const bare: BeatCosts[] = [];
  for (let round = 0; round < rounds; round++) {
    const measured = await measure(warmUpMs);
    raftbeat.push(measured.raftbeat);
    bare.push(measured.bare);
  }
  const how = { warmUpMs, rounds, intervalMs, privateNetwork: process.env[privateNetwork] !== undefined };
  return heartbeatRows(how, raftbeat, bare);
}

/** Runs this bench again in a network of its own, where the system allows it; true if it did. */
function movedToPrivateNetwork(rounds: number, warmUpMs: number, json: boolean | undefined): boolean {
  if (spawnSync("unshare", ["-rn", "ip", "link", "set", "lo", "up"]).status !== 0) return false;
  const command = `ip link set lo up && exec "$0" "$@"`;
  const own = [
    process.execPath,
    process.argv[1] ?? "",
    "heartbeat",
    "--rounds",
    `${rounds}`,
    "--warm-up-ms",
    `${warmUpMs}`,
  ];
  const { status } = spawnSync(
    "unshare",
    ["-rn", "sh", "-c", command, ...own, ...(json === true ? ["--json"] : [])],
    {
      stdio: "inherit",
      env: { ...process.env, [privateNetwork]: "1" },
    },
  );
  process.exitCode = status ?? 1;
  return true;
}

async function measure(
  warmUpMs: number,
): Promise<{ readonly raftbeat: BeatCosts; readonly bare: BeatCosts }> {
  const cluster = await startCluster();
  let bare: Pair | null = null;
  try {
    bare = await startBare();
    await passed(warmUpMs);
    const both = await window([cluster, bare], windowMs);
    await cluster.end();
    const alone = await window([bare], bytesWindowMs);
    return costsOf(both, alone);
  } finally {
    await bare?.end();
    await cluster.end();
  }
}

/** What each process of these pairs used, and the bytes that all sent, in a window of time. */
async function window(pairs: readonly Pair[], forMs: number): Promise<Window> {
  const tell = (kind: string) => {
    for (const { children } of pairs) for (const child of children) child.send({ kind });
  };
  tell("begin");
  const before = loopbackBytes();
  await passed(forMs);
  const bytes = loopbackBytes() - before;
  tell("end");
  const usages = pairs.map(({ children }) =>
    Promise.all(children.map((child) => child.next<Usage>("usage"))),
  );
  return { usages: await Promise.all(usages), bytes };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function startBare(): Promise<Pair> {
  const pong = startChild("./bare-ws.js", ["pong"]);
  const { url } = await pong.next<{ readonly kind: "ready"; readonly url: string }>("ready");
  const ping = startChild("./bare-ws.js", ["ping", url, String(intervalMs)]);
  await ping.next("ready");
  return {
    children: [ping, pong],
    end: async () => {
      await Promise.all([ping.end(), pong.end()]);
    },
  };
}

async function startCluster(): Promise<Pair> {
  const directory = mkdtempSync(join(tmpdir(), "raftbeat-bench-"));
  const ports = ["17411", "17412"];
  const voters = { n1: `ws://127.0.0.1:${ports[0]}`, n2: `ws://127.0.0.1:${ports[1]}` };
  const children = Object.keys(voters).map((id) =>
    startChild("./heartbeat-node.js", [
      JSON.stringify({ id, voters, directory: join(directory, id), intervalMs }),
    ]),
  );
  // A leader counts the replies it gets.
  const roles = await Promise.all(
    children.map((child) => child.next<{ readonly kind: "role"; readonly leads: boolean }>("role")),
  );
  return {
    children: roles[0]?.leads === true ? children : [...children].reverse(),
    end: async () => {
      await Promise.all(children.map((child) => child.end()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Bytes of all packets that went over this network's loopback interface. */
function loopbackBytes(): number {
  const line = readFileSync("/proc/net/dev", "utf8")
    .split("\n")
    .find((text) => text.trim().startsWith("lo:"));
  return Number(line?.trim().split(/\s+/)[1]);
}
