import { isId } from "../../protocol/index.js";
import type { Detector } from "../detection/detector.js";
import type { Arrival } from "./beat-arrival.js";
import type { LivenessEvent } from "./liveness-event.js";
import { alive, dead, left, suspect, unknown } from "./peer-table.js";
import {
  admit,
  deadlineOf,
  detectorOf,
  endTrouble,
  type Roster,
  setStatus,
  silentMsOf,
  slotOf,
  troubleOf,
  troubleWith,
} from "./roster.js";
import { leaveBehind, refute, type Trouble } from "./trouble.js";
import { suspectPeer } from "./verdicts.js";

/** A slot may be ahead of the last by so many, besides twice the intervals that have passed. */
const slotsAhead = 1000;

/** A beat has arrived (R1 to R3). */
export function onBeat(roster: Roster, beat: Arrival, nowMs: number, events: LivenessEvent[]): void {
  const { id, boot, slot: given } = beat;
  if (given !== null && !(Number.isSafeInteger(given) && given >= 0)) {
    roster.counts.badSlots++;
    return;
  }
  const { peers } = roster;
  const known = peers.indexes.get(id);
  // A life that is known has been looked at before.
  if ((known === undefined || peers.boots[known] !== boot) && !isBoot(boot)) {
    roster.counts.badBoots++;
    return;
  }
  const pace = roster.paces.of(beat.intervalMs, peers);
  if (pace < 0) {
    roster.counts.badIntervals++;
    return;
  }
  const peer = known ?? admit(roster, id, given ?? 0, pace, beat.zone, nowMs);
  if (peer < 0) return;
  if (known === undefined || (peers.status[peer] === unknown && peers.boots[peer] === "")) {
    peers.boots[peer] = boot;
    begin(roster, peer, given ?? 0, pace, nowMs);
    becomeAlive(roster, peer, nowMs, events);
  } else if (peers.boots[peer] === boot) onOwnBeat(roster, peer, given, pace, nowMs, events);
  else onOtherBoot(roster, peer, boot, given ?? 0, pace, nowMs, events);
}

/** A name for a life of a process; empty where the sender has none. */
function isBoot(boot: string): boolean {
  return typeof boot === "string" && (boot === "" || isId(boot));
}

/** A beat of the life that is known. */
function onOwnBeat(
  roster: Roster,
  peer: number,
  given: number | null,
  pace: number,
  nowMs: number,
  events: LivenessEvent[],
): void {
  const { peers, counts } = roster;
  const detector = detectorOf(roster, peer);
  const status = peers.status[peer];
  if (status === left && peers.boots[peer] !== "") {
    counts.oldBoots++;
    return;
  }
  const last = slotOf(roster, peer);
  const silentMs = silentMsOf(roster, peer, nowMs);
  const intervals = silentMs / detector.intervalMs;
  // A sender that does not count: the slot nearest to its arrival, so that a lost beat does not shift all later ones.
  const slot = given ?? last + Math.max(1, Math.round(intervals));
  if (slot <= last) {
    counts.staleBeats++;
    return;
  }
  // Slots and arrivals from before a jump of the clock, or of another pace, say nothing about those after it (A4, R9).
  const anew = nowMs - silentMs < roster.jumpedAtMs || pace !== peers.pace[peer];
  if (slot > last + 2 * intervals + slotsAhead && !anew) {
    counts.badSlots++;
    return;
  }
  if (anew) setPace(roster, peer, slot, pace, nowMs);
  else detector.onBeat(peers.memory(peer), peers.at(peer), slot, nowMs, learns(roster, peer, nowMs));
  if (roster.onLateness !== null && !anew)
    roster.onLateness(Math.max(0, silentMs - (slot - last) * detector.intervalMs));
  if (status === alive) {
    roster.deadlines.set(peer, deadlineOf(roster, peer, nowMs));
    if (peers.troubled[peer] === 1) endTrouble(roster, peer, troubleWith(roster, peer));
  } else onSignOfLife(roster, peer, slot, silentMs, nowMs, events);
}

/** A newer beat of a peer that is not alive: what it changes depends on whether it came in time (R3). */
function onSignOfLife(
  roster: Roster,
  peer: number,
  slot: number,
  silentMs: number,
  nowMs: number,
  events: LivenessEvent[],
): void {
  const { peers, settings } = roster;
  const detector = detectorOf(roster, peer);
  const trouble = troubleWith(roster, peer);
  if (
    !(nowMs < deadlineOf(roster, peer, nowMs)) &&
    !keepsPace(detector, trouble, peers.boots[peer] as string, slot, nowMs)
  ) {
    trouble.streak = 0;
    return;
  }
  if (!(nowMs < deadlineOf(roster, peer, nowMs)))
    detector.begin(peers.memory(peer), peers.at(peer), slot, nowMs);
  if (peers.status[peer] === dead) {
    trouble.streak = silentMs <= detector.windowMs ? trouble.streak + 1 : 1;
    if (trouble.streak < settings.rise) return;
  }
  if (peers.status[peer] !== left && trouble.reason === "silence") {
    roster.counts.refuted++;
    const patience = refute(trouble, nowMs);
    if (patience >= 2) events.push({ kind: "flapping", id: peers.ids[peer] as string, patience });
  }
  becomeAlive(roster, peer, nowMs, events);
}

