import { deathsPerSecond, doubtsItself, modeOf } from "./brake.js";
import type { LivenessEvent, ZoneMode } from "./liveness-event.js";

/** A zone: its counts, and the peers that the brake holds back from being declared dead, the longest first. */
export interface Zone {
  readonly name: string;
  total: number;
  silent: number;
  mode: ZoneMode;
  modeSinceMs: number;
  tokens: number;
  filledAtMs: number;
  readonly held: Set<number>;
}

/** More zones than anybody has; peers of further ones count to the first. */
const mostZones = 1000;

/** The zones of all peers, and whether the observer doubts itself. */
export class Zones {
  readonly list: Zone[] = [];
  doubts = false;
  /** Whether a count has changed since the last look. */
  changed = false;
  private readonly indexes = new Map<string, number>();
  private heldCount = 0;
  private readonly perSecond: number | null;
  private readonly brakeMs: number;

  /** @param perSecond how many peers may be declared dead in a second; null: 1 % of the zone's peers, and at least one */
  constructor(perSecond: number | null, brakeMs: number) {
    this.perSecond = perSecond;
    this.brakeMs = brakeMs;
  }

  /** The zone of this name. */
  indexOf(name: string, nowMs: number): number {
    const known = this.indexes.get(name);
    if (known !== undefined) return known;
    if (this.list.length === mostZones) return 0;
    this.indexes.set(name, this.list.length);
    this.list.push({
      name,
      total: 0,
      silent: 0,
      mode: "normal",
      modeSinceMs: nowMs,
      tokens: 1,
      filledAtMs: nowMs,
      held: new Set(),
    });
    return this.list.length - 1;
  }

  /** Counts a change of a peer of this zone. */
  count(index: number, total: number, silent: number): void {
    const zone = this.list[index] as Zone;
    zone.total += total;
    zone.silent += silent;
    this.changed = true;
  }

  /** Looks at the counts where they have changed; true iff a doubt has ended by it. */
  look(nowMs: number, events: LivenessEvent[]): boolean {
    if (!this.changed) return false;
    this.changed = false;
    for (const zone of this.list) {
      const mode = modeOf(zone);
      if (mode === zone.mode) continue;
      zone.mode = mode;
      zone.modeSinceMs = nowMs;
      events.push({ kind: "disruption", zone: zone.name, mode });
    }
    const doubts = doubtsItself(this.list);
    if (doubts === this.doubts) return false;
    this.doubts = doubts;
    events.push({ kind: "doubt", doubts });
    return !doubts;
  }

  /** The brake holds back this peer, until it is let go. */
  hold(index: number, peer: number): void {
    const { held } = this.list[index] as Zone;
    this.heldCount -= held.size;
    held.add(peer);
    this.heldCount += held.size;
  }

  /** This peer is not held back any more, if it was. */
  letGo(index: number, peer: number): void {
    if (this.list[index]?.held.delete(peer) === true) this.heldCount--;
  }

  /** Whether one more peer of this zone may be declared dead now; it is counted if so. */
  admitsDeath(zone: Zone, nowMs: number): boolean {
    if (this.doubts) return false;
    const rate = this.rateOf(zone, nowMs);
    if (rate === 0) return false;
    const burst = Math.max(1, rate / 10);
    zone.tokens = Math.min(burst, zone.tokens + ((nowMs - zone.filledAtMs) / 1000) * rate);
    zone.filledAtMs = nowMs;
    if (zone.tokens < 1) return false;
    zone.tokens--;
    return true;
  }

  /** When the next of those held back may be declared dead; infinite where none may, as things are. */
  nextDeathMs(nowMs: number): number {
    if (this.doubts || this.heldCount === 0) return Number.POSITIVE_INFINITY;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const zone of this.list) {
      if (zone.held.size === 0) continue;
      const rate = this.rateOf(zone, nowMs);
      // Rounded up, so that the token is there when its time has come.
      const atMs =
        rate === 0
          ? zone.modeSinceMs + this.brakeMs
          : zone.filledAtMs + Math.ceil(((1 - zone.tokens) / rate) * 1000);
      nextMs = Math.min(nextMs, atMs);
    }
    return nextMs;
  }

  private rateOf(zone: Zone, nowMs: number): number {
    const perSecond = this.perSecond ?? Math.max(1, zone.total / 100);
    return deathsPerSecond(zone, perSecond, nowMs - zone.modeSinceMs >= this.brakeMs);
  }
}
