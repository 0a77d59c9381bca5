import { type Heard, ProcessCluster } from "../processes/cluster.js";
import type { Row } from "../report.js";
import { stallsRow } from "../verdict.js";

const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };
const signals = ["SIGKILL", "SIGSTOP", "SIGTERM"] as const;
const stoppedForMs = 3000;

type Gained = Extract<Heard, { kind: "gained" }>;
type Asked = Extract<Heard, { kind: "asked" }>;

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
  return [stallsRow({ roundCount, stops, stoppedForMs, leadingAfterStop, heard: cluster.heard })];
}
