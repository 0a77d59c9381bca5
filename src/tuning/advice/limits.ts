import { RaftbeatError } from "../../errors.js";
import { defaultClockDriftRatio, type Timing } from "../../protocol/index.js";
import { alarmsPerMonth } from "../model/false-elections.js";
import type { NetworkProfile } from "../model/network-profile.js";

/** What advice may cost. */
export interface AdviceLimits {
  /** Leaderships lost for nothing in a month, false elections and lapsed leases together. */
  readonly falsePerMonth: number;
  /** Heartbeats and replies that a leader exchanges with each follower in a second. */
  readonly messagesPerFollower: number;
}

/** Limits unless others are given. */
export const defaultAdviceLimits: AdviceLimits = { falsePerMonth: 1, messagesPerFollower: 200 };

/** No advice is longer: a service that needs more has no use for a leader. */
export const longestTimeoutMs = 600_000;

/** A limit that settings break: its name in a word or two, and a sentence with the numbers. */
export interface BrokenLimit {
  readonly limit:
    | "messages"
    | "lost for nothing"
    | "longest stall"
    | "slow round trips"
    | "slow writes"
    | "lost heartbeats"
    | "split votes";
  readonly sentence: string;
}

/** A shorter timeout ends a lease when two heartbeats get lost (see `resolveTiming`). */
export const intervalsInTimeout = 3;

/** A range under ten one-way latencies makes split votes likely (see `resolveTiming`). */
const latenciesInRange = 10;

/** The narrowest range that is advised. */
export function leastRangeMs({ rttP50Ms }: NetworkProfile): number {
  return Math.max(1, Math.ceil((latenciesInRange * rttP50Ms) / 2));
}

/** The shortest interval with so few messages: a heartbeat and its reply each time. */
export function shortestHeartbeatMs({ messagesPerFollower }: AdviceLimits): number {
  return Math.max(1, Math.ceil(2000 / messagesPerFollower));
}

/** The least timeout that is looked at with this interval, whatever the closed forms say of it. */
export function leastTimeoutMs(profile: NetworkProfile, heartbeatMs: number): number {
  return Math.max(
    slownessFloorMs(profile),
    stallFloorMs(profile, heartbeatMs),
    writeFloorMs(profile),
    intervalsInTimeout * heartbeatMs,
  );
}

/** What is slow must not look dead: a slow round trip while an event loop stalls. */
export function slownessFloorMs({ rttP99Ms, stallP99Ms }: NetworkProfile): number {
  return Math.max(2, Math.ceil(rttP99Ms + stallP99Ms));
}

/**
 * A stall that was seen must not end a lease: it comes on top of an interval, the usual lateness of a timer and a round trip, within a hold
 * shortened by the drift (rule 13). Zero where none is known.
 */
export function stallFloorMs(
  { longestStallMs, stallP99Ms, rttP50Ms }: NetworkProfile,
  heartbeatMs: number,
  clockDriftRatio = defaultClockDriftRatio,
): number {
  if (longestStallMs === 0) return 0;
  const drift = (1 + clockDriftRatio) / (1 - clockDriftRatio);
  return Math.ceil((longestStallMs + heartbeatMs + stallP99Ms + rttP50Ms) * drift);
}

/** A leader whose durable write makes no progress for a vote hold steps down, so a write that takes the hold elects nobody. */
export function writeFloorMs({ writeMs }: NetworkProfile): number {
  return Math.floor(writeMs) + 1;
}

/** The limits that these settings break on this network; none where they could be advised. */
export function brokenLimits(profile: NetworkProfile, limits: AdviceLimits, timing: Timing): BrokenLimit[] {
  const { heartbeatIntervalMs, voteHoldMs, clockDriftRatio } = timing;
  const { minMs, maxMs } = timing.electionTimeout;
  const broken: BrokenLimit[] = [];
  const breakUnless = (holds: boolean, limit: BrokenLimit["limit"], sentence: string) => {
    if (!holds) broken.push({ limit, sentence });
  };
  const messages = 2000 / heartbeatIntervalMs;
  breakUnless(
    messages <= limits.messagesPerFollower,
    "messages",
    `${rounded(messages)} messages a second and follower, above ${limits.messagesPerFollower}`,
  );
  const alarms = alarmsPerMonth(profile, timing);
  breakUnless(
    alarms <= limits.falsePerMonth,
    "lost for nothing",
    `${rounded(alarms)} leaderships lost for nothing in a month, above ${limits.falsePerMonth}`,
  );
  const stallMs = stallFloorMs(profile, heartbeatIntervalMs, clockDriftRatio);
  breakUnless(
    voteHoldMs >= stallMs,
    "longest stall",
    `the longest stall (${profile.longestStallMs} ms) ends its lease: the vote hold of ${voteHoldMs} ms is below ${stallMs} ms`,
  );
  breakUnless(
    voteHoldMs >= slownessFloorMs(profile),
    "slow round trips",
    `a slow round trip (p99 ${profile.rttP99Ms} ms) during a stall (p99 ${profile.stallP99Ms} ms) takes longer than the vote hold of ${voteHoldMs} ms`,
  );
  breakUnless(
    voteHoldMs > profile.writeMs,
    "slow writes",
    `a durable write (${profile.writeMs} ms) takes the vote hold of ${voteHoldMs} ms: a leader steps down before it has written`,
  );
  breakUnless(
    voteHoldMs >= intervalsInTimeout * heartbeatIntervalMs,
    "lost heartbeats",
    `two lost heartbeats (one every ${heartbeatIntervalMs} ms) end a lease of ${voteHoldMs} ms`,
  );
  breakUnless(
    maxMs - minMs >= (latenciesInRange * profile.rttP50Ms) / 2,
    "split votes",
    `the range of ${rounded(maxMs - minMs)} ms is under ten one-way latencies (${profile.rttP50Ms / 2} ms each)`,
  );
  return broken;
}

/** @throws RaftbeatError `invalidSettings` for limits that cannot be, or that no settings can meet */
export function checkLimits(limits: AdviceLimits): void {
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
  const leastMs = intervalsInTimeout * shortestHeartbeatMs(limits);
  if (leastMs > longestTimeoutMs)
    throw new RaftbeatError(
      "invalidSettings",
      `messages per follower ${messagesPerFollower}: a timeout of three heartbeat intervals would be ${leastMs} ms, longer than ${longestTimeoutMs}: allow at least ${6000 / longestTimeoutMs} a second`,
    );
}

function rounded(number: number): number {
  return Number(number.toPrecision(3));
}
