import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import { bridge, keepOnly, LinkSet, onLinks, partition, ring } from "../cluster/topology.js";
import { each, FaultScript, isolate, linksBetween, nothing, type Undo } from "../faults/fault-script.js";
import type { Fault } from "../scenario/fault-schema.js";
import { forge } from "./forgery.js";
import { askReconfigure, askTransfer } from "./operator.js";
import { RolesAtFault, type Who } from "./selectors.js";

/** Plays a scenario's faults on a cluster, each at its time. */
export class FaultPlayer extends FaultScript<Fault, SimulatedProcess> {
  /** Who was who when the first fault struck; null before. */
  roles: RolesAtFault | null = null;
  private readonly cluster: Cluster;
  private readonly onFirst: () => void;

  /** @param onFirst is called just before the first fault strikes @param struck by how many faults of other players, for their numbers */
  constructor(cluster: Cluster, faults: readonly Fault[], onFirst: () => void, struck = 0) {
    super(cluster, faults, struck);
    this.cluster = cluster;
    this.onFirst = onFirst;
  }

  /** Notes who is who, unless a fault already has. */
  takeRoles(): RolesAtFault {
    if (this.roles === null) {
      this.roles = new RolesAtFault(this.cluster);
      this.onFirst();
    }
    return this.roles;
  }

  protected override beforeStrike(): void {
    this.takeRoles();
  }

  protected override resolve(who: Who): SimulatedProcess[] {
    return this.takeRoles().resolve(who);
  }

  protected override tellBegan(number: number, fault: Fault, nodes: readonly SimulatedProcess[]): void {
    for (const watcher of this.cluster.watchers) watcher.faultBegan(number, fault, nodes);
  }

  protected override tellEnded(number: number): void {
    for (const watcher of this.cluster.watchers) watcher.faultEnded(number);
  }

  protected override start(fault: Fault, resolve: (who: Who) => SimulatedProcess[]): Undo {
    const { cluster } = this;
    const roles = this.takeRoles();
    const indices = (who: Who) => resolve(who).map(({ index }) => index);
    const pairs = (between: readonly [Who, Who], oneWay = false) => linksBetween(between, oneWay, resolve);
    switch (fault.do) {
      case "cut":
        return cluster.install(onLinks(pairs(fault.between), { passes: "nothing" }));
      case "cutOneWay":
        return cluster.install(onLinks(pairs([fault.from, fault.to], true), { passes: "nothing" }));
      case "partition":
        return cluster.install(partition(fault.groups.map(indices)));
      case "isolate":
        return cluster.install(isolate(new Set(indices(fault.nodes))));
      case "keepOnly": {
        const links = new LinkSet();
        for (const [a, b] of fault.links)
          for (const from of indices(a))
            for (const to of indices(b))
              if (fault.oneWay) links.add(from, to);
              else links.addBoth(from, to);
        return cluster.install(keepOnly(links));
      }
      case "bridge":
        return cluster.install(
          bridge(indices(roles.leader === null ? "followers" : ["leader", "followers"])),
        );
      case "ring":
        return cluster.install(ring(cluster.options.voters.map((id) => cluster.process(id).index)));
      case "flaky":
        return this.flap(pairs(fault.between, fault.oneWay), fault.upMs, fault.downMs);
      case "hold":
        return cluster.install(onLinks(pairs(fault.between, fault.oneWay), { passes: "later" }));
      case "loss":
        return cluster.install(onLinks(pairs(fault.between, fault.oneWay), { loss: fault.rate }));
      case "latency":
        return cluster.install(onLinks(pairs(fault.between, fault.oneWay), { latency: fault.latency }));
      case "duplicate":
        return cluster.install(onLinks(pairs(fault.between, fault.oneWay), { duplicate: fault.rate }));
      case "crash":
      case "restart":
      case "putBack":
      case "forge":
      case "pause":
      case "diskStall":
      case "diskFail":
      case "clockRate":
      case "wallJump":
        return this.startOnNodes(fault, resolve, roles);
      case "transfer":
        askTransfer(cluster, fault.to === undefined ? null : (resolve(fault.to)[0] ?? null));
        return nothing;
      case "reconfigure":
        askReconfigure(cluster, {
          add: fault.add === undefined ? null : (resolve(fault.add)[0] ?? null),
          remove: fault.remove === undefined ? null : (resolve(fault.remove)[0] ?? null),
          untilMs: this.endMs,
          chance: cluster.streamOf(`operator/${fault.add ?? ""}/${fault.remove ?? ""}`),
        });
        return nothing;
      case "heal":
        this.heal();
        return nothing;
    }
  }

  private startOnNodes(
    fault: NodeFault,
    resolve: (who: Who) => SimulatedProcess[],
    roles: RolesAtFault,
  ): Undo {
    const { cluster } = this;
    switch (fault.do) {
      case "crash":
        return each(resolve(fault.nodes), (process) => {
          cluster.crash(process, fault);
          return () => cluster.restart(process);
        });
      case "restart":
        for (const process of resolve(fault.nodes)) {
          cluster.crash(process);
          cluster.restart(process, fault);
        }
        return nothing;
      case "putBack":
        for (const process of resolve(fault.nodes)) cluster.putBack(process);
        return nothing;
      case "forge": {
        const as = fault.as === undefined ? null : (roles.resolve(fault.as)[0] ?? null);
        for (const process of resolve(fault.to)) if (process !== as) forge(process, as, fault);
        return nothing;
      }
      case "pause":
        return each(resolve(fault.nodes), (process) => {
          cluster.pause(process);
          return () => cluster.resume(process);
        });
      case "diskStall":
        return each(resolve(fault.nodes), ({ disk }) => {
          disk.setStalled(true);
          return () => disk.setStalled(false);
        });
      case "diskFail":
        return each(resolve(fault.nodes), (process) => {
          process.disk.setFailing(new Error("the disk fails, as the scenario says"));
          return () => this.repair(process);
        });
      case "clockRate":
        return each(resolve(fault.nodes), ({ clock }) => {
          clock.setRate(fault.rate);
          return () => clock.setRate(1);
        });
      case "wallJump":
        return each(resolve(fault.nodes), ({ clock }) => {
          clock.jumpWall(fault.byMs);
          return () => clock.jumpWall(-fault.byMs);
        });
    }
  }

  /** A node whose disk failed has stopped; its supervisor starts it again. */
  private repair(process: SimulatedProcess): void {
    process.disk.setFailing(null);
    if (process.failure === null) return;
    this.cluster.crash(process);
    this.cluster.restart(process);
  }
}

/** What strikes processes, their disks and their clocks. */
type NodeFault = Extract<
  Fault,
  {
    do:
      | "crash"
      | "restart"
      | "putBack"
      | "forge"
      | "pause"
      | "diskStall"
      | "diskFail"
      | "clockRate"
      | "wallJump";
  }
>;
