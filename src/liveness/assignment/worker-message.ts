/** What workers and the leader say to each other: plain data. What it means on the wire is not said here. */

/** A shard as a worker holds it: its name, and the fencing token that it was given with. */
export interface HeldShard {
  readonly shard: string;
  readonly token: number;
}

/**
 * What a worker says of itself. A beat leaves it out where a leader of this term has it already (W3).
 */
export interface Report {
  /** Every shard that this worker may act for at the moment of sending, those that it drains included (W11). */
  readonly held: readonly HeldShard[];
  /** The shards that this worker would hold, besides those of the leader's settings. */
  readonly wants: readonly string[];
  /** The shards of its assignment that it gives back (W10). */
  readonly releases: readonly string[];
  readonly zone: string;
  /** How much it takes on, compared with others. */
  readonly capacity: number;
  /** How many shards it takes at most. */
  readonly maxShards: number;
  /** Whether it is about to end (W14). */
  readonly leaving: boolean;
  /** The longest lease that it was ever granted, in milliseconds (W7). */
  readonly longestLeaseMs: number;
}

/** A sign of life of a worker, and its request for a lease. */
export interface Beat {
  /** The newest term that the worker was told of; 0 before the first. */
  readonly term: number;
  /** Counts the beats of this life, from 1; no number is used twice, in whatever term. */
  readonly seq: number;
  /** The version of the last assignment that it took in this term; 0 for none. */
  readonly seen: number;
  /** Null where it is as in a beat of this term that was granted, and in every beat since. */
  readonly report: Report | null;
}

/** The answer to a beat: a lease on every shard of the assignment. */
export interface Grant {
  readonly term: number;
  /** The beat that is answered. */
  readonly seq: number;
  /** Which assignment of this term it is; no number is used twice, for whatever worker. */
  readonly version: number;
  readonly leaseMs: number;
  /** The whole assignment; null where the worker has seen this version. */
  readonly shards: readonly HeldShard[] | null;
  /** Whether another life of the same worker has taken its place (W13). */
  readonly superseded: boolean;
}

/** The life of a worker that says something, and whom it is said to: `boot` names the life, `id` the worker. */
export interface WorkerName {
  readonly id: string;
  readonly boot: string;
}
