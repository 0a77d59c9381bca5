import { describe, expect, it } from "vitest";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";
import { parseScenario } from "../../../src/simulation/scenario/scenario.js";
import { serviceOf, type Trial, timesOf } from "../../../src/tuning/study/study.js";
import { playBaseline } from "../../../src/tuning/sweep/baseline.js";
import { runsWanted } from "../../../src/tuning/sweep/cell-record.js";
import { playCellRuns } from "../../../src/tuning/sweep/cell-runs.js";
import { Detection } from "../../../src/tuning/sweep/detection.js";
import { MessageCount } from "../../../src/tuning/sweep/message-count.js";
import { aCluster, settle } from "../../simulation/support/simulated-cluster.js";

function inRole(name: string): SimulatedProcess {
  return { node: { role: { name } } } as unknown as SimulatedProcess;
}

describe("detection", () => {
  const world = { nowMs: 0 };
  const detection = (...steps: readonly [number, (of: Detection) => void][]) => {
    const of = new Detection(world as never);
    for (const [atMs, step] of steps) {
      world.nowMs = atMs;
      step(of);
    }
    return of.detectionMs;
  };
  const asks = (of: Detection) => of.settled(inRole("preCandidate"));

  it("is from the first fault to the first node that asks for votes", () => {
    expect(detection([10, asks], [100, (of) => of.changed("fault {}")], [250, asks], [300, asks])).toBe(150);
    expect(detection([100, (of) => of.died()], [120, (of) => of.changed("fault {}")], [250, asks])).toBe(150);
    // A process that dies later than the first fault begins nothing anew.
    expect(detection([100, (of) => of.changed("fault {}")], [130, (of) => of.died()], [250, asks])).toBe(150);
    expect(detection([100, (of) => of.died()], [140, (of) => of.settled(inRole("candidate"))])).toBe(40);
  });

  it("does not begin with what is no fault, nor end with who asks for nothing", () => {
    expect(detection([100, (of) => of.changed("heal")], [250, asks])).toBeNull();
    expect(detection([100, (of) => of.died()], [250, (of) => of.settled(inRole("follower"))])).toBeNull();
    expect(detection([100, (of) => of.died()], [250, (of) => of.settled(inRole("leader"))])).toBeNull();
  });
});

describe("the count of messages", () => {
  it("has a heartbeat and its reply of each follower at each interval", () => {
    const count = new MessageCount();
    const cluster = aCluster({}, () => [count]);
    settle(cluster);
    cluster.advance(500);
    const before = count.count;
    cluster.advance(10_000);
    // Five nodes with the timing of `lan`: heartbeats every 50 ms, and timers that are 0.3 ms late.
    expect((count.count - before) / (8 * (10_000 / 50.3))).toBeCloseTo(1, 2);
  });
});

describe("the runs of a sweep", () => {
  const scenario = parseScenario({
    cluster: { nodes: 3 },
    faults: [{ at: 0, do: "crash", nodes: "leader" }],
    observeMs: 2000,
  });

  it("give the figure that was asked for", () => {
    const of = (metric: "recoveryMs" | "detectionMs" | "firstElectionMs" | "unavailableMs") =>
      playCellRuns({ kind: "runs", scenario, seed: 1, runs: 3, metric, checkedRuns: 0 });
    const recovery = of("recoveryMs");
    expect(recovery.metrics).toEqual(recovery.recoveriesMs);
    const detection = of("detectionMs");
    const sum = detection.metrics.reduce((sum: number, ms) => sum + (ms ?? 0), 0);
    expect(detection.detectionSumMs).toBeCloseTo(sum, 9);
    expect(detection.detectionCount).toBe(3);
    for (const [run, ms] of detection.metrics.entries())
      expect(ms).toBeLessThan(recovery.recoveriesMs[run] as number);
    const unavailable = of("unavailableMs");
    const unled = unavailable.metrics.reduce((sum: number, ms) => sum + (ms ?? 0), 0);
    expect(unavailable.observedMs).toBe(6000);
    expect(unavailable.observedMs - unavailable.ledMs).toBeCloseTo(unled, 6);
    // Nobody leads from the crash to the recovery.
    for (const [run, ms] of unavailable.metrics.entries())
      expect(ms).toBeCloseTo(recovery.recoveriesMs[run] as number, 6);
    expect(unavailable.leaderChanges).toBe(3);
    for (const ms of of("firstElectionMs").metrics) expect(ms).toBeGreaterThan(100);
  });

  it("have a twin without faults that is led all the time, and counts messages by the time observed", () => {
    const quiet = playBaseline({ kind: "baseline", scenario, seed: 1, minutes: 2 });
    expect(quiet).toMatchObject({ minutes: 2, falseElections: 0, observedMs: 120_000, ledMs: 120_000 });
    const scenarioMessages = (4 * 120_000) / 50;
    expect(quiet.messages / scenarioMessages).toBeGreaterThan(0.1);
  });
});

