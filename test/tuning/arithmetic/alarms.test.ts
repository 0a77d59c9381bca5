import { describe, expect, it } from "vitest";
import type { Timing } from "../../../src/protocol/index.js";
import { atLeast } from "../../../src/tuning/model/binomial.js";
import { alarmsPerMonth, falseElectionsPerMonth, lapses } from "../../../src/tuning/model/false-elections.js";
import { longestStalls, lostShareOf } from "../../../src/tuning/model/longest-stalls.js";
import { monthMs } from "../../../src/tuning/model/network-profile.js";
import { aProfile, aTiming } from "./support.js";

/** All timeouts alike, and no drift, so that each figure has one cause. */
function still(given: Partial<Timing> = {}): Timing {
  return aTiming({
    electionTimeout: { minMs: 175, maxMs: 175.001 },
    voteHoldMs: 175,
    quorumTimeoutMs: 175,
    clockDriftRatio: 0,
    ...given,
  });
}

function timing(given: Partial<Timing>): Timing {
  return { ...still(), ...given };
}

describe("on a network that loses nothing and never stalls", () => {
  it("no leadership is lost for nothing", () => {
    for (const transport of ["stream", "datagram"] as const) {
      expect(alarmsPerMonth(aProfile({ transport }), still())).toBe(0);
      expect(lapses(aProfile({ transport }), still())).toEqual({ perMonth: 0, meanMs: 0 });
    }
  });
});

describe("datagrams of which a share gets lost", () => {
  const loss = 0.1;
  const heartbeats = monthMs / 50;

  it.each([
    // Of the others, a majority hears nothing; of the leader's round trips, so many fail that no majority is left.
    [3, 2, 2],
    [4, 3, 2],
    [5, 3, 3],
    [7, 4, 4],
  ])(
    "depose a leader of %i where all heartbeats that could come in time are lost to %i, or round trips to %i",
    (nodes, majority, unheard) => {
      const profile = aProfile({ nodes, loss, transport: "datagram" });
      const others = nodes - 1;
      // After one that came, those sent 50, 100 and 150 ms later could come within 175 ms.
      const oneWay = atLeast(others, loss ** 3, majority);
      const there = 1 - (1 - loss) * (1 - loss);
      const roundTrip = atLeast(others, there ** 3, unheard);
      const expected = heartbeats * (oneWay + roundTrip);
      expect(falseElectionsPerMonth(profile, still()) / expected).toBeCloseTo(1, 6);
      expect(lapses(profile, still()).perMonth / (heartbeats * roundTrip)).toBeCloseTo(1, 6);
      expect(alarmsPerMonth(profile, still()) / (expected + heartbeats * roundTrip)).toBeCloseTo(1, 6);
    },
  );

  it("are outlasted by one more heartbeat each time the timeout lets one more arrive", () => {
    const profile = aProfile({ loss, transport: "datagram" });
    const quiet = { quorumTimeoutMs: 1e6 };
    const alarms = (minMs: number) =>
      falseElectionsPerMonth(profile, timing({ ...quiet, electionTimeout: { minMs, maxMs: minMs + 1e-3 } }));
    for (const [minMs, beats] of [
      [100.5, 1],
      [101.5, 2],
      [150.5, 2],
      [151.5, 3],
      [251.5, 5],
    ] as const)
      expect(alarms(minMs) / (heartbeats * loss ** (2 * beats))).toBeCloseTo(1, 6);
  });

  it("lapse a lease that is as long as the hold, shortened by the drift, until the next heartbeat is answered", () => {
    const profile = aProfile({ loss, transport: "datagram" });
    const there = 1 - (1 - loss) * (1 - loss);
    // 155 ms let three round trips be late, 155 * 9 / 11 = 126 ms two.
    const of = (clockDriftRatio: number) => lapses(profile, timing({ voteHoldMs: 155, clockDriftRatio }));
    expect(of(0).perMonth / (heartbeats * there ** 6)).toBeCloseTo(1, 6);
    expect(of(0.1).perMonth / (heartbeats * there ** 4)).toBeCloseTo(1, 6);
    expect(of(0).meanMs).toBeCloseTo(52, 9);
  });
});

describe("event loops that stall", () => {
  it.each(["stream", "datagram"] as const)(
    "depose and lapse over a %s with the tail of an exponential",
    (transport) => {
      const stallP99Ms = 40;
      const profile = aProfile({ stallP99Ms, transport });
      const tail = (leftMs: number) => 100 ** (-leftMs / stallP99Ms);
      const perMonth = monthMs / (50 + stallP99Ms / Math.log(100));
      // Within 175 ms come an interval, the stall, and a way or two.
      const elections = perMonth * (tail(175 - 50 - 1) + tail(175 - 50 - 2));
      expect(falseElectionsPerMonth(profile, still()) / elections).toBeCloseTo(1, 3);
      expect(lapses(profile, still()).perMonth / (perMonth * tail(123))).toBeCloseTo(1, 6);
    },
  );
});

