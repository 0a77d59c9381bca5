import type { LivenessEvent, PeerStatus } from "../../../src/liveness/roster/liveness-event.js";
import { statuses } from "../../../src/liveness/roster/peer-table.js";
import type { Roster } from "../../../src/liveness/roster/roster.js";
import type { RosterOptions } from "../../../src/liveness/roster/roster-settings.js";
import type { RosterInput } from "../../../src/liveness/roster/roster-step.js";
import * as rules from "../../../src/liveness/roster/rules.js";

export { rules };

/** The rules of a roster, perhaps with a bug planted. */
export type Rules = typeof rules;

/** A roster on a time of its own: `until` plays its timer, one step at each instant that it asks for. */
export class Observer {
  nowMs = 0;
  readonly roster: Roster;
  readonly told: { readonly atMs: number; readonly event: LivenessEvent }[] = [];

  private readonly rules: Rules;

  constructor(options: RosterOptions = {}, played: Rules = rules) {
    this.rules = played;
    const base = options.detector === undefined ? { intervalMs: 1000 } : {};
    this.roster = played.createRoster(played.resolveRoster({ ...base, ...options }), 0);
  }

  tell(input: RosterInput): LivenessEvent[] {
    const events: LivenessEvent[] = [];
    this.rules.stepRoster(this.roster, input, this.nowMs, events);
    for (const event of events) this.told.push({ atMs: this.nowMs, event });
    return events;
  }

  beat(id: string, slot: number | null, boot = "1", intervalMs: number | null = null): LivenessEvent[] {
    return this.tell({ kind: "beat", id, boot, slot, intervalMs, zone: "" });
  }

  /** Lets time pass, and carries out what falls due. */
  until(atMs: number): this {
    for (;;) {
      const dueMs = Math.max(this.nowMs, this.rules.timerAtMs(this.roster, this.nowMs));
      if (dueMs > atMs) break;
      this.nowMs = dueMs;
      this.tell({ kind: "timer" });
    }
    this.nowMs = atMs;
    return this;
  }

  /** Beats of each of these peers every interval from slot `from` to slot `to`, each at the slot's time and `lateMs`. */
  beats(ids: readonly string[], from: number, to: number, lateMs = 0): this {
    const { intervalMs } = this.roster.settings.detector;
    for (let slot = from; slot <= to; slot++) {
      this.until(slot * intervalMs + lateMs);
      for (const id of ids) this.beat(id, slot);
    }
    return this;
  }

  status(id: string): PeerStatus | null {
    const peer = this.roster.peers.indexes.get(id);
    return peer === undefined ? null : (statuses[this.roster.peers.status[peer] as number] as PeerStatus);
  }

  /** What was told of a peer: kind and time. */
  story(id: string): string[] {
    return this.told
      .filter(({ event }) => "id" in event && event.id === id)
      .map(({ atMs, event }) => `${event.kind} ${Math.round(atMs)}`);
  }

  /** All events of these kinds. */
  kinds(...kinds: readonly LivenessEvent["kind"][]): number {
    return this.told.filter(({ event }) => kinds.includes(event.kind)).length;
  }
}

/** The names p1 to p`count`. */
export function peersNamed(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `p${index + 1}`);
}