describe("the number of runs wanted", () => {
  const rule = { precision: 0.05, minRuns: 100, maxRuns: 1000 };

  it("gives up after 20 runs of which none has a number, and not before", () => {
    expect(runsWanted([], rule)).toBe(20);
    expect(runsWanted(new Array<null>(20).fill(null), rule)).toBe(20);
    expect(runsWanted([...new Array<null>(19).fill(null), 5], rule)).toBe(100);
    expect(runsWanted(new Array<null>(19).fill(null), rule)).toBe(20);
  });

  it("grows by the square of how much too wide the interval is, by a tenth at least and to four times at most", () => {
    // The half-width of 0 and 2 in turn is about 0.1984 of a mean of 1 after 100 runs.
    const figures = Array.from({ length: 1000 }, (_, run) => 2 * (run % 2));
    const wanted = (precision: number) => runsWanted(figures.slice(0, 100), { ...rule, precision });
    const halfWidth = (1.98422 * Math.sqrt(100 / 99)) / 10;
    expect(wanted(halfWidth + 1e-4)).toBe(100);
    expect(wanted(halfWidth / 1.01)).toBe(111);
    expect(wanted(halfWidth / 1.5)).toBe(Math.ceil(100 * 1.5 ** 2 * 1.05));
    expect(wanted(halfWidth / 3)).toBe(400);
    expect(runsWanted(figures.slice(0, 100), { ...rule, precision: 0.01, maxRuns: 150 })).toBe(150);
  });
});

describe("the row of a study", () => {
  const aTrial = (ms: number | null, change: Partial<Trial> = {}): Trial => ({
    ms,
    termGrowth: 1,
    leaderChangeCount: 0,
    availability: 1,
    observedMs: 1000,
    violation: null,
    ...change,
  });

  it("has the nearest ranks of the trials that came to an end", () => {
    const trials = [null, ...Array.from({ length: 200 }, (_, index) => 200 - index)].map((ms) => aTrial(ms));
    expect(timesOf(trials)).toEqual({
      trials: 201,
      finished: 200,
      p50Ms: 100,
      meanMs: 100.5,
      p90Ms: 180,
      p99Ms: 198,
      maxMs: 200,
    });
    expect(timesOf([aTrial(null)])).toEqual({
      trials: 1,
      finished: 0,
      p50Ms: null,
      meanMs: null,
      p90Ms: null,
      p99Ms: null,
      maxMs: null,
    });
    expect(timesOf([aTrial(1.23456)])).toMatchObject({ p50Ms: 1.23, meanMs: 1.23 });
  });

  it("has the share of time that was led, and changes by the minute", () => {
    const trials = [
      aTrial(0, { availability: 0.5, observedMs: 10_000, leaderChangeCount: 2 }),
      aTrial(0, { availability: 1, observedMs: 20_000, leaderChangeCount: 1, termGrowth: 5 }),
    ];
    expect(serviceOf(trials)).toEqual({
      availabilityPercent: 83.333,
      leaderChangesPerMinute: 6,
      termGrowthPerMinute: 12,
    });
    expect(serviceOf([])).toEqual({
      availabilityPercent: 0,
      leaderChangesPerMinute: 0,
      termGrowthPerMinute: 0,
    });
  });
});
