import { takeConfiguration } from "./algorithms/identity.js";
import { quorumSize, voteOutcome } from "./algorithms/quorum.js";
import { membersOf, voterOf, withTerm } from "./data/configuration.js";
import type { NodeId } from "./data/message.js";
import type { LossReason } from "./data/node.js";
import {
  type Answer,
  type Candidate,
  type Inheritance,
  type Leader,
  type Node,
  type Peer,
  type PreCandidate,
  withVote,
} from "./data/node.js";
import type { Effect } from "./data/transition.js";
import { sendHeartbeats } from "./heartbeat-send.js";

/** Begins a new wait or round: counted from now, with a timeout yet to be drawn (rule 9). */
export function beginWait(node: Node, nowMs: number, shortWaitMs: number | null = null): void {
  node.waitFromMs = nowMs;
  node.draw = null;
  node.shortWaitMs = shortWaitMs;
}

/** Tells that leading is over, before any other effect of the step; says nothing where nobody was told of leading. */
export function announceLoss(node: Node, reason: LossReason, effects: Effect[]): void {
  if (node.announcedTerm === null) return;
  const transfer = node.role.name === "leader" ? node.role.transfer : null;
  // So a handover ends in good order: the heir is elected, or the lease that was renewed no more is over.
  const ordinary = reason === "higherTerm" || reason === "leaseExpired";
  effects.unshift({
    kind: "lost",
    term: node.announcedTerm,
    reason: ordinary && transfer !== null ? transfer.reason : reason,
  });
  node.announcedTerm = null;
  if (transfer !== null) transfer.leaseUntilMs = Number.NEGATIVE_INFINITY;
  askToWait(node, effects);
}

/** Its service drains: asks the heir, if one was ordered to campaign, for patience until it is asked again and some time after (rule 16). */
export function askToWait({ heir, settings }: Node, effects: Effect[]): void {
  if (heir === null) return;
  const message = { kind: "timeoutNow", term: heir.term, waitMs: settings.voteHoldMs } as const;
  effects.push({ kind: "send", to: heir.id, message });
}

/**
 * Ends whatever role there was. Only a leader begins a new wait by it; other timers stay as they are. A leader that no higher term displaced
 * tells its members, which then know no leader (rule 14).
 */
export function becomeFollower(
  node: Node,
  leader: NodeId | null,
  reason: LossReason,
  nowMs: number,
  effects: Effect[],
): void {
  if (node.role.name === "leader") {
    announceLoss(node, reason, effects);
    if (reason !== "higherTerm") sayGoodbye(node, node.role, effects);
    beginWait(node, nowMs);
  }
  const isSame = node.role.name === "follower" && node.role.leader === leader && leader !== null;
  if (!isSame) forgetMetadata(node);
  node.role = { name: "follower", leader };
}

function sayGoodbye({ record }: Node, role: Leader, effects: Effect[]): void {
  const message = {
    kind: "leaderNotice",
    term: record.term,
    seq: role.seq,
    leads: false,
    metadata: null,
  } as const;
  for (const to of role.peers.keys()) effects.push({ kind: "send", to, message });
}

/** Knows no leader any more. Contact, vote and hold stay as they are, so no vote comes free by it (rules 10 and 14). */
export function forgetLeader(node: Node): void {
  node.role = { name: "follower", leader: null };
  forgetMetadata(node);
}

/** What was told belongs to one leader in one term. */
function forgetMetadata(node: Node): void {
  node.metadataTold = false;
  node.leaderMetadata = null;
}

/** Adopts a higher term as a follower that has not voted in it, or whose vote counts as given to its leader (rule 1). */
export function adoptTerm(
  node: Node,
  term: number,
  leader: NodeId | null,
  nowMs: number,
  effects: Effect[],
): void {
  node.record = withVote(node.record, term, leader);
  node.heardSeq = 0;
  becomeFollower(node, leader, "higherTerm", nowMs, effects);
  forgetMetadata(node);
}

/** Asks the voters whether they would elect this node in the next term (rule 10). */
export function becomePreCandidate(node: Node, nowMs: number, effects: Effect[]): void {
  beginWait(node, nowMs);
  node.round++;
  forgetMetadata(node);
  const answers = new Map<NodeId, Answer>([[node.id, ownVote]]);
  const role: PreCandidate = { name: "preCandidate", round: node.round, answers };
  node.role = role;
  askForVotes(node, role, effects);
  settleRound(node, nowMs, effects);
}

