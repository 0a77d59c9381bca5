import { RaftbeatError } from "../errors.js";
import { defaultClockDriftRatio, resolveTiming, type Timing, type TimingInput } from "../protocol/index.js";
import {
  type Expectation,
  expectationOf,
  falseElectionsPerMonth,
  lapsesPerMonth,
  leaderlessPerMonthMs,
} from "./expectation.js";
import { checkProfile, type NetworkProfile } from "./network-profile.js";

/** What advice may cost. */
export interface AdviceLimits {
  /** Leaderships lost for nothing in a month, false elections and lapsed leases together. */
  readonly falsePerMonth: number;
  /** Heartbeats and replies that a leader exchanges with each follower in a second. */
  readonly messagesPerFollower: number;
}

/** Limits unless somebody says otherwise. */
export const defaultLimits: AdviceLimits = { falsePerMonth: 1, messagesPerFollower: 200 };

/** A constraint that cannot be relaxed without another advice. */
export interface Binding {
  /** The setting it holds. */
  readonly setting: "heartbeatIntervalMs" | "electionTimeout.minMs" | "electionTimeout range";
  readonly constraint: "messages" | "falseElections" | "slowest" | "legality" | "splitVotes" | "none";
  readonly sentence: string;
}

/** Settings for a network, what they will give, and why they are no shorter. */
export interface Advice {
  readonly timing: Timing;
  readonly expected: Expectation;
  readonly bindings: readonly Binding[];
}

/** A range under ten one-way latencies makes split votes likely (see `resolveTiming`). */
const latenciesInRange = 10;

/** No advice is longer: whoever needs more has no use for leaders. */
const longestTimeoutMs = 600_000;

/**
 * Searches the settings with the least expected leaderless time: crashes at one per MTBF, false elections and lapsed leases, each with
 * what they cost (`leaderlessPerMonthMs`). For each heartbeat interval and width of the timeout range the least timeout that meets the
 * limits is found by halving, as false alarms only fall with it, and the best from there on; intervals and widths are tried by steps
 * of a tenth.
 * Errors: `invalidSettings` for a profile or limits that cannot be, or that no settings can meet.
 */
export function advise(profile: NetworkProfile, limits: AdviceLimits = defaultLimits): Advice {
  checkProfile(profile);
  checkLimits(limits);
  let best: Candidate | null = null;
  const leastMs = shortestHeartbeatMs(limits);
  for (const heartbeatMs of steps(leastMs, Math.max(20 * leastMs, profile.rttP99Ms)))
    best = bestWithHeartbeat(profile, limits, heartbeatMs, best);
  if (best === null)
    throw new RaftbeatError(
      "invalidSettings",
      `no settings keep leaderships lost for nothing below ${limits.falsePerMonth} a month with at most ${limits.messagesPerFollower} messages a second and follower: allow more of either`,
    );
  const { timing } = best;
  return { timing, expected: expectationOf(profile, timing), bindings: bindingsOf(profile, limits, timing) };
}

/**
 * etcd's rule of thumb (its tuning guide): a heartbeat every round trip, a timeout of ten of them, which its nodes randomise up to twice that.
 * A raftbeat interval is at least 1 ms.
 */
export function ruleOfThumb({ rttP50Ms }: NetworkProfile): Timing {
  const heartbeatIntervalMs = Math.max(1, rttP50Ms);
  return resolved({
    heartbeatIntervalMs,
    electionTimeout: { minMs: 10 * heartbeatIntervalMs, maxMs: 20 * heartbeatIntervalMs },
  });
}

/** Settings that meet the limits, and what they are judged by. */
interface Candidate {
  readonly timing: Timing;
  readonly leaderlessMs: number;
}

function better(one: Candidate | null, other: Candidate | null): Candidate | null {
  if (one === null || other === null) return one ?? other;
  return other.leaderlessMs < one.leaderlessMs ? other : one;
}

