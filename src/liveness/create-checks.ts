import * as v from "valibot";
import { type Logger, safeLogger } from "../elector/observers/logger.js";
import { stderrLogger } from "../elector/observers/stderr-logger.js";
import { callable, checkOptions, only, withMethods } from "../elector/options/check-options.js";
import { RaftbeatError } from "../errors.js";
import { nearNames } from "../near-names.js";
import { textOf } from "../printable.js";
import { systemClock, systemRandom } from "../runtime/system-ports.js";
import type * as core from "./checks/checks.js";
import { type ChecksEffect, type ChecksEvent, isEvent } from "./checks/checks-event.js";
import { ruleSchemas } from "./checks/checks-settings.js";
import type { GivenBackend } from "./checks/checks-step.js";
import { pickOf, resolveChecks, usableOf, weightOf } from "./checks/rules.js";
import type { Backends, Checks, ChecksOptions, ChecksStatus } from "./checks-api.js";
import { checksStatus } from "./checks-status.js";
import { createAnnouncements } from "./events-and-end.js";
import { startChecker } from "./health-checker.js";
import type { LivenessPorts } from "./monitor-api.js";
import { backendsOf, backendsSchema } from "./probing/backends.js";
import { probeByScheme } from "./probing/by-scheme.js";
import { httpOptions } from "./probing/http-options.js";
import { ownProbe } from "./probing/own-probe.js";
import { createProbes } from "./probing/under-way.js";

const schema = only({
  ...ruleSchemas,
  backends: backendsSchema,
  probe: v.optional(callable),
  http: v.optional(httpOptions),
  logger: v.optional(withMethods("debug", "info", "warn", "error")),
});

/**
 * Makes health checks. They begin at once and keep the process alive; `close` ends both.
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
  const logger = safeLogger(givenLogger ?? stderrLogger("checks", clock));
  const prober = probe === undefined ? probeByScheme(http) : ownProbe(probe);
  const probes = createProbes(prober, (id, number, answer) =>
    checker.tell({ kind: "answer", id, probe: number, answer }),
  );
  const announcements = createAnnouncements<ChecksEvent, ChecksStatus>(
    "the health checks",
    logger,
    logEvent,
    () => checksStatus(checker.state, clock.nowMs()),
    () => {
      checker.stop();
      probes.end();
    },
  );

  function given(each: Backends): GivenBackend[] {
    return backendsOf(each, probe !== undefined).map((backend) => ({ ...backend, draw: random() }));
  }

  function carryOut(effect: ChecksEffect): void {
    if (!isEvent(effect)) {
      probes.carryOut(effect);
      return;
    }
    if (effect.kind === "removed") probes.forget(effect.id);
    announcements.tell(effect);
  }

  const checker = startChecker(settings, clock, carryOut, announcements.fail);
  const { state } = checker;

  function drain(id: string, draining: boolean): void {
    refuseUnknown(state, id);
    checker.tell({ kind: "drain", id, draining });
  }

  checker.tell({ kind: "set", backends: first });
  return {
    usable: () => Object.freeze(usableOf(state)),
    pick: () => pickOf(state, clock.nowMs(), random()),
    weight(id) {
      const backend = state.backends.get(id);
      return backend === undefined ? 0 : weightOf(state, backend, clock.nowMs());
    },
    status: () => checksStatus(state, clock.nowMs()),
    report: (id, { ok }) => checker.tell({ kind: "report", id, ok: ok === true }),
    drain: (id) => drain(id, true),
    undrain: (id) => drain(id, false),
    set: (each) => checker.tell({ kind: "set", backends: given(each) }),
    subscribe: announcements.subscribe,
    changes: announcements.changes,
    close: () => announcements.end(null),
    ended: announcements.ended,
    async [Symbol.asyncDispose]() {
      announcements.end(null);
    },
  };
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
