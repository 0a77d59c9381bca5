import { withoutPasswords } from "../printable.js";
import { type Checks, isUsable, usableOf, weightOf } from "./checks/checks.js";
import { isUp } from "./checks/counter.js";
import type { BackendStatus, ChecksStatus } from "./checks-api.js";

/** All backends as they are at this moment. */
export function checksStatus(checks: Checks, nowMs: number): ChecksStatus {
  const backends = [...checks.backends.values()].map((backend): BackendStatus => {
    const { id, target, credit, draining, ejectedUntilMs, last } = backend;
    return Object.freeze({
      id,
      target: withoutPasswords(target),
      up: isUp(credit, checks.settings),
      credit,
      usable: isUsable(checks, backend),
      weight: weightOf(checks, backend, nowMs),
      draining,
      ejectedForMs: ejectedUntilMs === null ? null : Math.max(0, ejectedUntilMs - nowMs),
      last:
        last === null
          ? null
          : Object.freeze({
              ok: last.ok,
              reason: last.reason,
              latencyMs: last.latencyMs,
              agoMs: Math.max(0, nowMs - last.atMs),
            }),
    });
  });
  return Object.freeze({
    panics: checks.panics,
    usable: Object.freeze(usableOf(checks)),
    backends: Object.freeze(backends),
  });
}
