import { createBackend } from "./backend.js";
import { type Checks, settle } from "./checks.js";
import type { ChecksEffect } from "./checks-event.js";
import { type Answer, giveUp, giveUpLate, interrupt, nextProbeEventMs, onAnswer, sendDue } from "./probes.js";
import { endEjections, excuseErrors, nextReturnMs, onReport } from "./reported.js";

/** A backend as it is given. One whose target is another than before is another backend. */
export interface GivenBackend {
  readonly id: string;
  readonly target: string;
  /** Uniform in [0, 1). */
  readonly draw: number;
}

/** What an observer of backends is told. */
export type ChecksInput =
  /** All backends there are from now on. */
  | { readonly kind: "set"; readonly backends: readonly GivenBackend[] }
  /** A probe has been answered. */
  | { readonly kind: "answer"; readonly id: string; readonly probe: number; readonly answer: Answer }
  /** A request of the service to a backend went well or failed. */
  | { readonly kind: "report"; readonly id: string; readonly ok: boolean }
  | { readonly kind: "drain"; readonly id: string; readonly draining: boolean }
  /** A time that the checks asked for has come. */
  | { readonly kind: "timer" }
  /** This observer listens again; `jumped` where its clock stood still. */
  | { readonly kind: "attentive"; readonly jumped: boolean };

/** The rules of health checks as a function: changes `checks`, and adds to `effects` what is to be done and told. No clock, no chance. */
export function stepChecks(checks: Checks, input: ChecksInput, nowMs: number, effects: ChecksEffect[]): void {
  switch (input.kind) {
    case "set":
      setBackends(checks, input.backends, nowMs, effects);
      break;
    case "answer":
      onAnswer(checks, input.id, input.probe, input.answer, nowMs, effects);
      break;
    case "report":
      onReport(checks, input.id, input.ok, nowMs, effects);
      break;
    case "drain":
      drain(checks, input.id, input.draining, effects);
      break;
    case "timer":
      break;
    case "attentive":
      interrupt(checks, input.jumped, nowMs, effects);
      excuseErrors(checks, nowMs);
      // What arrived meanwhile comes before the deadlines that passed meanwhile.
      return;
  }
  if (input.kind === "timer") giveUpLate(checks, nowMs, effects);
  endEjections(checks, nowMs, effects);
  settle(checks, nowMs, effects);
  sendDue(checks, nowMs, effects);
}

/** When there is something to do, if nothing arrives; infinite for never. */
export function timerAtMs(checks: Checks): number {
  return Math.min(nextProbeEventMs(checks), nextReturnMs(checks));
}

function setBackends(
  checks: Checks,
  given: readonly GivenBackend[],
  nowMs: number,
  effects: ChecksEffect[],
): void {
  const before = checks.backends;
  const atStart = !checks.started;
  checks.started = true;
  checks.backends = new Map();
  const kept = new Set(
    given.filter(({ id, target }) => before.get(id)?.target === target).map(({ id }) => id),
  );
  for (const backend of before.values()) {
    if (kept.has(backend.id)) continue;
    giveUp(checks, backend, effects);
    effects.push({ kind: "removed", id: backend.id });
  }
  for (const one of given) {
    const known = kept.has(one.id) ? before.get(one.id) : undefined;
    checks.backends.set(one.id, known ?? createBackend({ ...one, atStart }, checks.settings, nowMs));
    if (known === undefined) effects.push({ kind: "added", id: one.id });
  }
}

function drain(checks: Checks, id: string, draining: boolean, effects: ChecksEffect[]): void {
  const backend = checks.backends.get(id);
  if (backend === undefined || backend.draining === draining) return;
  backend.draining = draining;
  effects.push({ kind: "draining", id, draining });
}
