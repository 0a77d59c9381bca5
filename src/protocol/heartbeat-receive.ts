import { isForeign, meet, strangerReason, takeConfiguration } from "./algorithms/identity.js";
import { promisableHoldMs, promiseUntil } from "./algorithms/lease.js";
import { isNewer, sameConfiguration } from "./data/configuration.js";
import type { Aftermath, Effect } from "./data/effect.js";
import type { Heartbeat, HeartbeatReply, LeaderNotice, NodeId, Refusal } from "./data/message.js";
import type { Leader, Node } from "./data/node.js";
import { isTermOfTransferee } from "./handover.js";
import { hastenHeartbeat, isMetadataRefused, sendMetadata } from "./heartbeat-send.js";
import { believeStranger, inquire } from "./joining/catch-up.js";
import { adoptTerm, askToWait, becomeFollower, beginWait, forgetLeader } from "./roles.js";

/** Hears a leader; nothing follows where only the time of contact changed. */
export function onHeartbeat(
  node: Node,
  from: NodeId,
  incarnation: string,
  heartbeat: Heartbeat,
  authenticated: boolean,
  nowMs: number,
  effects: Effect[],
): Aftermath {
  if (isExpected(node, from, incarnation, heartbeat)) {
    node.contactAtMs = nowMs;
    node.heardSeq = heartbeat.seq;
    reply(node, from, heartbeat, true, null, effects);
    askToWait(node, effects);
    return "nothingFollows";
  }
  believeStranger(node, from, incarnation, heartbeat, authenticated, nowMs);
  const refusal = refusesHeartbeat(node, from, incarnation, heartbeat, nowMs);
  // One that loses by this very heartbeat asks as it loses.
  const drains = node.announcedTerm === null;
  if (refusal === null) followLeader(node, from, incarnation, heartbeat, nowMs, effects);
  reply(node, from, heartbeat, refusal === null, refusal === "staleSeq" ? null : refusal, effects);
  if (refusal === null && drains) askToWait(node, effects);
  if (refusal !== "staleSeq") inquire(node, refusal, heartbeat.configurationId, nowMs, effects);
  return "settle";
}

/** The next heartbeat of the leader already followed, with nothing new in it: almost all of them. */
function isExpected(node: Node, from: NodeId, incarnation: string, heartbeat: Heartbeat): boolean {
  const { record, role } = node;
  return (
    role.name === "follower" &&
    role.leader === from &&
    heartbeat.term === record.term &&
    heartbeat.seq > node.heardSeq &&
    sameConfiguration(heartbeat.configurationId, record.configuration.id) &&
    record.incarnationsMet.get(from) === incarnation &&
    heartbeat.hasMetadata === node.expectsMetadata
  );
}

function refusesHeartbeat(
  node: Node,
  from: NodeId,
  incarnation: string,
  heartbeat: Heartbeat,
  nowMs: number,
): Refusal | "staleSeq" | null {
  const stranger = strangerReason(node, from, incarnation, heartbeat.configurationId);
  if (stranger !== null) return stranger;
  node.heardMemberAtMs = nowMs;
  if (isForeign(node, heartbeat.configuration)) return "configurationMismatch";
  if (heartbeat.term < node.record.term) return "staleTerm";
  if (heartbeat.term > node.record.term) return null;
  // Two leaders of one term cannot be; a second one is not believed.
  const { role } = node;
  if (role.name === "leader") return "leaderAlive";
  if (role.name === "follower" && role.leader !== null && role.leader !== from) return "leaderAlive";
  return heartbeat.seq > node.heardSeq ? null : "staleSeq";
}

function followLeader(
  node: Node,
  from: NodeId,
  incarnation: string,
  heartbeat: Heartbeat,
  nowMs: number,
  effects: Effect[],
): void {
  const campaigned = node.role.name === "preCandidate" || node.role.name === "candidate";
  if (heartbeat.term > node.record.term) adoptTerm(node, heartbeat.term, from, nowMs, effects);
  else becomeFollower(node, from, "higherTerm", nowMs, effects);
  if (campaigned) beginWait(node, nowMs);
  node.shortWaitMs = null;
  node.contactAtMs = nowMs;
  node.contactTerm = heartbeat.term;
  node.heardSeq = heartbeat.seq;
  node.expectsMetadata = heartbeat.hasMetadata;
  const carried = heartbeat.configuration;
  if (carried !== null && isNewer(carried.id, node.record.configuration.id)) takeConfiguration(node, carried);
  meet(node, from, incarnation);
}

