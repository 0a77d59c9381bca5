import type { NodeId } from "./configuration.js";

/** Whose record it is, and which of its starts runs: made anew, and durable, before a process says anything (rule 29). */
export interface Run {
  /** The name of the cluster and the id of the node that the record was made for. */
  readonly cluster: string;
  readonly id: NodeId;
  /** How often a process has started from this record. */
  readonly startCount: number;
  /** Drawn anew at each start, so that two starts with the same count differ. */
  readonly startNonce: string;
  /** The nonces of the starts before, the newest first, at most `maxEarlierNonces`. */
  readonly earlierNonces: readonly string[];
  /** True once a member has refused this node because its record is a copy: no process may start from it any more. */
  readonly isCopy: boolean;
}

/** Longest nonce of a start, in characters. */
export const longestNonceChars = 21;

/** How many earlier starts a record names: a peer that missed more of them goes by the counts alone. */
export const maxEarlierNonces = 8;

/** How far a record had come when its node last said so: what a node keeps, durably, of each member it met (rule 29). */
export interface Progress {
  readonly startCount: number;
  readonly startNonce: string;
  /** How often the record had been changed, and so written. */
  readonly writeCount: number;
  readonly term: number;
}

/** What a node says of its record when a link is made. All of it is durable. */
export interface Standing extends Progress {
  /** The cluster id, made when the cluster was founded; null for a node that belongs to no cluster yet. */
  readonly clusterId: string | null;
  /** As in `Run`: by them a peer sees that this start goes on from the one that it has met. */
  readonly earlierNonces: readonly string[];
}

/** Why a node wants no link with another, in a word for the peer's software and a sentence for its owner. */
export interface PeerRefusal {
  /**
   * - `wrongCluster`   another cluster id: both may have the same name
   * - `olderCopy`      its record is a copy of one that has gone on without it, or that runs elsewhere
   * - `displaced`      its record was started once more since
   */
  readonly reason: "wrongCluster" | "olderCopy" | "displaced";
  readonly detail: string;
}
