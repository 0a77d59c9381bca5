import { takeConfiguration } from "./algorithms/identity.js";
import { membersOf, withTerm } from "./data/configuration.js";
import type { Effect } from "./data/effect.js";
import type { NodeId } from "./data/message.js";
import type {
  Answer,
  Candidate,
  Leader,
  LossReason,
  Node,
  Peer,
  PendingHandover,
  PreCandidate,
} from "./data/node.js";
import { withVote } from "./data/record.js";
import type { TimeoutRange } from "./data/settings.js";
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
  // A handover that ends as planned gives its own reason: the transferee was elected, or the lease, no longer renewed, has ended.
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

/** Asks the transferee, if there is one, to wait for a further vote hold, because the service of this node drains (rule 16). */
export function askToWait({ transferee, settings }: Node, effects: Effect[]): void {
  if (transferee === null) return;
  const message = { kind: "handoverWait", term: transferee.term, waitMs: settings.voteHoldMs } as const;
  effects.push({ kind: "send", to: transferee.id, message });
}

/**
 * Ends the present role. Only a leader begins a new wait by it; other timers stay as they are. A leader that no higher term displaced
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

/** Begins a pre-vote round of the unchanged term; its own answer is there from the start (rule 10). */
export function becomePreCandidate(
  node: Node,
  own: Answer,
  timeout: TimeoutRange,
  nowMs: number,
): PreCandidate {
  beginWait(node, nowMs);
  node.round++;
  forgetMetadata(node);
  const answers = new Map<NodeId, Answer>([[node.id, own]]);
  const role: PreCandidate = { name: "preCandidate", round: node.round, timeout, answers };
  node.role = role;
  return role;
}

/** Votes for itself in the next term; that counts once it is durable (rule 11). */
export function becomeCandidate(
  node: Node,
  pendingHandover: PendingHandover | null,
  timeout: TimeoutRange,
  nowMs: number,
): Candidate {
  beginWait(node, nowMs);
  node.round++;
  node.record = withVote(node.record, node.record.term + 1, node.id);
  node.heardSeq = 0;
  forgetMetadata(node);
  const { round } = node;
  const role: Candidate = { name: "candidate", round, timeout, answers: new Map(), pendingHandover };
  node.role = role;
  return role;
}

/** Confirms the configuration under its term and beats at once; the lease starts empty (rule 12). */
export function becomeLeader(
  node: Node,
  pendingHandover: PendingHandover | null,
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
  node.transferee = null;
  node.role = {
    name: "leader",
    seq: 0,
    sentAtMs: new Array<number>(length).fill(Number.NEGATIVE_INFINITY),
    forgottenSeq: 0,
    nextHeartbeatAtMs: nowMs,
    peers,
    pendingHandover: pendingHandover !== null && pendingHandover.freeAtMs > nowMs ? pendingHandover : null,
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
