import { isId } from "../../protocol/index.js";
import type { Detector } from "../detection/detector.js";
import { heardAtIn, slotIn } from "../detection/detector.js";
import { DeadlineHeap } from "./deadline-heap.js";
import { Paces } from "./paces.js";
import { dead, left, Peers, suspect } from "./peer-table.js";
import type { RosterSettings } from "./roster-settings.js";
import { isOver, noTrouble, patienceOf, type Trouble } from "./trouble.js";
import { Zones } from "./zones.js";

/** What has been refused, and how many suspicions there were. */
export interface RosterCounts {
  suspicions: number;
  /** Suspicions by silence that a beat of the same life refuted. */
  refuted: number;
  /** Peers that were declared dead. */
  deaths: number;
  /** Times this observer was held up, or its machine slept, so that silence of that time counts for nobody. */
  absences: number;
  /** Beats of a slot that was not new. */
  staleBeats: number;
  /** Beats of a slot that the sender cannot have reached. */
  badSlots: number;
  /** Beats of a life that was left behind. */
  oldBoots: number;
  /** Beats whose life has no proper name. */
  badBoots: number;
  /** Beats at an interval that is refused. */
  badIntervals: number;
  /** Peers for which there was no room, or whose name is none. */
  refusedPeers: number;
}

/**
 * All that one observer knows of its peers. The rules are functions over it: `evidence.ts` for what arrives, `verdicts.ts` for what time brings. They read no
 * clock, and add to `events` what has become so.
 */
export interface Roster {
  readonly settings: RosterSettings;
  /** The paces at which peers beat, each with its detector. */
  readonly paces: Paces;
  readonly peers: Peers;
  readonly deadlines: DeadlineHeap;
  readonly zones: Zones;
  /** Dead peers and those that left, the oldest first: the first to be forgotten where room is needed. */
  readonly gone: Set<number>;
  readonly counts: RosterCounts;
  /** Since when this observer has listened without a break (A1). */
  attentiveSinceMs: number;
  /** From when on arrivals teach the estimates again (A3). */
  learnsFromMs: number;
  /** From when on closed connections are a hint again (R5). */
  hintsFromMs: number;
  /** The last time at which the clock itself was found to have jumped (A4). */
  jumpedAtMs: number;
  /** Is told of each beat by how much it was late, where somebody measures that. */
  onLateness: ((latenessMs: number) => void) | null;
}

/** Begins to observe, at `nowMs`. */
export function createRoster(settings: RosterSettings, nowMs: number): Roster {
  return {
    settings,
    paces: new Paces(settings.detector),
    peers: new Peers(settings.detector.width),
    deadlines: new DeadlineHeap(),
    zones: new Zones(settings.deathsPerSecond, settings.brakeMs),
    gone: new Set(),
    counts: {
      suspicions: 0,
      refuted: 0,
      deaths: 0,
      absences: 0,
      staleBeats: 0,
      badSlots: 0,
      oldBoots: 0,
      badBoots: 0,
      badIntervals: 0,
      refusedPeers: 0,
    },
    attentiveSinceMs: nowMs,
    learnsFromMs: nowMs,
    hintsFromMs: nowMs,
    jumpedAtMs: Number.NEGATIVE_INFINITY,
    onLateness: null,
  };
}

/**
 * Adds a peer that has not been heard; -1 if there is no room, or the name is none. Its silence counts from now on.
 * @param zoneNamed the zone that it names itself; counts where the monitor does not know zones by itself
 */
export function admit(
  roster: Roster,
  id: string,
  slot: number,
  pace: number,
  zoneNamed: string,
  nowMs: number,
): number {
  const { peers, settings, gone } = roster;
  if (peers.count >= settings.maxPeers) {
    const [oldest = longestHeld(roster, nowMs)] = gone;
    if (oldest !== null) forget(roster, oldest);
  }
  if (peers.count >= settings.maxPeers || typeof id !== "string" || !isId(id)) {
    roster.counts.refusedPeers++;
    return -1;
  }
  const zone = roster.zones.indexOf(settings.zoneOf === null ? zoneNamed : settings.zoneOf(id), nowMs);
  const peer = peers.add(id, zone, pace);
  roster.deadlines.reserve(peers.capacity);
  roster.zones.count(zone, 1, 0);
  detectorOf(roster, peer).begin(peers.memory(peer), peers.at(peer), slot, nowMs);
  roster.deadlines.set(peer, deadlineOf(roster, peer, nowMs));
  return peer;
}

