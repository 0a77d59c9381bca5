import type { NodeId } from "./configuration.js";
import type { Node } from "./node.js";
import type { DurableRecord } from "./record.js";

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

/** What a node says of its own record. */
export function standingOf({ durable }: Node): Standing {
  const { run, writeCount, term, configuration } = durable;
  const { startCount, startNonce, earlierNonces } = run;
  return { clusterId: configuration.clusterId, startCount, startNonce, earlierNonces, writeCount, term };
}

/**
 * Why nothing may be said to, or heard from, a node whose record stands so; or null (rules 28 and 29). A record is started by one process
 * after the other, and each writes more: a start that was not the next one, or that knows less than was told before, runs on a copy.
 */
export function refusesStanding(
  node: Node,
  peer: NodeId,
  incarnation: string,
  standing: Standing,
): PeerRefusal | null {
  const { configuration, incarnationsMet, startsMet } = node.record;
  const own = configuration.clusterId;
  if (own !== null && standing.clusterId !== null && own !== standing.clusterId)
    return {
      reason: "wrongCluster",
      detail: `${node.id} belongs to the cluster with id ${own}, and ${peer} to another with id ${standing.clusterId}`,
    };
  if (node.arrival?.kind === "founding" && node.arrival.absent.has(peer))
    return {
      reason: "wrongCluster",
      detail: `${peer} is left out of the founding (absentFounders), and let in once the cluster is founded`,
    };
  const known = incarnationsMet.get(peer) === incarnation ? startsMet.get(peer) : undefined;
  if (known === undefined) return null;
  const { startCount, startNonce, writeCount, term } = standing;
  if (startCount < known.startCount)
    return {
      reason: "displaced",
      detail: `the record of ${peer} was started again since: start ${known.startCount} has been seen, and this is start ${startCount}`,
    };
  if (startCount === known.startCount)
    return startNonce === known.startNonce
      ? null
      : olderCopy(peer, `two processes have made start ${startCount} of it`);
  const claimed = standing.earlierNonces[startCount - known.startCount - 1];
  if (claimed !== undefined && claimed !== known.startNonce)
    return olderCopy(peer, `it does not go on from start ${known.startCount}, which has been seen`);
  if (writeCount <= known.writeCount)
    return olderCopy(peer, `it has ${writeCount} changes, and ${known.writeCount} have been seen`);
  if (term < known.term)
    return olderCopy(peer, `it is at term ${term}, and term ${known.term} has been seen`);
  return null;
}

function olderCopy(peer: NodeId, how: string): PeerRefusal {
  return { reason: "olderCopy", detail: `the record of ${peer} is a copy that has not gone on: ${how}` };
}

/** Remembers how far a member's record has come, so that an older copy of it is known (rule 29). */
export function meetStart(node: Node, peer: NodeId, incarnation: string, standing: Standing): void {
  const { record } = node;
  if (record.incarnationsMet.get(peer) !== incarnation) return;
  const { startCount, startNonce } = standing;
  const known = record.startsMet.get(peer);
  const same = known !== undefined && known.startNonce === startNonce;
  const writeCount = Math.max(standing.writeCount, same ? known.writeCount : 0);
  const term = Math.max(standing.term, same ? known.term : 0);
  if (same && known.writeCount === writeCount && known.term === term) return;
  const startsMet = new Map(record.startsMet).set(peer, { startCount, startNonce, writeCount, term });
  node.record = { ...record, startsMet, writeCount: record.writeCount + 1 };
}

/** The record as a process that starts now writes it first: one start further. */
export function withStart(record: DurableRecord, startNonce: string): DurableRecord {
  const { run, writeCount } = record;
  const earlierNonces =
    run.startCount === 0 ? [] : [run.startNonce, ...run.earlierNonces].slice(0, maxEarlierNonces);
  const next = { ...run, startCount: run.startCount + 1, startNonce, earlierNonces };
  return { ...record, run: next, writeCount: writeCount + 1 };
}

/** The record as it is left where a member found it to be a copy. */
export function markedAsCopy(record: DurableRecord): DurableRecord {
  return { ...record, run: { ...record.run, isCopy: true }, writeCount: record.writeCount + 1 };
}