function bestWithHeartbeat(
  profile: NetworkProfile,
  limits: AdviceLimits,
  heartbeatMs: number,
  before: Candidate | null,
): Candidate | null {
  let best = before;
  const leastRangeMs = narrowestRangeMs(profile);
  // Lapses know nothing of the range: what they ask of the timeout is found once.
  const lapses = (minMs: number) => lapsesPerMonth(profile, timingOf(heartbeatMs, minMs, leastRangeMs));
  const fromMs = leastFrom(
    Math.max(floorOf(profile), stallFloorMs(profile, heartbeatMs), 2 * heartbeatMs),
    (minMs) => lapses(minMs) <= limits.falsePerMonth,
  );
  if (fromMs === null) return best;
  for (const rangeMs of steps(
    leastRangeMs,
    Math.max(20 * leastRangeMs, 4 * (heartbeatMs + profile.writeMs)),
  )) {
    const at = (minMs: number) => timingOf(heartbeatMs, minMs, rangeMs);
    // No false alarm makes it better than it is without any.
    if (best !== null && leaderlessPerMonthMs(profile, at(fromMs), 0, 0) >= best.leaderlessMs) continue;
    const leastMs = leastFrom(fromMs, (minMs) => alarmsPerMonth(profile, at(minMs)) <= limits.falsePerMonth);
    if (leastMs === null) continue;
    // Above it each millisecond costs after every crash, and spares false alarms: that has one minimum.
    const minMs = leastFrom(leastMs, (ms) => leaderless(profile, at(ms)) <= leaderless(profile, at(ms + 1)));
    if (minMs !== null)
      best = better(best, { timing: at(minMs), leaderlessMs: leaderless(profile, at(minMs)) });
  }
  return best;
}

function leaderless(profile: NetworkProfile, timing: Timing): number {
  return leaderlessPerMonthMs(
    profile,
    timing,
    falseElectionsPerMonth(profile, timing),
    lapsesPerMonth(profile, timing),
  );
}

/** The least whole number from one on for which it holds, given that it holds from there on; null beyond the longest timeout. */
function leastFrom(fromMs: number, holds: (ms: number) => boolean): number | null {
  if (holds(fromMs)) return fromMs;
  let lowMs = fromMs;
  let highMs = 2 * fromMs;
  while (!holds(highMs)) {
    if (highMs > longestTimeoutMs) return null;
    lowMs = highMs;
    highMs *= 2;
  }
  while (highMs - lowMs > 1) {
    const middleMs = Math.floor((lowMs + highMs) / 2);
    if (holds(middleMs)) highMs = middleMs;
    else lowMs = middleMs;
  }
  return highMs;
}

function timingOf(heartbeatIntervalMs: number, minMs: number, rangeMs: number): Timing {
  return resolved({ heartbeatIntervalMs, electionTimeout: { minMs, maxMs: minMs + rangeMs } });
}

function alarmsPerMonth(profile: NetworkProfile, timing: Timing): number {
  return falseElectionsPerMonth(profile, timing) + lapsesPerMonth(profile, timing);
}

function narrowestRangeMs({ rttP50Ms }: NetworkProfile): number {
  return Math.max(1, Math.ceil((latenciesInRange * rttP50Ms) / 2));
}

/** What is slow must not look dead: a slow round trip while an event loop stalls. */
function floorOf({ rttP99Ms, stallP99Ms }: NetworkProfile): number {
  return Math.max(2, Math.ceil(rttP99Ms + stallP99Ms));
}

/**
 * A stall that was seen must not end a lease: it comes on top of an interval and a round trip, within a hold shortened by the drift
 * (rule 13). The exponential tail of `expectationOf` knows nothing of it.
 */
function stallFloorMs({ longestStallMs, rttP50Ms }: NetworkProfile, heartbeatMs: number): number {
  if (longestStallMs === 0) return 0;
  const drift = (1 + defaultClockDriftRatio) / (1 - defaultClockDriftRatio);
  return Math.ceil((longestStallMs + heartbeatMs + rttP50Ms) * drift);
}

function shortestHeartbeatMs({ messagesPerFollower }: AdviceLimits): number {
  return Math.max(1, Math.ceil(2000 / messagesPerFollower));
}

