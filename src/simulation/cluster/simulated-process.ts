import {
  createNode,
  type DurableRecord,
  type Input,
  leaseUntil,
  type Member,
  type Message,
  type Node,
  type NodeId,
  type Settings,
  withStart,
} from "../../protocol/index.js";
import { createDriver, type Driver, type DriverHandlers, type DriverPorts } from "../../runtime/driver.js";
import type { Transport, TransportHandlers } from "../../runtime/ports.js";
import type { Stream } from "../kernel/prng.js";
import type { Timeline } from "../kernel/timeline.js";
import { Introductions } from "./introductions.js";
import type { DropReason, LinkEnd } from "./link.js";
import type { ClockOwner, SimulatedClock } from "./simulated-clock.js";
import type { SimulatedDisk } from "./simulated-disk.js";
import { SimulatedHost } from "./simulated-host.js";
import { type Watcher, watchedHandlers } from "./watcher.js";

/** What a process shares with its cluster. */
export interface ProcessWorld {
  readonly timeline: Timeline;
  readonly watchers: readonly Watcher[];
  readonly processes: readonly SimulatedProcess[];
  /** Counts delivered messages and fired timers. */
  eventCount: number;
  /** True where records may be put back from copies, so that peers say how far theirs have come. */
  readonly hasCopies: boolean;
  /** Starts what runs on a machine, which ends in `host`; null where that is a node and its driver, and nothing else. */
  readonly program: ((process: SimulatedProcess) => void) | null;
}

/** A machine with one process on it: the production node and driver on simulated ports. */
export class SimulatedProcess extends SimulatedHost<Message> implements LinkEnd, ClockOwner, Transport {
  readonly disk: SimulatedDisk;
  /** What the next start goes by. */
  settings: Settings;
  node: Node;
  driver: Driver;
  /** Counts the records the node has had; grows when one is lost. */
  identity = 0;
  readonly introductions = new Introductions(this);
  /** What was on the disk before the process started last. */
  backup: DurableRecord;
  /** The term of the leadership that the service was told of last and not yet told to have ended, or null. */
  toldTerm: number | null = null;
  /** Until when, in true time, the node holds a lease; minus infinity for who holds none. Kept while there are watchers. */
  leaseUntilMs = Number.NEGATIVE_INFINITY;
  /** Takes messages where a program runs. */
  receiver: Pick<TransportHandlers, "onMessage"> | null = null;
  readonly random: Stream;
  /** The failure that stopped the node, if one did. */
  failure: Error | null = null;
  private incarnation: string;
  private readonly world: ProcessWorld;
  private readonly nodeIndex: ReadonlyMap<NodeId, number>;
  private readonly ports: DriverPorts;
  private readonly input = {
    kind: "message",
    from: "",
    incarnation: "",
    message: null as unknown as Message,
    authenticated: true,
  };

  constructor(options: {
    readonly id: NodeId;
    readonly index: number;
    readonly world: ProcessWorld;
    readonly clock: SimulatedClock;
    readonly disk: SimulatedDisk;
    readonly settings: Settings;
    readonly random: Stream;
    readonly nodeIndex: ReadonlyMap<NodeId, number>;
  }) {
    super({ ...options, timeline: options.world.timeline });
    this.world = options.world;
    this.disk = options.disk;
    this.settings = options.settings;
    this.random = options.random;
    this.ports = { clock: this.clock, random: options.random, store: this.disk, transport: this };
    this.nodeIndex = options.nodeIndex;
    this.backup = options.disk.record;
    this.incarnation = options.disk.record.incarnation;
    this.disk.serve(this);
    this.node = this.makeNode();
    this.driver = this.makeDriver();
  }

  /** Starts the process from what is on its disk. */
  boot(): void {
    this.backup = this.disk.record;
    this.failure = null;
    if (this.world.program !== null) this.world.program(this);
    else this.startDriver();
  }

  private startDriver(): void {
    this.begin(this.disk.record.incarnation);
    if (this.world.hasCopies)
      this.disk.record = withStart(this.disk.record, `${this.id}.start.${this.startIndex}`);
    this.node = this.makeNode();
    this.driver = this.makeDriver();
    this.driver.start();
    this.tellStarted();
  }

  /** Runs a node of a program on this machine: watched like any other, and `owner` is told after the watchers. */
  host(node: Node, ports: DriverPorts, owner: DriverHandlers): Driver {
    this.begin(node.record.incarnation);
    this.node = node;
    this.driver = this.makeDriver(ports, owner);
    this.tellStarted();
    return this.driver;
  }

