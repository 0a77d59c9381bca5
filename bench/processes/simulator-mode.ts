import { Liveness, Safety, splitSeed, Timeline } from "raftbeat/simulation";
import { aCluster, leaderAfterSteps } from "../baselines/simulated.js";
import type { Mode, Speed } from "../cases/simulator.js";

/** Measures one mode, in a process that has done nothing else. `node simulator-mode.js MODE NODES EVENTS`. */
const [mode, nodeText, eventText] = process.argv.slice(2);
const nodeCount = Number(nodeText);
const eventCount = Number(eventText);

const measures: Record<Mode, () => Omit<Speed, "kind">> = {
  "bare-loop": () => ({ eventsPerSecond: bareLoop(2 * nodeCount, eventCount), electionsPerSecond: 0 }),
  steady: () => ({ eventsPerSecond: steady(nodeCount, eventCount, false), electionsPerSecond: 0 }),
  "steady-checked": () => ({ eventsPerSecond: steady(nodeCount, eventCount, true), electionsPerSecond: 0 }),
  elections: () => elections(nodeCount, Math.round(eventCount / 100)),
};
const speed: Speed = { kind: "speed", ...measures[mode as Mode]() };
process.send?.(speed);

/** Heartbeats and their replies, and nothing else. */
function steady(nodeCount: number, eventCount: number, checked: boolean): number {
  const cluster = aCluster(nodeCount);
  const report = (invariant: string, text: string) => {
    throw new Error(`${invariant}: ${text}`);
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
