import type { SuspicionReason } from "./liveness-event.js";

/** What is kept of a peer that was suspected or that restarted; nothing of the others. */
export interface Trouble {
  /** When the present suspicion began. */
  suspectedAtMs: number;
  reason: SuspicionReason;
  /** Suspicions by silence that a beat of the same life refuted, up to `mostPatience`; older ones are forgiven. */
  patience: number;
  patienceSinceMs: number;
  /** Beats in a row of a peer that is dead. */
  streak: number;
  /** The first of the late beats of a life that came one after the other, to see whether the sender keeps its pace; -1: none. */
  lateSlot: number;
  lateAtMs: number;
  lateBoot: string;
  /** The lives that were left behind, the newest last. */
  readonly boots: string[];
}

/** A peer without trouble. */
export function noTrouble(): Trouble {
  return {
    suspectedAtMs: 0,
    reason: "silence",
    patience: 0,
    patienceSinceMs: 0,
    streak: 0,
    lateSlot: -1,
    lateAtMs: 0,
    lateBoot: "",
    boots: [],
  };
}

const mostPatience = 3;

/** After so long without a refuted suspicion one is forgiven. */
const forgivenAfterMs = 300_000;

const keptBootCount = 4;

/** How many more pauses this peer is given now (R6). */
export function patienceOf(trouble: Trouble, nowMs: number): number {
  const forgiven = Math.floor((nowMs - trouble.patienceSinceMs) / forgivenAfterMs);
  if (trouble.patience > 0 && forgiven > 0) {
    trouble.patience = Math.max(0, trouble.patience - forgiven);
    trouble.patienceSinceMs += forgiven * forgivenAfterMs;
  }
  return trouble.patience;
}

/** A beat has refuted a suspicion. Gives the patience from now on. */
export function refute(trouble: Trouble, nowMs: number): number {
  trouble.patience = Math.min(mostPatience, patienceOf(trouble, nowMs) + 1);
  trouble.patienceSinceMs = nowMs;
  return trouble.patience;
}

/** A life was left behind: late beats of it change nothing. */
export function leaveBehind(trouble: Trouble, boot: string): void {
  trouble.boots.push(boot);
  if (trouble.boots.length > keptBootCount) trouble.boots.shift();
}

/** Whether nothing of it needs to be kept. */
export function isOver(trouble: Trouble): boolean {
  return trouble.patience === 0 && trouble.boots.length === 0;
}
