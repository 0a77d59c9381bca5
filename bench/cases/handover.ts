import { roundTrip } from "../baselines/loopback.js";
import { type Heard, leadersPerTermMax, ProcessCluster } from "../processes/cluster.js";
import { type Row, rounded } from "../report.js";
import { handoverRow } from "../verdict.js";

const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };

/** Longer than a handover. */
const reportAfterMs = 30;

type Gained = Extract<Heard, { kind: "gained" }>;
type Lost = Extract<Heard, { kind: "lost" }>;
type Asked = Extract<Heard, { kind: "askedToHandOver" }>;

/**
 * From the loss announced by one process to the gain, lease included, announced by another; and before it, how long the old leader led on
 * while its transferee was elected. Beside a round trip of bare ws: the gap is one message, so half of that is the least it could be.
 */
export async function handover(handoverCount: number, nodeCounts: readonly number[]): Promise<Row[]> {
  const roundTripMs = rounded(await roundTrip(), 3);
  const rows: Row[] = [];
  for (const nodeCount of nodeCounts)
    for (const by of ["transfer", "SIGTERM"] as const)
      rows.push({ ...(await handOver(nodeCount, by, handoverCount)), roundTripMs });
  return rows;
}

async function handOver(nodeCount: number, by: "transfer" | "SIGTERM", handoverCount: number): Promise<Row> {
  const cluster = await ProcessCluster.start(nodeCount, timing, { reportAfterMs });
  const handoverMs: number[] = [];
  const ledOnMs: number[] = [];
  try {
    for (let count = 1; count <= handoverCount; count++) {
      const leader = await cluster.settled();
      // The followers have to have shown that they hold the configuration of this leadership.
      await new Promise((resolve) => setTimeout(resolve, 120 + Math.random() * timing.heartbeatIntervalMs));
      const others = cluster.ids.filter((id) => id !== leader.id);
      const place = cluster.heard.length;
      if (by === "SIGTERM") cluster.signal(leader.id, "SIGTERM");
      else cluster.send(leader.id, { kind: "transfer", to: others[count % others.length] });
      const isAsked = (heard: Heard): heard is Asked => heard.kind === "askedToHandOver";
      const isLoss = (heard: Heard): heard is Lost => heard.kind === "lost" && heard.from === leader.id;
      const isGain = (heard: Heard): heard is Gained => heard.kind === "gained" && heard.term > leader.term;
      const asked = await cluster.next(place, isAsked, 2000);
      const lost = await cluster.next(place, isLoss, 2000);
      const gained = await cluster.next(place, isGain, 2000);
      handoverMs.push(msFrom(lost, gained));
      ledOnMs.push(msFrom(asked, lost));
      if (by === "SIGTERM") {
        await cluster.gone(leader.id);
        await cluster.startReplica(leader.id);
      }
      if (process.stderr.isTTY)
        process.stderr.write(`\r${nodeCount} nodes, ${by}: ${count} of ${handoverCount} `);
    }
  } finally {
    await cluster.end();
  }
  return handoverRow({
    nodeCount,
    by,
    handoverCount,
    handoverMs,
    ledOnMs,
    leadersPerTermMax: leadersPerTermMax(cluster.heard),
  });
}

function msFrom(from: { readonly atNs: string }, to: { readonly atNs: string }): number {
  return Number(BigInt(to.atNs) - BigInt(from.atNs)) / 1e6;
}
