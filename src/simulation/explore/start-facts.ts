import { type DurableRecord, type NodeId, type Progress, standingOf } from "../../protocol/index.js";
import { type Facts, named, node } from "./facts.js";
import {
  idOf,
  incarnationOf,
  latestStart,
  type MessageInFlight,
  nodeIndex,
  type Spent,
  startNamed,
  type World,
} from "./state.js";

/**
 * What there is to know of starts (rule 29): who knows which start of whom, and which start went on from which. A start is named by how
 * many were made in its place since, so that those nobody remembers do not count. How often a record was changed matters only as far as
 * a node that links again has something to write: no process of a search starts more often than a record has nonces, by which a copy is
 * known first.
 */
export class StartFacts {
  private readonly world: World;
  private readonly facts: Facts;
  /** True while a node may forget whom it has met. */
  private readonly mayEnd: boolean;
  /** By index: the oldest start that anybody remembers. */
  private readonly oldest: number[];

  constructor(world: World, most: Spent, facts: Facts) {
    const { spent, starts } = world;
    this.world = world;
    this.facts = facts;
    this.mayEnd = spent.crashes < most.crashes || spent.copies < most.copies;
    this.oldest = starts.map(({ length }) => length - 1);
  }

  /**
   * Which start of its sender a message comes from. Once that has died, it must have been linked with who may read it: -1 where it was not
   * and has died, -2 where it was not and may die.
   */
  ageOfFlight({ from, to, start, linkedWith }: MessageInFlight): number {
    const age = this.age(from, start);
    if (linkedWith === this.latest(to)) return age;
    const isRunning = this.world.processes[from] !== null && age === 0;
    return !isRunning ? -1 : this.mayEnd ? -2 : age;
  }

  /** How many starts were made in this place since. */
  age(index: number, start: number): number {
    this.oldest[index] = Math.min(this.oldest[index] as number, start);
    return this.latest(index) - start;
  }

  /** True where a disk was put back, and nothing has started from it since. */
  isPutBack(index: number): boolean {
    return startNamed((this.world.disks[index] as DurableRecord).run) !== this.latest(index);
  }

  /** What this record of a node says of starts, its own and those that it has met. @param which tells its records apart */
  addRecord(index: number, which: number, { run, startsMet }: DurableRecord): void {
    const { facts } = this;
    const age = this.age(index, startNamed(run));
    if (age !== 0 || run.isCopy) facts.add(20, node(index), which, age, run.isCopy ? 1 : 0);
    for (const [peer, known] of startsMet) {
      const [from, start] = [nodeIndex(peer), startNamed(known)];
      const isBehind = this.mayMeet(index, from, start) && this.goesFurther(peer, start, known);
      facts.add(21, node(index), which, named(peer), this.age(from, start), isBehind ? 1 : 0);
    }
  }

  /** What no record says. Comes last. */
  addRest(): void {
    const { world, facts, oldest } = this;
    for (const index of world.starts.keys()) {
      const id = idOf(index);
      // A copy is nobody that a configuration means.
      if (world.watch.nodes.get(id)?.incarnation !== incarnationOf(id)) facts.add(22, node(index));
      const met = world.processes[index]?.met ?? [];
      for (const [peer, start] of met.entries())
        if (start !== undefined && this.isHeard(index, peer, start))
          facts.add(23, node(index), node(peer), this.age(peer, start));
    }
    for (const [index, starts] of world.starts.entries())
      for (let start = (oldest[index] as number) + 1; start < starts.length; start++) {
        const before = starts[start]?.before ?? -1;
        if (before !== start - 1) facts.add(24, node(index), this.latest(index) - start, start - before);
      }
  }

  private latest(index: number): number {
    return latestStart(this.world, index);
  }

  /** True where a node may yet link with this start of a peer. */
  private mayMeet(index: number, peer: number, start: number): boolean {
    const { processes } = this.world;
    return this.isHeard(index, peer, start) && (this.mayEnd || processes[index]?.met[peer] !== start);
  }

  /** True where a node may yet hear from this start of a peer. */
  private isHeard(index: number, peer: number, start: number): boolean {
    const { processes, inFlight } = this.world;
    if (processes[peer] !== null && start === this.latest(peer)) return true;
    const linkedWith = this.latest(index);
    return inFlight.some(
      (flight) =>
        flight.from === peer &&
        flight.to === index &&
        flight.start === start &&
        flight.linkedWith === linkedWith,
    );
  }

  /** True where a peer that links in that start says more than is known. */
  private goesFurther(peer: NodeId, start: number, known: Progress): boolean {
    const index = nodeIndex(peer);
    const process = this.world.processes[index];
    const { writeCount } =
      this.world.starts[index]?.[start]?.lastWords ?? (process ? standingOf(process.node) : known);
    return writeCount > known.writeCount;
  }
}
