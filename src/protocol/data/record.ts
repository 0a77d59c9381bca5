import { broken } from "../broken.js";
import { type Configuration, foundingConfiguration, type Member, nobody } from "./configuration.js";
import type { NodeId } from "./message.js";
import type { Progress, Run } from "./standing.js";

/** What a node must not forget. Replaced as a whole, never changed in place, so that comparing is comparing references. */
export interface DurableRecord {
  readonly term: number;
  readonly votedFor: NodeId | null;
  readonly configuration: Configuration;
  /** The longest hold this node may have promised; after a restart it gives no vote for so long (rule 8). */
  readonly voteHoldMs: number;
  /** The identity of this record, made when it was created (rule 22). */
  readonly incarnation: string;
  /** The incarnations of the members met so far. */
  readonly incarnationsMet: ReadonlyMap<NodeId, string>;
  /** How far the record of each member had come when that member was last linked (rule 29). */
  readonly startsMet: ReadonlyMap<NodeId, Progress>;
  readonly run: Run;
  /** Grows with each change of the record. */
  readonly writeCount: number;
}

/** The record of a founder of a cluster that is founded, before anything happened. */
export function foundingRecord(
  voters: readonly Member[],
  incarnation: string,
  voteHoldMs: number,
  clusterId: string | null = null,
): DurableRecord {
  return { ...emptyRecord(incarnation, voteHoldMs), configuration: foundingConfiguration(voters, clusterId) };
}

/** The record of a node that belongs to no cluster yet: it founds one with others, or joins one (rules 21 and 28). */
export function emptyRecord(
  incarnation: string,
  voteHoldMs: number,
  owner: Pick<Run, "cluster" | "id"> = { cluster: "", id: "" },
): DurableRecord {
  return {
    term: 0,
    votedFor: null,
    configuration: nobody,
    voteHoldMs,
    incarnation,
    incarnationsMet: new Map(),
    startsMet: new Map(),
    run: { ...owner, startCount: 0, startNonce: "", earlierNonces: [], isCopy: false },
    writeCount: 0,
  };
}

/**
 * A record with another term and vote, and everything else as it was. (Named one by one: that is several times as fast as spreading, and
 * elections do it most.)
 */
export function withVote(record: DurableRecord, term: number, votedFor: NodeId | null): DurableRecord {
  if (!Number.isSafeInteger(term)) broken(`a term of ${term}`);
  const { configuration, voteHoldMs, incarnation, incarnationsMet, startsMet, run } = record;
  return {
    term,
    votedFor,
    configuration,
    voteHoldMs,
    incarnation,
    incarnationsMet,
    startsMet,
    run,
    writeCount: record.writeCount + 1,
  };
}

/** A record with another longest hold, and everything else as it was. */
export function withHold(record: DurableRecord, voteHoldMs: number): DurableRecord {
  return { ...record, voteHoldMs, writeCount: record.writeCount + 1 };
}
