import {
  type Node,
  type PeerRefusal,
  refusesStanding,
  type Standing,
  standingOf,
} from "../../protocol/index.js";
import type { Driver } from "../../runtime/driver.js";
import type { SimulatedDisk } from "./simulated-disk.js";

/** What of a simulated process its introductions depend on. */
export interface Introduced {
  readonly id: string;
  readonly index: number;
  readonly node: Node;
  readonly driver: Driver;
  readonly disk: SimulatedDisk;
  readonly alive: boolean;
  readonly introductions: Introductions;
  failure: unknown;
  /** Called when the process has dealt with an input. */
  onSettled(): void;
  /** Calls back in an event of its own, as soon as the process runs. */
  later(run: () => void): void;
}

/**
 * What a transport does when it makes a link: both ends say who they are and how far their records have come, and a peer that runs on a copy
 * is refused. Played where copies of records are, in place of every link, before the first message from each start of a peer.
 */
export class Introductions {
  /** The incarnation of each start, as others know it. */
  readonly incarnations: string[] = [];
  /** What each start said of its record last; none for the one that runs, as it says what is so at the moment. */
  private readonly lastWords: Standing[] = [];
  /** By the peer's index: the last of its starts that was let in, and the last that was turned away. */
  private readonly letIn: number[] = [];
  private readonly turnedAway: number[] = [];
  private readonly process: Introduced;

  constructor(process: Introduced) {
    this.process = process;
  }

  /** The process starts: it has met nobody yet. Returns the number of this start. */
  begin(incarnation: string): number {
    this.letIn.length = 0;
    this.turnedAway.length = 0;
    return this.incarnations.push(incarnation) - 1;
  }

  /** The process has died. */
  end(): void {
    this.lastWords[this.incarnations.length - 1] = standingOf(this.process.node);
  }

  /** True iff messages from this start of a peer are read; the first time the peer says who it is. */
  admits(peer: Introduced, start: number): boolean {
    if (this.letIn[peer.index] === start) return true;
    if (this.turnedAway[peer.index] === start) return false;
    const { node, driver } = this.process;
    const incarnation = peer.introductions.incarnations[start] as string;
    const standing = peer.introductions.standingIn(start);
    const refusal = refusesStanding(node, peer.id, incarnation, standing);
    if (refusal !== null) {
      this.turnedAway[peer.index] = start;
      peer.introductions.onRefused(start, refusal);
      return false;
    }
    this.letIn[peer.index] = start;
    driver.tell({ kind: "connected", from: peer.id, incarnation, standing });
    return true;
  }

  /** True iff every one of these knows the present start, and would after a crash. */
  isKnownTo(others: readonly Introduced[]): boolean {
    const { id, disk } = this.process;
    const { startNonce } = disk.record.run;
    return others.every((other) => other.disk.record.startsMet.get(id)?.startNonce === startNonce);
  }

  private standingIn(start: number): Standing {
    return this.lastWords[start] ?? standingOf(this.process.node);
  }

  /** A peer wants no link with this process, which therefore ends, if it is still the same, and is not started again. */
  private onRefused(start: number, { detail }: PeerRefusal): void {
    const { process } = this;
    const end = (): void => {
      if (!process.alive || start !== this.incarnations.length - 1 || process.failure !== null) return;
      process.failure = new Error(detail);
      process.driver.stop("stopped");
      process.onSettled();
    };
    process.later(end);
  }
}
