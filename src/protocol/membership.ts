import { sendHeartbeats } from "./beat.js";
import { announceLoss, becomeFollower, newPeer } from "./become.js";
import { changeProblem, configurationOf, type Member, membersOf, voterOf } from "./configuration.js";
import { takeConfiguration } from "./identity.js";
import { leaseUntil } from "./lease.js";
import type { NodeId } from "./message.js";
import type { Leader, Node } from "./node.js";
import { quorumSize } from "./quorum.js";
import type { Effect, LossReason, RequestRefusal } from "./transition.js";

/**
 * Renews the lease no more in this term (rule 16). An heir that can be elected without this node is ordered to campaign while the lease still
 * runs, and waits for its end; else, or where the service is not to lead any longer, the lease is given up at once.
 */
export function beginTransfer(
  node: Node,
  to: NodeId | null,
  reason: LossReason,
  nowMs: number,
  effects: Effect[],
): RequestRefusal | null {
  const { role } = node;
  if (role.name !== "leader") return "notLeader";
  if (role.transfer !== null) return "handingOver";
  if (to !== null) {
    if (to === node.id || voterOf(node.record.configuration, to) === undefined) return "notVoter";
    if (role.peers.get(to)?.holdsConfiguration !== true) return "notReady";
  }
  const heir = to ?? bestHeir(node, role);
  const leaseUntilMs = leaseUntil(node);
  if (
    reason !== "unhealthy" &&
    heir !== null &&
    nowMs < leaseUntilMs &&
    node.announcedTerm !== null &&
    canWinWithout(node, role, heir, nowMs)
  ) {
    const { term } = node.record;
    role.transfer = { to: heir, reason, leaseUntilMs };
    node.heir = { id: heir, term };
    // No later one should meet the heir's term before its own heartbeat tells of it.
    sendHeartbeats(node, role, nowMs, effects);
    order(heir, term, leaseUntilMs - nowMs, effects);
    return null;
  }
  role.transfer = { to, reason, leaseUntilMs: Number.NEGATIVE_INFINITY };
  announceLoss(node, reason, effects);
  return null;
}

/**
 * The service has drained: the heir may lead. Whoever still leads sends no more heartbeats and steps down in the same step (rule 16).
 * Nothing where the loss has not been told yet.
 */
export function finishTransfer(node: Node, nowMs: number, effects: Effect[]): void {
  const { role, heir } = node;
  if (node.announcedTerm !== null) return;
  if (role.name !== "leader") {
    if (heir !== null) order(heir.id, heir.term, 0, effects);
  } else if (role.transfer !== null) {
    const to = role.transfer.to ?? bestHeir(node, role);
    // What this leader itself waits for passes on to its heir.
    const waitMs = Math.max(0, (role.inheritance?.freeAtMs ?? nowMs) - nowMs);
    if (to !== null) order(to, node.record.term, waitMs, effects);
    becomeFollower(node, null, "resigned", nowMs, effects);
  } else return;
  node.heir = null;
}

/** Follows its heir and still drains: asks it to go on waiting, with every heartbeat but the first (rule 16). */
export function askToWait(node: Node, from: NodeId, effects: Effect[]): void {
  if (node.heir?.id === from) order(from, node.heir.term, node.settings.voteHoldMs, effects);
}

function order(to: NodeId, term: number, waitMs: number, effects: Effect[]): void {
  effects.push({ kind: "send", to, message: { kind: "timeoutNow", term, waitMs } });
}

/** True iff the heir and enough other voters are in touch to elect it without a vote of this leader, whose lease forbids it one. */
function canWinWithout(node: Node, role: Leader, heir: NodeId, nowMs: number): boolean {
  const { voters } = node.record.configuration;
  const isInTouch = (id: NodeId): boolean => (role.peers.get(id)?.promisedUntilMs ?? nowMs) > nowMs;
  const others = voters.filter(({ id }) => id !== node.id && isInTouch(id));
  return isInTouch(heir) && others.length >= quorumSize(voters.length);
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
