import * as v from "valibot";
import { publish } from "../elector/observers/diagnostics.js";
import { createEvents } from "../elector/observers/events.js";
import { type Logger, safeLogger } from "../elector/observers/logger.js";
import { stderrLogger } from "../elector/observers/stderr-logger.js";
import { createWatch } from "../elector/observers/watch.js";
import { callable, checkOptions, only, withMethods } from "../elector/options/check-options.js";
import { asRaftbeatError, RaftbeatError } from "../errors.js";
import { nearNames } from "../near-names.js";
import { textOf } from "../printable.js";
import { createEngine } from "../runtime/engine.js";
import { systemClock, systemRandom } from "../runtime/system-ports.js";
import type * as core from "./checks/checks.js";
import { type ChecksEffect, type ChecksEvent, isEvent } from "./checks/checks-event.js";
import { ruleSchemas } from "./checks/checks-settings.js";
import type { ChecksInput, GivenBackend } from "./checks/checks-step.js";
import {
  createChecksState,
  resolveChecks,
  stepChecks,
  timerAtMs,
  usableOf,
  weightOf,
} from "./checks/rules.js";
import type { Backends, Checks, ChecksOptions } from "./checks-api.js";
import { checksStatus } from "./checks-status.js";
import type { LivenessPorts } from "./monitor-api.js";
import { backendsOf, backendsSchema } from "./probing/backends.js";
import { probeByScheme } from "./probing/by-scheme.js";
import { httpOptions } from "./probing/http-options.js";
import { ownProbe } from "./probing/own-probe.js";
import { createProbes } from "./probing/under-way.js";

/** The least lateness of a timer, in milliseconds, that counts as an absence of this process. */
const leastStallMs = 25;

const schema = only({
  ...ruleSchemas,
  backends: backendsSchema,
  probe: v.optional(callable),
  http: v.optional(httpOptions),
  logger: v.optional(withMethods("debug", "info", "warn", "error")),
});

/**
 * Makes health checks. They begin at once and keep the process alive; `close` ends both.
 *
 * Long: its functions are one loop over one state, each short, as in `createMonitor`.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const checks = createChecks({ backends: { a: "http://10.0.0.7:3000/healthz", b: "http://10.0.0.8:3000/healthz" } });
 * checks.subscribe((event) => console.log(event));
 * const id = checks.pick();
 */
