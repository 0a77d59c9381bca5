import type { BeatTrace } from "../../../src/tuning/qos/beat-trace.js";

/**
 * A trace of beats every 100 ms that arrive so many milliseconds after they were sent.
 * @param delays by slot from 0 on; null for a beat that is lost
 */
export function aTrace(delays: readonly (number | null)[], aliveUntilMs = delays.length * 100): BeatTrace {
  const beats = delays
    .flatMap((delay, slot) => (delay === null ? [] : [{ slot, atMs: slot * 100 + delay }]))
    .toSorted((a, b) => a.atMs - b.atMs);
  return {
    intervalMs: 100,
    slots: Float64Array.from(beats, ({ slot }) => slot),
    arrivedAtMs: Float64Array.from(beats, ({ atMs }) => atMs),
    sendings: { originMs: 0, paceMs: 100, known: true },
    aliveUntilMs,
  };
}
