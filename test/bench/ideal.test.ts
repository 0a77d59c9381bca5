import { afterEach, describe, expect, it } from "vitest";
import { type IdealSettings, idealFailoverMs } from "../../bench/baselines/ideal.js";
import { splitSeed } from "../../src/simulation/kernel/prng.js";

const { random } = Math;
afterEach(() => {
  Math.random = random;
});

/**
 * The share of ideal failovers that take at most `ms`, in closed form: the earliest of s timeouts is above y with `(1 - y/J)^s`, and the age V of the
 * last heartbeat is uniform, so that the share is `1 - E[(1 - (x + V)/J)^s]` with x the time beyond the least timeout and what is fixed.
 */
function idealShare(ms: number, settings: IdealSettings): number {
  const { survivorCount, heartbeatIntervalMs, minMs, maxMs, roundTripMs, writeMs } = settings;
  const rangeMs = maxMs - minMs;
  const beyondMs = ms - minMs - 3 * roundTripMs - 2 * writeMs;
  // The integral of the share above y, from 0 on; below 0 all of it is.
  const areaAbove = (y: number) =>
    y <= 0
      ? y
      : (rangeMs / (survivorCount + 1)) * (1 - (1 - Math.min(1, y / rangeMs)) ** (survivorCount + 1));
  return 1 - (areaAbove(beyondMs + heartbeatIntervalMs) - areaAbove(beyondMs)) / heartbeatIntervalMs;
}

describe("the ideal failover", () => {
  it.each<[string, IdealSettings]>([
    [
      "three nodes",
      { survivorCount: 2, heartbeatIntervalMs: 50, minMs: 150, maxMs: 300, roundTripMs: 0.2, writeMs: 0.5 },
    ],
    [
      "five nodes far apart",
      { survivorCount: 4, heartbeatIntervalMs: 50, minMs: 150, maxMs: 300, roundTripMs: 20, writeMs: 7 },
    ],
    [
      "a narrow range",
      { survivorCount: 2, heartbeatIntervalMs: 100, minMs: 300, maxMs: 340, roundTripMs: 1, writeMs: 30 },
    ],
  ])("of %s has the quantiles of its closed form", (name, settings) => {
    Math.random = splitSeed(5)(name);
    const { min, p50, p90, p99, max } = idealFailoverMs(settings);
    for (const [share, ms] of [
      [0.5, p50],
      [0.9, p90],
      [0.99, p99],
    ] as const)
      expect(Math.abs(idealShare(ms, settings) - share)).toBeLessThan(
        4 * Math.sqrt((share * (1 - share)) / 200_000),
      );
    const { minMs, maxMs, heartbeatIntervalMs, roundTripMs, writeMs } = settings;
    const fixedMs = 3 * roundTripMs + 2 * writeMs;
    expect(min).toBeGreaterThanOrEqual(minMs - heartbeatIntervalMs + fixedMs);
    expect(idealShare(min, settings)).toBeLessThan(1e-4);
    expect(max).toBeLessThanOrEqual(maxMs + fixedMs);
    expect(idealShare(max, settings)).toBeGreaterThan(1 - 1e-4);
  });

  it("takes the least timeout, less half an interval, and a third of the range of two survivors on average", () => {
    const settings = {
      survivorCount: 2,
      heartbeatIntervalMs: 50,
      minMs: 150,
      maxMs: 300,
      roundTripMs: 0,
      writeMs: 0,
    };
    // The closed form itself, by its own integral.
    let meanMs = 0;
    for (let ms = 0; ms < 400; ms += 0.01) meanMs += 0.01 * (1 - idealShare(ms, settings));
    expect(meanMs).toBeCloseTo(150 - 25 + 50, 1);
  });
});
