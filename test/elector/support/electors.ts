import type { Elector, ElectorEvent } from "../../../src/elector/api.js";
import type { DurableRecord, NodeId } from "../../../src/protocol/index.js";
import { type ReplicaOptions, ServiceCluster, type ServiceMachine } from "../../../src/testing/index.js";

/** One elector and what it told, with the machine that survives it. */
export interface Seat {
  readonly id: NodeId;
  elector: Elector;
  readonly machine: ServiceMachine;
  /** The events told, in order and in words. */
  readonly told: string[];
  /** What was logged as `debug`, `warn` or `error`, and the errors along with it. */
  readonly logged: string[];
}

/** The nodes that a test may start. */
const letters = ["a", "b", "c", "d", "e"];

/**
 * Electors that found their clusters as a service does, on a `ServiceCluster`: every event is judged by the safety checkers. Messages take a
 * millisecond, and writes a fifth; the timing is that of `lan`.
 */
export class Electors {
  readonly cluster: ServiceCluster;
  readonly seats = new Map<NodeId, Seat>();

  constructor({ seed = 1, judged = true }: { readonly seed?: number; readonly judged?: boolean } = {}) {
    this.cluster = new ServiceCluster({
      seed,
      judged,
      founded: false,
      spares: letters,
      world: { cluster: { voters: letters }, timing: "lan" },
      service: () => {},
      // What they throw is thrown on purpose.
      onServiceError: () => {},
    });
  }

  /** Starts founders with these ids, all with these options. */
  static async of(
    ids: readonly NodeId[],
    options: ReplicaOptions = {},
    world: { readonly seed?: number; readonly judged?: boolean } = {},
  ): Promise<Electors> {
    const electors = new Electors(world);
    const voters = Object.fromEntries(ids.map((id) => [id, `ws://${id}:7400`]));
    await electors.settled(Promise.all(ids.map((id) => electors.begin(id, { voters, ...options }))));
    return electors;
  }

  get nowMs(): number {
    return this.cluster.nowMs;
  }

  /** Starts one elector, and lets time pass until it runs. Errors: as `createElector`. */
  start(id: NodeId, options: ReplicaOptions = {}): Promise<Elector> {
    return this.settled(this.begin(id, options));
  }

  /** Starts one elector, which runs once time has passed. Errors: as `createElector`. */
  async begin(id: NodeId, options: ReplicaOptions = {}): Promise<Elector> {
    const before = this.seats.get(id);
    const seat: Seat = {
      id,
      elector: undefined as unknown as Elector,
      machine: this.cluster.machine(id),
      told: before?.told ?? [],
      logged: before?.logged ?? [],
    };
    const log = (details: object, message: string): void => {
      seat.logged.push(message);
      const { error } = details as { error?: unknown };
      if (error !== undefined) seat.logged.push(String(error));
    };
    const logger = { debug: log, info() {}, warn: log, error: log };
    const { elector } = await this.settled(
      this.cluster.restart(id, { cluster: "test", voters: {}, logger, ...options }),
    );
    seat.elector = elector;
    elector.subscribe((event) => seat.told.push(wordsOf(event)));
    this.seats.set(id, seat);
    return elector;
  }

  seat(id: NodeId): Seat {
    const seat = this.seats.get(id);
    if (seat === undefined) throw new Error(`no elector ${id}`);
    return seat;
  }

  /** The record on the disk of a node, which must have one. */
  recordOf(id: NodeId): DurableRecord {
    const { record } = this.cluster.machine(id);
    if (record === null) throw new Error(`${id} has no record`);
    return record;
  }

  /** Stops these, and lets time pass until they have ended. */
  async stop(...ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) await this.settled(this.seat(id).elector.stop());
  }

  advance(forMs: number): Promise<void> {
    return this.cluster.advance(forMs);
  }

  until(claim: () => boolean, withinMs = 20_000): Promise<void> {
    return this.cluster.until(claim, withinMs);
  }

  settled<T>(promise: Promise<T>, withinMs = 60_000): Promise<T> {
    return this.cluster.settled(promise, withinMs);
  }

  /** The one elector that leads, once there is one. */
  async leader(): Promise<Seat> {
    await this.until(() => this.leaders().length === 1);
    return this.leaders()[0] as Seat;
  }

  leaders(): Seat[] {
    return [...this.seats.values()].filter(({ elector }) => elector.isLeader);
  }

  others(than: Seat): Seat[] {
    return [...this.seats.values()].filter((seat) => seat !== than);
  }

  isolate(id: NodeId): void {
    this.cluster.isolate(id);
  }

  heal(): void {
    this.cluster.heal();
  }

  linked(a: NodeId, b: NodeId): boolean {
    return this.cluster.network.isLinked(a, b);
  }

  /** The wall clock of a node jumps against its monotonic one, as after a suspend. */
  jump(id: NodeId, byMs: number): void {
    this.cluster.cluster.process(id).clock.jumpWall(byMs);
  }

  /** Does this at the present instant, after what happens now. */
  soon(run: () => void): void {
    this.cluster.cluster.timeline.schedule(this.nowMs, { happen: run }, 0, null);
  }

  /** From now on each write of a node fails. */
  failDisk(id: NodeId, error: Error): void {
    this.cluster.cluster.process(id).disk.setFailing(error);
  }

  /** From now on no write of a node ends. */
  hangDisk(id: NodeId): void {
    this.cluster.cluster.process(id).disk.setStalled(true);
  }
}

/** Resolves once every promise that could settle has. */
export function flushed(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Something to await that a test ends by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function wordsOf(event: ElectorEvent): string {
  switch (event.kind) {
    case "elected":
      return `elected ${event.term}`;
    case "lost":
      return `lost ${event.term} ${event.reason}`;
    case "leader":
      return `leader ${event.leader?.id ?? "nobody"}`;
  }
}
