import { ln } from "../../exact-math.js";
import type { LinkRule } from "../cluster/link-rules.js";
import { LinkSet, onLinks } from "../cluster/topology.js";
import { integerOf, type Stream } from "../kernel/prng.js";
import type { Timeline } from "../kernel/timeline.js";
import type { Who } from "../run/selectors.js";

/** Ends what a fault began; safe to call twice. */
export type Undo = () => void;

/** The end of a fault that only happens. */
export const nothing: Undo = () => {};

/** When a fault strikes, and for how long. */
export interface TimedFault {
  readonly do: string;
  readonly at?: number | undefined;
  readonly every?: number | undefined;
  readonly random?:
    | { readonly ratePerMinute: number; readonly forMs?: [number, number] | undefined }
    | undefined;
  readonly for?: number | undefined;
}

/** What faults strike. */
export interface FaultWorld {
  readonly nowMs: number;
  readonly timeline: Timeline;
  readonly streamOf: (purpose: string) => Stream;
  install(rule: LinkRule): () => void;
  tellChanged(what: string): void;
}

/** Plays faults on a world, each at its time. */
export abstract class FaultScript<Fault extends TimedFault, Host extends { readonly index: number }> {
  protected endMs = Number.POSITIVE_INFINITY;
  private readonly world: FaultWorld;
  private readonly faults: readonly Fault[];
  private readonly underWay = new Set<Undo>();
  /** Counts the heals: what repeats ends with one. */
  private healed = 0;
  private struck: number;

  /** @param struck by how many faults of other scripts, for their numbers */
  constructor(world: FaultWorld, faults: readonly Fault[], struck = 0) {
    this.world = world;
    this.faults = faults;
    this.struck = struck;
  }

  /** Times count from now; nothing new strikes after `untilMs` of true time. */
  begin(untilMs: number): void {
    this.endMs = untilMs;
    for (const [index, fault] of this.faults.entries()) {
      const stream = this.world.streamOf(`fault/${index}`);
      if (fault.at !== undefined) this.after(fault.at, () => this.strike(fault, null, fault.for ?? null));
      else this.repeat(fault, stream, this.healed);
    }
  }

  /** Ends every fault, and what repeats. */
  heal(): void {
    this.healed++;
    for (const end of [...this.underWay]) end();
  }

  /** A fault is about to strike. */
  protected beforeStrike(): void {}

  /** The hosts named. */
  protected abstract resolve(who: Who): Host[];

  /** Begins a fault; gives its end. @param resolve gives the hosts that it strikes of those named */
  protected abstract start(fault: Fault, resolve: (who: Who) => Host[]): Undo;

  /** A fault has struck these hosts. */
  protected tellBegan(_number: number, _fault: Fault, _hosts: readonly Host[]): void {}

  /** What a fault did is undone. */
  protected tellEnded(_number: number): void {}

  private repeat(fault: Fault, stream: Stream, healed: number): void {
    const { random } = fault;
    const waitMs =
      random === undefined ? (fault.every ?? 0) : (-ln(1 - stream()) * 60_000) / random.ratePerMinute;
    this.after(waitMs, () => {
      if (healed !== this.healed) return;
      const forMs = random?.forMs;
      const lasting = forMs === undefined ? (fault.for ?? null) : forMs[0] + stream() * (forMs[1] - forMs[0]);
      this.strike(fault, random === undefined ? null : stream, lasting);
      this.repeat(fault, stream, healed);
    });
  }

  private strike(fault: Fault, pick: Stream | null, forMs: number | null): void {
    this.beforeStrike();
    // A random fault strikes one of those it names, others strike all of them.
    const hosts = new Set<Host>();
    const resolve = (who: Who) => {
      const found = this.resolve(who);
      const struck =
        pick === null || found.length === 0 ? found : [found[integerOf(pick, 0, found.length)] as Host];
      for (const host of struck) hosts.add(host);
      return struck;
    };
    this.world.tellChanged(`fault ${JSON.stringify(fault)}`);
    const undo = this.start(fault, resolve);
    const number = this.struck++;
    this.tellBegan(number, fault, [...hosts]);
    this.world.tellChanged("");
    if (undo === nothing) {
      this.tellEnded(number);
      return;
    }
    const end = () => {
      if (!this.underWay.delete(end)) return;
      undo();
      this.tellEnded(number);
      this.world.tellChanged(`end of ${fault.do}`);
    };
    this.underWay.add(end);
    if (forMs !== null) this.after(forMs, end);
  }

  /** Down and up in turn. */
  protected flap(links: LinkSet, upMs: number, downMs: number): Undo {
    const { world } = this;
    let remove: Undo = nothing;
    let over = false;
    const turn = (down: boolean) => {
      if (over) return;
      remove();
      remove = down ? world.install(onLinks(links, { passes: "nothing" })) : nothing;
      world.tellChanged(down ? "flaky links down" : "flaky links up");
      this.after(down ? downMs : upMs, () => turn(!down));
    };
    turn(true);
    return () => {
      over = true;
      remove();
    };
  }

  private after(waitMs: number, run: () => void): void {
    const atMs = this.world.nowMs + waitMs;
    if (atMs <= this.endMs) this.world.timeline.schedule(atMs, { happen: run }, 0, null);
  }
}

/** The links between two groups of hosts, both ways or one. */
export function linksBetween(
  [some, others]: readonly [Who, Who],
  oneWay: boolean,
  resolve: (who: Who) => readonly { readonly index: number }[],
): LinkSet {
  const links = new LinkSet();
  // In this order, since a random fault draws one of each.
  const ends = resolve(others);
  for (const { index: from } of resolve(some))
    for (const { index: to } of ends)
      if (oneWay) links.add(from, to);
      else links.addBoth(from, to);
  return links;
}

/** Does something to each of these; gives what undoes all of it. */
export function each<Host>(hosts: readonly Host[], begin: (host: Host) => Undo): Undo {
  const undos = hosts.map(begin);
  return () => {
    for (const undo of undos) undo();
  };
}

/** Cuts every link of these hosts. */
export function isolate(indices: ReadonlySet<number>): LinkRule {
  return (from, to) => (indices.has(from) || indices.has(to) ? { passes: "nothing" } : null);
}
