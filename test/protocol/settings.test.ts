import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type Preset, presets, resolveTiming, type TimingInput } from "../../src/protocol/index.js";

const lan = presets.lan;

describe("settings", () => {
  it.each(Object.keys(presets) as Preset[])("have a preset %s without problem or warning", (preset) => {
    expect(resolveTiming(preset)).toMatchObject({ ok: true, warnings: [] });
  });

  it("default the hold to the shortest timeout, the quorum timeout to the longest, the drift to one per cent", () => {
    expect(resolveTiming(lan)).toEqual({
      ok: true,
      timing: { ...lan, voteHoldMs: 150, quorumTimeoutMs: 300, clockDriftRatio: 0.01 },
      warnings: [],
    });
  });

  it.each<[string, Partial<TimingInput>, readonly string[]]>([
    [
      "an interval above half the hold",
      { heartbeatIntervalMs: 76 },
      ["heartbeatIntervalMs (76)", "voteHoldMs (150)"],
    ],
    [
      "a hold above the shortest timeout",
      { voteHoldMs: 151 },
      ["voteHoldMs (151)", "electionTimeout.minMs (150)"],
    ],
    [
      "an empty range",
      { electionTimeout: { minMs: 150, maxMs: 150 } },
      ["electionTimeout.minMs (150)", "electionTimeout.maxMs (150)"],
    ],
    [
      "a quorum timeout below the hold",
      { quorumTimeoutMs: 149 },
      ["quorumTimeoutMs (149)", "voteHoldMs (150)"],
    ],
    [
      "a quorum timeout above twice the longest timeout",
      { quorumTimeoutMs: 601 },
      ["quorumTimeoutMs (601)", "electionTimeout.maxMs (300)"],
    ],
    ["a drift of a fifth", { clockDriftRatio: 0.2 }, ["clockDriftRatio (0.2)"]],
    ["a negative drift", { clockDriftRatio: -0.01 }, ["clockDriftRatio (-0.01)"]],
    ["an interval that is none", { heartbeatIntervalMs: Number.NaN }, ["heartbeatIntervalMs (NaN)"]],
    ["an interval of nothing", { heartbeatIntervalMs: 0 }, ["heartbeatIntervalMs (0)"]],
    [
      "an endless timeout",
      { electionTimeout: { minMs: 150, maxMs: Infinity } },
      ["electionTimeout.maxMs (Infinity)"],
    ],
    [
      "a timeout above a day",
      { electionTimeout: { minMs: 150, maxMs: 86_400_001 } },
      ["electionTimeout.maxMs (86400001)"],
    ],
  ])("refuse %s, and name what stands against what", (_what, change, words) => {
    const resolution = resolveTiming({ ...lan, ...change });
    const problems = resolution.ok ? [] : resolution.problems;
    expect(problems.length).toBeGreaterThan(0);
    for (const word of words) expect(problems[0]).toContain(word);
  });

  it("name every problem there is, not only the first", () => {
    const resolution = resolveTiming({
      heartbeatIntervalMs: 100,
      electionTimeout: { minMs: 150, maxMs: 100 },
    });
    expect(resolution.ok ? [] : resolution.problems).toEqual(
      expect.arrayContaining([
        expect.stringContaining("electionTimeout.minMs (150) must be below electionTimeout.maxMs (100)"),
        expect.stringContaining("heartbeatIntervalMs (100) must be at most half of voteHoldMs (150)"),
      ]),
    );
  });

  it("warn of an interval above a third of the hold", () => {
    const resolution = resolveTiming({ ...lan, heartbeatIntervalMs: 51 });
    expect(resolution.ok && resolution.warnings).toEqual([
      expect.stringMatching(/heartbeatIntervalMs \(51\).*voteHoldMs \(150\)/),
    ]);
  });

  it("warn of a range under ten one-way latencies", () => {
    const warned = (latencyMs: number) => {
      const resolution = resolveTiming(lan, latencyMs);
      return resolution.ok && resolution.warnings;
    };
    expect(warned(15)).toEqual([]);
    expect(warned(15.1)).toEqual([expect.stringMatching(/minMs \(150\).*maxMs \(300\).*15\.1 ms/)]);
  });

  const ms = fc.oneof(fc.integer({ min: -5, max: 4000 }), fc.double());
  test.prop([
    fc.record({
      heartbeatIntervalMs: ms,
      electionTimeout: fc.record({ minMs: ms, maxMs: ms }),
      voteHoldMs: fc.option(ms, { nil: undefined }),
      quorumTimeoutMs: fc.option(ms, { nil: undefined }),
      clockDriftRatio: fc.option(fc.double(), { nil: undefined }),
    }),
  ])("either stand as they must or are refused in sentences with numbers", (input) => {
    const resolution = resolveTiming(input);
    if (resolution.ok) {
      const { heartbeatIntervalMs, voteHoldMs, electionTimeout, quorumTimeoutMs, clockDriftRatio } =
        resolution.timing;
      expect(2 * heartbeatIntervalMs).toBeLessThanOrEqual(voteHoldMs);
      expect(voteHoldMs).toBeLessThanOrEqual(electionTimeout.minMs);
      expect(electionTimeout.minMs).toBeLessThan(electionTimeout.maxMs);
      expect(quorumTimeoutMs).toBeGreaterThanOrEqual(voteHoldMs);
      expect(quorumTimeoutMs).toBeLessThanOrEqual(2 * electionTimeout.maxMs);
      expect(clockDriftRatio >= 0 && clockDriftRatio < 0.2).toBe(true);
    } else
      for (const problem of resolution.problems) expect(problem).toMatch(/^[a-zA-Z.]+ \(.+\) must be .+/);
  });
});
