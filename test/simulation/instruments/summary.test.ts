import { describe, expect, it } from "vitest";
import type { RunMetrics } from "../../../src/simulation/checks/metrics.js";
import type { Cluster } from "../../../src/simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";
import { Watcher } from "../../../src/simulation/cluster/watcher.js";
import type { RunOutcome } from "../../../src/simulation/run/outcome.js";
import { playWatched } from "../../../src/simulation/run/run.js";
import { summarize } from "../../../src/simulation/run/simulate.js";
import { parseScenario } from "../../../src/simulation/scenario/scenario.js";

const scenario = parseScenario({ cluster: { nodes: 3 }, observeMs: 1000, runs: 4, seed: 11 });

function aRun(seed: number, change: Partial<RunMetrics>, newLeaderRole: string | null = null): RunOutcome {
  return {
    seed,
    metrics: {
      firstElectionMs: 100 + seed,
      recoveryMs: null,
      newLeader: null,
      sameLeader: false,
      leaderChangeCount: 0,
      termGrowth: 0,
      availability: 1,
      observedMs: 1000,
      unledUntilMs: null,
      overlaps: [],
      ...change,
    },
    newLeaderRole,
    violation: null,
    eventCount: 10 * seed,
    simulatedMs: 100 * seed,
    traceHash: `${seed}`,
  };
}

describe("the summary of runs", () => {
  it("adds up what the runs came to, each by the time it was observed", () => {
    const runs = [
      aRun(11, { recoveryMs: 30, observedMs: 1000, availability: 0.5, leaderChangeCount: 2 }, "follower2"),
      aRun(12, { recoveryMs: 10, observedMs: 3000, availability: 1, termGrowth: 4 }, "follower1"),
      aRun(13, { recoveryMs: null, observedMs: 4000, availability: 0, firstElectionMs: null }),
      aRun(14, { recoveryMs: 0, sameLeader: true, observedMs: 4000 }, "leader"),
      aRun(15, { recoveryMs: 20, observedMs: 3000 }, "follower1"),
    ];
    expect(summarize(scenario, runs)).toMatchObject({
      seed: 11,
      runs: 5,
      recovered: 4,
      recoveryMs: { min: 0, p50: 10, p90: 30, p99: 30, max: 30 },
      firstElectionMs: { min: 111, p50: 112, p90: 115, p99: 115, max: 115 },
      sameLeaderRuns: 1,
      newLeaderCounts: { follower1: 2, follower2: 1, leader: 1 },
      // Two changes and four terms in a quarter of a minute.
      leaderChangesPerMinute: 8,
      termGrowthPerMinute: 16,
      availability: (500 + 3000 + 4000 + 3000) / 15_000,
      events: 650,
      simulatedMs: 6500,
    });
  });

  it("of no time that was observed is no share of it", () => {
    const summary = summarize(scenario, [aRun(1, { observedMs: 0, availability: 0, leaderChangeCount: 3 })]);
    expect(summary).toMatchObject({ availability: 0, leaderChangesPerMinute: 0, recoveryMs: null });
  });
});

describe("a crash at a random phase", () => {
  it("falls evenly over the interval between two heartbeats", () => {
    const heartbeatMs = 50;
    const crash = parseScenario({
      cluster: { nodes: 3 },
      timing: { heartbeatIntervalMs: heartbeatMs, electionTimeout: { minMs: 150, maxMs: 300 } },
      network: { latency: 1 },
      start: "crash-phase",
      until: "announced",
      observeMs: 5000,
    });
    const phases: number[] = [];
    for (let seed = 1; seed <= 150; seed++) {
      let sinceMs = Number.NaN;
      playWatched(
        crash,
        seed,
        (cluster: Cluster) =>
          new (class extends Watcher {
            private sentMs = 0;
            override sent(from: SimulatedProcess, _to: SimulatedProcess, { kind }: { kind: string }): void {
              if (kind === "heartbeat" && from.node.role.name === "leader") this.sentMs = cluster.nowMs;
            }
            override died(): void {
              sinceMs = cluster.nowMs - this.sentMs;
            }
          })(),
        { checks: "none" },
      );
      phases.push(sinceMs / heartbeatMs);
    }
    expect(Math.min(...phases)).toBeGreaterThanOrEqual(0);
    // A timer may be a little late.
    expect(Math.max(...phases)).toBeLessThan(1.2);
    const mean = phases.reduce((sum, phase) => sum + phase, 0) / phases.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * phases.length));
    for (const share of [0.25, 0.5, 0.75]) {
      const below = phases.filter((phase) => phase < share).length / phases.length;
      expect(Math.abs(below - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / phases.length));
    }
  });
});

describe("faults at random", () => {
  it("strike as often as their rate says, in waits that are exponential, and last as long as they may", () => {
    const random = parseScenario({
      cluster: { nodes: 3 },
      start: "fresh",
      faults: [{ random: { ratePerMinute: 30, forMs: [20, 60] }, do: "pause", nodes: "all" }],
      observeMs: 1_200_000,
    });
    const began: number[] = [];
    const lasted: number[] = [];
    const struck = new Map<string, number>();
    playWatched(
      random,
      3,
      (cluster: Cluster) =>
        new (class extends Watcher {
          private readonly since = new Map<number, number>();
          override faultBegan(number: number, _fault: unknown, nodes: readonly SimulatedProcess[]): void {
            began.push(cluster.nowMs);
            this.since.set(number, cluster.nowMs);
            for (const { id } of nodes) struck.set(id, (struck.get(id) ?? 0) + 1);
          }
          override faultEnded(number: number): void {
            lasted.push(cluster.nowMs - (this.since.get(number) ?? Number.NaN));
          }
        })(),
      { checks: "none" },
    );
    // 600 in twenty minutes.
    expect(Math.abs(began.length - 600)).toBeLessThan(4 * Math.sqrt(600));
    const waits = began.slice(1).map((atMs, index) => atMs - (began[index] as number));
    const longerThanMean = waits.filter((ms) => ms > 2000).length / waits.length;
    expect(Math.abs(longerThanMean - Math.exp(-1))).toBeLessThan(4 * Math.sqrt(0.24 / waits.length));
    expect(Math.min(...lasted)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...lasted)).toBeLessThanOrEqual(60);
    const mean = lasted.reduce((sum, ms) => sum + ms, 0) / lasted.length;
    expect(Math.abs(mean - 40)).toBeLessThan((4 * 40) / Math.sqrt(12 * lasted.length));
    // Each strikes one of those it names, each as often.
    expect([...struck.keys()].sort()).toEqual(["n1", "n2", "n3"]);
    for (const count of struck.values())
      expect(Math.abs(count - began.length / 3)).toBeLessThan(4 * Math.sqrt(began.length * (2 / 9)));
  });
});
