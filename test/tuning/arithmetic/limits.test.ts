import { describe, expect, it } from "vitest";
import type { Timing } from "../../../src/protocol/index.js";
import { bindingsOf } from "../../../src/tuning/advice/constraints.js";
import {
  brokenLimits,
  checkLimits,
  defaultAdviceLimits,
  leastRangeMs,
  leastTimeoutMs,
  shortestHeartbeatMs,
  slownessFloorMs,
  stallFloorMs,
  writeFloorMs,
} from "../../../src/tuning/advice/limits.js";
import { etcdRule, yardsticksOf } from "../../../src/tuning/advice/yardsticks.js";
import { electionTimesOf } from "../../../src/tuning/model/election-time.js";
import type { NetworkProfile } from "../../../src/tuning/model/network-profile.js";
import { aProfile, aTiming } from "./support.js";

describe("the floors of a timeout", () => {
  it.each([
    [10, 10, 20],
    [10, 9.5, 20],
    [9.5, 10.6, 21],
    [0.4, 0.4, 2],
    [100, 0, 100],
    [2, 95, 97],
  ])("are a slow round trip of %f ms and a stall of %f ms together: %i", (rttP99Ms, stallP99Ms, floor) => {
    expect(slownessFloorMs(aProfile({ rttP99Ms, stallP99Ms }))).toBe(floor);
  });

  it.each<[Partial<NetworkProfile>, number, number, number]>([
    // The longest stall, an interval, a late timer and a round trip, each of like size: all of them count.
    [{ longestStallMs: 20, stallP99Ms: 20, rttP50Ms: 20 }, 20, 0, 80],
    [{ longestStallMs: 21, stallP99Ms: 22, rttP50Ms: 24 }, 28, 0, 95],
    [{ longestStallMs: 100, stallP99Ms: 0, rttP50Ms: 0.5 }, 10, 0, 111],
    // A clock that runs a tenth fast against one that runs a tenth slow: 11/9.
    [{ longestStallMs: 49, stallP99Ms: 10, rttP50Ms: 10 }, 20, 0.1, 109],
    [{ longestStallMs: 0, stallP99Ms: 20, rttP50Ms: 20 }, 20, 0, 0],
  ])(
    "outlast a stall that was seen: %j at an interval of %i ms and a drift of %f: %i",
    (given, heartbeatMs, drift, floor) => {
      expect(stallFloorMs(aProfile(given), heartbeatMs, drift)).toBe(floor);
    },
  );

  it.each([
    [0, 1],
    [2, 3],
    [2.5, 3],
    [2.999, 3],
  ])("are above a write of %f ms: %i", (writeMs, floor) => {
    expect(writeFloorMs(aProfile({ writeMs }))).toBe(floor);
  });

  it("are met by the largest of them, whichever that is", () => {
    const like = { rttP50Ms: 10, rttP99Ms: 40, stallP99Ms: 20, longestStallMs: 20, writeMs: 59 };
    // 40 + 20, and (20 + 20 + 20 + 10) with the drift, and 59 + 1, and 3 * 20.
    const stallMs = stallFloorMs(aProfile(like), 20);
    expect(stallMs).toBeGreaterThan(70);
    expect(leastTimeoutMs(aProfile(like), 20)).toBe(stallMs);
    const noStall = { ...like, longestStallMs: 0 };
    expect(leastTimeoutMs(aProfile(noStall), 20)).toBe(60);
    expect(leastTimeoutMs(aProfile({ ...noStall, rttP99Ms: 41 }), 20)).toBe(61);
    expect(leastTimeoutMs(aProfile({ ...noStall, writeMs: 61 }), 20)).toBe(62);
    expect(leastTimeoutMs(aProfile(noStall), 21)).toBe(63);
  });
});

