import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { resolveTiming, safeModes, type TimingInput } from "../../src/protocol/index.js";
import { World } from "../support/world.js";

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

/** Runs the cluster until `done`, checking at every millisecond that no two replicas lead. */
function runChecked(world: World, forMs: number, done: () => boolean): boolean {
  let most = 0;
  const ended = world.timeline.advance(forMs, () => {
    most = Math.max(most, world.leaders().length);
    return done();
  });
  expect(most).toBeLessThanOrEqual(1);
  return ended;
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
      const world = new World(["a", "b", "c"], { ...timing, modes: safeModes }, seed);
      // Fast enough a network for the shortest of timeouts: what is tried here is the settings.
      world.latencyMs = Math.min(
        1,
        timing.electionTimeout.minMs / 50,
        (timing.electionTimeout.maxMs - timing.electionTimeout.minMs) / 20,
      );
      for (const { disk } of world.replicas.values()) disk.writeMs = world.latencyMs / 5;
      const patienceMs = 20 * timing.electionTimeout.maxMs;

      const first = world.runUntilSettled(patienceMs);
      const { told } = world.replica(first);
      runChecked(world, 20 * timing.electionTimeout.maxMs, () => false);
      expect(
        told.map(({ event }) => event),
        "a healthy leader stays",
      ).toEqual(["gained"]);

      world.isolate(first);
      const failedOver = runChecked(world, patienceMs, () => world.leaders().some((id) => id !== first));
      expect(failedOver, "another is elected").toBe(true);
      const isStepped = (): boolean => world.replica(first).node.role.name !== "leader";
      expect(runChecked(world, timing.quorumTimeoutMs, isStepped), "the old leader steps down").toBe(true);

      world.heal();
      expect(runChecked(world, patienceMs, () => world.replica(first).node.role.name === "follower")).toBe(
        true,
      );
      expect(world.leaders().length, "healing deposes nobody").toBe(1);
    },
  );

  test("were of both kinds", () => {
    expect(refused).toBeGreaterThan(50);
    expect(started).toBeGreaterThan(50);
  });
});
