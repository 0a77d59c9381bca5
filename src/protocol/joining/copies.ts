import type { NodeId } from "../data/configuration.js";
import type { Node } from "../data/node.js";
import type { DurableRecord } from "../data/record.js";
import { maxEarlierNonces, type PeerRefusal, type Standing } from "../data/standing.js";

/** How nodes find that a process runs on a copy of a record (rule 29). */

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
