import type { Member, NodeId } from "./configuration.js";
import type { Standing } from "./standing.js";

/** How a node that belongs to no cluster yet comes to one: as a founder, or by joining. */
export type Arrival = Founding | Joining;

/** A founder, as long as the cluster is not founded. */
export interface Founding {
  readonly kind: "founding";
  /** All founders, this one too, with their addresses. */
  readonly founders: readonly Member[];
  /** Founders left out on purpose: nobody waits for them, and their incarnations are not known yet. */
  readonly absent: ReadonlySet<NodeId>;
  /** What each other founder last said of itself. */
  readonly met: Map<NodeId, MetFounder>;
}

/** A founder as another one met it. */
export interface MetFounder {
  readonly incarnation: string;
  readonly standing: Standing;
}

/** A node that joins a running cluster. */
export interface Joining {
  readonly kind: "joining";
  /** The members that it believes even over a link that is not authenticated. */
  readonly members: ReadonlySet<NodeId>;
  /** The id of the cluster it is to join, or null for any. */
  readonly clusterId: string | null;
}

/** Begins the wait of a founder. */
export function founding(founders: readonly Member[], absent: readonly NodeId[] = []): Founding {
  return { kind: "founding", founders, absent: new Set(absent), met: new Map() };
}

/** Begins the wait of a joiner. */
export function joining(members: readonly NodeId[] = [], clusterId: string | null = null): Joining {
  return { kind: "joining", members: new Set(members), clusterId };
}
