import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { resolveTiming, safeModes } from "raftbeat/protocol";
import { Cluster, Liveness, Safety, splitSeed, Timeline, Trace } from "raftbeat/simulation";
import { type Row, rounded } from "./report.js";

/** How fast one thread simulates, beside a bare loop of the same event queue, random numbers and a switch. */
export function simulator(nodeCount: number, eventCount: number): Row[] {
  const bare = bareLoop(2 * nodeCount, eventCount);
  const row = (mode: string, eventsPerSecond: number, electionsPerSecond: number) => ({
    bench: "simulator",
    mode,
    nodes: nodeCount,
    eventsPerSecond: Math.round(eventsPerSecond),
    electionsPerSecond: Math.round(electionsPerSecond),
    ofBareLoop: rounded(eventsPerSecond / bare, 2),
  });
  const crashes = elections(nodeCount, Math.round(eventCount / 100));
  return [
    row("bare-loop", bare, 0),
    row("steady", steady(nodeCount, eventCount, false), 0),
    row("steady-checked", steady(nodeCount, eventCount, true), 0),
    row("elections", crashes.eventsPerSecond, crashes.electionsPerSecond),
  ];
}

function aCluster(nodeCount: number): Cluster {
  const resolution = resolveTiming("lan");
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  const settings = { ...resolution.timing, modes: safeModes };
  return new Cluster({
    seed: 1,
    voters: Array.from({ length: nodeCount }, (_, index) => `n${index + 1}`),
    observers: [],
    settingsOf: () => settings,
    transport: "datagram",
    link: { latency: { uniform: [0.5, 1.5] }, loss: 0, duplicate: 0 },
    writeMs: 0.2,
    lateness: 0,
  });
}

/** The heap after a tenth and after all of so many events, checkers on and a leader killed now and then; what grows is a leak. */
export function simulatorMemory(nodeCount: number, eventCount: number): Row[] {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const cluster = aCluster(nodeCount);
  const report = (promise: string, text: string) => {
    throw new Error(`${promise}: ${text}`);
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

/** Heartbeats and their replies, and nothing else. */
function steady(nodeCount: number, eventCount: number, checked: boolean): number {
  const cluster = aCluster(nodeCount);
  const report = (promise: string, text: string) => {
    throw new Error(`${promise}: ${text}`);
  };
  if (checked) cluster.watchers.push(new Safety(cluster, report), new Liveness(cluster, report));
  cluster.boot();
  cluster.advanceUntil(() => cluster.isSettled(), 10_000);
  const play = (untilCount: number) => {
    while (cluster.eventCount < untilCount) cluster.advance(10_000);
  };
  play(eventCount / 4);
  const before = cluster.eventCount;
  const beganAtMs = performance.now();
  play(before + eventCount);
  return ((cluster.eventCount - before) * 1000) / (performance.now() - beganAtMs);
}

/** The leader dies; once another leads it comes back; once all have heard that one it dies in turn. */
function elections(
  nodeCount: number,
  count: number,
): { eventsPerSecond: number; electionsPerSecond: number } {
  const cluster = aCluster(nodeCount);
  cluster.boot();
  const run = (electionCount: number) => {
    for (let done = 0; done < electionCount; done++) {
      const leader = leaderAfterSteps(cluster);
      cluster.crash(leader);
      leaderAfterSteps(cluster);
      cluster.restart(leader);
      cluster.advance(10);
    }
  };
  run(count / 4);
  const before = cluster.eventCount;
  const beganAtMs = performance.now();
  run(count);
  const seconds = (performance.now() - beganAtMs) / 1000;
  return { eventsPerSecond: (cluster.eventCount - before) / seconds, electionsPerSecond: count / seconds };
}

function leaderAfterSteps({ processes, timeline }: Cluster) {
  for (;;) {
    for (let place = 0; place < processes.length; place++) {
      const process = processes[place] as Cluster["processes"][number];
      if (process.toldTerm !== null) return process;
    }
    timeline.step();
  }
}

function bareLoop(pendingCount: number, eventCount: number): number {
  const timeline = new Timeline();
  const random = splitSeed(1)("bare-loop");
  const counts = [0, 0, 0, 0];
  const actor = {
    happen(code: number) {
      switch (code) {
        case 0:
          counts[0] = (counts[0] as number) + 1;
          break;
        case 1:
          counts[1] = (counts[1] as number) + 1;
          break;
        case 2:
          counts[2] = (counts[2] as number) + 1;
          break;
        default:
          counts[3] = (counts[3] as number) + 1;
      }
      timeline.schedule(timeline.nowMs + 0.5 + random(), actor, (code + 1) & 3, null);
    },
  };
  for (let index = 0; index < pendingCount; index++) timeline.schedule(random(), actor, index & 3, null);
  for (let index = 0; index < eventCount / 4; index++) timeline.step();
  const beganAtMs = performance.now();
  for (let index = 0; index < eventCount; index++) timeline.step();
  return (eventCount * 1000) / (performance.now() - beganAtMs);
}
