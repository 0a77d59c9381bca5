/** How far the record of a node has come, as the node says when a link is made (rule 29). All of it is durable. */
export interface Standing {
  /** The cluster id, made when the cluster was founded; null for a node that belongs to no cluster yet. */
  readonly clusterId: string | null;
  /** How often a process has started from this record. */
  readonly startCount: number;
  /** Drawn anew at each start, so that two starts of one record with the same count differ. */
  readonly startNonce: string;
  /** How often the record has been written. */
  readonly writeCount: number;
  readonly term: number;
}
