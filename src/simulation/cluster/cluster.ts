import {
  configurationOf,
  type DurableRecord,
  emptyRecord,
  foundingRecord,
  type Member,
  type Message,
  type NodeId,
  type Settings,
} from "../../protocol/index.js";
import { type Latency, samplerOf } from "../kernel/latency.js";
import { type Stream, splitSeed } from "../kernel/prng.js";
import { Timeline } from "../kernel/timeline.js";
import type { Link, LinkDefaults } from "./link.js";
import type { LinkRule } from "./link-rules.js";
import { Network } from "./network.js";
import { SimulatedClock } from "./simulated-clock.js";
import { SimulatedDisk } from "./simulated-disk.js";
import { type ProcessWorld, SimulatedProcess } from "./simulated-process.js";
import type { Watcher } from "./watcher.js";

/** What a simulated cluster is made of. */
export interface ClusterOptions {
  /** All chance comes from it. */
  readonly seed: number;
  readonly voters: readonly NodeId[];
  readonly observers: readonly NodeId[];
  /** The settings of each node. */
  readonly settingsOf: (id: NodeId) => Settings;
  readonly transport: "datagram" | "stream";
  readonly link: LinkDefaults;
  /** What differs for one direction. */
  readonly linkOf?: (from: NodeId, to: NodeId) => LinkDefaults | undefined;
  readonly writeMs: Latency;
  /** How late timers fire. */
  readonly lateness: Latency;
  /** True where records may be put back from copies. @defaultValue false */
  readonly hasCopies?: boolean | undefined;
  /** Starts what runs on a machine. @defaultValue a node and its driver, and nothing else */
  readonly program?: ((process: SimulatedProcess) => void) | undefined;
}

/** A cluster of production nodes and drivers in a deterministic world: one timeline, one seed, no other source of anything. */
export class Cluster implements ProcessWorld {
  readonly timeline = new Timeline();
  readonly watchers: Watcher[] = [];
  /** Voters first, then observers, each in the given order. */
  readonly processes: SimulatedProcess[] = [];
  readonly options: ClusterOptions;
  /** The stream of chance of each purpose, by its name. */
  readonly streamOf: (purpose: string) => Stream;
  eventCount = 0;
  readonly hasCopies: boolean;
  readonly program: ((process: SimulatedProcess) => void) | null;
  private readonly network: Network<Message>;
  private readonly nodeIndex = new Map<NodeId, number>();

  constructor(options: ClusterOptions) {
    const { voters, observers } = options;
    this.options = { ...options, voters: voters.map(interned), observers: observers.map(interned) };
    this.hasCopies = options.hasCopies === true;
    this.program = options.program ?? null;
    this.streamOf = splitSeed(options.seed);
    const ids = [...this.options.voters, ...this.options.observers];
    for (const [index, id] of ids.entries()) this.nodeIndex.set(id, index);
    for (const [index, id] of ids.entries()) this.processes.push(this.makeProcess(id, index));
    this.network = new Network(this.processes, {
      ...options,
      timeline: this.timeline,
      streamOf: this.streamOf,
      onRules: () => this.introduceAll(),
    });
  }

  /** Starts every process. */
  boot(): void {
    for (const process of this.processes) process.boot();
    this.network.onBooted();
    this.introduceAll();
    this.tellChanged("");
  }

  get nowMs(): number {
    return this.timeline.nowMs;
  }

  /** The index of this node; -1 for a name that no node has, as in a configuration made by a stranger. */
  indexNamed(id: NodeId): number {
    return this.nodeIndex.get(id) ?? -1;
  }

  /** The process of this node. @throws RangeError for a name that no replica has. */
  process(id: NodeId): SimulatedProcess {
    const process = this.processes[this.indexNamed(id)];
    if (process === undefined) throw new RangeError(`no node ${id} in the cluster`);
    return process;
  }

  /** The leader now; of several the one of the highest term. */
  leader(): SimulatedProcess | null {
    let found: SimulatedProcess | null = null;
    for (const process of this.processes) {
      if (!process.alive || process.toldTerm === null) continue;
      process.refreshLease();
      if (process.leads() && (found === null || process.toldTerm > (found.toldTerm ?? 0))) found = process;
    }
    return found;
  }

  /** Passes so much time. */
  advance(forMs: number): void {
    this.timeline.runUntil(this.timeline.nowMs + forMs);
  }

  /** Passes time until `condition` holds, looked at after each event; false if it still did not after `withinMs`. */
  advanceUntil(condition: () => boolean, withinMs: number): boolean {
    const endMs = this.timeline.nowMs + withinMs;
    while (!condition()) {
      if (this.timeline.nextMs() > endMs) {
        this.timeline.runUntil(endMs);
        return condition();
      }
      this.timeline.step();
    }
    return true;
  }

