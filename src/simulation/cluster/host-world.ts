import { type Latency, samplerOf } from "../kernel/latency.js";
import { type Stream, splitSeed } from "../kernel/prng.js";
import { Timeline } from "../kernel/timeline.js";
import type { LinkRule } from "./link-rules.js";
import { Network, type NetworkOptions } from "./network.js";
import { SimulatedClock } from "./simulated-clock.js";
import type { StoppableHost } from "./stoppable-host.js";

/** Machines and the links between them: one timeline, one seed, no other source of anything. */
export abstract class HostWorld<Carried, Host extends StoppableHost<Carried>> {
  readonly timeline = new Timeline();
  /** The stream of chance of each purpose, by its name. */
  readonly streamOf: (purpose: string) => Stream;
  /** Counts delivered messages and fired timers. */
  eventCount = 0;
  private joined: readonly Host[] = [];
  private network: Network<Carried> | null = null;

  constructor(seed: number) {
    this.streamOf = splitSeed(seed);
  }

  /** Every host, in order of places. */
  get hosts(): readonly Host[] {
    return this.joined;
  }

  get nowMs(): number {
    return this.timeline.nowMs;
  }

  /** Starts every process, in this order. */
  protected bootAll(hosts: readonly Host[]): void {
    for (const host of hosts) host.boot();
    this.network?.onBooted();
    this.tellChanged("");
  }

  /** Links these hosts with each other. */
  protected join(
    hosts: readonly Host[],
    options: Omit<NetworkOptions, "timeline" | "streamOf" | "onRules">,
  ): void {
    const { timeline, streamOf } = this;
    this.joined = hosts;
    this.network = new Network(hosts, { ...options, timeline, streamOf, onRules: () => {} });
  }

  /** Puts a rule for links in force; returns its removal. */
  install(rule: LinkRule): () => void {
    return this.network?.install(rule) ?? (() => {});
  }

  /** Kills a process. `host`: its machine dies with it, so that peers on a stream see silence and no close. */
  crash(process: Host, { host = false } = {}): void {
    if (!process.alive) return;
    this.kill(process, host);
    this.died(process, host);
    this.tellChanged(`crash ${process.id}`);
  }

  /** Starts a process that has ended again: another life. */
  restart(process: Host): void {
    if (process.alive) return;
    process.boot();
    this.network?.onStarted(process);
    this.tellChanged(`restart ${process.id}`);
  }

  /** Lets a machine sleep: nothing runs on it, and nothing reaches it. */
  suspend(process: Host): () => void {
    const { index } = process;
    const unplug = this.install((from, to) =>
      from === index || to === index ? { passes: "nothing" } : null,
    );
    const wake = process.sleep();
    return () => {
      wake();
      unplug();
    };
  }

  /** Tells those who watch that the world is another now. */
  abstract tellChanged(what: string): void;

  /** Ends a process. */
  protected abstract kill(process: Host, withMachine: boolean): void;

  /** Its links learn that a process has ended. */
  protected died(process: Host, silently: boolean): void {
    this.network?.onDied(process, silently);
  }

  protected makeClock(id: string, lateness: Latency): SimulatedClock {
    // Monotonic clocks have nothing in common: no rule may compare them.
    const offsetMs = Math.floor(this.streamOf(`clock/${id}`)() * 2 ** 20);
    const lateBy = lateness === 0 ? null : samplerOf(lateness, this.streamOf(`timer/${id}`));
    return new SimulatedClock(this.timeline, offsetMs, lateBy);
  }
}