/** Of the suspects that the brake holds back, the one that has been silent for longest, if it would be forgotten by now were it dead; null if there is none. */
function longestHeld(roster: Roster, nowMs: number): number | null {
  let longest: number | null = null;
  let longestMs = roster.settings.forgetAfterMs;
  for (const { held } of roster.zones.list) {
    const [peer] = held;
    if (peer === undefined || silentMsOf(roster, peer, nowMs) < longestMs) continue;
    longest = peer;
    longestMs = silentMsOf(roster, peer, nowMs);
  }
  return longest;
}

/** Forgets all of a peer. */
export function forget(roster: Roster, peer: number): void {
  setStatus(roster, peer, left);
  roster.gone.delete(peer);
  roster.deadlines.remove(peer);
  roster.peers.remove(peer);
}

/** Changes what is held of a peer, and the counts of its zone with it. */
export function setStatus(roster: Roster, peer: number, to: number): void {
  const { peers, zones, gone } = roster;
  const from = peers.status[peer] as number;
  if (from === to) return;
  peers.status[peer] = to;
  const zone = peers.zone[peer] as number;
  zones.count(zone, counted(to) - counted(from), silent(to) - silent(from));
  if (from === suspect) zones.letGo(zone, peer);
  if (isGone(to) && !isGone(from)) gone.add(peer);
  if (!isGone(to)) gone.delete(peer);
}

function counted(status: number): number {
  return status === left ? 0 : 1;
}

function silent(status: number): number {
  return status === suspect || status === dead ? 1 : 0;
}

function isGone(status: number): boolean {
  return status === dead || status === left;
}

/** The detector that judges a peer: the monitor's, for the interval at which the peer beats. */
export function detectorOf({ paces, peers }: Roster, peer: number): Detector {
  return paces.detectors[peers.pace[peer] as number] as Detector;
}

/** For how long a peer is suspected before it is declared dead (R4). */
export function deadAfterMs(roster: Roster, peer: number): number {
  return roster.settings.deadAfterMs ?? detectorOf(roster, peer).windowMs;
}

/** No sender is trusted for longer than so many windows of silence, whatever its slots made of the estimate (R4). */
const mostWindows = 3;

/** When a peer will be suspected if no newer beat comes and this observer has listened (R4): what its detector says, with its patience. */
export function deadlineOf(roster: Roster, peer: number, nowMs: number): number {
  const { peers } = roster;
  const detector = detectorOf(roster, peer);
  const memory = peers.memory(peer);
  const at = peers.at(peer);
  const latestMs = heardAtIn(memory, at) + mostWindows * detector.windowMs;
  const deadlineMs = Math.min(detector.deadlineMs(memory, at), latestMs);
  return deadlineMs + patienceMs(roster, peer, nowMs);
}

/** By how much the pause of a peer is longer. */
export function patienceMs(roster: Roster, peer: number, nowMs: number): number {
  const trouble = troubleOf(roster, peer);
  return trouble === null ? 0 : patienceOf(trouble, nowMs) * detectorOf(roster, peer).pauseMs;
}

/** The trouble with a peer, or null. */
export function troubleOf({ peers }: Roster, peer: number): Trouble | null {
  return peers.troubled[peer] === 0 ? null : (peers.troubles.get(peer) ?? null);
}

/** The trouble with a peer, from now on if there was none. */
export function troubleWith(roster: Roster, peer: number): Trouble {
  const known = troubleOf(roster, peer);
  if (known !== null) return known;
  const trouble = noTrouble();
  roster.peers.troubled[peer] = 1;
  roster.peers.troubles.set(peer, trouble);
  return trouble;
}

/** Forgets the trouble with a peer where nothing of it is left. */
export function endTrouble({ peers }: Roster, peer: number, trouble: Trouble): void {
  if (!isOver(trouble)) return;
  peers.troubled[peer] = 0;
  peers.troubles.delete(peer);
}

/** For how long a peer has been silent. */
export function silentMsOf({ peers }: Roster, peer: number, nowMs: number): number {
  return Math.max(0, nowMs - heardAtIn(peers.memory(peer), peers.at(peer)));
}

/** The newest slot of a peer. */
export function slotOf({ peers }: Roster, peer: number): number {
  return slotIn(peers.memory(peer), peers.at(peer));
}

/** When there will be something to do, if nothing arrives; infinite for never. */
export function timerAtMs(roster: Roster, nowMs: number): number {
  return Math.min(roster.deadlines.earliestMs(), roster.zones.nextDeathMs(nowMs));
}
