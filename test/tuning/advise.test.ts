import { describe, expect, it } from "vitest";
import { resolveTiming, type Timing } from "../../src/protocol/index.js";
import { advise, defaultLimits, ruleOfThumb } from "../../src/tuning/advise.js";
import { type CheckHands, checkAdvice } from "../../src/tuning/check-advice.js";
import { expectationOf } from "../../src/tuning/expectation.js";
import {
  monthHours,
  type NetworkPreset,
  type NetworkProfile,
  networkPresets,
} from "../../src/tuning/network-profile.js";
import { lognormalShareAbove, normalShareAbove } from "../../src/tuning/normal-share.js";
import { work } from "../../src/tuning/sweep-worker.js";

const names = Object.keys(networkPresets) as NetworkPreset[];
const here: CheckHands = { runs: async (job) => work(job), quiet: async (job) => work(job) };

function aProfile(given: Partial<NetworkProfile> = {}): NetworkProfile {
  return { ...networkPresets.oneRegion, ...given };
}

function sentencesOf(profile: NetworkProfile, limits = defaultLimits): string {
  return advise(profile, limits)
    .bindings.map(({ setting, constraint }) => `${setting}: ${constraint}`)
    .join(", ");
}

describe("advice on settings", () => {
  it.each(names)(
    "on %s leaves less time without a leader than etcd's rule, at no more false elections",
    async (name) => {
      const profile = networkPresets[name];
      const timings = [advise(profile).timing, ruleOfThumb(profile)];
      const [advised, rule] = await checkAdvice(
        { profile, timings, runs: 100, quietMinutes: 2, seed: 1 },
        here,
      );
      expect(advised?.recovered).toBe(100);
      expect(advised?.leaderlessPerMonthMs).toBeLessThan(0.8 * (rule?.leaderlessPerMonthMs as number));
      expect(advised?.falseElections).toBeLessThanOrEqual(rule?.falseElections as number);
    },
  );

  it.each(names)("on %s expects what the simulation shows", async (name) => {
    const profile = networkPresets[name];
    const { timing, expected } = advise(profile);
    const [played] = await checkAdvice(
      { profile, timings: [timing], runs: 200, quietMinutes: 1, seed: 1 },
      here,
    );
    expect((played?.leaderlessMeanMs as number) / expected.leaderlessMeanMs).toBeGreaterThan(0.75);
    expect((played?.leaderlessMeanMs as number) / expected.leaderlessMeanMs).toBeLessThan(1.25);
    expect((played?.messagesPerSecond as number) / expected.messagesPerSecond).toBeCloseTo(1, 1);
    expect((played?.leaderlessP99Ms as number) / expected.leaderlessP99Ms).toBeLessThan(1.5);
  });

  it("is legal, inside its limits, and no millisecond more of the timeout would be asked for", () => {
    let bound = 0;
    for (const profile of names.flatMap((name) => [
      networkPresets[name],
      { ...networkPresets[name], mtbfHours: 1 },
    ])) {
      const { timing, expected, bindings } = advise(profile);
      expect(resolveTiming(timing, profile.rttP50Ms / 2)).toMatchObject({ ok: true, warnings: [] });
      expect(expected.falseElectionsPerMonth + expected.lapsesPerMonth).toBeLessThanOrEqual(1);
      expect(expected.messagesPerSecond).toBeLessThanOrEqual(400);
      if (bindings[0]?.constraint !== "falseElections") continue;
      bound++;
      const { minMs, maxMs } = timing.electionTimeout;
      const shorter = resolveTiming({
        heartbeatIntervalMs: timing.heartbeatIntervalMs,
        electionTimeout: { minMs: minMs - 1, maxMs: maxMs - 1 },
      });
      const { falseElectionsPerMonth, lapsesPerMonth } = expectationOf(
        profile,
        (shorter as { timing: Timing }).timing,
      );
      expect(falseElectionsPerMonth + lapsesPerMonth).toBeGreaterThan(1);
    }
    expect(bound).toBeGreaterThan(1);
  });

  it("names the constraint that binds", () => {
    const hasty = { ...networkPresets.lan, mtbfHours: 1 };
    expect(sentencesOf(hasty)).toContain("electionTimeout.minMs: falseElections");
    expect(sentencesOf(networkPresets.lan)).toContain("electionTimeout.minMs: none");
    expect(sentencesOf(networkPresets.threeRegion)).toContain("electionTimeout range: splitVotes");
    expect(sentencesOf(networkPresets.lan)).toContain("heartbeatIntervalMs: messages");
    expect(sentencesOf(aProfile({ stallP99Ms: 0, rttP99Ms: 1.5, loss: 0 }))).toContain(
      "electionTimeout.minMs: legality",
    );
    expect(
      sentencesOf(aProfile({ rttP99Ms: 100 }), { falsePerMonth: 1e9, messagesPerFollower: 200 }),
    ).toContain("electionTimeout.minMs: slowest");
    expect(advise(aProfile({ longestStallMs: 500 })).bindings[0]?.sentence).toContain(
      "the longest stall seen (500 ms)",
    );
    const timeoutSentence = (profile: NetworkProfile) => advise(profile).bindings[0]?.sentence;
    expect(timeoutSentence(hasty)).toContain("it must outlast stalls");
    expect(timeoutSentence(aProfile({ loss: 0.3, stallP99Ms: 1, mtbfHours: 1 }))).toContain(
      "it must outlast loss",
    );
  });

  it("asks for longer timeouts where more goes wrong, and for shorter where more is allowed", () => {
    const least = (given: Partial<NetworkProfile>, falsePerMonth = 1) =>
      advise(aProfile(given), { ...defaultLimits, falsePerMonth }).timing.electionTimeout.minMs;
    expect(least({ stallP99Ms: 40 })).toBeGreaterThan(least({}));
    expect(least({ longestStallMs: 500 })).toBeGreaterThan(500);
    expect(least({ loss: 0.3 })).toBeGreaterThan(least({}));
    expect(least({ mtbfHours: 1 }, 1000)).toBeLessThan(least({ mtbfHours: 1 }));
    // Where leaders hardly ever die, what is allowed is not worth taking.
    expect(least({ mtbfHours: 8760 }, 1000)).toBeGreaterThanOrEqual(least({}));
  });

  it.each([
    [{ rttP99Ms: 1 }, "rtt p99 1 ms: must be at least the median, 1.5"],
    [{ loss: 0.6 }, "loss 0.6: must be a share from 0 to 0.5"],
    [{ nodes: 2 }, "nodes 2: must be a whole number from 3 to 31"],
    [{ mtbfHours: 0 }, "mtbf 0 h"],
    [{ rttP50Ms: Number.NaN }, "rtt p50 NaN ms"],
  ])("refuses %j", (given, why) => {
    expect(() => advise(aProfile(given))).toThrow(why);
  });

  it("refuses limits that nothing can meet", () => {
    const none = { ...defaultLimits, falsePerMonth: 0 };
    expect(() => advise(aProfile(), none)).toThrow("false per month 0: must be above 0");
    const few = { falsePerMonth: 1e-300, messagesPerFollower: 0.01 };
    expect(() => advise(aProfile({ loss: 0.5 }), few)).toThrow(
      "no settings keep leaderships lost for nothing",
    );
  });
});

