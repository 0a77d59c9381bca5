import {
  type Configuration,
  type ConfigurationId,
  conflictingConfigurations,
  isNobody,
  isSameCluster,
  type Member,
  memberOf,
  membersOf,
  voterOf,
} from "../data/configuration.js";
import type { NodeId, Refusal } from "../data/message.js";
import type { Node } from "../data/node.js";
import type { DurableRecord } from "../data/record.js";

/**
 * Why nothing that this sender says may change anything, or null if it belongs (rules 21 and 22). The sender is judged by the node's own
 * configuration, whatever its message carries. A member that lost its record is noted among the node's amnesiacs.
 * @param claimedId the id of the configuration the sender goes by, if it says
 */
export function strangerReason(
  node: Node,
  from: NodeId,
  incarnation: string,
  claimedId: ConfigurationId | null,
): Refusal | null {
  const own = node.record.configuration;
  const conflicts = claimedId !== null && conflictingConfigurations(claimedId, own.id);
  // Only members are remembered, and almost all that is said is said by them.
  if (node.record.incarnationsMet.get(from) === incarnation)
    return conflicts ? "configurationMismatch" : null;
  const member = memberOf(own, from);
  if (member === undefined || from === node.id) return isNobody(own) ? "notReady" : "notMember";
  const expected = node.record.incarnationsMet.get(from) ?? member.incarnation;
  if (expected !== null && expected !== incarnation) {
    node.amnesiacs.add(from);
    return "amnesiac";
  }
  return conflicts ? "configurationMismatch" : null;
}

/**
 * True for the configuration of another cluster: two foundings by the same founders, of which each left out others. A leader sends its whole
 * configuration to each member that does not hold it, and a request always carries it, so nothing else of such a sender can count (rule 28).
 */
export function isForeign({ record }: Node, carried: Configuration | null): boolean {
  return carried !== null && !isSameCluster(record.configuration, carried);
}

/** Remembers the incarnation of a member when it is first heard, so that it is known again. */
export function meet(node: Node, from: NodeId, incarnation: string): void {
  const { record } = node;
  if (record.incarnationsMet.get(from) === incarnation || memberOf(record.configuration, from) === undefined)
    return;
  const incarnationsMet = new Map(record.incarnationsMet).set(from, incarnation);
  node.record = { ...record, incarnationsMet, writeCount: record.writeCount + 1 };
}

/** Makes a configuration the node's own: what it says of incarnations replaces what was remembered. */
export function takeConfiguration(node: Node, configuration: Configuration): void {
  const members = membersOf(configuration);
  const incarnationsMet = incarnationsAfter(node, members);
  for (const { id, incarnation } of members) if (incarnation !== null) node.amnesiacs.delete(id);
  if (node.amnesiacs.size > 0)
    for (const id of node.amnesiacs) if (memberOf(configuration, id) === undefined) node.amnesiacs.delete(id);
  const { term, votedFor, voteHoldMs, incarnation, run } = node.record;
  const startsMet = startsAfter(node, incarnationsMet);
  const writeCount = node.record.writeCount + 1;
  node.record = {
    term,
    votedFor,
    configuration,
    voteHoldMs,
    incarnation,
    incarnationsMet,
    startsMet,
    run,
    writeCount,
  };
  node.removed = memberOf(configuration, node.id) === undefined;
  node.arrival = null;
}

/** How far the records of these members have come; nothing of another incarnation counts. */
function startsAfter(
  { record }: Node,
  incarnations: ReadonlyMap<NodeId, string>,
): DurableRecord["startsMet"] {
  const { incarnationsMet, startsMet } = record;
  if (incarnations === incarnationsMet || startsMet.size === 0) return startsMet;
  return new Map([...startsMet].filter(([id]) => incarnations.get(id) === incarnationsMet.get(id)));
}

/** Whom of these members the node knows; the same map where that is what it knew already, as after most elections. */
function incarnationsAfter(node: Node, members: readonly Member[]): ReadonlyMap<NodeId, string> {
  const { incarnationsMet: before, configuration } = node.record;
  if (configuration.observers.length === 0 && configuration.voters === members) return before;
  let knownCount = 0;
  let same = true;
  for (const { id, incarnation } of members) {
    const known = id === node.id ? undefined : (incarnation ?? before.get(id));
    if (known === undefined) continue;
    knownCount++;
    same &&= before.get(id) === known;
  }
  if (same && knownCount === before.size) return before;
  const after = new Map<NodeId, string>();
  for (const { id, incarnation } of members) {
    const known = incarnation ?? before.get(id);
    if (known !== undefined && id !== node.id) after.set(id, known);
  }
  return after;
}

/** True iff the node is a voter of its own configuration, by name and incarnation. */
export function isVoter(node: Node): boolean {
  const member = voterOf(node.record.configuration, node.id);
  return member !== undefined && (member.incarnation ?? node.record.incarnation) === node.record.incarnation;
}
