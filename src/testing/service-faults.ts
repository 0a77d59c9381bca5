import type { NodeId } from "../protocol/index.js";
import type { Cluster } from "../simulation/cluster/cluster.js";
import type { LinkRule } from "../simulation/cluster/link-rules.js";
import type { SimulatedProcess } from "../simulation/cluster/simulated-process.js";
import { LinkSet, onLinks, partition } from "../simulation/cluster/topology.js";
import { FaultPlayer } from "../simulation/run/fault-player.js";
import type { Fault } from "../simulation/scenario/fault-schema.js";
import { parseScenario } from "../simulation/scenario/scenario.js";
import type { ServiceFault } from "./service-options.js";

/** The faults of a cluster of services, each known to the watchers, and their end. */
export class ServiceFaults {
  private readonly cluster: Cluster;
  private readonly healing: (() => void)[] = [];
  private struck = 0;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** Lets nothing pass but inside a group. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    const members = groups.map((group) => group.map((id) => this.cluster.process(id)));
    const rule = partition(members.map((group) => group.map(({ index }) => index)));
    this.install({ do: "partition", groups: groups.map((group) => [...group]) }, rule, members.flat());
  }

  /** Lets nothing pass from one replica to another. */
  cutOneWay(from: NodeId, to: NodeId): void {
    const ends = [this.cluster.process(from), this.cluster.process(to)] as const;
    const rule = onLinks(new LinkSet().add(ends[0].index, ends[1].index), { passes: "nothing" });
    this.install({ do: "cutOneWay", from, to }, rule, ends);
  }

  /** Strikes in so many milliseconds. @throws RaftbeatError `invalidSettings` */
  strike(fault: ServiceFault, inMs: number): void {
    const player = new FaultPlayer(this.cluster, [this.checked(fault, inMs)], () => {}, this.struck++);
    player.begin(Number.POSITIVE_INFINITY);
    this.healing.push(() => player.heal());
  }

  /** Ends all that lasts. */
  heal(): void {
    for (const remove of this.healing.splice(0)) remove();
    this.cluster.tellChanged("heal");
  }

  private checked(fault: ServiceFault, at: number): Fault {
    const voters = this.cluster.processes.map(({ id }) => id);
    return parseScenario({ cluster: { voters }, faults: [{ ...fault, at }] }).faults[0] as Fault;
  }

  /** Puts a rule in force at once, and tells the watchers of it as of any other fault. */
  private install(fault: ServiceFault, rule: LinkRule, nodes: readonly SimulatedProcess[]): void {
    const { cluster } = this;
    const number = this.struck++;
    const remove = cluster.install(rule);
    for (const watcher of cluster.watchers) watcher.faultBegan(number, this.checked(fault, 0), nodes);
    cluster.tellChanged(`fault ${JSON.stringify(fault)}`);
    this.healing.push(() => {
      remove();
      for (const watcher of cluster.watchers) watcher.faultEnded(number);
    });
  }
}
