import type { DurableRecord, Input, Node, NodeId } from "../../../src/protocol/index.js";
import * as protocol from "../../../src/protocol/index.js";
import { seededRandom } from "../../support/prng.js";
import { settingsFor } from "./nodes.js";

/** What befalls the founders. Node ids are `a` to `e`. */
export interface FoundingWorld {
  readonly founders: number;
  /** At most so many lose their disk. */
  readonly wipes: number;
  /** Who leaves founders out by `absentFounders`: nobody, all of them the same, or each others at random. */
  readonly absent: "nobody" | "alike" | "atRandom";
}

export interface FoundingEnd {
  /** Two leaders in a term or two leases at once, in words; none is right. */
  readonly violations: readonly string[];
  /** Who leads once all links have stood for six simulated seconds. */
  readonly leaders: readonly NodeId[];
  /** Ids of the clusters that nodes belong to then; null stands for a node that belongs to none. */
  readonly clusterIds: ReadonlySet<string | null>;
}

interface Link {
  readonly isUpAt: Set<NodeId>;
}

interface Introduction {
  readonly incarnation: string;
  readonly standing: protocol.Standing;
}

type Parcel = { readonly from: NodeId; readonly to: NodeId; readonly link: Link } & (
  | { readonly introduction: Introduction; readonly isAnswer: boolean }
  | { readonly message: protocol.Message; readonly incarnation: string }
);

const settings = settingsFor(protocol);

/** Founders that start, meet, part, crash and lose disks at random before they found their cluster; then all heals. */
export class FoundingRun {
  readonly #ids: readonly NodeId[];
  readonly #random: () => number;
  readonly #absent = new Map<NodeId, readonly NodeId[]>();
  readonly #nodes = new Map<NodeId, Node>();
  readonly #disks = new Map<NodeId, DurableRecord>();
  readonly #links = new Map<string, Link>();
  readonly #cut = new Set<string>();
  readonly #leadersOf = new Map<number, string>();
  readonly #violations: string[] = [];
  #parcels: Parcel[] = [];
  #nowMs = 0;
  #starts = 0;
  #wipesLeft: number;

  constructor({ founders, wipes, absent }: FoundingWorld, seed: number) {
    this.#ids = [..."abcde"].slice(0, founders);
    this.#random = seededRandom(seed);
    this.#wipesLeft = wipes;
    const alike = this.#someOf(this.#ids);
    for (const id of this.#ids) {
      const others = this.#ids.filter((other) => other !== id);
      const apart = absent === "atRandom" ? this.#someOf(others) : [];
      this.#absent.set(id, absent === "alike" && !alike.includes(id) ? alike : apart);
    }
  }

