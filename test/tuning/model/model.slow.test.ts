import { describe, expect, it } from "vitest";
import { parseScenario, playRun, type ScenarioInput } from "../../../src/simulation/index.js";
import {
  announcedFailureBoundMs,
  detectionMs,
  type ElectionModel,
  falseElectionPerMs,
  falseSuspicionPerMs,
  firstTimeoutMs,
  firstTimeoutShare,
  keptSuspicionPerMs,
  leaderlessMs,
  nfdSQuality,
  silentFailureBoundMs,
  splitVoteShare,
  unavailability,
} from "../../../src/tuning/model/closed-forms.js";
import { plainRaft } from "../../../src/tuning/study/classic.js";
import { checkSuspicions } from "../support/false-suspicion-check.js";
import { playNfdS } from "../support/nfd-s-detector.js";

function aModel(given: Partial<ElectionModel> = {}): ElectionModel {
  return {
    nodes: 5,
    survivors: 4,
    baseMs: 150,
    jitterMs: 150,
    heartbeatMs: 50,
    latencyMs: 1.5,
    writeMs: 0.5,
    preVote: false,
    ...given,
  };
}

/** Plain Raft in the world of the model, from fresh timers or from a crash, to the winning vote. */
function scenarioOf(model: ElectionModel, start: "fresh" | "crash-phase") {
  const { nodes, survivors, baseMs, jitterMs } = model;
  const dead = Array.from({ length: nodes - survivors }, (_, index) => `n${nodes - index}`);
  const input: ScenarioInput = {
    cluster: { nodes },
    timing: {
      heartbeatIntervalMs: model.heartbeatMs,
      electionTimeout: { minMs: baseMs, maxMs: baseMs + jitterMs },
    },
    protocol: { ...plainRaft, preVote: model.preVote },
    network: { latency: model.latencyMs },
    disk: { write: model.writeMs },
    start,
    until: "elected",
    observeMs: 1_000_000,
    faults: start === "crash-phase" || dead.length === 0 ? [] : [{ at: 0, do: "crash", nodes: dead }],
  };
  return parseScenario(input);
}

function played(model: ElectionModel, start: "fresh" | "crash-phase", count: number) {
  const scenario = scenarioOf(model, start);
  return Array.from({ length: count }, (_, index) => {
    const { metrics } = playRun(scenario, 1 + index, { checks: "safety" });
    return { ms: metrics.recoveryMs ?? Number.NaN, terms: metrics.termGrowth };
  });
}

function spreadOf(numbers: readonly number[]): { mean: number; standardError: number } {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const square = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1);
  return { mean, standardError: Math.sqrt(square / numbers.length) };
}

describe("the chance of a split vote", () => {
  it.each([
    [3, 2, 0.01],
    [3, 2, 0.1],
    [3, 3, 0.2],
    [5, 3, 0.05],
    [5, 4, 0.05],
    [5, 4, 0.2],
    [5, 5, 0.2],
    [7, 6, 0.1],
    [7, 4, 0.02],
    [9, 8, 0.2],
    [9, 5, 0.1],
  ])(
    "of %i nodes, %i alive, latency %f of the range, is what the simulator shows",
    (nodes, survivors, share) => {
      const model = aModel({ nodes, survivors, latencyMs: share * 150, writeMs: 0 });
      const count = 400;
      const expected = splitVoteShare(model);
      const split = played(model, "fresh", count).filter(({ terms }) => terms > 1).length / count;
      expect(Math.abs(split - expected)).toBeLessThan(
        3.5 * Math.sqrt((expected * (1 - expected)) / count) + 1e-9,
      );
    },
  );

  it("grows with the time a write takes as with the latency", () => {
    const slowDisk = aModel({ latencyMs: 1, writeMs: 19 });
    expect(splitVoteShare(slowDisk)).toBeCloseTo(splitVoteShare(aModel({ latencyMs: 19, writeMs: 1 })), 12);
    const split = played(slowDisk, "fresh", 400).filter(({ terms }) => terms > 1).length / 400;
    const expected = splitVoteShare({ ...slowDisk, survivors: 4 });
    expect(Math.abs(split - expected)).toBeLessThan(3.5 * Math.sqrt((expected * (1 - expected)) / 400));
  });
});

describe("the time without a leader", () => {
  it.each([
    [3, 1, 0.2, false],
    [5, 1.5, 0.5, false],
    [5, 10, 2, false],
    [5, 1.5, 0.5, true],
    [9, 5, 1, false],
  ])("of %i nodes, latency %f ms, write %f ms, pre-vote %s", (nodes, latencyMs, writeMs, preVote) => {
    const model = aModel({ nodes, survivors: nodes - 1, latencyMs, writeMs, preVote });
    const { mean, standardError } = spreadOf(played(model, "crash-phase", 250).map(({ ms }) => ms));
    const expected = leaderlessMs(model);
    expect(Math.abs(mean - expected)).toBeLessThan(0.025 * expected + 3 * standardError);
  });

  it("is the order statistic, less half an interval, plus the way of the last heartbeat", () => {
    expect(firstTimeoutMs(150, 150, 4)).toBe(180);
    expect(firstTimeoutShare(225, 150, 150, 1)).toBe(0.5);
    expect(firstTimeoutShare(100, 150, 150, 3)).toBe(0);
    expect(detectionMs(aModel())).toBe(180 - 25 + 1.5);
  });
});