/**
 * Whether a sender all of whose beats come late has kept its pace for a window, so that it is its delay that has changed, as after a sleep of the sender (R3).
 * The beats of a dead sender that trickle from a queue do not.
 */
function keepsPace(
  { intervalMs, windowMs }: Detector,
  trouble: Trouble,
  boot: string,
  slot: number,
  nowMs: number,
): boolean {
  const passedMs = nowMs - trouble.lateAtMs;
  const begun = trouble.lateSlot >= 0 && trouble.lateBoot === boot;
  if (begun && passedMs < windowMs) return false;
  const kept = begun && passedMs - (slot - trouble.lateSlot) * intervalMs <= windowMs / 2;
  trouble.lateSlot = kept ? -1 : slot;
  trouble.lateAtMs = nowMs;
  trouble.lateBoot = boot;
  return kept;
}

function onOtherBoot(
  roster: Roster,
  peer: number,
  boot: string,
  slot: number,
  pace: number,
  nowMs: number,
  events: LivenessEvent[],
): void {
  const { peers } = roster;
  const trouble = troubleWith(roster, peer);
  // Where the present life is silent, one that keeps its pace was not over: first beats of two lives overtook each other (R1).
  const silent = peers.status[peer] === suspect || peers.status[peer] === dead;
  if (
    trouble.boots.includes(boot) &&
    !(silent && keepsPace(detectorOf(roster, peer), trouble, boot, slot, nowMs))
  ) {
    roster.counts.oldBoots++;
    return;
  }
  leaveBehind(trouble, peers.boots[peer] as string);
  trouble.patience = 0;
  peers.boots[peer] = boot;
  begin(roster, peer, slot, pace, nowMs);
  events.push({ kind: "restarted", id: peers.ids[peer] as string, boot });
  if (peers.status[peer] !== alive) becomeAlive(roster, peer, nowMs, events);
}

/** Begins the estimate anew, at this pace. */
function setPace(roster: Roster, peer: number, slot: number, pace: number, nowMs: number): void {
  const { peers } = roster;
  peers.pace[peer] = pace;
  detectorOf(roster, peer).begin(peers.memory(peer), peers.at(peer), slot, nowMs);
}

function begin(roster: Roster, peer: number, slot: number, pace: number, nowMs: number): void {
  setPace(roster, peer, slot, pace, nowMs);
  roster.deadlines.set(peer, deadlineOf(roster, peer, nowMs));
}

function becomeAlive(roster: Roster, peer: number, nowMs: number, events: LivenessEvent[]): void {
  const { peers, deadlines } = roster;
  setStatus(roster, peer, alive);
  const trouble = troubleOf(roster, peer);
  if (trouble !== null) {
    trouble.streak = 0;
    trouble.lateSlot = -1;
    endTrouble(roster, peer, trouble);
  }
  deadlines.set(peer, deadlineOf(roster, peer, nowMs));
  events.push({ kind: "alive", id: peers.ids[peer] as string, boot: peers.boots[peer] as string });
}

/** Whether an arrival teaches the estimate: not while attention has just come back, and not of a peer that is not trusted (A3). */
function learns(roster: Roster, peer: number, nowMs: number): boolean {
  return nowMs >= roster.learnsFromMs && roster.peers.status[peer] === alive;
}

/**
 * A peer says goodbye: it has left, and no alarm follows (R7).
 * @param boot the life that ends; null for the one that is known
 */
export function onGoodbye(
  roster: Roster,
  id: string,
  boot: string | null,
  nowMs: number,
  events: LivenessEvent[],
): void {
  const { peers, deadlines, settings } = roster;
  const peer = peers.indexes.get(id);
  if (peer === undefined || peers.status[peer] === left) return;
  if (boot !== null && boot !== peers.boots[peer] && peers.status[peer] !== unknown) {
    roster.counts.oldBoots++;
    return;
  }
  if (boot !== null) peers.boots[peer] = boot;
  setStatus(roster, peer, left);
  deadlines.set(peer, nowMs + settings.forgetAfterMs);
  events.push({ kind: "left", id, boot: peers.boots[peer] as string });
}

/** A peer's connection was closed: a hint that it has failed, unless this observer itself was away just before (R5). */
export function onClosed(roster: Roster, id: string, nowMs: number, events: LivenessEvent[]): void {
  const { peers } = roster;
  const peer = peers.indexes.get(id);
  if (peer === undefined || peers.status[peer] !== alive) return;
  if (nowMs < roster.hintsFromMs) return;
  suspectPeer(roster, peer, "closed", nowMs, events);
}

/** Watches a peer that has not been heard; does nothing about one that is known. */
export function onWatch(roster: Roster, id: string, nowMs: number): void {
  if (!roster.peers.indexes.has(id)) admit(roster, id, 0, 0, "", nowMs);
}
