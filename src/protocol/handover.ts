import { isContender } from "./algorithms/deadlines.js";
import { strangerReason } from "./algorithms/identity.js";
import { leaseOver, leaseUntil, quorumHold, quorumPromise } from "./algorithms/lease.js";
import { quorumSize } from "./algorithms/quorum.js";
import { voterOf } from "./data/configuration.js";
import type { Effect } from "./data/effect.js";
import type { RequestRefusal } from "./data/input.js";
import type { HandoverDone, HandoverWait, NodeId, TimeoutNow } from "./data/message.js";
import type { Leader, LossReason, Node, PendingHandover, Transferee } from "./data/node.js";
import { heartbeat } from "./heartbeat-send.js";
import { announceLoss, becomeFollower } from "./roles.js";
import { askForVotes, beginElection } from "./round.js";

/**
 * Renews the lease no more in this term (rule 16). A transferee that can be elected without this node is ordered to campaign while the lease still
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
  if (role.pendingHandover !== null && reason !== "unhealthy") return "notReady";
  const transferee = to ?? bestTransferee(node, role);
  const leaseUntilMs = leaseUntil(node);
  if (
    reason !== "unhealthy" &&
    transferee !== null &&
    nowMs < leaseUntilMs &&
    node.announcedTerm !== null &&
    canWinWithout(node, role, transferee, nowMs)
  ) {
    const { term } = node.record;
    role.transfer = { to: transferee, reason, leaseUntilMs };
    node.transferee = { id: transferee, term };
    order(transferee, term, Math.max(leaseUntilMs - nowMs, quorumHold(node, role)), effects);
    return null;
  }
  role.transfer = { to, reason, leaseUntilMs: Number.NEGATIVE_INFINITY };
  announceLoss(node, reason, effects);
  return null;
}

/** True for a node that hands over, has lost, and has still to be told that its service drained. */
export function isDraining({ announcedTerm, role, transferee }: Node): boolean {
  return announcedTerm === null && (role.name === "leader" ? role.transfer !== null : transferee !== null);
}

/** The service has drained: the transferee may lead. A node that still leads sends no more heartbeats and steps down in the same step (rule 16). */
export function finishTransfer(node: Node, nowMs: number, effects: Effect[]): void {
  if (!isDraining(node)) return;
  const { role, transferee } = node;
  if (role.name === "leader") {
    const to = role.transfer?.to ?? bestTransferee(node, role);
    // What this leader itself waits for passes on to its transferee.
    const waitMs = Math.max(0, (role.pendingHandover?.freeAtMs ?? nowMs) - nowMs);
    if (transferee !== null) sayDone(transferee, effects);
    // A transferee that had the order campaigns already; one that had none does so now.
    if (to !== null) order(to, node.record.term, waitMs, effects);
    becomeFollower(node, null, "resigned", nowMs, effects);
  } else if (transferee !== null) sayDone(transferee, effects);
  node.transferee = null;
}

/** True for the term in which its transferee campaigns, seen from a leader that has not drained. */
export function isTermOfTransferee({ transferee, record, role }: Node, term: number): boolean {
  return role.name === "leader" && transferee?.term === record.term && term === record.term + 1;
}

function order(to: NodeId, term: number, waitMs: number, effects: Effect[]): void {
  effects.push({ kind: "send", to, message: { kind: "timeoutNow", term, waitMs } });
}

function sayDone({ id, term }: Transferee, effects: Effect[]): void {
  effects.push({ kind: "send", to: id, message: { kind: "handoverDone", term } });
}

/** True iff the transferee and enough other voters are in touch to elect it without a vote of this leader, whose lease forbids it one. */
function canWinWithout(node: Node, role: Leader, transferee: NodeId, nowMs: number): boolean {
  const { voters } = node.record.configuration;
  const isInTouch = (id: NodeId): boolean => (role.peers.get(id)?.promisedUntilMs ?? nowMs) > nowMs;
  const others = voters.filter(({ id }) => id !== node.id && isInTouch(id));
  return isInTouch(transferee) && others.length >= quorumSize(voters.length);
}

/** True for a leader that hands over and knows to whom: somebody is chosen, or would be (rule 16). */
export function hasTransferee(node: Node): boolean {
  const { role } = node;
  return (
    role.name === "leader" && ((role.transfer?.to ?? null) !== null || bestTransferee(node, role) !== null)
  );
}

/** The voter with the current configuration that was heard last, of those that campaign (rules 10 and 16). */
function bestTransferee(node: Node, role: Leader): NodeId | null {
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

/** The leader of this term hands over: campaign at once, without pre-vote (rule 16). An order that comes twice is one. */
export function onTimeoutNow(
  node: Node,
  from: NodeId,
  incarnation: string,
  { term, waitMs }: TimeoutNow,
  nowMs: number,
  effects: Effect[],
): void {
  if (strangerReason(node, from, incarnation, null) !== null) return;
  node.heardMemberAtMs = nowMs;
  if (term !== node.record.term || !isContender(node) || node.role.name === "leader") return;
  const freeAtMs = waitMs === 0 ? Number.NEGATIVE_INFINITY : leaseOver(node, nowMs, waitMs);
  beginElection(node, { from, term, freeAtMs, claimed: false }, nowMs, effects);
}

/** The leader that ordered this node to campaign has lost: its service drains yet, or has drained (rule 16). */
export function onHandoverWord(
  node: Node,
  from: NodeId,
  incarnation: string,
  word: HandoverWait | HandoverDone,
  nowMs: number,
  effects: Effect[],
): void {
  if (strangerReason(node, from, incarnation, null) !== null) return;
  node.heardMemberAtMs = nowMs;
  const { role } = node;
  if (role.name !== "candidate" && role.name !== "leader") return;
  const { pendingHandover } = role;
  if (pendingHandover?.from !== from || pendingHandover.term !== word.term) return;
  const freeAtMs =
    word.kind === "handoverDone"
      ? Number.NEGATIVE_INFINITY
      : laterEnd(node, pendingHandover, word.waitMs, nowMs);
  // The old leader has lost: to show oneself can end nothing more.
  role.pendingHandover =
    role.name === "leader" && freeAtMs <= nowMs ? null : { ...pendingHandover, freeAtMs, claimed: true };
  // Its own vote may be free now, or an answer was lost (rule 6).
  if (role.name === "candidate") askForVotes(node, role, effects);
}

/** When the wait ends after a word that asks for more of it; a wait that is over stays so, in whatever order the words come. */
function laterEnd(node: Node, { freeAtMs }: PendingHandover, waitMs: number, nowMs: number): number {
  if (freeAtMs === Number.NEGATIVE_INFINITY) return freeAtMs;
  return Math.max(freeAtMs, leaseOver(node, nowMs, waitMs));
}

/**
 * Sends the old leader its first heartbeat, once nothing but the old leader's lease keeps this leader from its own. Until then the old leader got
 * no heartbeat of this term and could lead on; from now on it follows (rule 16).
 */
export function showToOldLeader(node: Node, nowMs: number, effects: Effect[]): void {
  const { role } = node;
  if (role.name !== "leader" || role.pendingHandover === null || role.pendingHandover.claimed) return;
  if (node.record !== node.durable || nowMs >= quorumPromise(node, role)) return;
  const { from } = role.pendingHandover;
  role.pendingHandover = { ...role.pendingHandover, claimed: true };
  if (role.peers.has(from)) effects.push({ kind: "send", to: from, message: heartbeat(node, role, true) });
}
