import {
  type LossReason,
  type Member,
  type NodeId,
  presets,
  resolveTiming,
  type Settings,
  safeModes,
  type TimingInput,
} from "../../../src/protocol/index.js";
import { Cluster, type ClusterOptions } from "../../../src/simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";
import { Watcher } from "../../../src/simulation/cluster/watcher.js";

/** Settings for tests: the `lan` timing unless another is given. */
export function settings(timing: Partial<TimingInput> = {}): Settings {
  const resolution = resolveTiming({ ...presets.lan, ...timing });
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  return { ...resolution.timing, modes: safeModes };
}

/** Members with addresses nobody dials. */
export function members(...ids: NodeId[]): Member[] {
  return ids.map((id) => ({ id, address: `ws://${id}:7400`, incarnation: null }));
}

/** A cluster of five that has started, on a quick and faithful network, unless told otherwise. @param watch makes who looks on */
export function aCluster(
  options: Partial<ClusterOptions> = {},
  watch: (cluster: Cluster) => readonly Watcher[] = () => [],
): Cluster {
  const cluster = new Cluster({
    seed: 1,
    voters: ["n1", "n2", "n3", "n4", "n5"],
    observers: [],
    settingsOf: () => settings(),
    transport: "datagram",
    link: { latency: { uniform: [0.5, 1.5] }, loss: 0, duplicate: 0 },
    writeMs: 0.2,
    lateness: { exponential: 0.3 },
    ...options,
  });
  cluster.watchers.push(...watch(cluster));
  cluster.boot();
  return cluster;
}

/** Lets somebody be elected; gives the leader. */
export function settle(cluster: Cluster, withinMs = 10_000): SimulatedProcess {
  if (!cluster.advanceUntil(() => cluster.isSettled(), withinMs))
    throw new Error(`no settled leader within ${withinMs} ms`);
  return cluster.leader() as SimulatedProcess;
}

/** Remembers what each process was told: that it leads, or why no longer. */
export class Told extends Watcher {
  private readonly told = new Map<SimulatedProcess, ("gained" | LossReason)[]>();

  /** What this one was told, in order. */
  of(process: SimulatedProcess): readonly ("gained" | LossReason)[] {
    return this.told.get(process) ?? [];
  }

  override gained(process: SimulatedProcess): void {
    this.told.set(process, [...this.of(process), "gained"]);
  }

  override lost(process: SimulatedProcess, _term: number, reason: LossReason): void {
    this.told.set(process, [...this.of(process), reason]);
  }
}
