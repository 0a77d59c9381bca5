import { type Heard, leadersPerTermMax, ProcessCluster } from "../processes/cluster.js";
import type { Row } from "../report.js";

const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };
const signals = ["SIGKILL", "SIGSTOP", "SIGTERM"] as const;
const stoppedForMs = 3000;

type Gained = Extract<Heard, { kind: "gained" }>;
type Asked = Extract<Heard, { kind: "asked" }>;

/** A span of machine-wide monotonic time in which one process held, or may have held, the lease of one term. */
interface Lease {
  readonly from: string;
  readonly term: number;
  readonly fromNs: bigint;
  untilNs: bigint;
}

/** Kills, stops and terminates leaders in turn; lays the leases that all processes told over each other. */
export async function stalls(roundCount: number): Promise<Row[]> {
  const cluster = await ProcessCluster.start(3, timing, { leaseEveryMs: 5 });
  let stops = 0;
  let leadingAfterStop = 0;
  try {
    for (let round = 0; round < roundCount; round++) {
      const signal = signals[round % signals.length] ?? "SIGKILL";
      const leader = await cluster.settled();
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * timing.heartbeatIntervalMs));
      const place = cluster.heard.length;
      cluster.signal(leader.id, signal);
      const isNext = (heard: Heard): heard is Gained => heard.kind === "gained" && heard.term > leader.term;
      await cluster.next(place, isNext, 2000);
      if (signal === "SIGSTOP") {
        await new Promise((resolve) => setTimeout(resolve, stoppedForMs));
        cluster.signal(leader.id, "SIGCONT");
        const isAnswer = (heard: Heard): heard is Asked => heard.kind === "asked" && heard.from === leader.id;
        const { isLeader } = await cluster.next(place, isAnswer, 2000);
        stops++;
        if (isLeader) leadingAfterStop++;
      } else {
        await cluster.gone(leader.id);
        await cluster.startReplica(leader.id);
      }
      if (process.stderr.isTTY) process.stderr.write(`\r${round + 1} of ${roundCount} rounds `);
    }
  } finally {
    await cluster.end();
  }
  const leases = leasesOf(cluster.heard);
  const leaseOverlapMs = overlapNs(leases) / 1e6;
  const leadersPerTerm = leadersPerTermMax(cluster.heard);
  const ok =
    leadingAfterStop === 0 && leaseOverlapMs === 0 && leadersPerTerm === 1 && leases.length >= roundCount;
  return [
    {
      bench: "stalls",
      rounds: roundCount,
      stops,
      stoppedForMs,
      leadingAfterStop,
      leases: leases.length,
      leaseOverlapMs,
      leadersPerTermMax: leadersPerTerm,
      ok,
    },
  ];
}

/** Each lease from the moment it was told to the last moment known of it: its loss, or the end of its last extension. */
function leasesOf(heard: readonly Heard[]): Lease[] {
  const leases: Lease[] = [];
  const open = new Map<string, Lease>();
  for (const report of heard) {
    const lease = open.get(report.from);
    if (report.kind === "gained") {
      const fromNs = BigInt(report.atNs);
      const gained = { from: report.from, term: report.term, fromNs, untilNs: fromNs };
      open.set(report.from, gained);
      leases.push(gained);
    } else if (report.kind === "lease" && lease?.term === report.term) lease.untilNs = BigInt(report.untilNs);
    else if (report.kind === "lost" && lease !== undefined) {
      // What was told at the loss counts only where it ends the lease earlier: a stopped process tells late.
      if (BigInt(report.atNs) < lease.untilNs) lease.untilNs = BigInt(report.atNs);
      open.delete(report.from);
    } else if (report.kind === "started") open.delete(report.from);
  }
  return leases;
}

/** The longest time for which two leases of different processes, or terms, overlap. */
function overlapNs(leases: readonly Lease[]): number {
  let longest = 0n;
  const sorted = [...leases].sort((a, b) => (a.fromNs < b.fromNs ? -1 : 1));
  for (const [index, lease] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined || lease.from === next.from) continue;
    const overlap = lease.untilNs - next.fromNs;
    if (overlap > longest) longest = overlap;
  }
  return Number(longest);
}
