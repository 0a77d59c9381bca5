import type { Member } from "../data/configuration.js";
import type { Leader, Node, Peer } from "../data/node.js";
import { quorumLargest } from "./quorum.js";

/**
 * Until when this node gives no vote, on its own clock. `liftedTerm`: holds that come from leaders of terms up to it
 * do not count, because the leader of that term gave up its lease (rule 16).
 */
export function holdUntil(node: Node, liftedTerm: number | null = null): number {
  if (!node.settings.modes.voteHold) return Number.NEGATIVE_INFINITY;
  if (liftedTerm !== null && node.contactTerm <= liftedTerm) return Number.NEGATIVE_INFINITY;
  return Math.max(node.contactAtMs + node.settings.voteHoldMs, node.restartHoldUntilMs);
}

/** The hold a reply may promise: never more than what would survive a crash (rule 8). */
export function promisableHoldMs(node: Node): number {
  return node.settings.modes.voteHold ? Math.min(node.settings.voteHoldMs, node.durable.voteHoldMs) : 0;
}

/**
 * Until when a promise made on receipt of a heartbeat surely lasts, seen from the clock of its sender (rule 13): the receiver's
 * clock may run fast and the sender's slow, each by the drift ratio (Gray and Cheriton 1989; thesis, section 6.4.1).
 */
export function promiseUntil(node: Node, sentAtMs: number, promisedHoldMs: number): number {
  const { modes, clockDriftRatio, electionTimeout } = node.settings;
  // Without holds there are no promises; a fresh quorum of replies is the best there is to go by.
  if (!modes.voteHold) return sentAtMs + electionTimeout.minMs;
  return sentAtMs + surePromiseMs(promisedHoldMs, clockDriftRatio);
}

/**
 * How long such a promise surely lasts from when the heartbeat was sent. No lease is longer: it has less by the time the replies come.
 * @param clockDriftRatio what both clocks may be off by
 */
export function surePromiseMs(promisedHoldMs: number, clockDriftRatio: number): number {
  return (promisedHoldMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio);
}

/**
 * When a lease is surely over on the receiver's clock, if it lasts `remainingMs` from now on its holder's clock: the holder's
 * may run slow and the hearer's fast.
 */
export function leaseOver(node: Node, nowMs: number, remainingMs: number): number {
  const { clockDriftRatio } = node.settings;
  return nowMs + (remainingMs * (1 + clockDriftRatio)) / (1 - clockDriftRatio);
}

/**
 * Until when this node holds its lease (rule 15). Minus infinity for a node that does not lead, that has given its lease up, or that waits for an
 * inherited lease to end (rule 16).
 */
export function leaseUntil(node: Node): number {
  const { role } = node;
  if (role.name !== "leader" || role.pendingHandover !== null) return Number.NEGATIVE_INFINITY;
  const promisedMs = quorumPromise(node, role);
  return role.transfer === null ? promisedMs : Math.min(promisedMs, role.transfer.leaseUntilMs);
}

/** Until when a quorum gives no vote. */
export function quorumPromise(node: Node, role: Leader): number {
  return quorumOf(node, role, Number.POSITIVE_INFINITY, promisedUntilMs);
}

/** The hold that a new lease would rest on: a wait of so long leaves as much room for clocks as that does. */
export function quorumHold(node: Node, role: Leader): number {
  return quorumOf(node, role, Number.POSITIVE_INFINITY, promisedHoldMs);
}

/** When a quorum was last known to hear this leader (rule 14). */
export function quorumContact(node: Node, role: Leader, nowMs: number): number {
  return quorumOf(node, role, nowMs, ackedAtMs);
}

/** The newest heartbeat that a quorum has acknowledged, by its seq. */
export function quorumSeq(node: Node, role: Leader): number {
  return quorumOf(node, role, role.seq, ackedSeq);
}

/** True while the node holds a lease, as far as the protocol goes; the service hears of it once it is announced. */
export function holdsLease(node: Node, nowMs: number): boolean {
  return nowMs < leaseUntil(node);
}

const promisedUntilMs = (peer: Peer): number => peer.promisedUntilMs;
const promisedHoldMs = (peer: Peer): number =>
  peer.promisedHoldMs === Number.POSITIVE_INFINITY ? 0 : peer.promisedHoldMs;
const ackedAtMs = (peer: Peer): number => peer.ackedAtMs;
const ackedSeq = (peer: Peer): number => peer.ackedSeq;

function quorumOf(node: Node, role: Leader, ownValue: number, read: (peer: Peer) => number): number {
  const { voters } = node.record.configuration;
  const values = new Array<number>(voters.length);
  for (let index = 0; index < voters.length; index++) {
    const { id } = voters[index] as Member;
    const peer = role.peers.get(id);
    if (id === node.id) values[index] = ownValue;
    else values[index] = peer === undefined ? Number.NEGATIVE_INFINITY : read(peer);
  }
  return quorumLargest(values);
}
