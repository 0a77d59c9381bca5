import type { Leader, Node } from "../data/node.js";
import { isVoter } from "./identity.js";
import { holdsLease, holdUntil, quorumContact } from "./lease.js";

/**
 * The one place where the core asks for a deadline: every instant at which something happens because nothing else did. All are on the
 * node's own clock, and infinity stands for never.
 */

/** When the node has to be woken if nothing happens; a timer that fires early is set again for the rest. */
export function deadline(node: Node, leasedUntilMs: number, reconfigured: boolean, nowMs: number): number {
  const { role } = node;
  if (role.name !== "leader") return wakeAt(node);
  const leaseEndMs = node.announcedTerm === null ? Number.POSITIVE_INFINITY : leasedUntilMs;
  const soonestMs = Math.min(role.nextHeartbeatAtMs, leaseEndMs, writeDeadline(node), freeAt(role));
  // Answers only put the quorum's deadline off, so a timer that stands is no later than it, unless others make the quorum now.
  if (node.timerAtMs <= soonestMs && !reconfigured) return soonestMs;
  return Math.min(soonestMs, quorumDeadline(node, role, nowMs));
}

/** When a node that does not lead has to be woken: to campaign, or to know no leader any more. */
export function wakeAt(node: Node): number {
  return Math.min(waitUntil(node), forgetAt(node));
}

/** When the present wait or round is over; infinity for a node that waits for nothing (rule 9). */
export function waitUntil(node: Node): number {
  const { electionTimeout } = node.settings;
  const { role } = node;
  if (node.draw === null || role.name === "leader" || !isContender(node)) return Number.POSITIVE_INFINITY;
  if (role.name !== "follower") {
    const { minMs, maxMs } = role.timeout;
    return node.waitFromMs + minMs + node.draw * (maxMs - minMs);
  }
  const rangeMs = electionTimeout.maxMs - electionTimeout.minMs;
  const shortened = node.shortWaitMs !== null && node.contactAtMs < node.waitFromMs;
  const waitedMs = shortened
    ? node.waitFromMs + (node.shortWaitMs ?? 0) + (node.draw * rangeMs) / 10
    : Math.max(node.waitFromMs, node.contactAtMs) + electionTimeout.minMs + node.draw * rangeMs;
  return Math.max(waitedMs, holdUntil(node));
}

/** True for a node that may campaign when its time comes. */
export function isContender(node: Node): boolean {
  return node.contending && !node.arbiter && isVoter(node);
}

/** When a follower that hears nothing of its leader knows none any more, whether it campaigns or not (rule 10). */
export function forgetAt(node: Node): number {
  const { role, settings, draw } = node;
  if (role.name !== "follower" || role.leader === null) return Number.POSITIVE_INFINITY;
  // A draw that is ordered comes before all else, and orders the timer.
  if (draw === null && isContender(node)) return Number.POSITIVE_INFINITY;
  return node.contactAtMs + settings.electionTimeout.maxMs;
}

/** When a node that no member has said anything to is forsaken (rule 21). */
export function forsakenAt(node: Node): number {
  return Math.max(node.contactAtMs, node.heardMemberAtMs) + node.settings.electionTimeout.maxMs;
}

/** When a node may ask its members for a newer configuration again (rule 21). */
export function nextInquiryAt(node: Node): number {
  return node.inquiredAtMs + node.settings.electionTimeout.minMs;
}

/** From when on a jump of the clock restarts a wait again: never before a wait that one restarted is over (rule 15). */
export function jumpCountsFrom(node: Node): number {
  return node.jumpedAtMs + node.settings.electionTimeout.maxMs;
}

/** When a leader by a handover need not wait any longer for the lease before its own (rule 16). */
export function freeAt(role: Leader): number {
  return role.pendingHandover?.freeAtMs ?? Number.POSITIVE_INFINITY;
}

/** When a leader that hears no quorum steps down (rule 14). */
export function quorumDeadline(node: Node, role: Leader, nowMs: number): number {
  if (!node.settings.modes.quorumCheck) return Number.POSITIVE_INFINITY;
  return quorumContact(node, role, nowMs) + node.settings.quorumTimeoutMs;
}

/** When a leader whose disk makes no progress steps down: one that can only beat is worse than none. */
export function writeDeadline(node: Node): number {
  return node.writingSinceMs === null
    ? Number.POSITIVE_INFINITY
    : node.writingSinceMs + node.settings.voteHoldMs;
}

/**
 * True for a leader for whom a timer that fires now decides nothing: its lease lasts, and its disk makes progress. It hears a quorum, too:
 * no lease outlasts the quorum timeout (rule 13).
 */
export function hasOnlyToBeat(node: Node, nowMs: number): boolean {
  return holdsLease(node, nowMs) && nowMs < writeDeadline(node);
}

/** No leader sends heartbeats more often than so many times its interval's rate, whatever holds its voters promise (rule 13). */
const mostHeartbeatsPerInterval = 10;

/** The set interval, or half of the shortest hold a voter promised if that is less; never under a tenth of the setting (rule 13). */
export function heartbeatIntervalMs(node: Node, role: Leader): number {
  const setMs = node.settings.heartbeatIntervalMs;
  if (!node.settings.modes.voteHold) return setMs;
  let intervalMs = setMs;
  for (const { id } of node.record.configuration.voters) {
    const promisedHoldMs = role.peers.get(id)?.promisedHoldMs ?? Number.POSITIVE_INFINITY;
    intervalMs = Math.min(intervalMs, promisedHoldMs / 2);
  }
  return Math.max(intervalMs, setMs / mostHeartbeatsPerInterval);
}

/**
 * The shortest time between two heartbeats of this node as a leader, where it is too long for a voter that holds its vote for
 * `promisedHoldMs`: a lease that rests on that voter lapses between them (rule 13). Null where it is short enough.
 */
export function shortestIntervalTooLongFor({ settings }: Node, promisedHoldMs: number): number | null {
  const shortestMs = settings.heartbeatIntervalMs / mostHeartbeatsPerInterval;
  return promisedHoldMs / 2 < shortestMs ? shortestMs : null;
}
