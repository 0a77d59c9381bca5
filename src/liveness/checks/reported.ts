import { type Backend, isWell } from "./backend.js";
import type { Checks } from "./checks.js";
import type { ChecksEffect } from "./checks-event.js";

/** A request to a backend went well or failed (H6). One to a backend that was removed meanwhile counts for nothing. */
export function onReport(
  checks: Checks,
  id: string,
  ok: boolean,
  nowMs: number,
  effects: ChecksEffect[],
): void {
  const backend = checks.backends.get(id);
  if (backend === undefined) return;
  if (ok) {
    forgetErrors(backend);
    return;
  }
  if (nowMs < checks.errorsFromMs) return;
  backend.errorsInRow++;
  hasten(checks, backend, nowMs);
  eject(checks, backend, nowMs, effects);
}

/** This observer was away: requests failed because of it, and those under way still will (H5). */
export function excuseErrors(checks: Checks, nowMs: number): void {
  checks.errorsFromMs = nowMs + checks.settings.timeoutMs;
  for (const backend of checks.backends.values()) forgetErrors(backend);
}

/** Ends the ejections that are over. */
export function endEjections(checks: Checks, nowMs: number, effects: ChecksEffect[]): void {
  for (const backend of checks.backends.values()) {
    if (backend.ejectedUntilMs === null || nowMs < backend.ejectedUntilMs) continue;
    backend.ejectedUntilMs = null;
    backend.ejectionsAtMs = nowMs;
    effects.push({ kind: "returned", id: backend.id });
  }
}

/** When the next ejection is over. */
export function nextReturnMs(checks: Checks): number {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const { ejectedUntilMs } of checks.backends.values())
    if (ejectedUntilMs !== null) earliestMs = Math.min(earliestMs, ejectedUntilMs);
  return earliestMs;
}

function forgetErrors(backend: Backend): void {
  backend.errorsInRow = 0;
  backend.errorsToEject = 0;
}

/** Has a backend probed at once, and no more often than in transition: failed requests may be thousands a second. */
function hasten({ settings }: Checks, backend: Backend, nowMs: number): void {
  const { errorsBeforeProbe, fastIntervalMs } = settings;
  if (errorsBeforeProbe === 0 || backend.errorsInRow < errorsBeforeProbe) return;
  if (nowMs < backend.hastenedAtMs + fastIntervalMs) return;
  backend.errorsInRow = 0;
  backend.hastenedAtMs = nowMs;
  backend.nextProbeMs = Math.min(backend.nextProbeMs, nowMs);
}

function eject(checks: Checks, backend: Backend, nowMs: number, effects: ChecksEffect[]): void {
  const rule = checks.settings.eject;
  if (rule === null) return;
  backend.errorsToEject =
    isWell(backend, checks.settings) && !backend.draining ? backend.errorsToEject + 1 : 0;
  if (backend.errorsToEject < rule.errors || !hasRoomToEject(checks, rule.maxShare)) return;
  // One is forgiven for each base time in use since the last.
  const forgiven = Math.floor((nowMs - backend.ejectionsAtMs) / rule.baseMs);
  backend.ejections = Math.max(0, backend.ejections - forgiven) + 1;
  const forMs = Math.min(rule.maxMs, rule.baseMs * backend.ejections);
  backend.errorsToEject = 0;
  backend.ejectedUntilMs = nowMs + forMs;
  backend.warm = false;
  effects.push({ kind: "ejected", id: backend.id, forMs });
}

/** Whether one more may be ejected: within the share, or the first. */
function hasRoomToEject(checks: Checks, maxShare: number): boolean {
  const inUse = [...checks.backends.values()].filter(({ draining }) => !draining);
  const ejected = inUse.filter(({ ejectedUntilMs }) => ejectedUntilMs !== null);
  return ejected.length === 0 || (ejected.length + 1) / inUse.length <= maxShare;
}
