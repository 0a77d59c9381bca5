import type { Clock } from "../runtime/ports.js";
import { createPulseState, nextBeatMs, slotAt, takeSlot } from "./pulse/pulse.js";

/** A pulse that runs on a clock. */
export interface Sender {
  /** Sends the beat of the present slot, now. */
  beatNow(): void;
  /** Sends the goodbye, and ends. */
  stop(): void;
}

/**
 * Begins to beat, at once. This is the whole of a pulse but for what a service sees: a process and a simulated process run the same.
 * @param draw uniform in [0, 1): the phase of the later beats (P1)
 * @param send sends a beat of this slot; `leaving` for the goodbye. It must not throw.
 */
export function startSender(
  intervalMs: number,
  draw: number,
  clock: Clock,
  send: (slot: number, leaving: boolean) => void,
): Sender {
  const pulse = createPulseState(intervalMs, draw, clock.nowMs());
  let stopped = false;

  function beat(): void {
    if (stopped) return;
    const slot = takeSlot(pulse, clock.nowMs());
    if (slot !== null) send(slot, false);
    // `send` may have stopped it.
    if (!stopped) clock.setTimer(nextBeatMs(pulse), "up", beat);
  }

  function beatNow(): void {
    if (stopped) return;
    pulse.sentSlot = Math.max(pulse.sentSlot, slotAt(pulse, clock.nowMs()));
    send(pulse.sentSlot, false);
  }

  function stop(): void {
    if (stopped) return;
    stopped = true;
    clock.clearTimer();
    send(Math.max(pulse.sentSlot, slotAt(pulse, clock.nowMs())), true);
  }

  beat();
  return { beatNow, stop };
}
