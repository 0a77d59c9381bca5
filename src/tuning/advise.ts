import { RaftbeatError } from "../errors.js";
import { resolveTiming, type Timing, type TimingInput } from "../protocol/index.js";
import {
  alarmsPerMonth,
  type Binding,
  bindingsOf,
  leastRangeMs,
  leastTimeoutMs,
  shortestHeartbeatMs,
} from "./binding.js";
import { type ElectionTimes, electionTimesOf } from "./election-time.js";
import { type Expectation, expectationOf, leaderlessPerMonthMs, modelOf } from "./expectation.js";
import { falseElectionsPerMonth, lapses } from "./false-alarms.js";
import { detectionMs } from "./model.js";
import { checkProfile, monthHours, type NetworkProfile } from "./network-profile.js";

/** What advice may cost. */
export interface AdviceLimits {
  /** Leaderships lost for nothing in a month, false elections and lapsed leases together. */
  readonly falsePerMonth: number;
  /** Heartbeats and replies that a leader exchanges with each follower in a second. */
  readonly messagesPerFollower: number;
}

/** Limits unless somebody says otherwise. */
export const defaultLimits: AdviceLimits = { falsePerMonth: 1, messagesPerFollower: 200 };

/** Settings for a network, what they will give, and why they are no shorter. */
export interface Advice {
  readonly timing: Timing;
  readonly expected: Expectation;
  readonly bindings: readonly Binding[];
}

/** No advice is longer: whoever needs more has no use for leaders. */
const longestTimeoutMs = 600_000;

/**
 * Searches the settings with the least expected leaderless time: crashes at one per MTBF, false elections and lapsed leases, each with
 * what they cost (`leaderlessPerMonthMs`). For each heartbeat interval and width of the timeout range the least timeout that meets the
 * limits is found by halving, as false alarms only fall with it, and the best from there on; intervals and widths are tried by steps
 * of a seventh.
 * Errors: `invalidSettings` for a profile or limits that cannot be, or that no settings can meet.
 */
export function advise(profile: NetworkProfile, limits: AdviceLimits = defaultLimits): Advice {
  checkProfile(profile);
  checkLimits(limits);
  const search: Search = { profile, limits, times: electionTimesOf(profile) };
  let best: Candidate | null = null;
  const leastMs = shortestHeartbeatMs(limits);
  const mostMs = Math.min(longestTimeoutMs / 3, Math.max(20 * leastMs, 2 * profile.rttP99Ms));
  for (const heartbeatMs of steps(leastMs, mostMs)) best = bestWithHeartbeat(search, heartbeatMs, best);
  if (best === null)
    throw new RaftbeatError(
      "invalidSettings",
      `no settings keep leaderships lost for nothing below ${limits.falsePerMonth} a month with at most ${limits.messagesPerFollower} messages a second and follower: allow more of either`,
    );
  const { timing } = best;
  return {
    timing,
    expected: expectationOf(profile, timing, search.times),
    bindings: bindingsOf(profile, limits, timing),
  };
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

/** What is searched by. */
interface Search {
  readonly profile: NetworkProfile;
  readonly limits: AdviceLimits;
  readonly times: ElectionTimes;
}

/** Settings that meet the limits, and what they are judged by. */
interface Candidate {
  readonly timing: Timing;
  readonly leaderlessMs: number;
}

function better(one: Candidate | null, other: Candidate): Candidate {
  return one === null || other.leaderlessMs < one.leaderlessMs ? other : one;
}

function bestWithHeartbeat(search: Search, heartbeatMs: number, before: Candidate | null): Candidate | null {
  const { profile, limits, times } = search;
  let best = before;
  const narrowestMs = leastRangeMs(profile);
  // Lapses know nothing of the range: what they ask of the timeout is found once.
  const fromMs = leastFrom(
    leastTimeoutMs(profile, heartbeatMs),
    (minMs) => lapses(profile, timingOf(heartbeatMs, minMs, narrowestMs)).perMonth <= limits.falsePerMonth,
  );
  if (fromMs === null) return best;
  const widestMs = Math.max(20 * narrowestMs, 4 * (heartbeatMs + profile.writeMs));
  for (const rangeMs of steps(narrowestMs, widestMs)) {
    const at = (minMs: number) => timingOf(heartbeatMs, minMs, rangeMs);
    // Wider ranges only take longer to notice a crash.
    const noticedMs = (monthHours / profile.mtbfHours) * detectionMs(modelOf(profile, at(fromMs)));
    if (best !== null && noticedMs >= best.leaderlessMs) break;
    // No false alarm makes it better than it is without any.
    const never = { perMonth: 0, meanMs: 0 };
    if (best !== null && leaderlessPerMonthMs(profile, at(fromMs), times, 0, never) >= best.leaderlessMs)
      continue;
    const leastMs = leastFrom(fromMs, (minMs) => alarmsPerMonth(profile, at(minMs)) <= limits.falsePerMonth);
    if (leastMs === null) continue;
    // Above it each millisecond costs after every crash, and spares false alarms: that has one minimum.
    const minMs = leastFrom(leastMs, (ms) => leaderless(search, at(ms)) <= leaderless(search, at(ms + 1)));
    if (minMs !== null)
      best = better(best, { timing: at(minMs), leaderlessMs: leaderless(search, at(minMs)) });
  }
  return best;
}

function leaderless({ profile, times }: Search, timing: Timing): number {
  const falseElections = falseElectionsPerMonth(profile, timing);
  return leaderlessPerMonthMs(profile, timing, times, falseElections, lapses(profile, timing));
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

/** Whole numbers from one to about another, each about a seventh above the one before. */
function steps(from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let at = from; at <= to; at = Math.max(at + 1, Math.round(at * 1.15))) numbers.push(at);
  return numbers;
}

/** What is searched here is legal by its making; what is not is our mistake. */
function resolved(input: TimingInput): Timing {
  const resolution = resolveTiming(input);
  if (!resolution.ok) throw new RaftbeatError("invalidSettings", resolution.problems.join("\n"));
  return resolution.timing;
}

function checkLimits(limits: AdviceLimits): void {
  const { falsePerMonth, messagesPerFollower } = limits;
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
  const leastMs = 3 * shortestHeartbeatMs(limits);
  if (leastMs > longestTimeoutMs)
    throw new RaftbeatError(
      "invalidSettings",
      `messages per follower ${messagesPerFollower}: a timeout of three heartbeat intervals would be ${leastMs} ms, longer than ${longestTimeoutMs}: allow at least ${6000 / longestTimeoutMs} a second`,
    );
}
