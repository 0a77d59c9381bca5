import { RaftbeatError } from "../errors.js";
import type { NodeId } from "../protocol/index.js";
import { Safety } from "../simulation/checks/safety.js";
import { Trace } from "../simulation/checks/trace.js";
import type { Cluster } from "../simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../simulation/cluster/simulated-process.js";
import { clusterOf } from "../simulation/run/cluster-of.js";
import { parseScenario } from "../simulation/scenario/scenario.js";
import { needRealTurns, promisesSettled } from "./real-turn.js";
import { type Replica, replicaOf } from "./replica.js";
import { ServiceError } from "./service-error.js";
import { ServiceFaults } from "./service-faults.js";
import { Ends, type ReplicaOptions, recordOf, ServiceMachine } from "./service-machine.js";
import { ServiceNetwork } from "./service-network.js";
import type { ServiceClusterOptions, ServiceFault } from "./service-options.js";
import { runService, type ServiceScope, watchServices } from "./service-scope.js";

/**
 * Replicas of a service with their electors in a simulated world, for testing that service. Each wait of the service must be simulated
 * too: use `Replica.sleep`, not timers of the system. Promises settle between two events, so the same seed and the same calls give the
 * same course. After each event the safety checkers judge the cluster.
 * @example
 * const cluster = new ServiceCluster({
 *   service: ({ elector }) => void elector.whileLeader((lead) => work(lead.term)),
 * });
 * await cluster.until(() => cluster.leader() !== null);
 */
export class ServiceCluster {
  /** What lies beneath: for faults that have no method here. */
  readonly cluster: Cluster;
  /** The links between the electors. */
  readonly network: ServiceNetwork;
  /** The one that all chance comes from. */
  readonly seed: number;
  private readonly options: ServiceClusterOptions;
  private readonly trace: Trace;
  private readonly machines = new Map<NodeId, ServiceMachine>();
  private readonly replicas = new Map<NodeId, Replica>();
  private readonly given = new Map<NodeId, ReplicaOptions>();
  private readonly starting = new Map<NodeId, Promise<Replica>>();
  private readonly scopes = new Map<NodeId, ServiceScope>();
  private readonly faults: ServiceFaults;
  private broken: Error | null = null;

  /**
   * Builds the cluster; its replicas start as soon as time passes.
   * @throws RaftbeatError `invalidSettings`, naming what is wrong with `world`
   */
  constructor(options: ServiceClusterOptions) {
    const { founded = true, judged = true, spares = [], seed = 1 } = options;
    const scenario = parseScenario({ cluster: { nodes: 3 }, ...options.world });
    const { voters, observers } = scenario;
    const others = spares.filter((id) => !voters.includes(id) && !observers.includes(id));
    const machines = { voters, observers: [...observers, ...others] };
    this.options = options;
    this.seed = seed;
    this.cluster = clusterOf(parseScenario({ ...options.world, cluster: machines }), seed, (process) =>
      this.begin(process),
    );
    this.network = new ServiceNetwork(this.cluster);
    this.faults = new ServiceFaults(this.cluster);
    for (const process of this.cluster.processes) {
      const machine = new ServiceMachine(process, this.network, this.cluster.streamOf(`names/${process.id}`));
      machine.record = founded && !spares.includes(process.id) ? recordOf(process, scenario) : null;
      this.machines.set(process.id, machine);
    }
    this.trace = new Trace(this.cluster);
    this.cluster.watchers.push(this.trace, new Ends((id) => this.ended(id)));
    // Liveness is the service's own affair: it may be unhealthy, resign, drain or stop.
    if (judged) this.cluster.watchers.push(new Safety(this.cluster, (what, text) => this.report(what, text)));
    for (const process of this.cluster.processes) {
      if (spares.includes(process.id)) continue;
      process.boot();
      this.starting.get(process.id)?.catch((error) => {
        this.broken ??= error;
      });
    }
    this.cluster.tellChanged("");
  }

  /** Milliseconds of true time since the beginning. */
  get nowMs(): number {
    return this.cluster.nowMs;
  }

  /** The replica, as of its last start. @throws RangeError for a name that no replica has, and for one that has not started yet */
  replica(id: NodeId): Replica {
    const replica = this.replicas.get(id);
    if (replica === undefined)
      throw new RangeError(`no replica ${id}: ${[...this.replicas.keys()].join(", ")}`);
    return replica;
  }

  /** True from when the replica has started until it dies; also while its event loop stands still, and once its elector has stopped. */
  isRunning(id: NodeId): boolean {
    return this.replicas.has(id) && this.cluster.process(id).alive;
  }

  /** The machine of a replica, with its disk. @throws RangeError for a name that no machine has */
  machine(id: NodeId): ServiceMachine {
    const machine = this.machines.get(id);
    if (machine === undefined)
      throw new RangeError(`no machine ${id}: ${[...this.machines.keys()].join(", ")}`);
    return machine;
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

  /** Of all that has happened: two runs that take the same course have the same. */
  get traceHash(): string {
    return this.trace.hash;
  }

  /**
   * Passes so much time.
   * @throws RaftbeatError `internal` if the cluster broke an invariant, or why a replica did not start at the beginning
   * @throws ServiceError what the service did wrong: see `onServiceError`
   * @throws RangeError for a time that is none
   */
  async advance(forMs: number): Promise<void> {
    await this.play(this.nowMs + forMs, () => false);
  }

  /**
   * Passes time until `condition` holds, looked at after each event.
   * @throws RaftbeatError `timeout` if it does not within that time, and as `advance`
   */
  async until(condition: () => boolean, withinMs = 60_000): Promise<void> {
    if (await this.play(this.nowMs + withinMs, condition)) return;
    throw new RaftbeatError(
      "timeout",
      `not within ${withinMs} ms of simulated time: ${condition}\n${this.lines().slice(-20).join("\n")}`,
    );
  }

  /**
   * Passes time until the promise settles, and settles like it.
   * @throws RaftbeatError as `until`
   */
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
    const process = this.cluster.process(id);
    if (process.alive) this.cluster.crash(process);
    else this.ended(id);
  }

