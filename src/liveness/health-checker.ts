import { createEngine } from "../runtime/engine.js";
import type { Clock } from "../runtime/ports.js";
import type { Checks } from "./checks/checks.js";
import type { ChecksEffect } from "./checks/checks-event.js";
import type { ChecksSettings } from "./checks/checks-settings.js";
import type { ChecksInput } from "./checks/checks-step.js";
import { createChecksState, stepChecks, timerAtMs } from "./checks/rules.js";

/** Health checks that an engine runs on a clock. */
export interface Checker {
  /** What they know; only their own steps change it. */
  readonly state: Checks;
  /** Tells them something, now or after the step under way. */
  tell(input: ChecksInput): void;
  /** Ends them: no timer and no effect any more. */
  stop(): void;
}

/** The least lateness of a timer, in milliseconds, that counts as an absence of this process. */
const leastStallMs = 25;

/**
 * Begins to check, with no backend yet. This is the whole of health checks but for probes and what a service sees: a process and a simulated process run
 * the same.
 * @param carryOut does what they order, and is told what has become so
 * @param onFailed is told what a step or `carryOut` threw, which ends them
 */
export function startChecker(
  settings: ChecksSettings,
  clock: Clock,
  carryOut: (effect: ChecksEffect) => void,
  onFailed: (thrown: unknown) => void,
): Checker {
  const state = createChecksState(settings);
  // An absence as long as a timeout always shows: the next look is half of it away, and half of it late at most.
  const stallMs = Math.max(leastStallMs, settings.timeoutMs / 2);
  const engine = createEngine<ChecksInput, ChecksEffect>(
    {
      step: (input, nowMs, effects) => stepChecks(state, input, nowMs, effects),
      timerAtMs: () => timerAtMs(state),
    },
    clock,
    { stallMs, checkMs: stallMs, windowMs: Math.max(settings.timeoutMs, 1000) },
    carryOut,
    onFailed,
  );
  return { state, tell: engine.tell, stop: engine.stop };
}