function bindingsOf(profile: NetworkProfile, limits: AdviceLimits, timing: Timing): Binding[] {
  const { heartbeatIntervalMs } = timing;
  const { minMs, maxMs } = timing.electionTimeout;
  const rangeMs = maxMs - minMs;
  const leastRangeMs = narrowestRangeMs(profile);
  const heartbeat: Binding =
    heartbeatIntervalMs === shortestHeartbeatMs(limits)
      ? {
          setting: "heartbeatIntervalMs",
          constraint: "messages",
          sentence: `at most ${limits.messagesPerFollower} messages a second and follower: a heartbeat and its reply every ${heartbeatIntervalMs} ms`,
        }
      : {
          setting: "heartbeatIntervalMs",
          constraint: "none",
          sentence:
            "no limit binds: a shorter or longer interval leaves the cluster without a leader for longer",
        };
  const range: Binding =
    rangeMs === leastRangeMs
      ? {
          setting: "electionTimeout range",
          constraint: "splitVotes",
          sentence: `at least ten one-way latencies (${profile.rttP50Ms / 2} ms each), against split votes`,
        }
      : {
          setting: "electionTimeout range",
          constraint: "none",
          sentence: "no limit binds: a narrower range costs more in split votes than it saves",
        };
  return [timeoutBinding(profile, limits, timing), heartbeat, range];
}

function timeoutBinding(profile: NetworkProfile, limits: AdviceLimits, timing: Timing): Binding {
  const setting = "electionTimeout.minMs";
  const { minMs } = timing.electionTimeout;
  if (minMs === 2 * timing.heartbeatIntervalMs)
    return {
      setting,
      constraint: "legality",
      sentence: `at least two heartbeat intervals of ${timing.heartbeatIntervalMs} ms`,
    };
  if (minMs === floorOf(profile))
    return {
      setting,
      constraint: "slowest",
      sentence: `at least the p99 of a round trip (${profile.rttP99Ms} ms) and of a stall (${profile.stallP99Ms} ms) together`,
    };
  if (minMs === stallFloorMs(profile, timing.heartbeatIntervalMs))
    return {
      setting,
      constraint: "slowest",
      sentence: `at least the longest stall seen (${profile.longestStallMs} ms), an interval and a round trip`,
    };
  const cause = outlasted(profile, timing);
  const shorter = timingOf(timing.heartbeatIntervalMs, minMs - 1, timing.electionTimeout.maxMs - minMs);
  if (alarmsPerMonth(profile, shorter) <= limits.falsePerMonth)
    return {
      setting,
      constraint: "none",
      sentence: `no limit binds: a shorter one, ended by ${cause}, costs more in false alarms than it saves after crashes`,
    };
  return {
    setting,
    constraint: "falseElections",
    sentence: `at most ${limits.falsePerMonth} leaderships lost for nothing in a month; it must outlast ${cause}`,
  };
}

/** What a timeout must outlast: whatever, taken away, leaves the fewest false alarms. */
function outlasted(profile: NetworkProfile, timing: Timing): string {
  const without = {
    loss: { ...profile, loss: 0 },
    stalls: { ...profile, stallP99Ms: 0 },
    "slow round trips": { ...profile, rttP99Ms: profile.rttP50Ms },
  };
  const [[least] = ["stalls"]] = Object.entries(without)
    .map(([name, calmer]) => [name, alarmsPerMonth(calmer, timing)] as const)
    .sort((a, b) => a[1] - b[1]);
  return least;
}

/** Whole numbers from one to about another, each about a tenth above the one before. */
function steps(from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let at = from; at <= to; at = Math.max(at + 1, Math.round(at * 1.1))) numbers.push(at);
  return numbers;
}

/** What is searched here is legal by its making; what is not is our mistake. */
function resolved(input: TimingInput): Timing {
  const resolution = resolveTiming(input);
  if (!resolution.ok) throw new RaftbeatError("invalidSettings", resolution.problems.join("\n"));
  return resolution.timing;
}

function checkLimits({ falsePerMonth, messagesPerFollower }: AdviceLimits): void {
  if (!(falsePerMonth > 0))
    throw new RaftbeatError(
      "invalidSettings",
      `false per month ${falsePerMonth}: must be above 0; nothing rules them out`,
    );
  if (!(messagesPerFollower > 0 && messagesPerFollower <= 2000))
    throw new RaftbeatError(
      "invalidSettings",
      `messages per follower ${messagesPerFollower}: must be above 0 and at most 2000, a heartbeat and its reply every millisecond`,
    );
}
