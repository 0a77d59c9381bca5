import { waitUntil } from "./algorithms/deadlines.js";
import { meet, strangerReason } from "./algorithms/identity.js";
import { quorumSize, voteOutcome } from "./algorithms/quorum.js";
import { isNewer, voterOf } from "./data/configuration.js";
import type { Effect } from "./data/effect.js";
import type { NodeId, RequestVoteReply } from "./data/message.js";
import type { Answer, Candidate, Node, PendingHandover, PreCandidate } from "./data/node.js";
import type { DurableRecord } from "./data/record.js";
import type { StudyCandidacy, TimeoutRange } from "./data/settings.js";
import { catchUp } from "./joining/catch-up.js";
import { adoptTerm, becomeCandidate, becomeLeader, becomePreCandidate, beginWait } from "./roles.js";

/** One round of an election, or of a pre-election, seen by the node that asks: from its first request to its outcome (rules 6 and 11). */

/** Starts a round if this node may campaign at all; its wait and its hold have passed (rule 10). */
export function campaign(node: Node, nowMs: number, effects: Effect[]): void {
  if (node.settings.modes.preVote) beginPreElection(node, nowMs, effects);
  else beginElection(node, null, nowMs, effects);
}

/** Asks the voters whether they would elect this node in the next term (rule 11). */
function beginPreElection(node: Node, nowMs: number, effects: Effect[]): void {
  const role = becomePreCandidate(node, ownVote, roundTimeout(node), nowMs);
  askForVotes(node, role, effects);
  settleRound(node, nowMs, effects);
}

/** Asks the voters for their votes in the next term; the own vote counts once it is durable (rule 11). */
export function beginElection(
  node: Node,
  pendingHandover: PendingHandover | null,
  nowMs: number,
  effects: Effect[],
): void {
  const role = becomeCandidate(node, pendingHandover, roundTimeout(node), nowMs);
  askForVotes(node, role, effects);
}

/** Asks all voters for the term they would be led in, but for those who have granted it in this round already. */
export function askForVotes(node: Node, role: PreCandidate | Candidate, effects: Effect[]): void {
  const { configuration, term } = node.record;
  const preVote = role.name === "preCandidate";
  const message = {
    kind: "requestVote",
    term: preVote ? term + 1 : term,
    preVote,
    round: role.round,
    configuration,
    transferFromTerm: preVote ? null : (role.pendingHandover?.term ?? null),
  } as const;
  for (const { id } of configuration.voters)
    if (id !== node.id && role.answers.get(id)?.granted !== true)
      effects.push({ kind: "send", to: id, message });
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
  const askedAgain = role.name === "candidate" && role.pendingHandover !== null;
  return before !== undefined && !(askedAgain && granted && !before.granted);
}

/** The own vote of a candidate counts once it is on disk. */
export function onOwnVoteDurable(node: Node, written: DurableRecord, nowMs: number, effects: Effect[]): void {
  const { role, record, id } = node;
  if (role.name !== "candidate" || written.term !== record.term || written.votedFor !== id) return;
  role.answers.set(id, ownVote);
  settleRound(node, nowMs, effects);
}

/** What a node answers itself: to a pre-vote at once, to a vote once it is durable. */
const ownVote: Answer = { granted: true, reason: null, remainingHoldMs: 0, outdated: false };

/** Acts on what the round's answers amount to so far (rule 11). */
function settleRound(node: Node, nowMs: number, effects: Effect[]): void {
  const { role } = node;
  if (role.name !== "preCandidate" && role.name !== "candidate") return;
  const { voters } = node.record.configuration;
  let grantedCount = 0;
  let refusedCount = 0;
  for (const { id } of voters) {
    const answer = role.answers.get(id);
    if (answer?.granted === true) grantedCount++;
    else if (answer !== undefined) refusedCount++;
  }
  switch (voteOutcome(voters.length, grantedCount, refusedCount)) {
    case "won":
      if (role.name === "preCandidate") beginElection(node, null, nowMs, effects);
      else becomeLeader(node, role.pendingHandover, nowMs, effects);
      return;
    case "lost": {
      noteRemoval(node);
      if (studied(node) !== null) return;
      beginWait(node, nowMs, waitForHolds(node, role.answers, grantedCount));
      node.role = { name: "follower", leader: null };
      return;
    }
    case "pending":
      return;
  }
}

/** Where holds alone refused: the remaining hold after which enough voters are free, else null for a whole wait. */
function waitForHolds(node: Node, answers: ReadonlyMap<NodeId, Answer>, grantedCount: number): number | null {
  const { configuration } = node.record;
  const refusals = [...answers]
    .filter(([id, { granted }]) => !granted && voterOf(configuration, id) !== undefined)
    .map(([, answer]) => answer);
  if (refusals.some((answer) => answer.reason !== "voteHold")) return null;
  const needed = quorumSize(configuration.voters.length) - grantedCount;
  const remaining = refusals.map((answer) => answer.remainingHoldMs).sort((a, b) => a - b);
  const freed = remaining[needed - 1];
  return freed === undefined ? null : Math.min(freed, node.settings.electionTimeout.minMs);
}

/** Marks a node whose round is answered only by members of newer configurations that do not name it (rule 20). */
export function noteRemoval(node: Node): void {
  if (node.role.name !== "preCandidate" && node.role.name !== "candidate") return;
  const others = [...node.role.answers].filter(([id]) => id !== node.id);
  if (others.length > 0 && others.every(([, answer]) => answer.outdated)) node.removed = true;
}

/** What the time of the round that begins now is drawn from: the election timeout, but in studies (`StudyCandidacy`). */
function roundTimeout(node: Node): TimeoutRange {
  const { role, record, settings } = node;
  const choose = studied(node);
  if (choose === null) return settings.electionTimeout;
  if (role.name !== "candidate") return choose(null);
  const refusalCount = [...role.answers.values()].filter(({ granted }) => !granted).length;
  return choose({ timeout: role.timeout, refusalCount, voterCount: record.configuration.voters.length });
}

function studied({ settings }: Node): StudyCandidacy["roundTimeout"] {
  return settings.candidacy?.roundTimeout ?? null;
}
