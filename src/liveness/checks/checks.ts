import type { Backend } from "./backend.js";
import { isWell } from "./backend.js";
import type { ChecksEffect } from "./checks-event.js";
import type { ChecksSettings } from "./checks-settings.js";

/** All backends of one observer. The rules are functions over it. */
export interface Checks {
  readonly settings: ChecksSettings;
  /** By id, in the order in which they were given. */
  backends: Map<string, Backend>;
  /** Whether backends were set before: those of the first time need no slow start. */
  started: boolean;
  /** The number of the last probe. */
  lastProbe: number;
  underWayCount: number;
  panics: boolean;
  /** From when on failed requests count: not while those fail that an absence of this process has hit (H5). */
  errorsFromMs: number;
}

/** Begins, with no backend. */
export function createChecksState(settings: ChecksSettings): Checks {
  return {
    settings,
    backends: new Map(),
    started: false,
    lastProbe: 0,
    underWayCount: 0,
    panics: false,
    errorsFromMs: Number.NEGATIVE_INFINITY,
  };
}

/** The backends that requests may go to now (H7), in the order in which they were given. */
export function usableOf(checks: Checks): string[] {
  return [...checks.backends.values()].filter((one) => isUsable(checks, one)).map(({ id }) => id);
}

/** Whether requests may go to a backend now (H7, H9). */
export function isUsable({ settings, panics }: Checks, backend: Backend): boolean {
  return !backend.draining && (panics || isWell(backend, settings));
}

/** The least weight of a backend that is usable. */
const leastWeight = 0.1;

/** The weight of a backend (H8): 0 if it is not usable, 1 in panic, and else what its slow start has come to. */
export function weightOf(checks: Checks, backend: Backend, nowMs: number): number {
  if (!isUsable(checks, backend)) return 0;
  const { slowStartMs } = checks.settings;
  if (checks.panics || backend.rampFromMs === null || slowStartMs === 0) return 1;
  const share = (nowMs - backend.rampFromMs) / slowStartMs;
  return share >= 1 ? 1 : leastWeight + (1 - leastWeight) * share;
}

/**
 * A usable backend, by weight (H7, H8); null if there is none.
 * @param draw uniform in [0, 1)
 */
export function pickOf(checks: Checks, nowMs: number, draw: number): string | null {
  const usable = [...checks.backends.values()].filter((one) => isUsable(checks, one));
  const weights = usable.map((backend) => weightOf(checks, backend, nowMs));
  let left = draw * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, { id }] of usable.entries()) {
    left -= weights[index] as number;
    if (left < 0) return id;
  }
  return usable.at(-1)?.id ?? null;
}

/** What follows for all from what has changed of one: panic (H7), and slow starts (H8). */
export function settle(checks: Checks, nowMs: number, effects: ChecksEffect[]): void {
  const { settings } = checks;
  let wellCount = 0;
  let ofCount = 0;
  for (const backend of checks.backends.values()) {
    const well = isWell(backend, settings);
    if (!well) backend.rampFromMs = null;
    if (backend.draining) continue;
    ofCount++;
    // One that was not probed yet may be well, unless requests to it failed.
    if (well || (backend.last === null && backend.ejectedUntilMs === null)) wellCount++;
    if (!well || backend.warm) continue;
    backend.warm = true;
    backend.rampFromMs = nowMs;
  }
  const panics = ofCount > 0 && wellCount / ofCount < settings.panicBelow;
  if (panics === checks.panics) return;
  checks.panics = panics;
  effects.push({ kind: "panic", panics, wellCount, ofCount });
}
