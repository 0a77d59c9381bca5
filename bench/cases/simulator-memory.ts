import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Liveness, Safety, Trace } from "raftbeat/simulation";
import { aCluster, leaderAfterSteps } from "../baselines/simulated.js";
import { type Row, rounded } from "../report.js";

/** The heap after a tenth and after all of so many events, checkers on and a leader killed now and then; what grows is a leak. */
export function simulatorMemory(nodeCount: number, eventCount: number): Row[] {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const cluster = aCluster(nodeCount);
  const report = (invariant: string, text: string) => {
    throw new Error(`${invariant}: ${text}`);
  };
  const trace = new Trace(cluster);
  cluster.watchers.push(trace, new Safety(cluster, report), new Liveness(cluster, report));
  cluster.boot();
  const heapMb: number[] = [];
  for (let tenth = 1; tenth <= 10; tenth++) {
    while (cluster.eventCount < (eventCount * tenth) / 10) {
      const leader = leaderAfterSteps(cluster);
      cluster.crash(leader);
      cluster.advance(1_000);
      cluster.restart(leader);
      cluster.advance(100_000);
    }
    collect();
    heapMb.push(process.memoryUsage().heapUsed / 2 ** 20);
    if (process.stderr.isTTY) process.stderr.write(`\r${tenth} of 10 `);
  }
  const [firstMb = 0] = heapMb;
  const lastMb = heapMb.at(-1) ?? 0;
  return [
    {
      bench: "simulator-memory",
      nodes: nodeCount,
      events: cluster.eventCount,
      heapAfterFirstTenthMb: rounded(firstMb, 2),
      heapAfterAllMb: rounded(lastMb, 2),
      residentMb: rounded(process.memoryUsage().rss / 2 ** 20, 0),
      ok: lastMb < firstMb + 1,
    },
  ];
}
