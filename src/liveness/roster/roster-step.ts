import type { Arrival } from "./beat-arrival.js";
import { onBeat, onClosed, onGoodbye, onWatch } from "./evidence.js";
import type { LivenessEvent } from "./liveness-event.js";
import { forget, type Roster } from "./roster.js";
import { onAttentive, onTimer, settleZones } from "./verdicts.js";

/** What an observer is told. */
export type RosterInput =
  | Arrival
  | { readonly kind: "goodbye"; readonly id: string; readonly boot: string | null }
  /** The connection with a peer was closed. */
  | { readonly kind: "closed"; readonly id: string }
  /** A peer is to be watched from now on, whether or not it is heard. */
  | { readonly kind: "watch"; readonly id: string }
  | { readonly kind: "forget"; readonly id: string }
  /** A time that the roster asked for has come. */
  | { readonly kind: "timer" }
  /** This observer listens again; `jumped` where its clock stood still. */
  | { readonly kind: "attentive"; readonly jumped: boolean };

/** The rules of failure detection as a function: changes the roster, and adds to `events` what has become so. No clock, no chance. */
export function stepRoster(roster: Roster, input: RosterInput, nowMs: number, events: LivenessEvent[]): void {
  switch (input.kind) {
    case "beat":
      onBeat(roster, input, nowMs, events);
      break;
    case "goodbye":
      onGoodbye(roster, input.id, input.boot, nowMs, events);
      break;
    case "closed":
      onClosed(roster, input.id, nowMs, events);
      break;
    case "watch":
      onWatch(roster, input.id, nowMs);
      break;
    case "forget": {
      const peer = roster.peers.indexes.get(input.id);
      if (peer !== undefined) forget(roster, peer);
      break;
    }
    case "timer":
      onTimer(roster, nowMs, events);
      break;
    case "attentive":
      roster.counts.absences++;
      onAttentive(roster, input.jumped, nowMs);
      break;
  }
  settleZones(roster, nowMs, events);
}
