import type { Backend } from "./backend.js";
import type { Checks } from "./checks.js";
import type { ChecksEffect } from "./checks-event.js";
import { afterFail, afterPass, isUp, topCredit } from "./counter.js";

/** What a probe has said. */
export type Answer =
  | { readonly ok: true }
  /** `explicit`: the backend answered, and its answer was bad. */
  | { readonly ok: false; readonly explicit: boolean; readonly reason: string };

/** The fractional part of the golden ratio: its multiples fall everywhere in [0, 1) evenly, and never in step. */
const golden = 0.6180339887498949;

/** Sends the probes that are due, the longest due first, as many as there is room for (H4). */
export function sendDue(checks: Checks, nowMs: number, effects: ChecksEffect[]): void {
  const { maxConcurrent, timeoutMs } = checks.settings;
  if (checks.underWayCount >= maxConcurrent) return;
  const due = [...checks.backends.values()].filter(
    ({ underWay, nextProbeMs }) => underWay === null && nextProbeMs <= nowMs,
  );
  due.sort((a, b) => a.nextProbeMs - b.nextProbeMs);
  for (const backend of due.slice(0, maxConcurrent - checks.underWayCount)) {
    const probe = ++checks.lastProbe;
    backend.underWay = { number: probe, sentAtMs: nowMs, interrupted: false };
    backend.probeCount++;
    checks.underWayCount++;
    effects.push({ kind: "probe", probe, id: backend.id, target: backend.target, timeoutMs });
  }
}

/** When a probe is to be sent, or to be given up. */
export function nextProbeEventMs(checks: Checks): number {
  const { maxConcurrent, timeoutMs } = checks.settings;
  const hasRoom = checks.underWayCount < maxConcurrent;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const { underWay, nextProbeMs } of checks.backends.values()) {
    if (underWay !== null) earliestMs = Math.min(earliestMs, underWay.sentAtMs + timeoutMs);
    else if (hasRoom) earliestMs = Math.min(earliestMs, nextProbeMs);
  }
  return earliestMs;
}

/** A probe has been answered. An answer to a probe that was given up, or whose backend was removed, counts for nothing. */
export function onAnswer(
  checks: Checks,
  id: string,
  probe: number,
  answer: Answer,
  nowMs: number,
  effects: ChecksEffect[],
): void {
  const backend = checks.backends.get(id);
  if (backend?.underWay?.number === probe) judge(checks, backend, answer, nowMs, effects);
}

/** Gives up the probes that have had their time. */
export function giveUpLate(checks: Checks, nowMs: number, effects: ChecksEffect[]): void {
  const { timeoutMs } = checks.settings;
  for (const backend of checks.backends.values()) {
    const { underWay } = backend;
    if (underWay === null || nowMs < underWay.sentAtMs + timeoutMs) continue;
    effects.push({ kind: "abort", probe: underWay.number });
    const reason = `no answer within ${timeoutMs} ms`;
    judge(checks, backend, { ok: false, explicit: false, reason }, nowMs, effects);
  }
}

/** This observer was away: it has not listened to the probes under way (H5). After a jump of the clock nobody knows how long they took. */
export function interrupt(checks: Checks, jumped: boolean, nowMs: number, effects: ChecksEffect[]): void {
  for (const backend of checks.backends.values()) {
    const { underWay } = backend;
    if (underWay === null) continue;
    underWay.interrupted = true;
    if (!jumped) continue;
    effects.push({ kind: "abort", probe: underWay.number });
    repeat(checks, backend, nowMs);
  }
}

/** Forgets the probe under way, if there is one. */
export function giveUp(checks: Checks, backend: Backend, effects: ChecksEffect[]): void {
  if (backend.underWay === null) return;
  effects.push({ kind: "abort", probe: backend.underWay.number });
  backend.underWay = null;
  checks.underWayCount--;
}

function repeat(checks: Checks, backend: Backend, nowMs: number): void {
  backend.underWay = null;
  checks.underWayCount--;
  backend.nextProbeMs = nowMs;
}

function judge(
  checks: Checks,
  backend: Backend,
  answer: Answer,
  nowMs: number,
  effects: ChecksEffect[],
): void {
  const { settings } = checks;
  const { underWay, credit } = backend;
  if (underWay === null) return;
  const latencyMs = nowMs - underWay.sentAtMs;
  if (underWay.interrupted && !(answer.ok && latencyMs < settings.timeoutMs)) {
    repeat(checks, backend, nowMs);
    return;
  }
  backend.underWay = null;
  checks.underWayCount--;
  backend.credit = creditAfter(checks, backend, answer);
  const reason = answer.ok ? "" : answer.reason;
  backend.last = { ok: answer.ok, reason, latencyMs, atMs: nowMs };
  effects.push({ kind: "probed", id: backend.id, ok: answer.ok, reason, latencyMs, credit: backend.credit });
  const wasUp = isUp(credit, settings);
  const nowUp = isUp(backend.credit, settings);
  if (!nowUp && !answer.ok) backend.warm = false;
  if (wasUp && !nowUp) effects.push({ kind: "down", id: backend.id, reason });
  if (!wasUp && nowUp) effects.push({ kind: "up", id: backend.id });
  backend.nextProbeMs = Math.max(nowMs, underWay.sentAtMs + intervalAfter(checks, backend));
}

function creditAfter({ settings }: Checks, { credit, last }: Backend, answer: Answer): number {
  if (!answer.ok) return answer.explicit && settings.explicitIsFinal ? 0 : afterFail(credit, settings);
  // Fast start (H2).
  return last === null ? topCredit(settings) : afterPass(credit, settings);
}

/** The interval until the next probe, with its jitter. */
function intervalAfter({ settings }: Checks, { credit, draw, probeCount }: Backend): number {
  const { intervalMs, fastIntervalMs, downIntervalMs, jitter } = settings;
  const baseMs = credit === 0 ? downIntervalMs : credit === topCredit(settings) ? intervalMs : fastIntervalMs;
  const turn = draw + probeCount * golden;
  return baseMs * (1 + jitter * (2 * (turn - Math.floor(turn)) - 1));
}
