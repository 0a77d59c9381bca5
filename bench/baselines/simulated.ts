import { resolveTiming, safeModes } from "raftbeat/protocol";
import { Cluster } from "raftbeat/simulation";

/** A cluster of so many nodes with the timing of `lan`, as the simulator is measured with. */
export function aCluster(nodeCount: number): Cluster {
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

/** Passes time event by event until somebody leads; returns who. */
export function leaderAfterSteps({ processes, timeline }: Cluster) {
  for (;;) {
    for (let place = 0; place < processes.length; place++) {
      const process = processes[place] as Cluster["processes"][number];
      if (process.toldTerm !== null) return process;
    }
    timeline.step();
  }
}