export function createChecks(
  options: ChecksOptions,
  ports: LivenessPorts = { clock: systemClock(), random: systemRandom },
): Checks {
  checkOptions(schema, options, "the options of checks");
  const { backends, probe, http = {}, logger: givenLogger, ...rules } = options;
  const { clock, random } = ports;
  const settings = resolveChecks(rules);
  const first = given(backends);
  const state = createChecksState(settings);
  const logger = safeLogger(givenLogger ?? stderrLogger("checks", clock));
  const events = createEvents<ChecksEvent>((error) => logger.error({ error }, "a subscriber threw"));
  const changes = createWatch(() => checksStatus(state, clock.nowMs()));
  const prober = probe === undefined ? probeByScheme(http) : ownProbe(probe);
  const probes = createProbes(prober, (id, number, answer) =>
    engine.tell({ kind: "answer", id, probe: number, answer }),
  );
  const { promise: ended, resolve: settle } = endPromise();
  let closed = false;

  function given(each: Backends): GivenBackend[] {
    return backendsOf(each, probe !== undefined).map((backend) => ({ ...backend, draw: random() }));
  }

  function carryOut(effect: ChecksEffect): void {
    if (!isEvent(effect)) {
      probes.carryOut(effect);
      return;
    }
    if (effect.kind === "removed") probes.forget(effect.id);
    logEvent(logger, effect);
    publish(`raftbeat:liveness:${effect.kind}`, {}, effect);
    events.emit(effect);
    changes.notify();
  }

  function end(error: RaftbeatError | null): void {
    if (closed) return;
    closed = true;
    engine.stop();
    probes.end();
    changes.end();
    settle(error);
  }

  // An absence of half a timeout shows: a check is at most so far away, and its timer as late.
  const stallMs = Math.max(leastStallMs, settings.timeoutMs / 4);
  const engine = createEngine<ChecksInput, ChecksEffect>(
    {
      step: (input, nowMs, effects) => stepChecks(state, input, nowMs, effects),
      timerAtMs: () => timerAtMs(state),
    },
    clock,
    { stallMs, checkMs: stallMs, windowMs: Math.max(settings.timeoutMs, 1000) },
    carryOut,
    (thrown) => {
      const error = asRaftbeatError(thrown, "internal", "the checks ended because something in them threw");
      logger.error({ error }, error.message);
      end(error);
    },
  );

  function drain(id: string, draining: boolean): void {
    refuseUnknown(state, id);
    engine.tell({ kind: "drain", id, draining });
  }

  engine.tell({ kind: "set", backends: first });
  return {
    usable: () => Object.freeze(usableOf(state)),
    pick: () => pickOf(state, clock.nowMs(), random),
    weight(id) {
      const backend = state.backends.get(id);
      return backend === undefined ? 0 : weightOf(state, backend, clock.nowMs());
    },
    status: () => checksStatus(state, clock.nowMs()),
    report: (id, { ok }) => engine.tell({ kind: "report", id, ok: ok === true }),
    drain: (id) => drain(id, true),
    undrain: (id) => drain(id, false),
    set: (each) => engine.tell({ kind: "set", backends: given(each) }),
    subscribe: (listener) => events.subscribe(listener),
    changes: ({ signal } = {}) => changes.values(signal),
    close: () => end(null),
    ended,
    async [Symbol.asyncDispose]() {
      end(null);
    },
  };
}

function endPromise() {
  let resolve: (error: RaftbeatError | null) => void = () => {};
  const promise = new Promise<RaftbeatError | null>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A usable backend, drawn by weight. */
function pickOf(state: core.Checks, nowMs: number, random: () => number): string | null {
  const weights = usableOf(state).map((id) => {
    const backend = state.backends.get(id);
    return { id, weight: backend === undefined ? 0 : weightOf(state, backend, nowMs) };
  });
  let left = random() * weights.reduce((sum, { weight }) => sum + weight, 0);
  for (const { id, weight } of weights) {
    left -= weight;
    if (left < 0) return id;
  }
  return weights.at(-1)?.id ?? null;
}

function refuseUnknown(state: core.Checks, id: string): void {
  if (state.backends.has(id)) return;
  const [meant] = nearNames(textOf(id).slice(0, 64), [...state.backends.keys()]);
  throw new RaftbeatError(
    "invalidSettings",
    `there is no backend ${textOf(id).slice(0, 80)}${meant === undefined ? ": status() names those there are" : `; did you mean ${meant}?`}`,
  );
}

/** One line a change, with the id of the backend. */
function logEvent(logger: Logger, event: ChecksEvent): void {
  const { kind, ...details } = event;
  switch (kind) {
    case "probed":
      logger.debug(details, "backend was probed");
      return;
    case "added":
    case "removed":
      logger.info(details, `backend is ${kind === "added" ? "checked from now on" : "checked no longer"}`);
      return;
    case "up":
      logger.info(details, "backend is up");
      return;
    case "down":
      logger.warn(details, "backend is down");
      return;
    case "ejected":
      logger.warn(details, "requests to the backend fail: it is ejected for a time");
      return;
    case "returned":
      logger.info(details, "the ejection of the backend is over");
      return;
    case "draining":
      logger.info(details, event.draining ? "backend drains" : "backend drains no longer");
      return;
    case "panic":
      logger.warn(
        details,
        event.panics
          ? "too few backends are well: all that do not drain are used"
          : "enough backends are well again: they alone are used",
      );
      return;
  }
}
