import type { Clock } from "./ports.js";
import { createSuspendWatch } from "./suspend-watch.js";

/** What the engine itself tells a core. */
export type EngineInput =
  /** The time that the core asked for has come, or an earlier one: it looks again. */
  | { readonly kind: "timer" }
  /** This process listens again, after it was held up; `jumped`: after its machine slept. Told before anything that waited meanwhile. */
  | { readonly kind: "attentive"; readonly jumped: boolean };

/** Rules as a function over a state of their own: no clock, no chance, no I/O. */
export interface Core<Input, Effect> {
  step(input: Input | EngineInput, nowMs: number, effects: Effect[]): void;
  /** When there is something to do, if nothing arrives; infinite for never. */
  timerAtMs(nowMs: number): number;
}

/** How an engine judges its own process. */
export interface EngineOptions {
  /** A timer that is later than this shows that the process was held up. */
  readonly stallMs: number;
  /** While the core waits for something, the engine looks this often whether it was held up. */
  readonly checkMs: number;
  /** Jumps of the clock are summed up over so long. */
  readonly windowMs: number;
}

/** Runs a core: one input at a time, one timer. */
export interface Engine<Input> {
  /** Tells the core something, now or after the step under way. Does nothing after the end. */
  tell(input: Input): void;
  /** Ends it: no timer fires any more, no effect follows. */
  stop(): void;
}

/** A timer waits for so many poll phases at most, while each still delivers something. */
const mostPhases = 3;

/** And for so long at most. */
const longestConfirmMs = 50;

/** Wakes are at least so far apart, since deadlines of many peers are. */
const leastGapMs = 5;

/** The clocks are compared so often, by the wall clock, which goes on in a sleep; and at each timer. */
const lookEveryMs = 10;

/**
 * Makes the engine of a core.
 *
 * A timer counts only after a poll phase of the event loop, so that what arrived before it is heard first. A process that was stopped, blocked or suspended
 * notices by its own timer, or by what arrives first, and tells the core so (`attentive`) before anything else.
 *
 * Long: its functions are one loop (input, step, effects, timer) over one state, each short, as in the driver of a node.
 * @param carryOut does what the core ordered; throwing ends the engine
 * @param onFailed is told what was thrown
 */
export function createEngine<Input, Effect>(
  core: Core<Input, Effect>,
  clock: Clock,
  options: EngineOptions,
  carryOut: (effect: Effect) => void,
  onFailed: (thrown: unknown) => void,
): Engine<Input> {
  const { stallMs, checkMs, windowMs } = options;
  const watch = createSuspendWatch(clock, windowMs / 100, windowMs);
  const mailbox: (Input | EngineInput)[] = [];
  const effects: Effect[] = [];
  let stepping = false;
  let stopped = false;
  /** Whether a timer is set that has not fired. */
  let armed = false;
  /** When the last timer should have fired; infinite where its lateness has been seen, or none was set. */
  let dueMs = Number.POSITIVE_INFINITY;
  let lastWakeMs = Number.NEGATIVE_INFINITY;
  let lookedAtWallMs = clock.wallMs();
  let toldCount = 0;

  function tell(input: Input | EngineInput): void {
    if (stopped) return;
    toldCount++;
    mailbox.push(input);
    if (stepping) return;
    stepping = true;
    try {
      for (let next = mailbox.shift(); next !== undefined && !stopped; next = mailbox.shift()) take(next);
    } catch (thrown) {
      stop();
      onFailed(thrown);
    } finally {
      stepping = false;
    }
  }

  function take(input: Input | EngineInput): void {
    const nowMs = clock.nowMs();
    noticeAbsence(nowMs, input);
    run(input, nowMs);
    if (!stopped) setTimer(nowMs);
  }

  /** Whether this process was away: its timer should long have fired, or the wall clock has run ahead. */
  function noticeAbsence(nowMs: number, input: Input | EngineInput): void {
    const heldUp = nowMs > dueMs + stallMs;
    const wallMs = clock.wallMs();
    let jumped = false;
    if (
      heldUp ||
      Math.abs(wallMs - lookedAtWallMs) >= lookEveryMs ||
      (input as EngineInput).kind === "timer"
    ) {
      lookedAtWallMs = wallMs;
      jumped = watch.hasJumped();
    }
    if (!heldUp && !jumped) return;
    // Once for each absence: the late timer itself may still be to fire.
    dueMs = Number.POSITIVE_INFINITY;
    run({ kind: "attentive", jumped }, nowMs);
  }

  function run(input: Input | EngineInput, nowMs: number): void {
    core.step(input, nowMs, effects);
    if (effects.length === 0) return;
    for (const effect of effects.splice(0)) if (!stopped) carryOut(effect);
  }

  function setTimer(nowMs: number): void {
    const wantedMs = core.timerAtMs(nowMs);
    if (wantedMs === Number.POSITIVE_INFINITY) {
      if (armed) clock.clearTimer();
      armed = false;
      dueMs = wantedMs;
      return;
    }
    const atMs = Math.min(Math.max(wantedMs, lastWakeMs + leastGapMs), nowMs + checkMs);
    // One that fires earlier is left: the core looks again then.
    if (armed && dueMs <= atMs) return;
    armed = true;
    dueMs = atMs;
    clock.setTimer(atMs, "up", onTimer);
  }

  function onTimer(): void {
    armed = false;
    if (!stopped) confirm(clock.nowMs(), 1);
  }

  function confirm(firedAtMs: number, phase: number): void {
    const told = toldCount;
    clock.afterPoll(() => {
      if (stopped) return;
      const nowMs = clock.nowMs();
      if (toldCount !== told && phase < mostPhases && nowMs - firedAtMs < longestConfirmMs) {
        confirm(firedAtMs, phase + 1);
        return;
      }
      lastWakeMs = nowMs;
      tell({ kind: "timer" });
    });
  }

  function stop(): void {
    stopped = true;
    mailbox.length = 0;
    clock.clearTimer();
  }

  return { tell, stop };
}