describe("false alarms", () => {
  it("come when as many heartbeats in a row are lost as fit a timeout", () => {
    expect(falseSuspicionPerMs(0.1, { baseMs: 100, jitterMs: 50, heartbeatMs: 50 })).toBeCloseTo(
      (0.9 * 0.01) / 50,
      12,
    );
    expect(falseSuspicionPerMs(0.1, { baseMs: 100, jitterMs: 100, heartbeatMs: 50 })).toBeCloseTo(
      (0.9 * 0.0055) / 50,
      12,
    );
  });

  it("are rarer where a quorum has to share them", () => {
    const model = aModel();
    expect(falseElectionPerMs(0.1, 150, model)).toBeLessThan(1e-3 * 4 * falseSuspicionPerMs(0.1, model));
  });

  it.each([
    [3, 0.2, 110, 140],
    [3, 0.3, 160, 190],
    [5, 0.2, 110, 140],
  ])(
    "of %i nodes under loss %f, timeouts %i-%i ms, are as many as the closed form says",
    (nodes, loss, minMs, maxMs) => {
      const world = { nodes, loss, heartbeatMs: 50, minMs, maxMs };
      const { suspicions, shared } = checkSuspicions(world, 10, 1);
      expect(suspicions.expected).toBeGreaterThan(400);
      expect(Math.abs(suspicions.standardErrors)).toBeLessThan(3.5);
      expect(Math.abs(shared.standardErrors)).toBeLessThan(3.5);
    },
  );

  it("are fewer where a timeout is kept until it has passed, by the mean of the times between them", () => {
    const world = { nodes: 3, loss: 0.2, heartbeatMs: 50, minMs: 110, maxMs: 190 };
    const { suspicions, suspicionsKept } = checkSuspicions(world, 10, 1);
    expect(suspicions.standardErrors).toBeLessThan(-5);
    expect(Math.abs(suspicionsKept.standardErrors)).toBeLessThan(3.5);
    const alike = { baseMs: 110, jitterMs: 30, heartbeatMs: 50 };
    expect(keptSuspicionPerMs(0.2, alike)).toBeCloseTo(falseSuspicionPerMs(0.2, alike), 12);
  });

  it.each([
    [0.1, 50, 120, 10],
    [0.3, 50, 120, 10],
    [0.2, 100, 250, 60],
    [0.1, 50, 60, 10],
  ])(
    "of a detector under loss %f, every %i ms, shifted by %i ms, are what NFD-S says",
    (loss, intervalMs, shiftMs, latencyMs) => {
      const expected = nfdSQuality(loss, intervalMs, shiftMs, latencyMs);
      const played = playNfdS({ loss, intervalMs, shiftMs, latencyMs }, 60_000, 1);
      const { mistakes } = played;
      expect(mistakes).toBeGreaterThan(40);
      // Mistakes come like a Poisson count; how long one lasts beyond its gap is geometric, so about as spread as it is long.
      const share = 3.5 / Math.sqrt(mistakes);
      expect(Math.abs(played.mistakeRecurrenceMs / expected.mistakeRecurrenceMs - 1)).toBeLessThan(share);
      expect(Math.abs(played.mistakeDurationMs / expected.mistakeDurationMs - 1)).toBeLessThan(share);
      expect((1 - played.queryAccuracy) / (1 - expected.queryAccuracy)).toBeGreaterThan(1 - 1.5 * share);
      expect((1 - played.queryAccuracy) / (1 - expected.queryAccuracy)).toBeLessThan(1 + 1.5 * share);
    },
  );

  it("are what NFD-S makes of them", () => {
    const { mistakeRecurrenceMs, mistakeDurationMs, queryAccuracy } = nfdSQuality(0.1, 50, 150, 10);
    expect(mistakeRecurrenceMs).toBeCloseTo(50 / (0.9 * 0.001), 6);
    expect(mistakeDurationMs).toBeCloseTo(10 + 50 / 9, 6);
    expect(queryAccuracy).toBeCloseTo(1 - (mistakeDurationMs / 50) * 0.9 * 0.001, 12);
  });
});

describe("the lower bounds", () => {
  it("count what has to happen", () => {
    expect(announcedFailureBoundMs(10, false)).toBe(40);
    expect(announcedFailureBoundMs(10, true)).toBe(60);
    expect(silentFailureBoundMs(3, 20, aModel({ latencyMs: 1, writeMs: 0 }))).toBe(125 + 20 + 1 + 2);
    expect(unavailability(200, 1_000_000, 1e-6, 100)).toBeCloseTo(3e-4, 12);
  });
});
