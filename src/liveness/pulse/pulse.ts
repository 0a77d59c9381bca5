/**
 * When a sender beats, and by which slot (P1). Targets are absolute: the first beat goes at once, the others at `startedAtMs + phaseMs + k * intervalMs`, so that
 * intervals do not drift, however late each beat leaves.
 */
export interface Pulse {
  readonly intervalMs: number;
  readonly startedAtMs: number;
  /** Drawn in [0, intervalMs), so that senders that start together do not beat together. */
  readonly phaseMs: number;
  /** The newest slot that was sent; -1 before the first. */
  sentSlot: number;
}

/**
 * Begins a pulse.
 * @param draw uniform in [0, 1)
 */
export function createPulseState(intervalMs: number, draw: number, nowMs: number): Pulse {
  return { intervalMs, startedAtMs: nowMs, phaseMs: draw * intervalMs, sentSlot: -1 };
}

/** The slot of now: which interval of the sender's clock it is. */
export function slotAt({ intervalMs, startedAtMs, phaseMs }: Pulse, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - startedAtMs - phaseMs) / intervalMs) + 1);
}

/** The slot to send now, or null if it is too early. A sender that was held up sends the present slot once, and never those that it missed (P2). */
export function takeSlot(pulse: Pulse, nowMs: number): number | null {
  if (nowMs < nextBeatMs(pulse)) return null;
  // A rounding error below the next slot is the next slot.
  const slot = Math.max(slotAt(pulse, nowMs), pulse.sentSlot + 1);
  pulse.sentSlot = slot;
  return slot;
}

/** When the next slot begins. */
export function nextBeatMs({ intervalMs, startedAtMs, phaseMs, sentSlot }: Pulse): number {
  return sentSlot < 0 ? startedAtMs : startedAtMs + phaseMs + sentSlot * intervalMs;
}