describe("what an interval and a range have at least", () => {
  it.each([
    [200, 10],
    [199, 11],
    [2000, 1],
    [300, 7],
    [0.5, 4000],
  ])("is %f messages a second: %i ms", (messagesPerFollower, shortest) => {
    expect(shortestHeartbeatMs({ ...defaultAdviceLimits, messagesPerFollower })).toBe(shortest);
  });

  it.each([
    [1.5, 8],
    [2, 10],
    [0.1, 1],
    [70, 350],
  ])("is ten one-way latencies of a round trip of %f ms: %i ms", (rttP50Ms, least) => {
    expect(leastRangeMs(aProfile({ rttP50Ms }))).toBe(least);
  });
});

describe("settings break", () => {
  const profile = aProfile({ rttP50Ms: 8, rttP99Ms: 60, stallP99Ms: 60, writeMs: 100 });
  const fine = aTiming({
    heartbeatIntervalMs: 40,
    electionTimeout: { minMs: 125, maxMs: 165 },
    voteHoldMs: 120,
  });
  const wide = { falsePerMonth: 1e12, messagesPerFollower: 50 };
  const broken = (timing: Partial<Timing>, given: Partial<NetworkProfile> = {}) =>
    brokenLimits({ ...profile, ...given }, wide, { ...fine, ...timing }).map(({ limit }) => limit);

  it("no limit that they just meet", () => {
    // 60 + 60, 3 * 40 and 10 * 8 / 2 are what there is, and 2000 / 40.
    expect(broken({})).toEqual([]);
  });

  it.each<[string, Partial<Timing>, Partial<NetworkProfile>]>([
    ["messages", { heartbeatIntervalMs: 39.9 }, {}],
    ["slow round trips", {}, { rttP99Ms: 60.1 }],
    ["slow round trips", {}, { stallP99Ms: 60.1 }],
    ["slow writes", {}, { writeMs: 120 }],
    ["lost heartbeats", { heartbeatIntervalMs: 40.1 }, {}],
    ["split votes", {}, { rttP50Ms: 8.1 }],
    ["longest stall", {}, { longestStallMs: 13 }],
  ])("the limit of %s by a little", (limit, timing, given) => {
    expect(broken(timing, given)).toEqual([limit]);
  });

  it("no limit of a stall that the hold just outlasts", () => {
    const drift = (1 + fine.clockDriftRatio) / (1 - fine.clockDriftRatio);
    const longestStallMs = Math.floor(120 / drift) - 40 - 60 - 8 - 1;
    expect(stallFloorMs({ ...profile, longestStallMs }, 40, fine.clockDriftRatio)).toBeLessThanOrEqual(120);
    expect(broken({}, { longestStallMs })).toEqual([]);
  });

  it("what may be lost for nothing, and say how much", () => {
    const lossy = { ...profile, loss: 0.3 };
    const [only] = brokenLimits(lossy, { ...wide, falsePerMonth: 1 }, fine);
    expect(only?.limit).toBe("lost for nothing");
    expect(only?.sentence).toMatch(/^[\d.e+]+ leaderships lost for nothing in a month, above 1$/);
  });

  it("what cannot be asked for", () => {
    for (const [change, message] of [
      [{ falsePerMonth: 0 }, "false per month 0: must be above 0"],
      [{ messagesPerFollower: 0 }, "messages per follower 0: must be above 0"],
      [{ messagesPerFollower: 2001 }, "messages per follower 2001"],
      [{ messagesPerFollower: 0.0099 }, "allow at least 0.01 a second"],
    ] as const)
      expect(() => checkLimits({ ...defaultAdviceLimits, ...change })).toThrow(message);
    for (const messagesPerFollower of [0.01, 2000])
      checkLimits({ ...defaultAdviceLimits, messagesPerFollower });
  });
});

