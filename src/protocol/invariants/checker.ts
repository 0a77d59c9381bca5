import type { NodeId } from "../data/configuration.js";
import type { Node } from "../data/node.js";
import type { DurableRecord } from "../data/record.js";

/** What is observed of nodes, what a checker remembers of it, and what it finds. */

/** What must always hold, by its name in docs/protocol.md. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7";

/** Something that must never happen, and did. */
export interface Violation {
  readonly invariant: Invariant;
  readonly nodes: readonly NodeId[];
  readonly term: number;
  readonly sentence: string;
}

/** What there is to see of one node at one instant. Nothing of it is kept but the records. */
export interface Observation {
  readonly node: Node;
  /** What is on its disk for certain: what a crash at this instant would leave. */
  readonly durable: DurableRecord;
  /** Until when the node itself believes to hold a lease, on its own clock (`leaseUntil`). */
  readonly leaseUntilMs: number;
  /** What its clock says, and how fast that runs: 1.01 gains ten milliseconds in a second. */
  readonly clockMs: number;
  readonly clockRate: number;
  /** True time, the same for all nodes. */
  readonly trueMs: number;
}

/** What was seen of one node. */
export interface Watched {
  readonly incarnation: string;
  /** The record it had in memory after its last step, and the one last seen on its disk. */
  record: DurableRecord;
  durable: DurableRecord;
  leadsTerm: number | null;
  announcedTerm: number | null;
  /** Whom it gave its votes to, as far as anybody was told. */
  readonly votes: Map<number, NodeId>;
}

/** A lease that began and was not seen to end. */
export interface Lease {
  readonly term: number;
  untilMs: number;
  clockMs: number;
  clockRate: number;
  trueMs: number;
}

/** All that was seen: plain data, bounded, and independent of how long it watches. */
export interface Checker {
  readonly nodes: Map<NodeId, Watched>;
  /** Who was leader of which term. */
  readonly leaders: Map<number, NodeId>;
  readonly leases: Map<NodeId, Lease>;
  /** The first incarnation of each node: the one that configurations mean when they name none. */
  readonly first: Map<NodeId, string>;
  /** The highest term in which anybody was told to lead. */
  toldTerm: number;
}

/** What a look found: nothing, or the violations. */
export type Found = readonly Violation[];

/** A checker that has seen nothing. */
export function createChecker(): Checker {
  return { nodes: new Map(), leaders: new Map(), leases: new Map(), first: new Map(), toldTerm: 0 };
}
