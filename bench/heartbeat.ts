import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild, type Usage } from "./child.js";
import { quantile, type Row, rounded } from "./report.js";

const intervalMs = 5;
const windowMs = 8000;
const privateNetwork = "RAFTBEAT_BENCH_PRIVATE_NETWORK";

/** What one round measured of one contender. */
interface Measured {
  readonly cpuMsPer1000: number;
  readonly residentMb: number;
  readonly wireBytes: number;
}

/**
 * A leader and a follower beside two processes that exchange 40-byte frames at the same interval, in turn. CPU and memory are those of both
 * processes; bytes are those of IP packets, acknowledgements included, read off a loopback interface that nobody else uses.
 */
export async function heartbeat(rounds: number, warmUpMs: number, json: boolean | undefined): Promise<Row[]> {
  if (process.env[privateNetwork] === undefined && movedToPrivateNetwork(rounds, warmUpMs, json)) return [];
  const raftbeat: Measured[] = [];
  const bare: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await measure(startBare, warmUpMs));
    raftbeat.push(await measure(startCluster, warmUpMs));
  }
  const cpuRatio = median(
    raftbeat.map((row, index) => row.cpuMsPer1000 / (bare[index]?.cpuMsPer1000 ?? Number.NaN)),
  );
  const memoryRatio = median(
    raftbeat.map((row, index) => row.residentMb / (bare[index]?.residentMb ?? Number.NaN)),
  );
  const wireBytes = median(raftbeat.map((row) => row.wireBytes));
  const common = {
    bench: "heartbeat",
    warmUpMs,
    rounds,
    intervalMs,
    privateNetwork: process.env[privateNetwork] !== undefined,
  };
  return [
    {
      ...common,
      of: "raftbeat",
      ...medians(raftbeat),
      cpuRatio: rounded(cpuRatio, 2),
      memoryRatio: rounded(memoryRatio, 2),
      ok: cpuRatio <= 1.5 && memoryRatio <= 1.3 && wireBytes <= 400,
    },
    { ...common, of: "bare ws", ...medians(bare) },
  ];
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
  start: () => Promise<{ readonly children: readonly Child[]; end(): Promise<void> }>,
  warmUpMs: number,
): Promise<Measured> {
  const { children, end } = await start();
  try {
    await new Promise((resolve) => setTimeout(resolve, warmUpMs));
    for (const child of children) child.send({ kind: "begin" });
    const bytesBefore = loopbackBytes();
    await new Promise((resolve) => setTimeout(resolve, windowMs));
    const bytes = loopbackBytes() - bytesBefore;
    for (const child of children) child.send({ kind: "end" });
    const usages = await Promise.all(children.map((child) => child.next<Usage>("usage")));
    const acknowledged = usages[0]?.acknowledged ?? 0;
    const cpuMs = usages.reduce((sum, usage) => sum + usage.cpuMs, 0);
    const residentBytes = usages.reduce((sum, usage) => sum + usage.residentBytes, 0) / usages.length;
    return {
      cpuMsPer1000: (cpuMs / acknowledged) * 1000,
      residentMb: residentBytes / 1e6,
      wireBytes: bytes / acknowledged,
    };
  } finally {
    await end();
  }
}

async function startBare() {
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

async function startCluster() {
  const directory = mkdtempSync(join(tmpdir(), "raftbeat-bench-"));
  const ports = ["17411", "17412"];
  const voters = { n1: `ws://127.0.0.1:${ports[0]}`, n2: `ws://127.0.0.1:${ports[1]}` };
  const children = Object.keys(voters).map((id) =>
    startChild("./heartbeat-node.js", [
      JSON.stringify({ id, voters, directory: join(directory, id), intervalMs }),
    ]),
  );
  // Whoever leads comes first: it is the one that counts what was acknowledged.
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

function medians(rows: readonly Measured[]) {
  return {
    cpuMsPer1000: rounded(median(rows.map((row) => row.cpuMsPer1000)), 1),
    residentMb: rounded(median(rows.map((row) => row.residentMb)), 1),
    wireBytes: rounded(median(rows.map((row) => row.wireBytes)), 0),
  };
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
