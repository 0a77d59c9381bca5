import type { Cluster } from "../../simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../simulation/cluster/simulated-process.js";
import { Watcher } from "../../simulation/cluster/watcher.js";

/** Notes when a node first asks for votes after the first fault: that is when the loss of the leader was detected. */
export class Detection extends Watcher {
  /** From the first fault; null if nobody has asked. */
  detectionMs: number | null = null;
  private readonly cluster: Cluster;
  private beganMs: number | null = null;

  constructor(cluster: Cluster) {
    super();
    this.cluster = cluster;
  }

  override changed(what: string): void {
    if (what.startsWith("fault ")) this.beganMs ??= this.cluster.nowMs;
  }

  override died(): void {
    this.beganMs ??= this.cluster.nowMs;
  }

  override settled({ node }: SimulatedProcess): void {
    if (this.beganMs === null || this.detectionMs !== null) return;
    const { name } = node.role;
    if (name === "preCandidate" || name === "candidate") this.detectionMs = this.cluster.nowMs - this.beganMs;
  }
}
