import {
  deadline,
  forgetAt,
  freeAt,
  isContender,
  jumpCountsFrom,
  quorumDeadline,
  waitUntil,
  wakeAt,
  writeDeadline,
} from "./algorithms/deadlines.js";
import { holdsLease, holdUntil, leaseUntil } from "./algorithms/lease.js";
import { beyondReach } from "./algorithms/reach.js";
import { broken } from "./broken.js";
import type { Aftermath, Effect } from "./data/effect.js";
import type { Input, RequestRefusal } from "./data/input.js";
import type { Node } from "./data/node.js";
import { type DurableRecord, withHold } from "./data/record.js";
import { onRequestVote } from "./election.js";
import { beginTransfer, finishTransfer, onHandoverWord, onTimeoutNow, showToOldLeader } from "./handover.js";
import { onHeartbeat, onHeartbeatReply, onLeaderNotice } from "./heartbeat-receive.js";
import { sendHeartbeats } from "./heartbeat-send.js";
import { foundIfComplete } from "./joining/founding.js";
import { onConnected } from "./joining/introduction.js";
import { reconfigure } from "./membership.js";
import { announceLoss, askToWait, becomeFollower, beginWait, forgetLeader } from "./roles.js";
import { campaign, noteRemoval, onOwnVoteDurable, onRequestVoteReply } from "./round.js";

/**
 * What a node does about a fact: changes `node` in place and appends effects, in the order of `Effect`.
 * Decides everything and does nothing: no I/O, no clock, no chance.
 * @param nowMs the node's monotonic clock; never goes back
 * @example
 * const resolution = resolveTiming(presets.lan);
 * if (!resolution.ok) throw new Error(resolution.problems.join("; "));
 * const settings = { ...resolution.timing, modes: safeModes };
 * const record = foundingRecord([{ id: "a", address: "ws://a:7400", incarnation: "x" }], "x", settings.voteHoldMs);
 * const node = createNode({ id: "a", settings, record, nowMs: 0 });
 * const effects: Effect[] = [];
 * step(node, { kind: "start" }, 0, effects);
 */
export function step(node: Node, input: Input, nowMs: number, effects: Effect[]): void {
  if (!(nowMs >= node.steppedAtMs && nowMs < Number.POSITIVE_INFINITY))
    broken(`time went from ${node.steppedAtMs} to ${nowMs} ms`);
  node.steppedAtMs = nowMs;
  const before = node.record;
  const first = effects.length;
  const own = first === 0 ? effects : [];
  // A lease that has lapsed is told as lost, even if this very fact brings it back (rule 12). The timer stands no later than its end.
  if (nowMs >= node.timerAtMs && !holdsLease(node, nowMs)) announceLoss(node, "leaseExpired", own);
  if (handle(node, input, nowMs, own) === "settle") settle(node, before, nowMs, own);
  else if (node.record !== before) broken(`a change of the record by ${input.kind} would never be written`);
  if (own !== effects) effects.push(...own);
}

/** Does what the rules say about this fact, and tells whether more follows from it. */
function handle(node: Node, input: Input, nowMs: number, effects: Effect[]): Aftermath {
  switch (input.kind) {
    case "message":
      return onMessage(node, input, nowMs, effects);
    case "connected":
      onConnected(node, input.from, input.incarnation, input.standing ?? null, nowMs);
      return "settle";
    case "disconnected":
      // A peer without a link may still lead, hold its vote and be heard by others: only time ends what rests on its word (rule 14).
      return "settle";
    case "timer":
      node.timerAtMs = Number.POSITIVE_INFINITY;
      onTimer(node, nowMs, effects);
      return "settle";
    case "start":
      // A longer hold is on record before it is promised (rule 8).
      if (node.settings.voteHoldMs > node.record.voteHoldMs)
        node.record = withHold(node.record, node.settings.voteHoldMs);
      foundIfComplete(node);
      return "settle";
    case "drawn":
      node.draw = input.draw;
      orderTimer(node, wakeAt(node), effects.length, effects);
      return "nothingFollows";
    case "persisted":
      onPersisted(node, input.record, nowMs, effects);
      return node.role.name === "follower" ? "nothingFollows" : "settle";
    case "clockJumped":
      onClockJumped(node, nowMs, effects);
      return "settle";
    case "transfer":
      answer(input.request, beginTransfer(node, input.to, input.reason, nowMs, effects), effects);
      return "settle";
    case "drained":
      finishTransfer(node, nowMs, effects);
      return "settle";
    case "reconfigure":
      answer(input.request, reconfigure(node, input.expected, input.voters, input.observers, nowMs), effects);
      return "settle";
    case "contend":
      setContending(node, input.allowed, nowMs);
      return "settle";
    case "beat":
      if (node.role.name === "leader") sendHeartbeats(node, node.role, nowMs, effects);
      return "settle";
    case "stop":
      node.contending = false;
      node.transferee = null;
      becomeFollower(node, null, input.reason, nowMs, effects);
      return "settle";
  }
}

function onMessage(
  node: Node,
  input: Extract<Input, { kind: "message" }>,
  nowMs: number,
  effects: Effect[],
): Aftermath {
  const { from, incarnation, message, authenticated = false } = input;
  if (beyondReach(node, message) !== null) return "settle";
  switch (message.kind) {
    case "heartbeat":
      return onHeartbeat(node, from, incarnation, message, authenticated, nowMs, effects);
    case "heartbeatReply":
      return onHeartbeatReply(node, from, incarnation, message, nowMs, effects);
    case "requestVote":
      onRequestVote(node, from, incarnation, message, authenticated, nowMs, effects);
      return "settle";
    case "requestVoteReply":
      onRequestVoteReply(node, from, incarnation, message, nowMs, effects);
      return "settle";
    case "timeoutNow":
      onTimeoutNow(node, from, incarnation, message, nowMs, effects);
      return "settle";
    case "handoverWait":
    case "handoverDone":
      onHandoverWord(node, from, incarnation, message, nowMs, effects);
      return "settle";
    case "leaderNotice":
      onLeaderNotice(node, from, incarnation, message, nowMs);
      return "settle";
  }
}