/** Votes for itself in the next term and asks for votes; the own vote counts once it is durable (rule 11). */
export function becomeCandidate(
  node: Node,
  inheritance: Inheritance | null,
  nowMs: number,
  effects: Effect[],
): void {
  const refusedRounds = roundsRefused(node);
  beginWait(node, nowMs);
  node.round++;
  node.record = withVote(node.record, node.record.term + 1, node.id);
  node.heardSeq = 0;
  forgetMetadata(node);
  const { round } = node;
  const role: Candidate = { name: "candidate", round, answers: new Map(), inheritance, refusedRounds };
  node.role = role;
  askForVotes(node, role, effects);
}

/** Confirms the configuration under its term and beats at once; the lease starts empty (rule 12). */
export function becomeLeader(
  node: Node,
  inheritance: Inheritance | null,
  nowMs: number,
  effects: Effect[],
): void {
  takeConfiguration(node, withTerm(node.record.configuration, node.record.term));
  const peers = new Map<NodeId, Peer>();
  for (const { id } of membersOf(node.record.configuration))
    if (id !== node.id) peers.set(id, newPeer(nowMs));
  const { quorumTimeoutMs, heartbeatIntervalMs } = node.settings;
  // Long enough for every reply that could still count at the ordinary interval.
  const length = Math.min(4096, 16 + Math.ceil((2 * quorumTimeoutMs) / heartbeatIntervalMs));
  node.leaderMetadata = node.metadata;
  node.heir = null;
  node.role = {
    name: "leader",
    seq: 0,
    sentAtMs: new Array<number>(length).fill(Number.NEGATIVE_INFINITY),
    forgottenSeq: 0,
    nextHeartbeatAtMs: nowMs,
    peers,
    inheritance: inheritance !== null && inheritance.freeAtMs > nowMs ? inheritance : null,
    transfer: null,
  };
  sendHeartbeats(node, node.role, nowMs, effects);
}

/** A member as a leader sees it before its first reply: it counts as heard, and has promised nothing (rule 14). */
export function newPeer(nowMs: number): Peer {
  return {
    ackedAtMs: nowMs,
    ackedSeq: 0,
    promisedUntilMs: Number.NEGATIVE_INFINITY,
    promisedHoldMs: Number.POSITIVE_INFINITY,
    holdsConfiguration: false,
    candidacy: "open",
    electionTimeoutMaxMs: null,
    metadataSeq: 0,
  };
}

/** Acts on what the round's answers amount to so far (rule 11). */
export function settleRound(node: Node, nowMs: number, effects: Effect[]): void {
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
      if (role.name === "preCandidate") becomeCandidate(node, null, nowMs, effects);
      else becomeLeader(node, role.inheritance, nowMs, effects);
      return;
    case "lost": {
      noteRemoval(node);
      const { candidateTimeout, candidateBackoff } = node.settings.modes;
      if (candidateTimeout !== undefined || candidateBackoff === true) return;
      beginWait(node, nowMs, waitForHolds(node, role.answers, grantedCount));
      node.role = { name: "follower", leader: null };
      return;
    }
    case "pending":
      return;
  }
}

/** More doublings than these would wait for minutes; Ethernet stops there, too. */
const mostDoublings = 10;

/** What the count comes to if this node, a candidate, begins another round: the end of its candidacy ends it. */
function roundsRefused({ role, record, settings }: Node): number {
  if (role.name !== "candidate" || settings.modes.candidateBackoff !== true) return 0;
  const refusals = [...role.answers.values()].filter(({ granted }) => !granted).length;
  const isRefused = 2 * refusals >= record.configuration.voters.length - 1;
  return Math.min(role.refusedRounds + (isRefused ? 1 : 0), mostDoublings);
}

/** Marks a node whose round is answered only by members of newer configurations that do not name it (rule 20). */
export function noteRemoval(node: Node): void {
  if (node.role.name !== "preCandidate" && node.role.name !== "candidate") return;
  const others = [...node.role.answers].filter(([id]) => id !== node.id);
  if (others.length > 0 && others.every(([, answer]) => answer.outdated)) node.removed = true;
}

/** What a node answers itself: to a pre-vote at once, to a vote once it is durable. */
export const ownVote: Answer = { granted: true, reason: null, remainingHoldMs: 0, outdated: false };

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
    transferFromTerm: preVote ? null : (role.inheritance?.term ?? null),
  } as const;
  for (const { id } of configuration.voters)
    if (id !== node.id && role.answers.get(id)?.granted !== true)
      effects.push({ kind: "send", to: id, message });
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
