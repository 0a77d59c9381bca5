import type { Detector } from "./detector.js";
import { heardAtIn, slotIn } from "./detector.js";

/** One sender, watched by a detector; for a study, a test, or a program that keeps its own timers. */
export interface OneSender {
  /** A beat has arrived. One whose slot is not above the newest changes nothing and gives false. */
  beat(slot: number, nowMs: number, learns?: boolean): boolean;
  /** The instant from which on the sender is suspected if no newer beat comes. */
  deadlineMs(): number;
  /** Whether the sender is suspected: from the deadline on. */
  suspects(nowMs: number): boolean;
  /** 0 just after a beat, 1 at the deadline, more after it. */
  level(nowMs: number): number;
  /** The newest slot. */
  slot(): number;
  /** When the newest beat arrived. */
  heardAtMs(): number;
  /** Forgets all that was learned, and begins anew. */
  reset(slot: number, nowMs: number): void;
}

/**
 * Watches one sender from `nowMs` on.
 * @example
 * const sender = watchSender(detectors.nfdE({ intervalMs: 1000 }), 0, performance.now());
 */
export function watchSender(detector: Detector, slot: number, nowMs: number): OneSender {
  const memory = new Float64Array(detector.width);
  detector.begin(memory, 0, slot, nowMs);
  return {
    beat(slot, nowMs, learns = true) {
      if (!(slot > slotIn(memory, 0))) return false;
      detector.onBeat(memory, 0, slot, nowMs, learns);
      return true;
    },
    deadlineMs: () => detector.deadlineMs(memory, 0),
    suspects: (nowMs) => !(nowMs < detector.deadlineMs(memory, 0)),
    level: (nowMs) => detector.level(memory, 0, nowMs),
    slot: () => slotIn(memory, 0),
    heardAtMs: () => heardAtIn(memory, 0),
    reset: (slot, nowMs) => detector.begin(memory, 0, slot, nowMs),
  };
}
