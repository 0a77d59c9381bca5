import { RaftbeatError } from "../errors.js";
import type { Timing } from "../protocol/index.js";
import { type Binding, bindingsOf } from "./binding.js";
import { type ElectionTimes, electionTimesOf } from "./election-time.js";
import {
  crashesPerMonth,
  type Expectation,
  expectationOf,
  leaderlessPerMonthMs,
  leaderlessWithoutAlarmsMs,
  modelOf,
} from "./expectation.js";
import { alarmsPerMonth, lapses } from "./false-alarms.js";
import {
  type AdviceLimits,
  brokenLimits,
  checkLimits,
  defaultLimits,
  intervalsInTimeout,
  leastRangeMs,
  leastTimeoutMs,
  longestTimeoutMs,
  shortestHeartbeatMs,
} from "./limits.js";
import { detectionMs } from "./model.js";
import { checkProfile, type NetworkProfile } from "./network-profile.js";
import { resolved } from "./yardsticks.js";

/** Settings for a network, what they will give, and why they are no shorter. */
export interface Advice {
  readonly timing: Timing;
  readonly expected: Expectation;
  readonly bindings: readonly Binding[];
}

/**
 * Searches the settings with the least expected leaderless time: crashes at one per MTBF, false elections and lapsed leases, each with
 * what they cost (`leaderlessPerMonthMs`). For each heartbeat interval and width of the timeout range the least timeout that meets the
 * limits is found by halving, as false alarms only fall with it. From there on timeouts are tried by steps of a seventh, as intervals and
 * widths are, and the best is made better between its neighbours: the cost has more than one minimum where writes are slow, since a timeout
 * below two of them ends elections before their votes are there.
 * Errors: `invalidSettings` for a profile or limits that cannot be, or that no settings can meet.
 * @param beside settings that the advice will be put beside: none that keeps the limits is better than what is advised
 */
export function advise(
  profile: NetworkProfile,
  limits: AdviceLimits = defaultLimits,
  beside: readonly Timing[] = [],
): Advice {
  checkProfile(profile);
  checkLimits(limits);
  const search: Search = { profile, limits, times: electionTimesOf(profile) };
  let best: Candidate | null = null;
  for (const timing of beside)
    if (brokenLimits(profile, limits, timing).length === 0) best = better(best, judged(search, timing));
  for (const heartbeatMs of steps(shortestHeartbeatMs(limits), longestTimeoutMs / intervalsInTimeout)) {
    // No timeout is below three intervals, and a crash comes half an interval after a heartbeat.
    if (
      best !== null &&
      crashesPerMonth(profile) * (intervalsInTimeout - 0.5) * heartbeatMs >= best.leaderlessMs
    )
      break;
    best = bestWithHeartbeat(search, heartbeatMs, best);
  }
  if (best === null)
    throw new RaftbeatError(
      "invalidSettings",
      `no settings keep leaderships lost for nothing below ${limits.falsePerMonth} a month with at most ${limits.messagesPerFollower} messages a second and follower: allow more of either`,
    );
  const { timing } = best;
  return {
    timing,
    expected: expectationOf(profile, timing, search.times),
    bindings: bindingsOf(profile, limits, timing, search.times),
  };
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
  const { profile, limits } = search;
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
    if (noticedMs(profile, at(fromMs)) >= leastOf(best)) break;
    // No false alarm makes it better than it is without any.
    if (worthwhile(search, at, fromMs, best).next().done === true) continue;
    const leastMs = leastFrom(fromMs, (minMs) => alarmsPerMonth(profile, at(minMs)) <= limits.falsePerMonth);
    if (leastMs === null) continue;
    let found: Candidate | null = null;
    for (const minMs of worthwhile(search, at, leastMs, best))
      found = better(found, judged(search, at(minMs)));
    if (found === null || found.leaderlessMs / stepRatio >= leastOf(best)) continue;
    best = better(best, found);
    best = better(best, bestNear(search, at, found.timing.electionTimeout.minMs, leastMs));
  }
  return best;
}

/** Timeouts from one on, by steps, near which the best could be beaten if there were no false alarms. */
function* worthwhile(
  { profile, times }: Search,
  at: (minMs: number) => Timing,
  fromMs: number,
  best: Candidate | null,
): Generator<number, void> {
  for (const minMs of steps(fromMs, longestTimeoutMs)) {
    const timing = at(minMs);
    if (noticedMs(profile, timing) / stepRatio >= leastOf(best)) return;
    const calmMs = leaderlessWithoutAlarmsMs(profile, timing, times);
    if (calmMs / stepRatio < leastOf(best)) yield minMs;
  }
}

/** The best between the neighbours of one of the steps, where the cost has one minimum: it is found by halving. */
function bestNear(search: Search, at: (minMs: number) => Timing, minMs: number, leastMs: number): Candidate {
  let lowMs = Math.max(leastMs, Math.floor(minMs / stepRatio));
  let highMs = Math.ceil(minMs * stepRatio);
  while (lowMs < highMs) {
    const middleMs = Math.floor((lowMs + highMs) / 2);
    const middle = judged(search, at(middleMs));
    if (middle.leaderlessMs <= judged(search, at(middleMs + 1)).leaderlessMs) highMs = middleMs;
    else lowMs = middleMs + 1;
  }
  return judged(search, at(lowMs));
}

function leastOf(best: Candidate | null): number {
  return best?.leaderlessMs ?? Number.POSITIVE_INFINITY;
}

function judged({ profile, times }: Search, timing: Timing): Candidate {
  return { timing, leaderlessMs: leaderlessPerMonthMs(profile, timing, times) };
}

/** What crashes cost in a month until they are noticed, the election left out. */
function noticedMs(profile: NetworkProfile, timing: Timing): number {
  return crashesPerMonth(profile) * detectionMs(modelOf(profile, timing));
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

/** How far apart the intervals, widths and timeouts are that are tried. */
const stepRatio = 1.15;

/** Whole numbers from one to about another, each about a seventh above the one before. */
function* steps(from: number, to: number): Generator<number, void> {
  for (let at = from; at <= to; at = Math.max(at + 1, Math.round(at * stepRatio))) yield at;
}