  /** True iff there is a leader and every running voter knows it. */
  isSettled(): boolean {
    const leader = this.leader();
    if (leader === null) return false;
    return this.processes.every(({ id, alive, node }) => {
      if (!alive || id === leader.id || this.options.observers.includes(id)) return true;
      return node.role.name === "follower" && node.role.leader === leader.id;
    });
  }

  /** Puts a rule for links in force; returns its removal. */
  install(rule: LinkRule): () => void {
    return this.network.install(rule);
  }

  /** The link from one node to another. */
  link(from: SimulatedProcess, to: SimulatedProcess): Link {
    return this.network.link(from, to);
  }

  /** Kills a process. `host`: the machine dies with it, so that peers on a stream see silence and no close. */
  crash(process: SimulatedProcess, { loseUnsynced = true, host = false } = {}): void {
    if (!process.alive) return;
    process.die(loseUnsynced);
    this.network.onDied(process, host);
    this.tellChanged(`crash ${process.id}`);
  }

  /** Starts a dead process again, from what is on its disk or (`wipe`) from nothing; with other `settings`, if given. */
  restart(
    process: SimulatedProcess,
    options: { readonly wipe?: boolean | undefined; readonly settings?: Settings | undefined } = {},
  ): void {
    if (process.alive) return;
    const { wipe = false, settings } = options;
    if (settings !== undefined) process.settings = settings;
    if (wipe) process.disk.record = this.firstRecord(process.id, process.identity + 2, process.settings);
    process.boot();
    this.network.onStarted(process);
    this.introduceAll();
    this.tellChanged(`restart ${process.id}`);
  }

  /**
   * Kills a process, puts its disk back to what it was before its last start, and starts it. Only if every voter knows of that start: what
   * nobody can know of nobody can be asked to refuse. Else it is a restart like any other.
   */
  putBack(process: SimulatedProcess): void {
    this.crash(process);
    const others = this.options.voters.filter((id) => id !== process.id).map((id) => this.process(id));
    if (process.introductions.isKnownTo(others)) process.disk.record = process.backup;
    this.restart(process);
  }

  /** Stops a process between two instructions, as SIGSTOP does. */
  pause(process: SimulatedProcess): void {
    if (!process.alive || process.paused) return;
    process.setPaused(true);
    this.tellChanged(`pause ${process.id}`);
  }

  /** Lets a paused process run again. */
  resume(process: SimulatedProcess): void {
    if (!process.paused) return;
    process.setPaused(false);
    this.tellChanged(`resume ${process.id}`);
  }

  /** Tells the watchers that the world is another now. */
  tellChanged(what: string): void {
    if (this.watchers.length === 0) return;
    for (const process of this.processes) process.refreshLease();
    for (const watcher of this.watchers) watcher.changed(what);
  }

  /** Nodes that can reach each other link, and say who they are, also where neither has a message for the other. */
  private introduceAll(): void {
    if (!this.hasCopies) return;
    const here = this.processes.filter(({ alive, paused }) => alive && !paused);
    for (const one of here)
      for (const other of here)
        if (one !== other && this.link(one, other).passes === "all" && this.link(other, one).passes === "all")
          one.introductions.admits(other, other.startIndex);
  }

  private makeProcess(id: NodeId, index: number): SimulatedProcess {
    const { options, timeline, streamOf } = this;
    const settings = options.settingsOf(id);
    // Monotonic clocks have nothing in common: no rule may compare them.
    const offsetMs = Math.floor(streamOf(`clock/${id}`)() * 2 ** 20);
    const lateness = options.lateness === 0 ? null : samplerOf(options.lateness, streamOf(`timer/${id}`));
    const disk = new SimulatedDisk(
      timeline,
      this.firstRecord(id, 1, settings),
      samplerOf(options.writeMs, streamOf(`disk/${id}`)),
    );
    return new SimulatedProcess({
      id,
      index,
      world: this,
      clock: new SimulatedClock(timeline, offsetMs, lateness),
      disk,
      settings,
      random: streamOf(`election/${id}`),
      nodeIndex: this.nodeIndex,
    });
  }

  /** The record of a node before anything happened; a node that lost its record gets one with another incarnation. */
  private firstRecord(id: NodeId, identity: number, settings: Settings): DurableRecord {
    const { voters, observers } = this.options;
    const incarnation = `${id}.${identity}`;
    if (observers.includes(id)) return emptyRecord(incarnation, settings.voteHoldMs);
    const record = foundingRecord(voters.map(memberNamed), incarnation, settings.voteHoldMs);
    if (observers.length === 0) return record;
    const known = observers.map((observer) => ({ ...memberNamed(observer), incarnation: `${observer}.1` }));
    return { ...record, configuration: configurationOf(0, 1, record.configuration.voters, known) };
  }
}

/** A member at an address nobody dials. */
export function memberNamed(id: NodeId): Member {
  return { id, address: `sim://${id}`, incarnation: null };
}

/** The same text as the engine keeps it for names: two such differ if their references do, and elections compare ids all the time. */
function interned(text: string): string {
  return Object.keys({ [text]: null })[0] as string;
}
