import { isForeign, meet, strangerReason } from "./algorithms/identity.js";
import { holdUntil } from "./algorithms/lease.js";
import { barsTerm, refusesPreVote, refusesVote } from "./algorithms/voting.js";
import { isNewer } from "./data/configuration.js";
import type { Effect } from "./data/effect.js";
import type { NodeId, Refusal, RequestVote, RequestVoteReply } from "./data/message.js";
import { knownLeader, type Node } from "./data/node.js";
import { withVote } from "./data/record.js";
import { believeStranger, inquire } from "./joining/catch-up.js";
import { adoptTerm, becomeFollower, beginWait } from "./roles.js";

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
  const travels = (node.settings.candidacy?.olderConfiguration ?? null) === null;
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
    configuration: isBehind && travels ? own : null,
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