describe("the closed forms of false alarms", () => {
  it("count no fewer than the simulation, nor many times more, where timeouts are so tight that it happens often", async () => {
    const profile = networkPresets.lan;
    const timing = ruleOfThumb(profile);
    const { falseElectionsPerMonth, lapsesPerMonth } = expectationOf(profile, timing);
    const [played] = await checkAdvice(
      { profile, timings: [timing], runs: 1, quietMinutes: 6, seed: 1 },
      here,
    );
    const perHour = falseElectionsPerMonth / monthHours;
    expect(perHour).toBeGreaterThan((played?.falseElectionsPerHour.low as number) / 2);
    expect(perHour).toBeLessThan((played?.falseElectionsPerHour.high as number) * 2);
    expect(lapsesPerMonth).toBeGreaterThan(falseElectionsPerMonth);
  });

  it("know the tails of the normal and the lognormal distribution", () => {
    expect(normalShareAbove(0)).toBeCloseTo(0.5, 7);
    expect(normalShareAbove(2.3263478740408408)).toBeCloseTo(0.01, 8);
    expect(normalShareAbove(-1)).toBeCloseTo(0.8413447460685429, 7);
    expect(normalShareAbove(6) / 9.865876450376946e-10).toBeCloseTo(1, 5);
    expect(lognormalShareAbove(10, 2, 10)).toBeCloseTo(0.01, 8);
    expect(lognormalShareAbove(2, 2, 2)).toBe(0);
    expect(lognormalShareAbove(0, 2, 3)).toBe(1);
  });
});