function onTimer(node: Node, nowMs: number, effects: Effect[]): void {
  const { role } = node;
  if (role.name === "leader") {
    const isFree = nowMs >= freeAt(role);
    if (isFree) role.pendingHandover = null;
    if (nowMs >= quorumDeadline(node, role, nowMs)) becomeFollower(node, null, "noQuorum", nowMs, effects);
    else if (nowMs >= writeDeadline(node)) becomeFollower(node, null, "unhealthy", nowMs, effects);
    else if (isFree || nowMs >= role.nextHeartbeatAtMs) {
      sendHeartbeats(node, role, nowMs, effects);
      if (node.announcedTerm === null) askToWait(node, effects);
    }
    return;
  }
  if (nowMs >= forgetAt(node)) forgetLeader(node);
  if (nowMs < waitUntil(node)) return;
  noteRemoval(node);
  if (nowMs >= holdUntil(node)) campaign(node, nowMs, effects);
  else {
    node.role = { name: "follower", leader: null };
    beginWait(node, nowMs);
  }
}

function onPersisted(node: Node, record: DurableRecord, nowMs: number, effects: Effect[]): void {
  const reconfigured = record.configuration !== node.durable.configuration;
  node.durable = record;
  node.writingSinceMs = record === node.record ? null : nowMs;
  const { role } = node;
  if (role.name === "candidate") onOwnVoteDurable(node, record, nowMs, effects);
  else if (role.name === "leader" && reconfigured) sendHeartbeats(node, role, nowMs, effects);
}

/** The machine slept, for nobody knows how long: what replies promised may be over, and waits begin again (rule 15). */
function onClockJumped(node: Node, nowMs: number, effects: Effect[]): void {
  const { role } = node;
  if (role.name !== "leader") {
    if (nowMs < jumpCountsFrom(node)) return;
    node.jumpedAtMs = nowMs;
    node.heardMemberAtMs = nowMs;
    beginWait(node, nowMs);
    return;
  }
  node.heardMemberAtMs = nowMs;
  role.forgottenSeq = role.seq;
  for (const peer of role.peers.values()) peer.promisedUntilMs = Number.NEGATIVE_INFINITY;
  sendHeartbeats(node, role, nowMs, effects);
}

function setContending(node: Node, allowed: boolean, nowMs: number): void {
  if (allowed === node.contending) return;
  node.contending = allowed;
  if (node.role.name === "leader") return;
  if (!allowed)
    node.role = { name: "follower", leader: node.role.name === "follower" ? node.role.leader : null };
  beginWait(node, nowMs);
}

function answer(request: number, refusal: RequestRefusal | null, effects: Effect[]): void {
  effects.push({ kind: "answered", request, refusal });
}

/** What follows from the node's new state, whatever led to it: the lease, the disk, the timer, the announcement. */
function settle(node: Node, before: DurableRecord, nowMs: number, effects: Effect[]): void {
  lowerRecordedHold(node, nowMs);
  const written = node.record !== before;
  if (!node.settings.modes.durable)
    while (node.durable !== node.record) onPersisted(node, node.record, nowMs, effects);
  const leasedUntilMs = leaseUntil(node);
  const leased = nowMs < leasedUntilMs;
  if (!leased) announceLoss(node, "leaseExpired", effects);
  // What comes first goes behind a loss, in this order.
  let place = effects[0]?.kind === "lost" ? 1 : 0;
  if (written && node.settings.modes.durable) {
    node.writingSinceMs ??= nowMs;
    insert(effects, place++, { kind: "persist", record: node.record });
  }
  if (node.draw === null && node.role.name !== "leader" && isContender(node))
    insert(effects, place++, { kind: "draw" });
  showToOldLeader(node, nowMs, effects);
  const gained = leased && node.announcedTerm === null && node.record === node.durable;
  if (gained) node.announcedTerm = node.record.term;
  const reconfigured = node.record.configuration !== before.configuration;
  orderTimer(node, deadline(node, leasedUntilMs, reconfigured, nowMs), place, effects);
  if (gained) effects.push({ kind: "gained", term: node.record.term });
}

/** Has the node woken at `atMs`, unless it will be before. */
function orderTimer(node: Node, atMs: number, place: number, effects: Effect[]): void {
  if (atMs >= node.timerAtMs) return;
  node.timerAtMs = atMs;
  insert(effects, place, { kind: "setTimer", atMs });
}

/** What `splice` does, without the array it returns: this runs once or twice in every step that changes anything. */
function insert(effects: Effect[], place: number, effect: Effect): void {
  effects.push(effect);
  for (let index = effects.length - 1; index > place; index--) effects[index] = effects[index - 1] as Effect;
  effects[place] = effect;
}

/** The recorded hold comes down to the present setting once what the last start promised is over (rule 8). */
function lowerRecordedHold(node: Node, nowMs: number): void {
  const { voteHoldMs } = node.settings;
  if (node.record.voteHoldMs > voteHoldMs && nowMs >= node.restartHoldUntilMs)
    node.record = withHold(node.record, voteHoldMs);
}
