import { hear, heardWidth, isOwnArrival, slotIn } from "./detector.js";
import { addSample, clearWindow, meanOf, windowWidth } from "./sample-window.js";

/**
 * When a sender's next beat is expected to arrive: `EA = mean(A_i - eta * i) + eta * (newest slot + 1)` over the newest beats (Chen, Toueg and Aguilera 2002,
 * section 6). Only the sender's slots are used, never its clock. What NFD-E and Bertier's detector share.
 */

const baseSlot = heardWidth;
const baseAt = heardWidth + 1;
const offsets = heardWidth + 2;

/** How many numbers the estimate takes with so many samples, the newest beat included. */
export function arrivalWidth(size: number): number {
  return offsets + windowWidth(size);
}

/** Begins the estimate with this beat. Later ones are compared with it before anything is multiplied, so that large clock readings cost no digits. */
export function beginArrivals(memory: Float64Array, at: number, slot: number, nowMs: number): void {
  hear(memory, at, slot, nowMs);
  memory[at + baseSlot] = slot;
  memory[at + baseAt] = nowMs;
  clearWindow(memory, at + offsets);
}

/** Notes a beat, and takes its arrival into the estimate where it teaches something. */
export function noteArrival(
  memory: Float64Array,
  at: number,
  size: number,
  intervalMs: number,
  slot: number,
  nowMs: number,
  learns: boolean,
): void {
  if (learns && isOwnArrival(memory, at, intervalMs, nowMs)) {
    const sinceBaseMs = nowMs - (memory[at + baseAt] as number);
    const slots = slot - (memory[at + baseSlot] as number);
    addSample(memory, at + offsets, size, sinceBaseMs - intervalMs * slots);
  }
  hear(memory, at, slot, nowMs);
}

/** The expected arrival of the beat after the newest. */
export function nextArrivalMs(memory: Float64Array, at: number, intervalMs: number): number {
  const slots = slotIn(memory, at) + 1 - (memory[at + baseSlot] as number);
  return (memory[at + baseAt] as number) + meanOf(memory, at + offsets) + intervalMs * slots;
}