describe("what holds a setting", () => {
  const constraints = (given: Partial<NetworkProfile>, timing: Timing, limits = defaultAdviceLimits) => {
    const profile = aProfile(given);
    return bindingsOf(profile, limits, timing, electionTimesOf(profile)).map(({ constraint }) => constraint);
  };
  const at = (minMs: number, heartbeatIntervalMs = 20, rangeMs = 100) =>
    aTiming({ heartbeatIntervalMs, electionTimeout: { minMs, maxMs: minMs + rangeMs } });

  it.each<[string, Partial<NetworkProfile>, Timing, readonly string[]]>([
    ["three intervals", {}, at(60), ["legality", "none", "none"]],
    ["three of the shortest intervals", {}, at(30, 10), ["messages", "messages", "none"]],
    ["a slow round trip in a stall", { rttP99Ms: 40, stallP99Ms: 41 }, at(81), ["slowest", "none", "none"]],
    ["a write", { writeMs: 90 }, at(91), ["votes", "none", "none"]],
    ["ten latencies", {}, at(60, 20, 10), ["legality", "none", "splitVotes"]],
    // Of two floors that are alike the interval is named: it can be changed.
    ["two at once", { rttP99Ms: 40, stallP99Ms: 20 }, at(60), ["legality", "none", "none"]],
  ])("is %s", (_, given, timing, expected) => {
    expect(constraints(given, timing)).toEqual(expected);
  });

  it("is a stall that was seen", () => {
    const given = { longestStallMs: 60 };
    const minMs = stallFloorMs(aProfile(given), 20);
    expect(constraints(given, at(minMs))[0]).toBe("slowest");
    expect(constraints(given, at(minMs + 1))[0]).not.toBe("slowest");
  });

  it("is what a timeout must outlast, where a shorter one would lose too much", () => {
    // Rare false alarms are allowed, and the settings have about as many.
    const limits = { ...defaultAdviceLimits, falsePerMonth: 1e-9 };
    const profile = aProfile({ loss: 0.02 });
    const [stream] = bindingsOf(profile, limits, at(250), electionTimesOf(profile));
    expect(stream?.constraint).toBe("retransmission");
    expect(stream?.sentence).toContain("what a stream loses comes 200 ms later");
    const [later] = bindingsOf(profile, limits, at(700), electionTimesOf(profile));
    expect(later?.sentence).toContain("what a stream loses 2 times in a row comes 600 ms later");
    const datagram = { ...profile, transport: "datagram" } as const;
    const [lost] = bindingsOf(datagram, limits, at(101), electionTimesOf(datagram));
    expect(lost).toMatchObject({ constraint: "falseElections" });
    expect(lost?.sentence).toMatch(/it must outlast loss$/);
    const stalled = aProfile({ stallP99Ms: 30 });
    const [stall] = bindingsOf(stalled, limits, at(101), electionTimesOf(stalled));
    expect(stall?.sentence).toMatch(/it must outlast stalls$/);
  });
});

describe("what advice is measured against", () => {
  it.each([
    [1, 1, 10],
    [1.4, 1, 14],
    [70.26, 70, 703],
  ])("is etcd's rule for a round trip of %f ms: %i ms and %i ms", (rttP50Ms, heartbeatIntervalMs, minMs) => {
    expect(etcdRule(aProfile({ rttP50Ms, rttP99Ms: 100 }))).toMatchObject({
      heartbeatIntervalMs,
      electionTimeout: { minMs, maxMs: 2 * minMs },
    });
  });

  it("is no rule below a millisecond, and no timing twice", () => {
    expect(etcdRule(aProfile({ rttP50Ms: 0.99 }))).toBeNull();
    const names = yardsticksOf(aProfile({ rttP50Ms: 100 }), null).map(({ name }) => name);
    // A round trip of 100 ms makes the rule the defaults.
    expect(names).toContain("etcd's defaults");
    expect(names).not.toContain("etcd's rule");
    const present = aTiming();
    const all = yardsticksOf(aProfile(), present);
    expect(all[0]).toEqual({ name: "present", timing: present });
    expect(new Set(all.map(({ timing }) => JSON.stringify(timing))).size).toBe(all.length);
  });
});
