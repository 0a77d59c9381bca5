import { configurationOf, hash53, type Member } from "../data/configuration.js";
import { type DurableRecord, withVote } from "../data/record.js";

/**
 * The record of a cluster that is begun again from one node, after a majority of its records was lost (rule 28): the node alone is a
 * voter, under another cluster id, so that no member of the cluster before can be heard, or counted, by mistake.
 * @param record what is left of the node's record, or an empty one
 * @param self the node, at the address where the others reach it
 * @param aboveTerm no leader may have had a higher term: the next one has a higher term than this, so that fencing tokens never fall
 * @param nonce drawn for this recovery
 */
export function recoveredRecord(
  record: DurableRecord,
  self: Pick<Member, "id" | "address">,
  aboveTerm: number,
  nonce: string,
): DurableRecord {
  const term = Math.max(record.term, aboveTerm);
  const { id: before } = record.configuration;
  const voter = { id: self.id, address: self.address, incarnation: record.incarnation };
  const configuration = configurationOf(term, before.version + 1, [voter], [], hash53(nonce));
  return {
    ...withVote(record, term, self.id),
    configuration,
    incarnationsMet: new Map(),
    startsMet: new Map(),
    run: { ...record.run, isCopy: false },
  };
}
