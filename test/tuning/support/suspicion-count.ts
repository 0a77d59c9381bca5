import { holdUntil } from "../../../src/protocol/algorithms/lease.js";
import type { Cluster } from "../../../src/simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";
import { Watcher } from "../../../src/simulation/cluster/watcher.js";

/** Counts followers that suspect a leader who lives, and how many of them others would elect. */
export class SuspicionCount extends Watcher {
  /** A follower timed out while somebody led. */
  suspicions = 0;
  /** Those at which so many others had heard no leader for their hold that a majority would have granted a pre-vote. */
  shared = 0;
  private readonly cluster: Cluster;
  private readonly followed: boolean[];

  constructor(cluster: Cluster) {
    super();
    this.cluster = cluster;
    this.followed = cluster.processes.map(() => false);
  }

  override settled({ index, node }: SimulatedProcess): void {
    const suspects = this.followed[index] === true && node.role.name === "preCandidate";
    this.followed[index] = node.role.name === "follower" && node.role.leader !== null;
    const { processes } = this.cluster;
    if (!suspects || !processes.some((other) => other.node.role.name === "leader")) return;
    this.suspicions++;
    const silent = processes.filter(
      (other) =>
        other.index !== index &&
        other.node.role.name !== "leader" &&
        other.clock.nowMs() >= holdUntil(other.node),
    );
    if (silent.length >= Math.floor(processes.length / 2)) this.shared++;
  }
}
