import type { Elector, ElectorOptions } from "../elector/api.js";
import { assembleElector } from "../elector/elector.js";
import { silentLogger } from "../elector/observers/logger.js";
import { electorDefaults } from "../elector/options/options.js";
import { createLinks } from "../elector/raft/links.js";
import { RaftbeatError } from "../errors.js";
import { joining, type NodeId } from "../protocol/index.js";
import { systemClock } from "../runtime/system-ports.js";
import { Safety } from "../simulation/checks/safety.js";
import { Trace } from "../simulation/checks/trace.js";
import type { Cluster } from "../simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../simulation/cluster/simulated-process.js";
import { LinkSet, onLinks, partition } from "../simulation/cluster/topology.js";
import { clusterOf } from "../simulation/run/cluster-of.js";
import { parseScenario, type ScenarioInput } from "../simulation/scenario/scenario.js";

/** One start of one replica, as the service that runs on it sees it. */
export interface Replica {
  readonly id: NodeId;
  /** The production elector, on simulated time, network and disk. */
  readonly elector: Elector;
  /** Milliseconds of the replica's monotonic clock. */
  nowMs(): number;
  /**
   * Resolves after so many milliseconds on the replica's clock: later where it is paused, never where it dies.
   * Rejects with the reason of `signal` when that is aborted.
   */
  sleep(forMs: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** What a simulated service is made of. */
export interface ServiceClusterOptions {
  /** Starts the service on a replica; called when a replica starts, and again when it is started anew. */
  readonly service: (replica: Replica) => void;
  /** All chance comes from it. Default: 1. */
  readonly seed?: number;
  /** Nodes, timing, network, disks and timers, as in a scenario file. Default: three nodes. */
  readonly world?: Pick<ScenarioInput, "cluster" | "timing" | "network" | "disk" | "timers">;
  readonly elector?: Pick<ElectorOptions, "metadata" | "health" | "coolDownMs" | "drainTimeoutMs">;
}

/**
 * Replicas of a service with their electors in a simulated world, for testing that service. Whatever the service waits for must be
 * simulated too: use `Replica.sleep`, not timers of the system. Promises settle between two events, so the same seed and
 * the same calls give the same course.
 */
export class ServiceCluster {
  /** What lies beneath: for faults that have no method here. */
  readonly cluster: Cluster;
  private readonly options: ServiceClusterOptions;
  private readonly trace: Trace;
  private readonly replicas = new Map<NodeId, Replica>();
  private readonly healing: (() => void)[] = [];
  private broken: string | null = null;

  /** Builds and starts the cluster. Errors: `invalidSettings`, naming what is wrong with `world`. */
  constructor(options: ServiceClusterOptions) {
    this.options = options;
    this.cluster = clusterOf(parseScenario({ cluster: { nodes: 3 }, ...options.world }), options.seed ?? 1);
    this.trace = new Trace(this.cluster);
    const report = (promise: string, text: string) => {
      this.broken ??= `${promise} broken at ${this.cluster.nowMs.toFixed(3)} ms: ${text}`;
    };
    // Liveness is the service's own affair: it may be unhealthy, resign, drain or stop.
    this.cluster.watchers.push(this.trace, new Safety(this.cluster, report));
    for (const process of this.cluster.processes) process.prepare = (starting) => this.prepare(starting);
    this.cluster.boot();
  }

  /** Milliseconds of true time since the beginning. */
  get nowMs(): number {
    return this.cluster.nowMs;
  }

  /** The replica, as of its last start. Throws a RangeError for a name nobody has. */
  replica(id: NodeId): Replica {
    const replica = this.replicas.get(id);
    if (replica === undefined)
      throw new RangeError(`no replica ${id}: ${[...this.replicas.keys()].join(", ")}`);
    return replica;
  }

  /** The replica that leads now, with a lease; null if none does. */
  leader(): Replica | null {
    const leader = this.cluster.leader();
    return leader === null ? null : this.replica(leader.id);
  }

  /** The last happenings of the cluster, the newest last, as lines to read. */
  lines(): readonly string[] {
    return this.trace.lines();
  }

  /** Passes so much time. Errors: `internal` if the cluster broke a promise; a RangeError for a time that is none. */
  async advance(forMs: number): Promise<void> {
    await this.play(this.nowMs + forMs, () => false);
  }

  /** Passes time until `condition` holds, looked at after each event. Errors: `timeout` if it does not within that time. */
  async until(condition: () => boolean, withinMs = 60_000): Promise<void> {
    if (await this.play(this.nowMs + withinMs, condition)) return;
    throw new RaftbeatError(
      "timeout",
      `not within ${withinMs} ms of simulated time: ${condition}\n${this.lines().slice(-20).join("\n")}`,
    );
  }

  /** Passes time until the promise settles, and settles like it. Errors: `timeout`, or the promise's. */
  async settled<T>(promise: Promise<T>, withinMs = 60_000): Promise<T> {
    let done = false;
    const note = () => {
      done = true;
    };
    promise.then(note, note);
    await this.until(() => done, withinMs);
    return promise;
  }

  /** Kills the replica between two instructions. */
  crash(id: NodeId): void {
    this.cluster.crash(this.cluster.process(id));
  }

  /** Starts a dead replica from what is on its disk. */
  restart(id: NodeId): void {
    this.cluster.restart(this.cluster.process(id));
  }

  /** The replica's event loop stands still, until `resume`. */
  pause(id: NodeId): void {
    this.cluster.pause(this.cluster.process(id));
  }

  resume(id: NodeId): void {
    this.cluster.resume(this.cluster.process(id));
  }

  /** Cuts the replica off from all others, until `heal`. */
  isolate(id: NodeId): void {
    this.cluster.process(id);
    this.partition([
      [id],
      this.cluster.processes.map((process) => process.id).filter((other) => other !== id),
    ]);
  }

  /** Lets nothing pass but inside a group, until `heal`; whoever is in no group is alone. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    const indices = groups.map((group) => group.map((id) => this.cluster.process(id).index));
    this.healing.push(this.cluster.install(partition(indices)));
    this.cluster.tellChanged(`partition ${JSON.stringify(groups)}`);
  }

  /** Lets nothing pass from one replica to another, until `heal`. */
  cutOneWay(from: NodeId, to: NodeId): void {
    const links = new LinkSet().add(this.cluster.process(from).index, this.cluster.process(to).index);
    this.healing.push(this.cluster.install(onLinks(links, { passes: "nothing" })));
    this.cluster.tellChanged(`cut ${from} > ${to}`);
  }

  /** Ends all cuts and partitions. */
  heal(): void {
    for (const remove of this.healing.splice(0)) remove();
    this.cluster.tellChanged("heal");
  }

  /** True iff `done` held in time. */
  private async play(untilMs: number, done: () => boolean): Promise<boolean> {
    const { timeline } = this.cluster;
    if (!(untilMs >= this.nowMs && untilMs < Number.POSITIVE_INFINITY))
      throw new RangeError(`time passes for a number of milliseconds from 0, not until ${untilMs}`);
    for (;;) {
      await promisesSettled();
      // What promises did between two events is seen by no checker otherwise.
      for (const process of this.cluster.processes) if (process.alive) process.onSettled();
      if (this.broken !== null)
        throw new RaftbeatError("internal", `${this.broken}\n${this.lines().slice(-20).join("\n")}`);
      if (done()) return true;
      if (timeline.nextMs() > untilMs) break;
      timeline.step();
    }
    timeline.runUntil(untilMs);
    return false;
  }

  /** Puts an elector on the driver of a process that starts, and the service on the elector. */
  private prepare(process: SimulatedProcess): void {
    const { id, node, clock, settings } = process;
    const { elector: given = {}, service } = this.options;
    node.metadata = given.metadata ?? null;
    const links = createLinks(process, {});
    const assembled = assembleElector(
      {
        options: { ...given, cluster: "simulated", id, voters: {}, store: process.disk },
        plan: {
          members: [],
          arrival: joining(),
          settings,
          metadata: node.metadata,
          drainTimeoutMs: given.drainTimeoutMs ?? electorDefaults.drainTimeoutMs,
          coolDownMs: given.coolDownMs ?? electorDefaults.coolDownMs,
          warnings: [],
        },
        node,
        links,
        logger: silentLogger,
        ports: { clock, schedule: clock.schedule, random: this.cluster.streamOf(`service/${id}`) },
      },
      (handlers) => {
        process.owner = handlers;
        return process.driver;
      },
    );
    assembled.begin();
    // Who is there is not looked at before a handover: the network says nothing of that.
    for (const peer of this.cluster.processes)
      if (peer !== process)
        links.connected.set(peer.id, { incarnation: "", standing: null, authenticated: true });
    const replica = replicaOf(process, assembled.elector);
    this.replicas.set(id, replica);
    service(replica);
  }
}

function replicaOf({ id, clock }: SimulatedProcess, elector: Elector): Replica {
  return {
    id,
    elector,
    nowMs: () => clock.nowMs(),
    sleep: (forMs, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        const cancel = clock.schedule(forMs, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        const onAbort = () => {
          cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
  };
}

const realClock = systemClock();

/** Resolves once every promise that can settle has. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => realClock.afterPoll(resolve));
}
