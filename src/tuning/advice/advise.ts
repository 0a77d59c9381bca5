import { RaftbeatError } from "../../errors.js";
import type { Timing } from "../../protocol/index.js";
import { detectionMs } from "../model/closed-forms.js";
import { type ElectionTimes, electionTimesOf } from "../model/election-time.js";
import {
  crashesPerMonth,
  type ExpectedFigures,
  expectedFiguresOf,
  leaderlessPerMonthMs,
  leaderlessWithoutAlarmsMs,
  modelOf,
} from "../model/expectation.js";
import { alarmsPerMonth, lapses } from "../model/false-elections.js";
import { checkProfile, type NetworkProfile } from "../model/network-profile.js";
import { type Binding, bindingsOf } from "./constraints.js";
import {
  type AdviceLimits,
  brokenLimits,
  checkLimits,
  defaultAdviceLimits,
  intervalsInTimeout,
  leastRangeMs,
  leastTimeoutMs,
  longestTimeoutMs,
  shortestHeartbeatMs,
} from "./limits.js";
import { resolved } from "./yardsticks.js";

/** Settings for a network, what they will give, and why they are no shorter. */
export interface Advice {
  readonly timing: Timing;
  readonly expected: ExpectedFigures;
  readonly bindings: readonly Binding[];
}

/**
 * Searches the settings with the least expected leaderless time: crashes at one per MTBF, false elections and lapsed leases, each with
 * what they cost (`leaderlessPerMonthMs`). Heartbeat intervals and widths of the timeout range are tried by steps of a quarter and a half, and then
 * by ever smaller steps around the best. For each pair the least timeout that meets the limits is found by halving, as false alarms only fall with it;
 * from there on timeouts are tried by steps of a seventh, and the best is made better between its neighbours: the cost has more than one
 * minimum where writes are slow, since a timeout below two of them ends elections before their votes are there.
 * @param beside settings that the advice will be put beside: none that keeps the limits is better than what is advised
 * @throws RaftbeatError `invalidSettings` for a profile or limits that cannot be, or that no settings can meet
 */
export function advise(
  profile: NetworkProfile,
  limits: AdviceLimits = defaultAdviceLimits,
  beside: readonly Timing[] = [],
): Advice {
  checkProfile(profile);
  checkLimits(limits);
  const search: Search = { profile, limits, times: electionTimesOf(profile) };
  let best: Candidate | null = null;
  for (const timing of beside)
    if (brokenLimits(profile, limits, timing).length === 0) best = better(best, judged(search, timing));
  const everywhere = { heartbeatMs: 1, rangeMs: 1, times: Number.POSITIVE_INFINITY, ratio: coarseRatio };
  best = bestAround(search, everywhere, best);
  for (const [times, ratio] of nearer) {
    if (best === null) break;
    const { heartbeatIntervalMs: heartbeatMs, electionTimeout } = best.timing;
    const rangeMs = electionTimeout.maxMs - electionTimeout.minMs;
    best = bestAround(search, { heartbeatMs, rangeMs, times, ratio }, best);
  }
  if (best === null)
    throw new RaftbeatError(
      "invalidSettings",
      `no settings keep leaderships lost for nothing below ${limits.falsePerMonth} a month with at most ${limits.messagesPerFollower} messages a second and follower: allow more of either`,
    );
  const { timing } = best;
  return {
    timing,
    expected: expectedFiguresOf(profile, timing, search.times),
    bindings: bindingsOf(profile, limits, timing, search.times),
  };
}

/** How far apart intervals and widths are that are tried first, and around the best of them; so too timeouts. */
const coarseRatio = 1.5;
/** Of intervals no more: where three of them are what binds the timeout, those that pay lie close together. */
const heartbeatRatio = 1.25;
const fineRatio = 1.15;
const finestRatio = 1.05;
const nearer = [
  [coarseRatio, fineRatio],
  [fineRatio, finestRatio],
] as const;

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

function better<Other extends Candidate | null>(one: Candidate | null, other: Other): Candidate | Other {
  return one === null || (other !== null && other.leaderlessMs < one.leaderlessMs) ? other : one;
}

/** Intervals and widths from a part of these up to so many times as much, by steps of a ratio. */
interface Region {
  readonly heartbeatMs: number;
  readonly rangeMs: number;
  readonly times: number;
  readonly ratio: number;
}

