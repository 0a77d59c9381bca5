import { takeConfiguration } from "./algorithms/identity.js";
import { quorumSize } from "./algorithms/quorum.js";
import { changeProblem, configurationOf, type Member, membersOf, voterOf } from "./data/configuration.js";
import type { RequestRefusal } from "./data/input.js";
import type { NodeId } from "./data/message.js";
import type { Leader, Node } from "./data/node.js";
import { newPeer } from "./roles.js";

/** True iff replies of this leadership show that a quorum holds exactly the current configuration (rule 18). */
export function isConfigurationCommitted(node: Node): boolean {
  const { role } = node;
  if (role.name !== "leader" || node.durable.configuration !== node.record.configuration) return false;
  const { voters } = node.record.configuration;
  let holderCount = 0;
  for (const { id } of voters)
    if (id === node.id || role.peers.get(id)?.holdsConfiguration === true) holderCount++;
  return holderCount >= quorumSize(voters.length);
}

/** Changes who belongs, if rule 18 allows it. */
export function reconfigure(
  node: Node,
  expected: { readonly term: number; readonly version: number },
  voters: readonly Member[],
  observers: readonly Member[],
  nowMs: number,
): RequestRefusal | null {
  const { role } = node;
  const current = node.record.configuration;
  if (role.name !== "leader") return "notLeader";
  if (role.transfer !== null) return "handingOver";
  if (current.id.term !== expected.term || current.id.version !== expected.version) return "changedMeanwhile";
  if (!isConfigurationCommitted(node)) return "notCommitted";
  // The lease before may run yet, and rests on voters that a majority of the next configuration might go without (rule 16).
  if (role.pendingHandover !== null) return "notReady";
  const next = configurationOf(
    node.record.term,
    current.id.version + 1,
    voters,
    observers,
    current.clusterId,
  );
  const problem = changeProblem(current, next, node.id);
  if (problem !== null) return problem;
  const added = next.voters.find(({ id }) => voterOf(current, id) === undefined);
  if (added !== undefined) {
    const peer = role.peers.get(added.id);
    if (peer?.holdsConfiguration !== true || peer.promisedUntilMs <= nowMs) return "notReady";
    peer.ackedAtMs = nowMs;
  }
  const metBefore = node.record.incarnationsMet;
  takeConfiguration(node, next);
  updatePeers(node, role, metBefore, nowMs);
  return null;
}

/** Brings what the leader knows of each member in line with its configuration; nobody is known to hold a new one. */
function updatePeers(node: Node, role: Leader, metBefore: ReadonlyMap<NodeId, string>, nowMs: number): void {
  const { configuration, incarnationsMet } = node.record;
  const members = new Set(membersOf(configuration).map(({ id }) => id));
  // Another incarnation under the same name knows nothing of what the one before promised.
  for (const id of role.peers.keys())
    if (!members.has(id) || metBefore.get(id) !== incarnationsMet.get(id)) role.peers.delete(id);
  for (const id of members) {
    const peer = role.peers.get(id);
    if (peer !== undefined) peer.holdsConfiguration = false;
    else if (id !== node.id) role.peers.set(id, newPeer(nowMs));
  }
}
