import { idealFailoverMs } from "../baselines/ideal.js";
import { measureLoopback } from "../baselines/loopback.js";
import { type Heard, leadersPerTermMax, ProcessCluster } from "../processes/cluster.js";
import { quantileFigures, type Row, rounded } from "../report.js";
import { failoverRow } from "../verdict.js";

const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };
const deadlineMs = 2000;

type Gained = Extract<Heard, { kind: "gained" }>;

/** Kills the leader of real processes with SIGKILL and measures until another one has told its lease. */
export async function failover(killCount: number, nodeCounts: readonly number[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const nodeCount of nodeCounts) rows.push(...(await killLeaders(nodeCount, killCount)));
  return rows;
}

async function killLeaders(nodeCount: number, killCount: number): Promise<Row[]> {
  const loopback = await measureLoopback();
  const cluster = await ProcessCluster.start(nodeCount, timing);
  const failoverMs: number[] = [];
  let withoutLeader = 0;
  try {
    for (let kill = 1; kill <= killCount; kill++) {
      const leader = await cluster.settled();
      // The kill falls evenly over the heartbeat interval.
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * timing.heartbeatIntervalMs));
      const place = cluster.heard.length;
      const killedNs = process.hrtime.bigint();
      cluster.signal(leader.id, "SIGKILL");
      const isNext = (heard: Heard): heard is Gained => heard.kind === "gained" && heard.term > leader.term;
      try {
        const next = await cluster.next(place, isNext, deadlineMs);
        failoverMs.push(Number(BigInt(next.atNs) - killedNs) / 1e6);
      } catch {
        withoutLeader++;
      }
      await cluster.gone(leader.id);
      await cluster.startReplica(leader.id);
      if (process.stderr.isTTY) process.stderr.write(`\r${nodeCount} nodes: ${kill} of ${killCount} kills `);
    }
  } finally {
    await cluster.end();
  }
  const ideal = idealFailoverMs({
    survivorCount: nodeCount - 1,
    heartbeatIntervalMs: timing.heartbeatIntervalMs,
    ...timing.electionTimeout,
    ...loopback,
  });
  const measured = {
    nodeCount,
    killCount,
    failoverMs,
    withoutLeader,
    leadersPerTermMax: leadersPerTermMax(cluster.heard),
  };
  return [
    failoverRow(measured, ideal),
    {
      bench: "failover",
      nodes: nodeCount,
      kills: killCount,
      of: "ideal",
      ...quantileFigures(ideal),
      roundTripMs: rounded(loopback.roundTripMs, 3),
      writeMs: rounded(loopback.writeMs, 3),
    },
  ];
}
