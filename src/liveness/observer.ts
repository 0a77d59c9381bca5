import { createEngine } from "../runtime/engine.js";
import type { Clock } from "../runtime/ports.js";
import type { LivenessEvent } from "./roster/liveness-event.js";
import type { Roster } from "./roster/roster.js";
import type { RosterSettings } from "./roster/roster-settings.js";
import type { RosterInput } from "./roster/roster-step.js";
import { createRoster, stepRoster, timerAtMs } from "./roster/rules.js";

/** A roster that an engine runs on a clock. */
export interface Observer {
  /** What it knows; only its own steps change it. */
  readonly roster: Roster;
  /** Tells it something, now or after the step under way. */
  tell(input: RosterInput): void;
  /** Ends it: no timer and no event any more. */
  stop(): void;
}

/** The least lateness of a timer, in milliseconds, that counts as an absence of this process (A2). */
const leastStallMs = 50;

/** Jumps of the clock are summed up over so long at least, in milliseconds. */
const leastJumpWindowMs = 1000;

/**
 * Begins to observe. This is the whole of a monitor but for what a service sees: a process and a simulated process run the same.
 * @param onEvent is told each event once, in order
 * @param onFailed is told what a step or `onEvent` threw, which ends the observer
 */
export function startObserver(
  settings: RosterSettings,
  clock: Clock,
  onEvent: (event: LivenessEvent) => void,
  onFailed: (thrown: unknown) => void,
): Observer {
  const { intervalMs, pauseMs, windowMs } = settings.detector;
  const roster = createRoster(settings, clock.nowMs());
  // The next look is half of it away, and half of it late at most: an absence as long as the pause always shows, so that it suspects no sender of any pace.
  const halfMs = Math.max(leastStallMs, Math.min(intervalMs, pauseMs) / 2);
  const engine = createEngine<RosterInput, LivenessEvent>(
    {
      step: (input, nowMs, told) => stepRoster(roster, input, nowMs, told),
      timerAtMs: (nowMs) => timerAtMs(roster, nowMs),
    },
    clock,
    { stallMs: halfMs, checkMs: halfMs, windowMs: Math.max(windowMs, leastJumpWindowMs) },
    onEvent,
    onFailed,
  );
  return { roster, tell: engine.tell, stop: engine.stop };
}
