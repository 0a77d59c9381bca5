import { StoppableHost } from "../cluster/stoppable-host.js";
import type { Sampler } from "../kernel/latency.js";
import type { Timeline } from "../kernel/timeline.js";
import type { ChecksWatcher, Machine, WatchedBackend } from "./checks-watcher.js";

/** What a gateway and a backend say to each other. */
export interface Exchange {
  readonly of: "probe" | "request";
  readonly number: number;
  /** The life of the gateway that asks. */
  readonly life: number;
  /** Null in the question. */
  readonly answer: "ok" | "bad" | "refused" | null;
}

/** What a machine shares with its world. */
export interface GatewayWorldParts {
  readonly timeline: Timeline;
  readonly watchers: readonly ChecksWatcher[];
  /** Counts delivered messages and fired timers. */
  eventCount: number;
}

/** A machine of this world. */
export abstract class MachineHost extends StoppableHost<Exchange> implements Machine {
  protected readonly world: GatewayWorldParts;

  constructor(options: Pick<Machine, "id" | "index" | "clock"> & { readonly world: GatewayWorldParts }) {
    super({ ...options, timeline: options.world.timeline });
    this.world = options.world;
  }

  /** The process ends; with its machine, nothing answers any more. */
  die(_withMachine: boolean): void {
    this.end();
    for (const watcher of this.world.watchers) watcher.died(this);
  }

  protected override onStarted(): void {
    for (const watcher of this.world.watchers) watcher.started(this);
  }

  protected override onStopped(asleep: boolean): void {
    for (const watcher of this.world.watchers) watcher.stopped(this, asleep);
  }

  protected override onWentOn(): void {
    for (const watcher of this.world.watchers) watcher.wentOn(this);
  }

  override connect(): void {}
  override onDropped(): void {}
  override onSettled(): void {}

  override onFired(): void {
    this.world.eventCount++;
    for (const watcher of this.world.watchers) watcher.fired(this);
  }
}

/** A machine whose process answers probes and requests. */
export class BackendHost extends MachineHost implements WatchedBackend {
  isWell = true;
  /** How long it takes to answer; a fault may put another in its place. */
  delay: Sampler;
  private refuses = false;

  constructor(options: ConstructorParameters<typeof MachineHost>[0] & { readonly delay: Sampler }) {
    super(options);
    this.delay = options.delay;
  }

  protected override run(): void {
    this.refuses = false;
  }

  override die(withMachine: boolean): void {
    super.die(withMachine);
    this.refuses = !withMachine;
  }

  override receive(from: number, start: number, { of, number, life }: Exchange): void {
    this.world.eventCount++;
    const answer = (how: Exchange["answer"]) => this.links[from]?.send({ of, number, life, answer: how });
    if (!this.alive) {
      // Nobody listens at the port: the machine says so.
      if (this.refuses) answer("refused");
      return;
    }
    if (this.paused) {
      this.defer("poll", () => this.receive(from, start, { of, number, life, answer: null }));
      return;
    }
    this.clock.schedule(this.delay(), () => answer(this.isWell ? "ok" : "bad"));
  }
}