function reply(
  node: Node,
  to: NodeId,
  heartbeat: Heartbeat,
  accepted: boolean,
  reason: Refusal | null,
  effects: Effect[],
): void {
  const message: HeartbeatReply = {
    kind: "heartbeatReply",
    term: node.record.term,
    heartbeatTerm: heartbeat.term,
    seq: heartbeat.seq,
    accepted,
    reason,
    voteHoldMs: promisableHoldMs(node),
    configurationId: node.record.configuration.id,
    electionTimeoutMaxMs: node.settings.electionTimeout.maxMs,
    candidacy: node.arbiter ? "arbiter" : node.contending ? "open" : "barred",
    holdsMetadata: node.metadataTold,
  };
  effects.push({ kind: "send", to, message });
}

/** Hears what its leader says apart from heartbeats. It is no contact, and moves no hold (rules 13 and 14). */
export function onLeaderNotice(
  node: Node,
  from: NodeId,
  incarnation: string,
  notice: LeaderNotice,
  nowMs: number,
): void {
  if (strangerReason(node, from, incarnation, null) !== null) return;
  node.heardMemberAtMs = nowMs;
  const { role } = node;
  if (role.name !== "follower" || role.leader !== from || notice.term !== node.record.term) return;
  if (notice.leads) {
    node.metadataTold = true;
    node.leaderMetadata = notice.metadata;
    return;
  }
  // A heartbeat that comes late would be contact with nobody.
  node.heardSeq = Math.max(node.heardSeq, notice.seq);
  forgetLeader(node);
}

/** Counts a follower's answer towards the lease; nothing follows where the lease, already told, was only extended. */
export function onHeartbeatReply(
  node: Node,
  from: NodeId,
  incarnation: string,
  answer: HeartbeatReply,
  nowMs: number,
  effects: Effect[],
): Aftermath {
  const before = node.record;
  if (strangerReason(node, from, incarnation, null) !== null) return "settle";
  node.heardMemberAtMs = nowMs;
  meet(node, from, incarnation);
  const { record, role } = node;
  if (answer.term > record.term) {
    // The term of its transferee ends the role of who handed over only when that shows itself, lacking nothing (rule 16).
    if (!isTermOfTransferee(node, answer.term)) adoptTerm(node, answer.term, null, nowMs, effects);
    return "settle";
  }
  if (role.name !== "leader" || answer.term !== record.term || answer.heartbeatTerm !== record.term)
    return "settle";
  const peer = role.peers.get(from);
  if (peer === undefined) return "settle";
  peer.holdsConfiguration = sameConfiguration(answer.configurationId, record.configuration.id);
  peer.candidacy = answer.candidacy;
  peer.electionTimeoutMaxMs = answer.electionTimeoutMaxMs;
  if (!answer.accepted) return "settle";

  const sentAtMs = sentAt(role, answer.seq);
  if (sentAtMs === null) return "settle";
  // No promise is worth more than the time after which a leader without a quorum steps down (rule 13).
  const promisedHoldMs = Math.min(answer.voteHoldMs, node.settings.quorumTimeoutMs);
  const promisedUntilMs = promiseUntil(node, sentAtMs, promisedHoldMs);
  // A promise already over on arrival is worth nothing, and no sign of a leader in good order either (rule 13).
  if (!(promisedUntilMs > nowMs) && node.settings.modes.voteHold) return "settle";
  const shorter = promisedHoldMs < peer.promisedHoldMs;
  peer.promisedHoldMs = promisedHoldMs;
  if (shorter) hastenHeartbeat(node, role);
  if (sentAtMs > peer.ackedAtMs) peer.ackedAtMs = sentAtMs;
  if (answer.seq > peer.ackedSeq) peer.ackedSeq = answer.seq;
  if (promisedUntilMs > peer.promisedUntilMs) peer.promisedUntilMs = promisedUntilMs;
  if (node.metadata !== null) {
    if (!answer.holdsMetadata && answer.seq > peer.metadataSeq) sendMetadata(node, role, from, peer, effects);
    else if (answer.holdsMetadata && !isMetadataRefused(node, from)) node.metadataTries.delete(from);
  }
  const onlyExtended = node.announcedTerm !== null && node.record === before && !shorter;
  return onlyExtended ? "nothingFollows" : "settle";
}

/** When the heartbeat `seq` was sent, or null if that is not, or no longer, known. */
function sentAt(role: Leader, seq: number): number | null {
  const known = seq <= role.seq && seq > role.forgottenSeq && seq > role.seq - role.sentAtMs.length;
  return known ? (role.sentAtMs[seq % role.sentAtMs.length] ?? null) : null;
}
