import type { PeerStatus } from "../../../liveness/roster/liveness-event.js";
import type { Party } from "../hosts/pair-watcher.js";
import type { ZoneCounts } from "./zone-counts.js";

/** What an observer must hold of a sender, worked out from what it was told and what it said. */
export interface View {
  status: PeerStatus;
  /** The lives that were told, the newest last. */
  lives: string[];
  /** By the observer's clock. */
  suspectedAtMs: number;
  goneAtMs: number;
  heardAtMs: number;
  /** Beats of its life since it was declared dead. */
  sinceDeath: number;
  /** Beats that lie unread at its machine. */
  unread: number;
  /** The largest lag of a beat that was taken in good faith: its arrival, less what its slot stands for. Infinite where clocks have jumped. */
  largestLagMs: number;
  /** Beats since the suspicion, by arrival and lag. */
  since: Arrival[];
  /** Beats of other lives since the suspicion. */
  others: (Arrival & { readonly boot: string })[];
}

/** When a beat arrived, by the observer's clock, and that less what its slot stands for. */
export interface Arrival {
  readonly atMs: number;
  readonly lagMs: number;
}

/** An observer, and what it must hold. */
export interface Listener {
  readonly party: Party;
  readonly views: Map<string, View>;
  readonly zones: ZoneCounts;
  /** When it last stood still for long enough to be noticed, and went on, by its clock. */
  absentUntilMs: number;
  stoppedAtMs: number;
  stoppedTrueMs: number;
  /** When anything about it or the world last changed, by its clock. */
  disturbedAtMs: number;
}

/** An observer that starts now. */
export function newListener(party: Party, zones: ZoneCounts, nowMs: number): Listener {
  return {
    party,
    views: new Map(),
    zones,
    absentUntilMs: nowMs,
    stoppedAtMs: Number.POSITIVE_INFINITY,
    stoppedTrueMs: Number.POSITIVE_INFINITY,
    disturbedAtMs: nowMs,
  };
}

/** Nothing is known of a sender yet. */
export function newView(): View {
  return {
    status: "unknown",
    lives: [],
    suspectedAtMs: 0,
    goneAtMs: 0,
    heardAtMs: Number.NEGATIVE_INFINITY,
    sinceDeath: 0,
    unread: 0,
    largestLagMs: Number.NEGATIVE_INFINITY,
    since: [],
    others: [],
  };
}

/** What an observer must hold of a sender. */
export function viewIn({ views }: Listener, id: string): View {
  const known = views.get(id);
  if (known !== undefined) return known;
  const view = newView();
  views.set(id, view);
  return view;
}

/** Another life has begun. */
export function begin(view: View, boot: string): void {
  view.lives.push(boot);
  view.since = [];
  view.others = [];
}

/** What a sum of rounded times may be off by, in milliseconds. */
export const roundingMs = 0.01;

/** Whether the last of these beats is no later than one of a window before, but for half a window (R3). */
export function keptPace(beats: readonly Arrival[], nowMs: number, windowMs: number): boolean {
  const last = beats.at(-1);
  return beats.some(
    ({ atMs, lagMs }) =>
      last !== undefined &&
      nowMs - atMs >= windowMs - roundingMs &&
      last.lagMs - lagMs <= windowMs / 2 + roundingMs,
  );
}
