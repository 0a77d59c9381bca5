import { isForeign, isVoter, meet, strangerReason } from "./algorithms/identity.js";
import { holdUntil } from "./algorithms/lease.js";
import { barsTerm, refusesPreVote, refusesVote } from "./algorithms/voting.js";
import { isNewer } from "./data/configuration.js";
import type { NodeId, Refusal, RequestVote, RequestVoteReply } from "./data/message.js";
import { type Candidate, knownLeader, type Node, type PreCandidate, withVote } from "./data/node.js";
import type { Effect } from "./data/transition.js";
import { believeStranger, catchUp, inquire } from "./joining/catch-up.js";
import {
  adoptTerm,
  becomeCandidate,
  becomeFollower,
  becomePreCandidate,
  beginWait,
  settleRound,
} from "./roles.js";

/** Starts a round if this node may campaign at all; its wait and its hold have passed (rule 10). */
export function campaign(node: Node, nowMs: number, effects: Effect[]): void {
  if (node.settings.modes.preVote) becomePreCandidate(node, nowMs, effects);
  else becomeCandidate(node, null, nowMs, effects);
}

/** True for a node that may campaign when its time comes. */
export function isContender(node: Node): boolean {
  return node.contending && !node.arbiter && isVoter(node);
}

/** When the present wait or round is over; infinity for who waits for nothing (rule 9). */
export function waitUntil(node: Node): number {
  const { electionTimeout, modes } = node.settings;
  if (node.draw === null || !isContender(node)) return Number.POSITIVE_INFINITY;
  if (node.role.name !== "follower") {
    const { minMs, maxMs } = modes.candidateTimeout ?? electionTimeout;
    const times = node.role.name === "candidate" ? 2 ** node.role.refusedRounds : 1;
    return node.waitFromMs + times * minMs + times * node.draw * (maxMs - minMs);
  }
  const rangeMs = electionTimeout.maxMs - electionTimeout.minMs;
  const shortened = node.shortWaitMs !== null && node.contactAtMs < node.waitFromMs;
  const waitedMs = shortened
    ? node.waitFromMs + (node.shortWaitMs ?? 0) + (node.draw * rangeMs) / 10
    : Math.max(node.waitFromMs, node.contactAtMs) + electionTimeout.minMs + node.draw * rangeMs;
  return Math.max(waitedMs, holdUntil(node));
}

/** When a follower that hears nothing of its leader knows none any more, whether it campaigns or not (rule 10). */
export function forgetAt(node: Node): number {
  const { role, settings, draw } = node;
  if (role.name !== "follower" || role.leader === null) return Number.POSITIVE_INFINITY;
  // A draw that is ordered comes before all else, and orders the timer.
  if (draw === null && isContender(node)) return Number.POSITIVE_INFINITY;
  return node.contactAtMs + settings.electionTimeout.maxMs;
}

/** Answers a request for a vote or pre-vote (rules 1, 4 to 7, 21). */
export function onRequestVote(
  node: Node,
  from: NodeId,
  incarnation: string,
  request: RequestVote,
  authenticated: boolean,
  nowMs: number,
  effects: Effect[],
): void {
  const { configuration } = request;
  believeStranger(node, from, incarnation, request, authenticated, nowMs);
  const isUnknown = strangerReason(node, from, incarnation, configuration.id);
  if (isUnknown === null) node.heardMemberAtMs = nowMs;
  const stranger = isUnknown ?? (isForeign(node, configuration) ? "configurationMismatch" : null);
  const refusal =
    stranger ??
    (request.preVote
      ? refusesPreVote(node, request, nowMs)
      : answerVote(node, from, incarnation, request, nowMs, effects));
  const own = node.record.configuration;
  const { keepsConfiguration } = node.settings.modes;
  const isBehind = stranger === null && refusal !== null && isNewer(own.id, configuration.id);
  const holdMs = holdUntil(node) - nowMs;
  const message: RequestVoteReply = {
    kind: "requestVoteReply",
    term: refusal === null ? request.term : node.record.term,
    preVote: request.preVote,
    round: request.round,
    granted: refusal === null,
    reason: refusal,
    leader: knownLeader(node),
    remainingHoldMs: Math.max(0, holdMs),
    configurationId: own.id,
    configuration: isBehind && keepsConfiguration !== true ? own : null,
  };
  effects.push({ kind: "send", to: from, message });
  inquire(node, stranger, configuration.id, nowMs, effects);
}

function answerVote(
  node: Node,
  from: NodeId,
  incarnation: string,
  request: RequestVote,
  nowMs: number,
  effects: Effect[],
): Refusal | null {
  if (request.term >= node.record.term) meet(node, from, incarnation);
  if (request.term > node.record.term) {
    const barred = barsTerm(node, request, nowMs);
    if (barred !== null) return barred;
    adoptTerm(node, request.term, null, nowMs, effects);
  }
  const refusal = refusesVote(node, from, request, nowMs);
  if (refusal !== null) return refusal;
  if (node.record.votedFor !== from) node.record = withVote(node.record, node.record.term, from);
  becomeFollower(node, null, "higherTerm", nowMs, effects);
  beginWait(node, nowMs);
  return null;
}

/** Counts an answer of the running round, and takes the newer configuration that a refusal carries (rules 2, 3, 6, 11, 19). */
export function onRequestVoteReply(
  node: Node,
  from: NodeId,
  incarnation: string,
  answer: RequestVoteReply,
  nowMs: number,
  effects: Effect[],
): void {
  if (strangerReason(node, from, incarnation, null) !== null) return;
  node.heardMemberAtMs = nowMs;
  if (answer.configuration !== null) catchUp(node, answer.configuration, nowMs);
  meet(node, from, incarnation);
  const grantedPreVote = answer.preVote && answer.granted;
  if (answer.term > node.record.term && !grantedPreVote) {
    adoptTerm(node, answer.term, null, nowMs, effects);
    return;
  }
  const { role } = node;
  if (role.name !== "preCandidate" && role.name !== "candidate") return;
  if (answer.preVote !== (role.name === "preCandidate") || answer.round !== role.round) return;
  if (nowMs >= waitUntil(node) || isAnswered(role, from, answer.granted)) return;
  const askedTerm = node.record.term + (answer.preVote ? 1 : 0);
  if (answer.granted && answer.term !== askedTerm) return;
  const { granted, reason, remainingHoldMs } = answer;
  const outdated = reason === "notMember" && isNewer(answer.configurationId, node.record.configuration.id);
  role.answers.set(from, { granted, reason, remainingHoldMs, outdated });
  settleRound(node, nowMs, effects);
}

/** One answer counts a round; but where a vote was asked for again, it may have been refused before (rules 6 and 16). */
function isAnswered(role: PreCandidate | Candidate, from: NodeId, granted: boolean): boolean {
  const before = role.answers.get(from);
  const askedAgain = role.name === "candidate" && role.inheritance !== null;
  return before !== undefined && !(askedAgain && granted && !before.granted);
}
