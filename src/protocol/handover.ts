import { isContender } from "./algorithms/deadlines.js";
import { strangerReason } from "./algorithms/identity.js";
import { leaseOver, leaseUntil, quorumHold, quorumPromise } from "./algorithms/lease.js";
import { quorumSize } from "./algorithms/quorum.js";
import { voterOf } from "./data/configuration.js";
import type { Effect } from "./data/effect.js";
import type { RequestRefusal } from "./data/input.js";
import type { NodeId, TimeoutNow } from "./data/message.js";
import type { Inheritance, Leader, LossReason, Node } from "./data/node.js";
import { heartbeat } from "./heartbeat-send.js";
import { announceLoss, becomeFollower } from "./roles.js";
import { askForVotes, beginElection } from "./round.js";

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
  if (role.transfer !== null) {
    if (reason === "unhealthy") announceLoss(node, reason, effects);
    return "handingOver";
  }
  if (to !== null) {
    if (to === node.id || voterOf(node.record.configuration, to) === undefined) return "notVoter";
    if (role.peers.get(to)?.holdsConfiguration !== true) return "notReady";
    const candidacy = role.peers.get(to)?.candidacy;
    if (candidacy === "arbiter") return "arbiter";
    if (candidacy === "barred") return "notContending";
  }
  if (role.inheritance !== null && reason !== "unhealthy") return "notReady";
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
    order(heir, term, Math.max(leaseUntilMs - nowMs, quorumHold(node, role)), effects);
    return null;
  }
  role.transfer = { to, reason, leaseUntilMs: Number.NEGATIVE_INFINITY };
  announceLoss(node, reason, effects);
  return null;
}

/** True for a node that hands over, has lost, and has still to be told that its service drained. */
export function isDraining({ announcedTerm, role, heir }: Node): boolean {
  return announcedTerm === null && (role.name === "leader" ? role.transfer !== null : heir !== null);
}

/** The service has drained: the heir may lead. Whoever still leads sends no more heartbeats and steps down in the same step (rule 16). */
export function finishTransfer(node: Node, nowMs: number, effects: Effect[]): void {
  if (!isDraining(node)) return;
  const { role, heir } = node;
  if (role.name === "leader") {
    const to = role.transfer?.to ?? bestHeir(node, role);
    // What this leader itself waits for passes on to its heir.
    const waitMs = Math.max(0, (role.inheritance?.freeAtMs ?? nowMs) - nowMs);
    if (to !== null) order(to, node.record.term, waitMs, effects);
    becomeFollower(node, null, "resigned", nowMs, effects);
  } else if (heir !== null) order(heir.id, heir.term, 0, effects);
  node.heir = null;
}

/** True for the term in which its heir campaigns, seen from a leader that has not drained. */
export function isTermOfHeir({ heir, record, role }: Node, term: number): boolean {
  return role.name === "leader" && heir?.term === record.term && term === record.term + 1;
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

/** The voter with the current configuration that was heard last, of those that campaign (rules 10 and 16). */
function bestHeir(node: Node, role: Leader): NodeId | null {
  let best: NodeId | null = null;
  let bestAckedAtMs = Number.NEGATIVE_INFINITY;
  for (const { id } of node.record.configuration.voters) {
    const peer = role.peers.get(id);
    if (peer?.holdsConfiguration !== true || peer.candidacy !== "open") continue;
    if (peer.ackedAtMs <= bestAckedAtMs) continue;
    best = id;
    bestAckedAtMs = peer.ackedAtMs;
  }
  return best;
}

/** The leader of this term hands over: campaign at once, without pre-vote; or says more of how long to wait for its lease (rule 16). */
export function onTimeoutNow(
  node: Node,
  from: NodeId,
  incarnation: string,
  order: TimeoutNow,
  nowMs: number,
  effects: Effect[],
): void {
  if (strangerReason(node, from, incarnation, null) !== null) return;
  node.heardMemberAtMs = nowMs;
  const { role } = node;
  if (role.name === "candidate" || role.name === "leader") {
    const { inheritance } = role;
    if (inheritance?.from === from && inheritance.term === order.term) {
      // Whoever speaks again has lost: to show oneself can end nothing more.
      const left = { ...afterWait(node, inheritance, order.waitMs, nowMs), claimed: true };
      role.inheritance = role.name === "leader" && left.freeAtMs <= nowMs ? null : left;
      // Its own vote may be free now, or an answer was lost (rule 6).
      if (role.name === "candidate") askForVotes(node, role, effects);
    }
  }
  if (order.term !== node.record.term || !isContender(node) || role.name === "leader") return;
  const { term, waitMs } = order;
  const inheritance = { from, term, freeAtMs: nowMs, claimed: false };
  beginElection(node, afterWait(node, inheritance, waitMs, nowMs), nowMs, effects);
}

/** What is left to wait for after the word of who handed over; what is free once stays so, in whatever order its words come. */
function afterWait(node: Node, inheritance: Inheritance, waitMs: number, nowMs: number): Inheritance {
  const { freeAtMs } = inheritance;
  if (freeAtMs === Number.NEGATIVE_INFINITY) return inheritance;
  if (waitMs === 0) return { ...inheritance, freeAtMs: Number.NEGATIVE_INFINITY };
  return { ...inheritance, freeAtMs: Math.max(freeAtMs, leaseOver(node, nowMs, waitMs)) };
}

/**
 * A leader that could hold a lease but for the one before shows itself to whom that belongs: with the heartbeat that the others had, so that
 * it led on undisturbed until now, and need not from now on (rule 16).
 */
export function claimInheritance(node: Node, nowMs: number, effects: Effect[]): void {
  const { role } = node;
  if (role.name !== "leader" || role.inheritance === null || role.inheritance.claimed) return;
  if (node.record !== node.durable || nowMs >= quorumPromise(node, role)) return;
  const { from } = role.inheritance;
  role.inheritance = { ...role.inheritance, claimed: true };
  if (role.peers.has(from)) effects.push({ kind: "send", to: from, message: heartbeat(node, role, true) });
}
