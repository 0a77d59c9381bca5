import { announceLoss, becomeFollower, newPeer } from "./become.js";
import { changeProblem, configurationOf, type Member, membersOf, voterOf } from "./configuration.js";
import { takeConfiguration } from "./identity.js";
import type { NodeId } from "./message.js";
import type { Leader, Node } from "./node.js";
import { quorumSize } from "./quorum.js";
import type { Effect, LossReason, RequestRefusal } from "./transition.js";

/** Gives the lease up for the rest of the term; the role goes on until the service has drained (rule 16). */
export function beginTransfer(
  node: Node,
  to: NodeId | null,
  reason: LossReason,
  effects: Effect[],
): RequestRefusal | null {
  const { role } = node;
  if (role.name !== "leader") return "notLeader";
  if (role.transfer !== null) return "handingOver";
  if (to !== null) {
    if (to === node.id || voterOf(node.record.configuration, to) === undefined) return "notVoter";
    if (role.peers.get(to)?.holdsConfiguration !== true) return "notReady";
  }
  role.transfer = { to };
  announceLoss(node, reason, effects);
  return null;
}

/** In one step: sends no more heartbeats, tells the heir to campaign, and steps down (rule 16). */
export function finishTransfer(node: Node, nowMs: number, effects: Effect[]): void {
  const { role } = node;
  if (role.name !== "leader" || role.transfer === null) return;
  const heir = role.transfer.to ?? bestHeir(node, role);
  if (heir !== null)
    effects.push({ kind: "send", to: heir, message: { kind: "timeoutNow", term: node.record.term } });
  becomeFollower(node, null, "resigned", nowMs, effects);
}

/** True for a leader that hands over and knows to whom: somebody is chosen, or would be (rule 16). */
export function hasHeir(node: Node): boolean {
  const { role } = node;
  return role.name === "leader" && ((role.transfer?.to ?? null) !== null || bestHeir(node, role) !== null);
}

/** The voter with the current configuration that was heard last. */
function bestHeir(node: Node, role: Leader): NodeId | null {
  let best: NodeId | null = null;
  let bestAckedAtMs = Number.NEGATIVE_INFINITY;
  for (const { id } of node.record.configuration.voters) {
    const peer = role.peers.get(id);
    if (peer?.holdsConfiguration !== true || peer.ackedAtMs <= bestAckedAtMs) continue;
    best = id;
    bestAckedAtMs = peer.ackedAtMs;
  }
  return best;
}

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
  const next = configurationOf(node.record.term, current.id.version + 1, voters, observers);
  const problem = changeProblem(current, next, node.id);
  if (problem !== null) return problem;
  const added = next.voters.find(({ id }) => voterOf(current, id) === undefined);
  if (added !== undefined) {
    const peer = role.peers.get(added.id);
    if (peer?.holdsConfiguration !== true || peer.promisedUntilMs <= nowMs) return "notReady";
    peer.ackedAtMs = nowMs;
  }
  for (const { id } of current.voters) if (voterOf(next, id) === undefined) role.peers.delete(id);
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
