import { deathsPerSecond, doubtsItself, modeOf } from "../../roster/brake.js";
import type { AssignmentEvent } from "../assignment-event.js";
import type { AssignmentSettings } from "../assignment-settings.js";
import { type LeaseTable, newQueue, type ZoneRecord } from "./lease-table.js";

/** More zones than anybody has; workers of further ones count to the unnamed one. */
const mostZones = 1000;

/** The zone of a worker. */
export function zoneOf(table: LeaseTable, name: string, nowMs: number): ZoneRecord {
  const kept = table.zones.has(name) || table.zones.size < mostZones ? name : "";
  const known = table.zones.get(kept);
  if (known !== undefined) return known;
  const zone: ZoneRecord = {
    name: kept,
    total: 0,
    silent: 0,
    mode: "normal",
    modeSinceMs: nowMs,
    tokens: 1,
    filledAtMs: nowMs,
    lapsed: newQueue(),
  };
  table.zones.set(kept, zone);
  return zone;
}

/** Counts a change of a worker of this zone. */
export function countInZone(table: LeaseTable, zone: ZoneRecord, total: number, silent: number): void {
  zone.total += total;
  zone.silent += silent;
  table.zonesChanged = true;
}

/** Looks at the counts of all zones. When the leader's doubt of itself ends, its attention begins anew. */
export function judgeZones(table: LeaseTable, nowMs: number, tell: (event: AssignmentEvent) => void): void {
  if (!table.zonesChanged) return;
  table.zonesChanged = false;
  for (const zone of table.zones.values()) {
    const mode = modeOf(zone);
    if (mode === zone.mode) continue;
    zone.mode = mode;
    zone.modeSinceMs = nowMs;
    tell({ kind: "disruption", zone: zone.name, mode });
  }
  const doubts = doubtsItself(table.zones.values());
  if (doubts === table.doubts) return;
  table.doubts = doubts;
  if (!doubts) table.attentiveSinceMs = nowMs;
  tell({ kind: "doubt", doubts });
}

/** Whether one more worker of this zone may be evicted now; it is counted if so. */
export function admitsEviction(settings: AssignmentSettings, zone: ZoneRecord, nowMs: number): boolean {
  const rate = rateOf(settings, zone, nowMs);
  if (rate === 0) return false;
  zone.tokens = Math.min(Math.max(1, rate / 10), zone.tokens + ((nowMs - zone.filledAtMs) / 1000) * rate);
  zone.filledAtMs = nowMs;
  if (zone.tokens < 1) return false;
  zone.tokens--;
  return true;
}

/** When the next worker of this zone may be evicted, as things are. */
export function nextEvictionMs(settings: AssignmentSettings, zone: ZoneRecord, nowMs: number): number {
  const rate = rateOf(settings, zone, nowMs);
  if (rate > 0) return zone.filledAtMs + Math.ceil(((1 - zone.tokens) / rate) * 1000);
  return zone.mode === "partial" ? zone.modeSinceMs + settings.brakeMs : Number.POSITIVE_INFINITY;
}

function rateOf(settings: AssignmentSettings, zone: ZoneRecord, nowMs: number): number {
  const perSecond = settings.evictionsPerSecond ?? Math.max(1, zone.total / 100);
  return deathsPerSecond(zone, perSecond, nowMs - zone.modeSinceMs >= settings.brakeMs);
}
