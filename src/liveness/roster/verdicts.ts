import type { LivenessEvent, SuspicionReason } from "./liveness-event.js";
import { alive, dead, suspect, unknown } from "./peer-table.js";
import {
  deadAfterMs,
  detectorOf,
  forget,
  patienceMs,
  type Roster,
  setStatus,
  silentMsOf,
  troubleWith,
} from "./roster.js";

/** Time has come for something: suspicions, deaths, and peers to forget (R4, R8). */
export function onTimer(roster: Roster, nowMs: number, events: LivenessEvent[]): void {
  const { peers, deadlines } = roster;
  for (let peer = deadlines.takeDue(nowMs); peer >= 0; peer = deadlines.takeDue(nowMs)) {
    const status = peers.status[peer];
    if (status === alive || status === unknown) judgeSilence(roster, peer, nowMs, events);
    else if (status === suspect) judgeSuspect(roster, peer, nowMs);
    else forget(roster, peer);
  }
  releaseHeld(roster, nowMs, events);
}

/** A deadline has come. It counts only if this observer has listened for a whole window (A1). */
function judgeSilence(roster: Roster, peer: number, nowMs: number, events: LivenessEvent[]): void {
  const listenedMs =
    roster.attentiveSinceMs + detectorOf(roster, peer).windowMs + patienceMs(roster, peer, nowMs);
  if (nowMs < listenedMs) roster.deadlines.set(peer, listenedMs);
  else suspectPeer(roster, peer, "silence", nowMs, events);
}

/** Begins a suspicion. */
export function suspectPeer(
  roster: Roster,
  peer: number,
  reason: SuspicionReason,
  nowMs: number,
  events: LivenessEvent[],
): void {
  const trouble = troubleWith(roster, peer);
  trouble.suspectedAtMs = nowMs;
  trouble.reason = reason;
  trouble.lateSlot = -1;
  trouble.streak = 0;
  roster.counts.suspicions++;
  setStatus(roster, peer, suspect);
  roster.deadlines.set(peer, nowMs + deadAfterMs(roster, peer));
  const id = roster.peers.ids[peer] as string;
  events.push({ kind: "suspect", id, silentMs: silentMsOf(roster, peer, nowMs), reason });
}

/** A suspect has been one for long enough: the brake decides when it is declared dead (B3). */
function judgeSuspect(roster: Roster, peer: number, nowMs: number): void {
  const { attentiveSinceMs, peers, zones } = roster;
  const afterMs = deadAfterMs(roster, peer);
  const { suspectedAtMs } = troubleWith(roster, peer);
  const missed = attentiveSinceMs > suspectedAtMs;
  const dueMs = missed
    ? attentiveSinceMs + Math.max(detectorOf(roster, peer).windowMs, afterMs)
    : suspectedAtMs + afterMs;
  if (nowMs < dueMs) roster.deadlines.set(peer, dueMs);
  else zones.hold(peers.zone[peer] as number, peer);
}

/** Declares dead as many of those held back as the brake lets through. */
function releaseHeld(roster: Roster, nowMs: number, events: LivenessEvent[]): void {
  // The counts first: those that have fallen silent with a peer speak for it.
  settleZones(roster, nowMs, events);
  for (const zone of roster.zones.list)
    for (const peer of zone.held) {
      if (!roster.zones.admitsDeath(zone, nowMs)) break;
      die(roster, peer, nowMs, events);
    }
}

function die(roster: Roster, peer: number, nowMs: number, events: LivenessEvent[]): void {
  const { reason } = troubleWith(roster, peer);
  roster.counts.deaths++;
  setStatus(roster, peer, dead);
  roster.deadlines.set(peer, nowMs + roster.settings.forgetAfterMs);
  const id = roster.peers.ids[peer] as string;
  events.push({ kind: "dead", id, silentMs: silentMsOf(roster, peer, nowMs), reason });
}

/** Looks at the zones after a step. Where a doubt has ended, attention begins anew (B2). */
export function settleZones(roster: Roster, nowMs: number, events: LivenessEvent[]): void {
  if (roster.zones.look(nowMs, events)) onAttentive(roster, false, nowMs);
}

/**
 * This observer listens again, after it did not (A1). Nobody is declared dead, either, for a time that it did not listen to.
 * @param jumped whether its clock stood still meanwhile, as in a suspend of the machine (A4)
 */
export function onAttentive(roster: Roster, jumped: boolean, nowMs: number): void {
  roster.attentiveSinceMs = nowMs;
  if (jumped) roster.jumpedAtMs = nowMs;
  const { windowMs } = roster.settings.detector;
  roster.learnsFromMs = jumped ? nowMs : nowMs + windowMs;
  roster.hintsFromMs = nowMs + windowMs;
  // Those about to be declared dead get a whole window more, too.
  for (const [index, zone] of roster.zones.list.entries())
    for (const peer of zone.held) {
      roster.zones.letGo(index, peer);
      roster.deadlines.set(peer, nowMs);
    }
}