  private begin(incarnation: string): void {
    if (this.incarnation !== incarnation) this.identity++;
    this.incarnation = incarnation;
    this.startIndex = this.introductions.begin(incarnation);
    this.alive = true;
  }

  /** Kills the process between two instructions: it tells nobody. Its last words on the wire still arrive. */
  die(loseUnsynced: boolean): void {
    this.end();
    if (this.world.hasCopies) this.introductions.end();
    this.toldTerm = null;
    this.receiver = null;
    this.leaseUntilMs = Number.NEGATIVE_INFINITY;
    this.disk.forget(loseUnsynced);
    for (const watcher of this.world.watchers) watcher.died(this);
  }

  /** A connection with this start of a peer is up, and has told who it is. */
  override connect(from: number, start: number): void {
    // A program hears of links from its own transport.
    if (!this.alive || this.world.program !== null) return;
    if (this.paused) {
      this.defer("poll", () => this.connect(from, start));
      return;
    }
    const sender = this.world.processes[from] as SimulatedProcess;
    const incarnation = sender.introductions.incarnations[start] as string;
    if (this.world.hasCopies) this.introductions.admits(sender, start);
    else this.driver.tell({ kind: "connected", from: sender.id, incarnation });
    this.onSettled();
  }

  /** A message has arrived at the machine. */
  override receive(from: number, start: number, message: Message): void {
    if (!this.alive) {
      this.world.processes[from]?.onDropped(this.index, message, "down");
      return;
    }
    if (this.paused) {
      this.defer("poll", () => this.receive(from, start, message));
      return;
    }
    const { world, input } = this;
    const sender = world.processes[from] as SimulatedProcess;
    if (world.hasCopies && !this.introductions.admits(sender, start)) {
      sender.onDropped(this.index, message, "refused");
      return;
    }
    world.eventCount++;
    // One object serves all messages: the driver has done with it when `tell` returns, as nothing here tells from within a step.
    input.from = sender.id;
    input.incarnation = sender.introductions.incarnations[start] as string;
    input.message = message;
    if (this.receiver === null) this.driver.tell(input as Input);
    else this.receiver.onMessage(sender.id, input.incarnation, message);
    if (world.watchers.length === 0) return;
    this.refreshLease();
    for (const watcher of world.watchers) {
      watcher.delivered(this, sender, message);
      watcher.settled(this);
    }
  }

  /** A message that this process sent will not arrive. */
  override onDropped(to: number, message: Message, why: DropReason): void {
    const { watchers, processes } = this.world;
    for (const watcher of watchers) watcher.dropped(this, processes[to] as SimulatedProcess, message, why);
  }

  /** A timer is about to call back. */
  override onFired(): void {
    this.world.eventCount++;
    for (const watcher of this.world.watchers) watcher.fired(this);
  }

  private tellStarted(): void {
    for (const watcher of this.world.watchers) watcher.started(this);
    this.onSettled();
  }

  /** What it was told of has been dealt with. */
  override onSettled(): void {
    if (this.world.watchers.length === 0) return;
    this.refreshLease();
    for (const watcher of this.world.watchers) watcher.settled(this);
  }

  /** Works out anew until when the lease lasts; called after whatever could change it. */
  refreshLease(): void {
    this.leaseUntilMs =
      this.alive && this.node.role.name === "leader"
        ? this.clock.trueMs(leaseUntil(this.node))
        : Number.NEGATIVE_INFINITY;
  }

  /** True iff the node leads now: it was told so, and its lease lasts. */
  leads(): boolean {
    return this.toldTerm !== null && this.world.timeline.nowMs < this.leaseUntilMs;
  }

  start(_handlers: unknown, callback: (error: Error | null) => void): void {
    callback(null);
  }

  setPeers(_peers: readonly Member[]): void {}

  send(to: NodeId, message: Message): void {
    const index = this.nodeIndex.get(to);
    if (index === undefined) return;
    const link = this.links[index];
    if (link === null || link === undefined) return;
    const { watchers } = this.world;
    if (watchers.length > 0) {
      const receiver = this.world.processes[index] as SimulatedProcess;
      for (const watcher of watchers) watcher.sent(this, receiver, message);
    }
    link.send(message);
  }

  stop(callback: () => void): void {
    callback();
  }

  private makeNode(): Node {
    return createNode({
      id: this.id,
      settings: this.settings,
      record: this.disk.record,
      nowMs: this.clock.nowMs(),
    });
  }

  private makeDriver(ports = this.ports, owner: DriverHandlers | null = null): Driver {
    return createDriver(this.node, ports, watchedHandlers(this, this.world.watchers, owner));
  }
}