  play(): FoundingEnd {
    const steps = 10 + this.#below(60);
    for (let step = 0; step < steps; step++) this.#misfortune();
    this.#cut.clear();
    for (const id of this.#ids) if (!this.#nodes.has(id)) this.#start(id);
    for (let round = 0; round < 60 && this.#violations.length === 0; round++) {
      for (const one of this.#ids) for (const other of this.#ids) if (one !== other) this.#dial(one, other);
      this.#pass(100);
    }
    const nodes = [...this.#nodes.values()];
    return {
      violations: this.#violations,
      leaders: nodes.filter(({ announcedTerm }) => announcedTerm !== null).map(({ id }) => id),
      clusterIds: new Set(nodes.map(({ record }) => record.configuration.clusterId)),
    };
  }

  #misfortune(): void {
    const chance = this.#random();
    const one = this.#anyOf(this.#ids);
    const other = this.#anyOf(this.#ids.filter((id) => id !== one));
    const between = pairOf(one, other);
    if (chance < 0.15) {
      if (!this.#nodes.has(one)) this.#start(one);
    } else if (chance < 0.45) this.#dial(one, other);
    else if (chance < 0.52) {
      this.#links.delete(between);
      if (this.#random() < 0.5) this.#cut.add(between);
    } else if (chance < 0.57) this.#cut.delete(between);
    else if (chance < 0.66) {
      if (this.#nodes.has(one)) this.#crash(one, chance > 0.62);
    } else if (chance < 0.85) for (let left = this.#below(6); left > 0; left--) this.#deliverAny();
    else this.#pass(this.#random() * 400);
  }

  #start(id: NodeId): void {
    const nonce = `start-${++this.#starts}`;
    const empty = protocol.emptyRecord(`${id}-${nonce}`, settings.voteHoldMs, { cluster: "t", id });
    const record = protocol.withStart(this.#disks.get(id) ?? empty, nonce);
    this.#disks.set(id, record);
    const members = this.#ids.map((id) => ({ id, address: `ws://${id}:1`, incarnation: null }));
    const arrival = protocol.founding(members, this.#absent.get(id));
    this.#nodes.set(id, protocol.createNode({ id, settings, record, nowMs: this.#nowMs, arrival }));
    this.#tell(id, { kind: "start" });
  }

  #crash(id: NodeId, losesDisk: boolean): void {
    this.#nodes.delete(id);
    for (const pair of [...this.#links.keys()]) if (pair.includes(id)) this.#links.delete(pair);
    if (losesDisk && this.#wipesLeft > 0) {
      this.#wipesLeft--;
      this.#disks.delete(id);
    }
    this.#start(id);
  }

  #tell(id: NodeId, input: Input): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    const effects: protocol.Effect[] = [];
    protocol.step(node, input, this.#nowMs, effects);
    for (const effect of effects)
      if (effect.kind === "draw") this.#tell(id, { kind: "drawn", draw: this.#random() });
      else if (effect.kind === "send") {
        const link = this.#links.get(pairOf(id, effect.to));
        const { incarnation } = node.record;
        if (link?.isUpAt.has(id))
          this.#parcels.push({
            from: id,
            to: effect.to,
            link,
            incarnation,
            message: structuredClone(effect.message),
          });
      } else if (effect.kind === "persist") this.#disks.set(id, effect.record);
    for (const effect of effects)
      if (effect.kind === "persist") this.#tell(id, { kind: "persisted", record: effect.record });
    this.#check(node);
  }

  #check({ id, role, record }: Node): void {
    if (role.name === "leader") {
      const leader = `${id} (${record.incarnation}, of ${record.configuration.clusterId})`;
      const before = this.#leadersOf.get(record.term) ?? leader;
      if (before !== leader)
        this.#violations.push(`two leaders in term ${record.term}: ${before} and ${leader}`);
      this.#leadersOf.set(record.term, leader);
    }
    const holders = [...this.#nodes.values()].filter(
      (node) => node.announcedTerm !== null && protocol.holdsLease(node, this.#nowMs),
    );
    if (holders.length > 1)
      this.#violations.push(`two leases at ${this.#nowMs} ms: ${holders.map((node) => node.id)}`);
  }

  #dial(from: NodeId, to: NodeId): void {
    const pair = pairOf(from, to);
    const dialler = this.#nodes.get(from);
    if (dialler === undefined || !this.#nodes.has(to) || this.#links.has(pair) || this.#cut.has(pair)) return;
    if (!protocol.peersOf(dialler).some((peer) => peer.id === to)) return;
    const link = { isUpAt: new Set<NodeId>() };
    this.#links.set(pair, link);
    this.#parcels.push({ from, to, link, introduction: introductionOf(dialler), isAnswer: false });
  }

  /** One parcel of those that come next on their way: links keep their order, and nothing else does. */
  #deliverAny(): boolean {
    const ways = new Set<string>();
    const next = this.#parcels.filter(({ from, to }) => !ways.has(from + to) && ways.add(from + to));
    if (next.length === 0) return false;
    const parcel = this.#anyOf(next);
    this.#parcels = this.#parcels.filter((other) => other !== parcel);
    this.#deliver(parcel);
    return true;
  }

  #deliver(parcel: Parcel): void {
    const { from, to, link } = parcel;
    const pair = pairOf(from, to);
    const node = this.#nodes.get(to);
    if (node === undefined || this.#links.get(pair) !== link || this.#cut.has(pair)) return;
    if ("message" in parcel) {
      const { incarnation, message } = parcel;
      this.#tell(to, { kind: "message", from, incarnation, message, authenticated: true });
      return;
    }
    const { incarnation, standing } = parcel.introduction;
    if (protocol.refusesStanding(node, from, incarnation, standing) !== null) {
      this.#links.delete(pair);
      return;
    }
    if (!parcel.isAnswer)
      this.#parcels.push({ from: to, to: from, link, introduction: introductionOf(node), isAnswer: true });
    link.isUpAt.add(to);
    this.#tell(to, { kind: "connected", from, incarnation, standing });
  }

  #pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      while (this.#random() < 0.9 && this.#deliverAny());
      const [next] = [...this.#nodes.values()].sort((a, b) => a.timerAtMs - b.timerAtMs);
      if (next === undefined || next.timerAtMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.timerAtMs);
      this.#tell(next.id, { kind: "timer" });
    }
    this.#nowMs = untilMs;
    while (this.#random() < 0.95 && this.#deliverAny());
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #anyOf<T>(all: readonly T[]): T {
    return all[this.#below(all.length)] as T;
  }

  /** So many at random that a majority is left. */
  #someOf(ids: readonly NodeId[]): readonly NodeId[] {
    const most = Math.floor((this.#ids.length - 1) / 2);
    return ids.filter(() => this.#random() < 0.4).slice(0, most);
  }
}

function introductionOf(node: Node): Introduction {
  return { incarnation: node.record.incarnation, standing: structuredClone(protocol.standingOf(node)) };
}

function pairOf(one: NodeId, other: NodeId): string {
  return one < other ? one + other : other + one;
}
