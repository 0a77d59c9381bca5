import { describe, expect, it } from "vitest";
import { ascending } from "../../../src/quantiles.js";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";
import { tradeOffOf } from "../../../src/tuning/advice/trade-off.js";
import { electionTimesOf } from "../../../src/tuning/model/election-time.js";
import { crashesPerMonth, expectedFiguresOf, modelOf } from "../../../src/tuning/model/expectation.js";
import { monthMs } from "../../../src/tuning/model/network-profile.js";
import { aProfile, aTiming } from "./support.js";

interface World {
  readonly nodes: number;
  readonly latencyMs: number;
  readonly writeMs: number;
  readonly heartbeatMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Times from a crash to the next lease where each way takes just as long, drawn by hand: the earliest timeout after the last heartbeat, a round
 * of pre-votes, a write, a round trip of votes with a write, and a heartbeat with its answer. Rivals in the window split a round.
 */
function drawn({ nodes, latencyMs, writeMs, heartbeatMs, minMs, maxMs }: World, count: number): Float64Array {
  const random = splitSeed(11)("by hand");
  const survivors = nodes - 1;
  // Of three, a rival must have timed out before either heard the other.
  const windowMs = nodes === 3 ? latencyMs : latencyMs + writeMs;
  const round = () => {
    const timeouts = Array.from({ length: survivors }, () => random() * (maxMs - minMs)).sort(
      (a, b) => a - b,
    );
    const [first = 0, ...rest] = timeouts;
    const rivals = rest.filter((later) => later - first < windowMs).length;
    return { firstMs: first, isSplit: survivors - rivals - 1 < Math.floor(nodes / 2) };
  };
  return Float64Array.from({ length: count }, () => {
    let { firstMs, isSplit } = round();
    let ms = latencyMs - random() * heartbeatMs + minMs + firstMs + 2 * latencyMs;
    while (isSplit) {
      ({ firstMs, isSplit } = round());
      ms += minMs + firstMs + 2 * latencyMs;
    }
    return ms + 2 * writeMs + 2 * latencyMs + Math.max(2 * latencyMs, writeMs);
  });
}

describe("the time from a crash to the next lease, where nothing is lost and nobody stalls", () => {
  it.each<[string, World]>([
    [
      "three close together",
      { nodes: 3, latencyMs: 1, writeMs: 0.5, heartbeatMs: 50, minMs: 150, maxMs: 300 },
    ],
    ["three far apart", { nodes: 3, latencyMs: 15, writeMs: 4, heartbeatMs: 50, minMs: 150, maxMs: 300 }],
    ["five", { nodes: 5, latencyMs: 5, writeMs: 3, heartbeatMs: 40, minMs: 200, maxMs: 300 }],
    [
      "five with slow disks",
      { nodes: 5, latencyMs: 2, writeMs: 12, heartbeatMs: 20, minMs: 100, maxMs: 220 },
    ],
  ])("of %s, has the mean and the quantiles of times drawn by hand", (_, world) => {
    const { nodes, latencyMs, writeMs, heartbeatMs, minMs, maxMs } = world;
    const profile = aProfile({ nodes, rttP50Ms: 2 * latencyMs, rttP99Ms: 2 * latencyMs, writeMs });
    const timing = aTiming({ heartbeatIntervalMs: heartbeatMs, electionTimeout: { minMs, maxMs } });
    const times = electionTimesOf(profile);
    const model = modelOf(profile, timing);
    const sorted = ascending(drawn(world, 30_000));
    const mean = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
    expect(Math.abs(times.meanMs(model) / mean - 1)).toBeLessThan(0.01);
    // What the closed form takes for a quantile is above about as large a share of those drawn.
    for (const [share, off] of [
      [0.1, 0.05],
      [0.5, 0.05],
      [0.9, 0.05],
      [0.99, 0.008],
    ] as const) {
      const ms = times.quantileMs(model, share);
      const within = sorted.filter((drawnMs) => drawnMs <= ms).length / sorted.length;
      expect(Math.abs(within - share), `${share}: ${ms}`).toBeLessThan(off);
    }
    expect(times.votesMs).toBeCloseTo(2 * writeMs + 2 * latencyMs, 0);
  });

  it("has no end where a write outlasts the timeout", () => {
    const times = electionTimesOf(aProfile({ writeMs: 160 }));
    const model = modelOf(aProfile({ writeMs: 160 }), aTiming());
    expect(times.meanMs(model)).toBeGreaterThan(monthMs);
  });
});

describe("what is expected of settings", () => {
  it("sees a profile and a timing as the closed forms do", () => {
    expect(modelOf(aProfile({ nodes: 5, rttP50Ms: 6, writeMs: 3 }), aTiming())).toEqual({
      nodes: 5,
      survivors: 4,
      baseMs: 150,
      jitterMs: 150,
      heartbeatMs: 50,
      latencyMs: 3,
      writeMs: 3,
      preVote: true,
    });
  });

  it("counts crashes by the month, and a heartbeat with its reply for each follower", () => {
    expect(crashesPerMonth(aProfile({ mtbfHours: 24 }))).toBe(30);
    const profile = aProfile({ nodes: 5, mtbfHours: 24 });
    const expected = expectedFiguresOf(profile, aTiming());
    expect(expected.messagesPerSecond).toBeCloseTo((4 * 2 * 1000) / 50, 9);
    expect(expected.falseElectionsPerMonth).toBe(0);
    expect(expected.leaderlessPerMonthMs).toBeCloseTo(30 * expected.leaderlessMeanMs, 6);
    // Intervals get longer by how late timers are on average: 46.05 / ln 100 = 10 ms.
    const late = expectedFiguresOf({ ...profile, stallP99Ms: 46.0517 }, aTiming());
    expect(late.messagesPerSecond).toBeCloseTo((4 * 2 * 1000) / 60, 3);
  });

  it("adds what false elections and lapses cost to what crashes do, and is no more than a month", () => {
    const profile = aProfile({ stallP99Ms: 60, mtbfHours: 720 });
    const timing = aTiming();
    const expected = expectedFiguresOf(profile, timing);
    const { falseElectionsPerMonth, lapsesPerMonth, leaderlessMeanMs, leaderlessPerMonthMs } = expected;
    const besides = leaderlessPerMonthMs - leaderlessMeanMs;
    // A false election costs the earliest of two timeouts above the least, 50 ms, and the rounds; a lapse about a stall of 13 ms.
    const electionMs = 50 + electionTimesOf(profile).roundsMs(modelOf(profile, timing));
    const lapsedMs = besides - falseElectionsPerMonth * electionMs;
    expect(lapsesPerMonth).toBeGreaterThan(10);
    expect(lapsedMs / lapsesPerMonth).toBeGreaterThan(12);
    expect(lapsedMs / lapsesPerMonth).toBeLessThan(15);
    const hopeless = expectedFiguresOf(aProfile({ mtbfHours: 1e-5 }), timing);
    expect(hopeless.leaderlessPerMonthMs).toBe(monthMs);
  });
});

describe("the trade-off around an advice", () => {
  const profile = aProfile({ stallP99Ms: 20 });
  const advised = aTiming({ heartbeatIntervalMs: 20, electionTimeout: { minMs: 100, maxMs: 180 } });
  const points = tradeOffOf(profile, advised);

  it("holds intervals from a quarter to four times the advised, and timeouts from two intervals to three times the advised", () => {
    const intervals = [...new Set(points.map(({ timing }) => timing.heartbeatIntervalMs))];
    expect(intervals).toEqual([5, 10, 20, 40, 80]);
    for (const intervalMs of intervals) {
      const timeouts = points
        .filter(({ timing }) => timing.heartbeatIntervalMs === intervalMs)
        .map(({ timing }) => timing.electionTimeout.minMs);
      expect(timeouts[0]).toBe(2 * intervalMs);
      expect(timeouts.at(-1)).toBeLessThanOrEqual(300);
      expect(timeouts.at(-1)).toBeGreaterThan(300 / 1.14);
      // 12 % more, up to a whole millisecond.
      for (const [index, minMs] of timeouts.slice(1).entries())
        expect(Math.abs(minMs - 0.5 - 1.12 * (timeouts[index] as number))).toBeLessThanOrEqual(0.5);
    }
    for (const { timing } of points)
      expect(timing.electionTimeout.maxMs - timing.electionTimeout.minMs).toBe(80);
  });

  it("says of each what is expected of it", () => {
    for (const { timing, leaderlessMeanMs, alarmsPerMonth } of [points[3], points[20], points.at(-1)].flatMap(
      (point) => point ?? [],
    )) {
      const expected = expectedFiguresOf(profile, timing);
      expect(leaderlessMeanMs).toBeCloseTo(expected.leaderlessMeanMs, 9);
      expect(alarmsPerMonth).toBeCloseTo(expected.falseElectionsPerMonth + expected.lapsesPerMonth, 9);
    }
  });
});
