import {
  type Configuration,
  type ConfigurationId,
  conflictingConfigurations,
  isNewer,
  type Member,
  memberOf,
  membersOf,
  voterOf,
} from "./configuration.js";
import type { NodeId, Refusal } from "./message.js";
import type { Node } from "./node.js";

/**
 * Why nothing that this sender says may change anything, or null if it belongs (rules 21 and 22).
 * A member that lost its record is noted among the node's amnesiacs.
 * @param carried the configuration its message carries, if any
 * @param claimedId the id of the configuration the sender goes by, if it says
 */
export function strangerReason(
  node: Node,
  from: NodeId,
  incarnation: string,
  carried: Configuration | null,
  claimedId: ConfigurationId | null,
): Refusal | null {
  const own = node.record.configuration;
  const newer = carried !== null && isNewer(carried.id, own.id) ? carried : null;
  const conflicts = claimedId !== null && conflictingConfigurations(claimedId, own.id);
  // Only members are remembered, and almost all that is said is said by them.
  if (newer === null && node.record.incarnationsMet.get(from) === incarnation)
    return conflicts ? "configurationMismatch" : null;
  const member = (newer === null ? undefined : memberOf(newer, from)) ?? memberOf(own, from);
  if (member === undefined || from === node.id) return "notMember";
  const expected =
    (newer === null ? null : member.incarnation) ??
    node.record.incarnationsMet.get(from) ??
    member.incarnation;
  if (expected !== null && expected !== incarnation) {
    node.amnesiacs.add(from);
    return "amnesiac";
  }
  return conflicts ? "configurationMismatch" : null;
}

/** Remembers the incarnation of a member when it is first heard, so that it is known again. */
export function meet(node: Node, from: NodeId, incarnation: string): void {
  const { record } = node;
  if (record.incarnationsMet.get(from) === incarnation || memberOf(record.configuration, from) === undefined)
    return;
  node.record = { ...record, incarnationsMet: new Map(record.incarnationsMet).set(from, incarnation) };
}

/** A link with this peer is up: who it is gets remembered before it can forget what it promised (rule 22). */
export function onConnected(node: Node, from: NodeId, incarnation: string): void {
  if (strangerReason(node, from, incarnation, null, null) === null) meet(node, from, incarnation);
}

/** Makes a configuration the node's own: what it says of incarnations replaces what was remembered. */
export function takeConfiguration(node: Node, configuration: Configuration): void {
  const members = membersOf(configuration);
  const incarnationsMet = incarnationsAfter(node, members);
  for (const { id, incarnation } of members) if (incarnation !== null) node.amnesiacs.delete(id);
  if (node.amnesiacs.size > 0)
    for (const id of node.amnesiacs) if (memberOf(configuration, id) === undefined) node.amnesiacs.delete(id);
  const { term, votedFor, voteHoldMs, incarnation } = node.record;
  node.record = { term, votedFor, configuration, voteHoldMs, incarnation, incarnationsMet };
  node.removed = memberOf(configuration, node.id) === undefined;
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
