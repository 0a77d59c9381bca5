import { type Quantiles, quantiles } from "../../dist/quantiles.js";

/** What the best possible failover depends on. */
export interface IdealSettings {
  readonly survivorCount: number;
  readonly heartbeatIntervalMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** There and back between two nodes. */
  readonly roundTripMs: number;
  /** One durable write. */
  readonly writeMs: number;
}

const samples = 200_000;

/**
 * Quantiles of the ideal time from the death of a leader to the next one with a lease, in milliseconds: the earliest of the survivors' timeouts
 * less the age of the last heartbeat at the death (uniform in the interval), three round trips (pre-vote, vote, first heartbeat)
 * and two writes (the candidate's and its voter's). Split votes do not happen in it.
 */
export function idealFailoverMs(settings: IdealSettings): Quantiles {
  const { survivorCount, heartbeatIntervalMs, minMs, maxMs, roundTripMs, writeMs } = settings;
  const fixedMs = 3 * roundTripMs + 2 * writeMs;
  const timesMs = Float64Array.from({ length: samples }, () => {
    let earliest = 1;
    for (let survivor = 0; survivor < survivorCount; survivor++) earliest = Math.min(earliest, Math.random());
    return minMs + earliest * (maxMs - minMs) - Math.random() * heartbeatIntervalMs + fixedMs;
  });
  return quantiles(timesMs) as Quantiles;
}