describe("streams on which what is lost comes late", () => {
  it("silence a majority of three where one link falls silent while the other is", () => {
    const loss = 0.01;
    const profile = aProfile({ loss });
    // What is lost once comes after 201 ms; 125 ms are left after an interval. Twice: 601 ms; three times: 1401 ms; ..
    const late = loss;
    const waitsMs = [201, 601, 1401, 3001, 6201].map((ms) => ms - 125);
    const lateMs = waitsMs.reduce((sum, ms, index) => sum + ms * loss ** (index + 1) * (1 - loss), 0);
    const expected = (monthMs / 50) * 2 * late * (lateMs / 50);
    const quiet = timing({ quorumTimeoutMs: 1e6 });
    expect(falseElectionsPerMonth(profile, quiet) / expected).toBeCloseTo(1, 3);
  });

  it("lapse for as long as two such silences overlap, half of one", () => {
    const loss = 0.001;
    const { meanMs } = lapses(aProfile({ loss }), still());
    // A round trip of 202 ms, of which 125 ms were left; now and then longer.
    expect(meanMs).toBeGreaterThan(77 / 2);
    expect(meanMs).toBeLessThan(1.02 * (77 / 2));
  });

  it("have no time left where a timeout is shorter than an interval", () => {
    const short = timing({ electionTimeout: { minMs: 49, maxMs: 49.5 }, quorumTimeoutMs: 1e6 });
    expect(falseElectionsPerMonth(aProfile(), short)).toBeCloseTo(monthMs / 50, -3);
  });
});

describe("the longest stall of a leader", () => {
  const stalled = (longestStallMs: number, given: Partial<Timing> = {}) =>
    longestStalls(aProfile({ longestStallMs, longestStallEveryHours: 24 }), timing(given));
  const quiet = { quorumTimeoutMs: 1e6, voteHoldMs: 1e6 };

  it("deposes it where it is silent for longer than a timeout: the stall and what had passed since its heartbeat", () => {
    // 30 in a month, spread evenly over the interval of 50 ms before.
    for (const [stallMs, share] of [
      [100, 0],
      [125, 0],
      [137.5, 0.25],
      [150, 0.5],
      [162.5, 0.75],
      [175, 1],
      [500, 1],
    ] as const) {
      const { electionsPerMonth, lapses } = stalled(stallMs, quiet);
      expect(electionsPerMonth).toBeCloseTo(30 * share, 9);
      expect(lapses.perMonth).toBe(0);
    }
  });

  it("deposes it by its own quorum timeout as well, which its answers have a round trip less for", () => {
    const long = { electionTimeout: { minMs: 1e5, maxMs: 1e5 + 1 }, voteHoldMs: 1e6, quorumTimeoutMs: 177 };
    expect(stalled(150, long).electionsPerMonth).toBeCloseTo(15, 9);
    expect(stalled(125, long).electionsPerMonth).toBe(0);
  });

  it("lapses its lease where it is silent for longer than that lasts, and is not deposed", () => {
    const given = { quorumTimeoutMs: 1e6, voteHoldMs: 177 };
    const long = { ...given, electionTimeout: { minMs: 1e5, maxMs: 1e5 + 1 } };
    const { electionsPerMonth, lapses } = stalled(150, long);
    expect(electionsPerMonth).toBe(0);
    expect(lapses.perMonth).toBeCloseTo(15, 9);
    // It comes back with the answer: as long after as it was too late, 12.5 ms on average, and 2 ms for the answer if none was left.
    expect(lapses.meanMs).toBeGreaterThan(12);
    expect(lapses.meanMs).toBeLessThan(15);
    // Who is deposed by a timeout of 187.5 ms does not lapse.
    const both = stalled(150, { ...given, electionTimeout: { minMs: 187.5, maxMs: 187.5001 } });
    expect(both.electionsPerMonth).toBeCloseTo(7.5, 9);
    expect(both.lapses.perMonth).toBeCloseTo(7.5, 9);
  });

  it("counts as often as it comes, and its share does not depend on that", () => {
    const profile = aProfile({ longestStallMs: 150, longestStallEveryHours: 12 });
    const settings = timing(quiet);
    expect(longestStalls(profile, settings).electionsPerMonth).toBeCloseTo(30, 9);
    expect(lostShareOf(profile, settings)).toBeCloseTo(0.5, 9);
    expect(lostShareOf({ ...profile, longestStallEveryHours: 240 }, settings)).toBeCloseTo(0.5, 9);
    expect(stalled(0)).toEqual({ electionsPerMonth: 0, lapses: { perMonth: 0, meanMs: 0 } });
    // Both are counted with the usual alarms.
    expect(alarmsPerMonth(profile, settings)).toBeCloseTo(30, 9);
    const lapsing = timing({
      quorumTimeoutMs: 1e6,
      voteHoldMs: 177,
      electionTimeout: { minMs: 1e5, maxMs: 1e5 + 1 },
    });
    expect(alarmsPerMonth(profile, lapsing)).toBeCloseTo(30, 9);
  });
});
