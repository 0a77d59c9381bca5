import { configurationOf } from "../../protocol/index.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";

/** Lets every voter be newer or older than every other, in an order drawn from the seed; a newer configuration stands for a longer log. */
export function rankLogs(cluster: Cluster): void {
  for (const [rank, process] of shuffledVoters(cluster, "logs").entries()) raiseConfiguration(process, rank);
}

/** Lets every voter begin at a term of its own, from 0 up, in an order drawn from the seed. */
export function rankTerms(cluster: Cluster): void {
  for (const [term, { node, disk }] of shuffledVoters(cluster, "terms").entries()) {
    node.record = { ...node.record, term };
    node.durable = node.record;
    disk.record = node.record;
  }
}

function shuffledVoters(cluster: Cluster, purpose: string): SimulatedProcess[] {
  const stream = cluster.streamOf(purpose);
  const voters = cluster.options.voters.map((id) => ({ process: cluster.process(id), key: stream() }));
  return voters.sort((a, b) => a.key - b.key).map(({ process }) => process);
}

/** Gives a node a configuration of the same members so many versions newer. */
export function raiseConfiguration(process: SimulatedProcess, by = 1): void {
  const { node, disk } = process;
  const { id, clusterId, voters, observers } = node.record.configuration;
  const configuration = configurationOf(id.term, id.version + by, voters, observers, clusterId);
  node.record = { ...node.record, configuration };
  node.durable = node.record;
  disk.record = node.record;
}
