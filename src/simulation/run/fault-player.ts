import { ln } from "../../exact-math.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import { bridge, keepOnly, LinkSet, onLinks, partition, ring } from "../cluster/topology.js";
import { integerOf, type Stream } from "../kernel/prng.js";
import type { Fault } from "../scenario/fault-schema.js";
import { forge } from "./forgery.js";
import { askReconfigure, askTransfer } from "./operator.js";
import { RolesAtFault, type Who } from "./selectors.js";

/** Ends what a fault began; safe to call twice. */
type Undo = () => void;

const nothing: Undo = () => {};

/** Plays a scenario's faults on a cluster, each at its time. */
export class FaultPlayer {
  /** Who was who when the first fault struck; null before. */
  roles: RolesAtFault | null = null;
  private readonly cluster: Cluster;
  private readonly faults: readonly Fault[];
  private readonly underWay = new Set<Undo>();
  private readonly onFirst: () => void;
  /** Counts the heals: what repeats ends with one. */
  private healed = 0;
  private endMs = Number.POSITIVE_INFINITY;
  private struck: number;
  /** @param onFirst is called just before the first fault strikes @param struck by how many faults of other players, for their numbers */
  constructor(cluster: Cluster, faults: readonly Fault[], onFirst: () => void, struck = 0) {
    this.cluster = cluster;
    this.faults = faults;
    this.onFirst = onFirst;
    this.struck = struck;
  }

  /** Times count from now; nothing new strikes after `untilMs` of true time. */
  begin(untilMs: number): void {
    this.endMs = untilMs;
    for (const [index, fault] of this.faults.entries()) {
      const stream = this.cluster.streamOf(`fault/${index}`);
      if (fault.at !== undefined) this.after(fault.at, () => this.strike(fault, null, lastsMs(fault)));
      else this.repeat(fault, stream, this.healed);
    }
  }

  /** Notes who is who, unless a fault already has. */
  takeRoles(): RolesAtFault {
    if (this.roles === null) {
      this.roles = new RolesAtFault(this.cluster);
      this.onFirst();
    }
    return this.roles;
  }

  private repeat(fault: Fault, stream: Stream, healed: number): void {
    const { random } = fault;
    const waitMs =
      random === undefined ? (fault.every ?? 0) : (-ln(1 - stream()) * 60_000) / random.ratePerMinute;
    this.after(waitMs, () => {
      if (healed !== this.healed) return;
      const forMs = random?.forMs;
      const lasting = forMs === undefined ? lastsMs(fault) : forMs[0] + stream() * (forMs[1] - forMs[0]);
      this.strike(fault, random === undefined ? null : stream, lasting);
      this.repeat(fault, stream, healed);
    });
  }

  private strike(fault: Fault, pick: Stream | null, forMs: number | null): void {
    const roles = this.takeRoles();
    // A random fault strikes one of those it names, others strike all of them.
    const nodes = new Set<SimulatedProcess>();
    const resolve = (who: Who) => {
      const found = roles.resolve(who);
      const struck =
        pick === null || found.length === 0
          ? found
          : [found[integerOf(pick, 0, found.length)] as SimulatedProcess];
      for (const process of struck) nodes.add(process);
      return struck;
    };
    this.cluster.tellChanged(`fault ${JSON.stringify(fault)}`);
    const undo = this.start(fault, resolve, roles);
    const number = this.struck++;
    for (const watcher of this.cluster.watchers) watcher.faultBegan(number, fault, [...nodes]);
    this.cluster.tellChanged("");
    const tellEnded = () => {
      for (const watcher of this.cluster.watchers) watcher.faultEnded(number);
    };
    if (undo === nothing) {
      tellEnded();
      return;
    }
    const end = () => {
      if (!this.underWay.delete(end)) return;
      undo();
      tellEnded();
      this.cluster.tellChanged(`end of ${fault.do}`);
    };
    this.underWay.add(end);
    if (forMs !== null) this.after(forMs, end);
  }

  private start(fault: Fault, resolve: (who: Who) => SimulatedProcess[], roles: RolesAtFault): Undo {
    const { cluster } = this;
    const indices = (who: Who) => resolve(who).map(({ index }) => index);
    const pairs = (between: readonly [Who, Who], oneWay = false) => {
      const links = new LinkSet();
      const ends = indices(between[1]);
      for (const from of indices(between[0]))
        for (const to of ends)
          if (oneWay) links.add(from, to);
          else links.addBoth(from, to);
      return links;
    };
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

  /** Ends every fault, and what repeats. */
  heal(): void {
    this.healed++;
    for (const end of [...this.underWay]) end();
  }

  /** A node whose disk failed has stopped; its supervisor starts it again. */
  private repair(process: SimulatedProcess): void {
    process.disk.setFailing(null);
    if (process.failure === null) return;
    this.cluster.crash(process);
    this.cluster.restart(process);
  }

  /** Down and up in turn. */
  private flap(links: LinkSet, upMs: number, downMs: number): Undo {
    const { cluster } = this;
    let remove: Undo = nothing;
    let over = false;
    const turn = (down: boolean) => {
      if (over) return;
      remove();
      remove = down ? cluster.install(onLinks(links, { passes: "nothing" })) : nothing;
      cluster.tellChanged(down ? "flaky links down" : "flaky links up");
      this.after(down ? downMs : upMs, () => turn(!down));
    };
    turn(true);
    return () => {
      over = true;
      remove();
    };
  }

  private after(waitMs: number, run: () => void): void {
    const atMs = this.cluster.nowMs + waitMs;
    if (atMs <= this.endMs) this.cluster.timeline.schedule(atMs, { happen: run }, 0, null);
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

function lastsMs(fault: Fault): number | null {
  return "for" in fault ? (fault.for ?? null) : null;
}

function each(processes: readonly SimulatedProcess[], begin: (process: SimulatedProcess) => Undo): Undo {
  const undos = processes.map(begin);
  return () => {
    for (const undo of undos) undo();
  };
}

function isolate(indices: ReadonlySet<number>) {
  return (from: number, to: number) =>
    indices.has(from) || indices.has(to) ? ({ passes: "nothing" } as const) : null;
}
