import type { Backend } from "../../../src/liveness/checks/backend.js";
import type { Checks } from "../../../src/liveness/checks/checks.js";
import { type ChecksEffect, type ChecksEvent, isEvent } from "../../../src/liveness/checks/checks-event.js";
import type { ChecksRules } from "../../../src/liveness/checks/checks-settings.js";
import type { ChecksInput } from "../../../src/liveness/checks/checks-step.js";
import type { Answer } from "../../../src/liveness/checks/probes.js";
import * as checksRules from "../../../src/liveness/checks/rules.js";

export { checksRules };

/** The rules of health checks, perhaps with a bug planted. */
export type RulesOfChecks = typeof checksRules;

/** What a backend does with a probe: an answer after so long, or none. */
export type Behaviour = { readonly answer: Answer; readonly afterMs: number } | null;

export const pass: Answer = { ok: true };
export const bad: Answer = { ok: false, explicit: true, reason: "status 503" };
export const refused: Answer = { ok: false, explicit: false, reason: "connection refused" };

/** A checker of backends on a time of its own. Each backend passes within a millisecond, unless `behave` says otherwise. */
export class Checker {
  nowMs = 0;
  readonly checks: Checks;
  readonly told: { readonly atMs: number; readonly event: ChecksEvent }[] = [];
  readonly sent: { readonly atMs: number; readonly id: string; readonly probe: number }[] = [];
  /** Probes that have neither been answered nor given up. */
  readonly open = new Map<number, { readonly id: string; readonly atMs: number }>();
  mostOpen = 0;
  private readonly behaviours = new Map<string, Behaviour>();
  private readonly rules: RulesOfChecks;

  constructor(ids: readonly string[], options: ChecksRules = {}, played: RulesOfChecks = checksRules) {
    this.rules = played;
    this.checks = played.createChecksState(played.resolveChecks({ jitter: 0, ...options }));
    this.set(ids);
  }

  /** From now on these are the backends; the target of each is its name, or what comes after a colon. */
  set(ids: readonly string[]): this {
    const backends = ids.map((name, index) => {
      const [id = "", target = id] = name.split(":");
      return { id, target, draw: index / ids.length };
    });
    return this.tell({ kind: "set", backends });
  }

  behave(id: string, answer: Answer | null, afterMs = 1): this {
    this.behaviours.set(id, answer === null ? null : { answer, afterMs });
    return this;
  }

  tell(input: ChecksInput): this {
    const effects: ChecksEffect[] = [];
    this.rules.stepChecks(this.checks, input, this.nowMs, effects);
    if (input.kind === "answer") this.open.delete(input.probe);
    for (const effect of effects) this.take(effect);
    return this;
  }

  /** Lets time pass: answers arrive, and what falls due is done. */
  until(atMs: number): this {
    for (;;) {
      const next = this.nextAnswer();
      const dueMs = Math.min(next.atMs, Math.max(this.nowMs, this.rules.timerAtMs(this.checks)));
      if (dueMs > atMs) break;
      this.nowMs = Math.max(this.nowMs, dueMs);
      // What has arrived is read before a timer is believed.
      this.tell(next.atMs <= dueMs ? next.input : { kind: "timer" });
    }
    this.nowMs = Math.max(this.nowMs, atMs);
    return this;
  }

  /** This observer is away for so long, then reads what has arrived meanwhile. */
  away(forMs: number, jumped = false): this {
    this.nowMs += forMs;
    return this.tell({ kind: "attentive", jumped });
  }

  report(id: string, ok: boolean, times = 1): this {
    for (let time = 0; time < times; time++) this.tell({ kind: "report", id, ok });
    return this;
  }

  drain(id: string, draining = true): this {
    return this.tell({ kind: "drain", id, draining });
  }

  backend(id: string): Backend {
    return this.checks.backends.get(id) as Backend;
  }

  usable(): string {
    return this.rules.usableOf(this.checks).join(" ");
  }

  weight(id: string): number {
    return this.rules.weightOf(this.checks, this.backend(id), this.nowMs);
  }

  /** What was told of these kinds: kind, id, and time. */
  story(...kinds: readonly ChecksEvent["kind"][]): string[] {
    return this.told
      .filter(({ event }) => kinds.includes(event.kind))
      .map(
        ({ atMs, event }) => `${event.kind} ${"id" in event ? event.id : event.panics} ${Math.round(atMs)}`,
      );
  }

  /** When probes of a backend were sent. */
  sentTo(id: string): number[] {
    return this.sent.filter((one) => one.id === id).map(({ atMs }) => Math.round(atMs));
  }

  private take(effect: ChecksEffect): void {
    if (isEvent(effect)) this.told.push({ atMs: this.nowMs, event: effect });
    else if (effect.kind === "abort") this.open.delete(effect.probe);
    else {
      const { id, probe } = effect;
      this.sent.push({ atMs: this.nowMs, id, probe });
      this.open.set(probe, { id, atMs: this.nowMs });
      this.mostOpen = Math.max(this.mostOpen, this.open.size);
    }
  }

  /** The first answer that comes, as the backends behave now. */
  private nextAnswer(): { readonly atMs: number; readonly input: ChecksInput } {
    let next: { atMs: number; input: ChecksInput } = {
      atMs: Number.POSITIVE_INFINITY,
      input: { kind: "timer" },
    };
    for (const [probe, { id, atMs }] of this.open) {
      const behaviour = this.behaviours.get(id);
      if (behaviour === null) continue;
      const { answer, afterMs } = behaviour ?? { answer: pass, afterMs: 1 };
      if (atMs + afterMs < next.atMs)
        next = { atMs: atMs + afterMs, input: { kind: "answer", id, probe, answer } };
    }
    return next;
  }
}