function bestAround(search: Search, region: Region, before: Candidate | null): Candidate | null {
  const { profile, limits } = search;
  let best = before;
  const leastMs = Math.max(shortestHeartbeatMs(limits), Math.floor(region.heartbeatMs / region.times));
  const mostMs = Math.min(longestTimeoutMs / intervalsInTimeout, region.heartbeatMs * region.times);
  for (const heartbeatMs of steps(leastMs, mostMs, Math.min(region.ratio, heartbeatRatio))) {
    // No timeout is below three intervals, and a crash comes half an interval after a heartbeat.
    if (crashesPerMonth(profile) * (intervalsInTimeout - 0.5) * heartbeatMs >= leastOf(best)) break;
    best = bestWithHeartbeat(search, heartbeatMs, region, best);
  }
  return best;
}

function bestWithHeartbeat(
  search: Search,
  heartbeatMs: number,
  region: Region,
  before: Candidate | null,
): Candidate | null {
  const { profile, limits } = search;
  let best = before;
  const narrowestMs = leastRangeMs(profile);
  // Lapses know nothing of the range: what they ask of the timeout is found once.
  const fromMs = leastFrom(
    leastTimeoutMs(profile, heartbeatMs),
    (minMs) => lapses(profile, timingOf(heartbeatMs, minMs, narrowestMs)).perMonth <= limits.falsePerMonth,
  );
  if (fromMs === null) return best;
  const leastMs = Math.max(narrowestMs, Math.floor(region.rangeMs / region.times));
  const mostMs = Math.max(20 * narrowestMs, 4 * (heartbeatMs + profile.writeMs));
  for (const rangeMs of steps(leastMs, Math.min(mostMs, region.rangeMs * region.times), region.ratio)) {
    const at = (minMs: number) => timingOf(heartbeatMs, minMs, rangeMs);
    // Wider ranges only take longer to notice a crash.
    if (unsplitMs(search, at(fromMs)) >= leastOf(best)) break;
    best = better(best, bestTimeout(search, at, fromMs, leastOf(best)));
  }
  return best;
}

/** The best timeout from one on, or null where none can be much better than so many milliseconds a month. */
function bestTimeout(
  search: Search,
  at: (minMs: number) => Timing,
  fromMs: number,
  boundMs: number,
): Candidate | null {
  const { profile, limits } = search;
  let best: Candidate | null = null;
  const worthwhile = (minMs: number) => {
    const enoughMs = fineRatio * Math.min(boundMs, leastOf(best));
    if (unsplitMs(search, at(minMs)) >= enoughMs) return "no, nor longer";
    // No false alarm makes it better than it is without any.
    return leaderlessWithoutAlarmsMs(profile, at(minMs), search.times) < enoughMs ? "yes" : "no";
  };
  let leastMs: number | null = null;
  for (const minMs of steps(fromMs, longestTimeoutMs, fineRatio)) {
    const answer = worthwhile(minMs);
    if (answer === "no, nor longer") break;
    if (answer === "no") continue;
    leastMs ??= leastFrom(fromMs, (ms) => alarmsPerMonth(profile, at(ms)) <= limits.falsePerMonth);
    if (leastMs === null) return null;
    best = better(best, judged(search, at(Math.max(minMs, leastMs))));
  }
  if (best === null || leastMs === null || best.leaderlessMs >= fineRatio * boundMs) return null;
  return better(best, bestNear(search, at, best.timing.electionTimeout.minMs, leastMs));
}

/** The best between the neighbours of one of the steps, where the cost has one minimum: it is found by halving. */
function bestNear(search: Search, at: (minMs: number) => Timing, minMs: number, leastMs: number): Candidate {
  let lowMs = Math.max(leastMs, Math.floor(minMs / fineRatio));
  let highMs = Math.ceil(minMs * fineRatio);
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

/** What crashes cost in a month at least, were no vote split and none late. */
function unsplitMs({ profile, times }: Search, timing: Timing): number {
  return crashesPerMonth(profile) * (detectionMs(modelOf(profile, timing)) + times.votesMs);
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

/** Whole numbers from one to about another, each so many times the one before. */
function* steps(from: number, to: number, ratio: number): Generator<number, void> {
  for (let at = from; at <= to; at = Math.max(at + 1, Math.round(at * ratio))) yield at;
}
