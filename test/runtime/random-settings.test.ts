import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { resolveTiming, safeModes, type TimingInput } from "../../src/protocol/index.js";
import { Safety } from "../../src/simulation/checks/safety.js";
import type { Cluster } from "../../src/simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../src/simulation/cluster/simulated-process.js";
import { aCluster, settle, Told } from "../simulation/support/simulated-cluster.js";

/** Evenly spread, unlike fc.double, which loves extremes. */
function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 1_000_000 }).map((part) => min + ((max - min) * part) / 1_000_000);
}

/** Numbers that are often in a sound proportion, and often not. */
const timings: fc.Arbitrary<TimingInput> = fc
  .record({
    heartbeatIntervalMs: between(0.5, 1000),
    holdPerHeartbeat: between(1.5, 6),
    minPerHold: between(0.8, 2),
    rangePerMin: between(-0.1, 2),
    quorumPerMax: between(0.2, 2.5),
    clockDriftRatio: fc.oneof(between(0, 0.19), fc.constantFrom(-0.1, 0.2, Number.NaN)),
    leaveOut: fc.subarray(["voteHoldMs", "quorumTimeoutMs", "clockDriftRatio"] as const),
  })
  .map(
    ({
      heartbeatIntervalMs,
      holdPerHeartbeat,
      minPerHold,
      rangePerMin,
      quorumPerMax,
      clockDriftRatio,
      leaveOut,
    }) => {
      const voteHoldMs = heartbeatIntervalMs * holdPerHeartbeat;
      const minMs = voteHoldMs * minPerHold;
      const maxMs = minMs * (1 + rangePerMin);
      const optional = { voteHoldMs, quorumTimeoutMs: maxMs * quorumPerMax, clockDriftRatio };
      for (const name of leaveOut) delete (optional as Partial<typeof optional>)[name];
      return { heartbeatIntervalMs, electionTimeout: { minMs, maxMs }, ...optional };
    },
  );

/** Each problem names the settings it is about with the values they have. */
const namesValues = /^(?:[\w.]+ \(-?[\d.e+-]+\)|clockDriftRatio \((?:NaN|-?[\d.e+-]+)\)).* (?:must be|must)/;
const namesBoth = /[\w.]+ \(-?[\d.e+-]+\).*[\w.]+ \(-?[\d.e+-]+\)/;
const aboutOne = /must be a number of milliseconds|must be at least 0 and below 0\.2/;

/** Nobody hears this one any more, nor it anybody. */
function isolate(cluster: Cluster, { index }: SimulatedProcess): () => void {
  return cluster.install((from, to) => (from === index || to === index ? { passes: "nothing" } : null));
}

let refused = 0;
let started = 0;

describe("random settings", () => {
  test.prop([timings, fc.integer()], { numRuns: 300, seed: 20_261_122 })(
    "either start a cluster that keeps its promises or are refused by names and values",
    (input, seed) => {
      const resolution = resolveTiming(input);
      if (!resolution.ok) {
        refused++;
        expect(resolution.problems.length).toBeGreaterThan(0);
        for (const problem of resolution.problems) {
          expect(problem).toMatch(namesValues);
          if (!aboutOne.test(problem)) expect(problem).toMatch(namesBoth);
        }
        return;
      }
      started++;
      const { timing } = resolution;
      // Fast enough a network for the shortest of timeouts: what is tried here is the settings.
      const { minMs, maxMs } = timing.electionTimeout;
      const latency = Math.min(1, minMs / 50, (maxMs - minMs) / 20);
      const told = new Told();
      const broken: string[] = [];
      const settings = { ...timing, modes: safeModes };
      const cluster = aCluster(
        {
          seed,
          voters: ["n1", "n2", "n3"],
          settingsOf: () => settings,
          link: { latency, loss: 0, duplicate: 0 },
          writeMs: latency / 5,
          lateness: 0,
        },
        (made) => [told, new Safety(made, (promise, text) => broken.push(`${promise}: ${text}`))],
      );
      const patienceMs = 20 * maxMs;

      const first = settle(cluster, patienceMs);
      cluster.advance(20 * maxMs);
      expect(told.of(first), "a healthy leader stays").toEqual(["gained"]);

      const heal = isolate(cluster, first);
      const isFailedOver = () => cluster.leader() !== first && cluster.leader() !== null;
      expect(cluster.advanceUntil(isFailedOver, patienceMs), "another is elected").toBe(true);
      const isStepped = () => first.node.role.name !== "leader";
      expect(cluster.advanceUntil(isStepped, timing.quorumTimeoutMs), "the old leader steps down").toBe(true);

      heal();
      const isBack = () => first.node.role.name === "follower" && first.node.role.leader !== null;
      expect(cluster.advanceUntil(isBack, patienceMs)).toBe(true);
      expect(cluster.leader(), "healing deposes nobody").not.toBeNull();
      expect(broken).toEqual([]);
    },
  );

  test("were of both kinds", () => {
    expect(refused).toBeGreaterThan(50);
    expect(started).toBeGreaterThan(50);
  });
});