  /**
   * Starts a replica that is dead or whose elector has stopped, from what is on its disk.
   * @param options what its elector is given from now on, in place of what it was given before
   * @returns once it runs, which takes simulated time: `await cluster.settled(cluster.restart(id))`; rejects as `createElector`
   */
  restart(id: NodeId, options?: ReplicaOptions): Promise<Replica> {
    const process = this.cluster.process(id);
    if (options !== undefined) this.given.set(id, options);
    if (this.replicas.get(id)?.elector.status().role === "stopped") this.crash(id);
    if (!process.alive) this.cluster.restart(process);
    return this.starting.get(id) as Promise<Replica>;
  }

  /** The replica's event loop stands still, until `resume`. */
  pause(id: NodeId): void {
    this.cluster.pause(this.cluster.process(id));
  }

  /** Lets a paused replica run again. */
  resume(id: NodeId): void {
    this.cluster.resume(this.cluster.process(id));
  }

  /** Cuts the replica off from all others, until `heal`. */
  isolate(id: NodeId): void {
    this.cluster.process(id);
    const others = this.cluster.processes.filter((process) => process.id !== id);
    this.partition([[id], others.map((process) => process.id)]);
  }

  /** Lets nothing pass but inside a group, until `heal`; a node in no group is alone. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    this.faults.partition(groups);
  }

  /** Lets nothing pass from one replica to another, until `heal`. */
  cutOneWay(from: NodeId, to: NodeId): void {
    this.faults.cutOneWay(from, to);
  }

  /**
   * Strikes the cluster with a fault as a scenario file describes it; what lasts ends after its `for`, or by `heal`.
   * @param inMs how long from now. @defaultValue 0
   * @throws RaftbeatError `invalidSettings`, naming what is wrong with it
   */
  strike(fault: ServiceFault, inMs = 0): void {
    this.faults.strike(fault, inMs);
  }

  /** Ends all cuts, partitions and faults that last. */
  heal(): void {
    this.faults.heal();
  }

  /** True iff `done` held in time. */
  private play(untilMs: number, done: () => boolean): Promise<boolean> {
    if (!(untilMs >= this.nowMs && untilMs < Number.POSITIVE_INFINITY))
      throw new RangeError(`time passes for a number of milliseconds from 0, not until ${untilMs}`);
    return watchServices(async () => {
      await needRealTurns();
      const { timeline } = this.cluster;
      for (;;) {
        await this.settle();
        if (done()) return true;
        if (timeline.nextMs() > untilMs) break;
        timeline.step();
      }
      timeline.runUntil(untilMs);
      await this.settle();
      return done();
    });
  }

  /** All that follows at this instant. */
  private async settle(): Promise<void> {
    await promisesSettled();
    this.network.relink();
    // What promises did between two events is seen by no checker otherwise.
    for (const process of this.cluster.processes) if (process.alive) process.onSettled();
    if (this.broken !== null) throw this.broken;
  }

  /** A process starts: its machine starts an elector, and the service is put on that. */
  private begin(process: SimulatedProcess): void {
    const { id } = process;
    const { elector: given = {}, service } = this.options;
    if (this.machine(id).isStarting) return;
    this.replicas.delete(id);
    const options = this.given.get(id) ?? (typeof given === "function" ? given(id) : given);
    const scope: ServiceScope = {
      failed: (what, cause) => {
        if (this.scopes.get(id) === scope) this.serviceFailed(new ServiceError(id, this.nowMs, what, cause));
      },
    };
    this.scopes.set(id, scope);
    const starting = this.machine(id)
      .start(options, scope)
      .then((elector) => {
        const replica = replicaOf(process, elector, scope);
        this.replicas.set(id, replica);
        runService(scope, "the service threw", () => service(replica));
        return replica;
      });
    this.starting.set(id, starting);
    starting.catch(() => {
      if (this.starting.get(id) === starting) this.crash(id);
    });
  }

  private ended(id: NodeId): void {
    this.scopes.delete(id);
    this.machine(id).end();
  }

  private serviceFailed(error: ServiceError): void {
    const { onServiceError } = this.options;
    if (onServiceError === undefined) this.broken ??= error;
    else
      try {
        onServiceError(error);
      } catch (thrown) {
        // Called from a hook of Node.js, it would end the process.
        this.broken ??= thrown as Error;
      }
  }

  private report(what: string, text: string): void {
    const sentence = `${what} broken at ${this.nowMs.toFixed(3)} ms: ${text}`;
    this.broken ??= new RaftbeatError("internal", `${sentence}\n${this.lines().slice(-20).join("\n")}`);
  }
}
