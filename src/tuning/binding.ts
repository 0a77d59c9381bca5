import { defaultClockDriftRatio, type Timing } from "../protocol/index.js";
import type { AdviceLimits } from "./advise.js";
import { falseElectionsPerMonth, lapses } from "./false-alarms.js";
import type { NetworkProfile } from "./network-profile.js";
import { retransmissionMs } from "./travel.js";

/** A constraint that cannot be relaxed without another advice. */
export interface Binding {
  /** The setting it holds. */
  readonly setting: "heartbeatIntervalMs" | "electionTimeout.minMs" | "electionTimeout range";
  readonly constraint:
    | "messages"
    | "falseElections"
    | "retransmission"
    | "slowest"
    | "legality"
    | "splitVotes"
    | "none";
  readonly sentence: string;
}

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

/** A shorter timeout ends a lease when two heartbeats get lost (see `resolveTiming`). */
const intervalsInTimeout = 3;

/** The least timeout that is looked at with this interval, whatever the closed forms say of it. */
export function leastTimeoutMs(profile: NetworkProfile, heartbeatMs: number): number {
  return Math.max(floorOf(profile), stallFloorMs(profile, heartbeatMs), intervalsInTimeout * heartbeatMs);
}

/** Leaderships lost for nothing in a month, deposed or lapsed. */
export function alarmsPerMonth(profile: NetworkProfile, timing: Timing): number {
  return falseElectionsPerMonth(profile, timing) + lapses(profile, timing).perMonth;
}

/** What is slow must not look dead: a slow round trip while an event loop stalls. */
function floorOf({ rttP99Ms, stallP99Ms }: NetworkProfile): number {
  return Math.max(2, Math.ceil(rttP99Ms + stallP99Ms));
}

/**
 * A stall that was seen must not end a lease: it comes on top of an interval and a round trip, within a hold shortened by the drift
 * (rule 13). The exponential tail of `falseElectionsPerMonth` knows nothing of it.
 */
function stallFloorMs({ longestStallMs, rttP50Ms }: NetworkProfile, heartbeatMs: number): number {
  if (longestStallMs === 0) return 0;
  const drift = (1 + defaultClockDriftRatio) / (1 - defaultClockDriftRatio);
  return Math.ceil((longestStallMs + heartbeatMs + rttP50Ms) * drift);
}

/** What holds each of the settings that were found best within these limits. */
export function bindingsOf(profile: NetworkProfile, limits: AdviceLimits, timing: Timing): Binding[] {
  return [
    { setting: "electionTimeout.minMs", ...timeoutBinding(profile, limits, timing) },
    { setting: "heartbeatIntervalMs", ...heartbeatBinding(limits, timing) },
    { setting: "electionTimeout range", ...rangeBinding(profile, timing) },
  ];
}

type Reason = Omit<Binding, "setting">;

function heartbeatBinding(limits: AdviceLimits, { heartbeatIntervalMs }: Timing): Reason {
  if (heartbeatIntervalMs === shortestHeartbeatMs(limits))
    return {
      constraint: "messages",
      sentence: `${messagesText(limits)}: a heartbeat and its reply every ${heartbeatIntervalMs} ms`,
    };
  return {
    constraint: "none",
    sentence: "no limit binds: a shorter or longer interval leaves the cluster without a leader for longer",
  };
}

function rangeBinding(profile: NetworkProfile, { electionTimeout: { minMs, maxMs } }: Timing): Reason {
  if (maxMs - minMs === leastRangeMs(profile))
    return {
      constraint: "splitVotes",
      sentence: `at least ten one-way latencies (${profile.rttP50Ms / 2} ms each), against split votes`,
    };
  return {
    constraint: "none",
    sentence: "no limit binds: a narrower range costs more in split votes than it saves",
  };
}

function timeoutBinding(profile: NetworkProfile, limits: AdviceLimits, timing: Timing): Reason {
  const { heartbeatIntervalMs } = timing;
  const { minMs, maxMs } = timing.electionTimeout;
  if (minMs === intervalsInTimeout * heartbeatIntervalMs) {
    const three = `at least three heartbeat intervals of ${heartbeatIntervalMs} ms, so that two lost heartbeats end no lease`;
    return heartbeatIntervalMs === shortestHeartbeatMs(limits)
      ? { constraint: "messages", sentence: `${three}, and no shorter interval has ${messagesText(limits)}` }
      : { constraint: "legality", sentence: three };
  }
  if (minMs === floorOf(profile))
    return {
      constraint: "slowest",
      sentence: `at least the p99 of a round trip (${profile.rttP99Ms} ms) and of a stall (${profile.stallP99Ms} ms) together`,
    };
  if (minMs === stallFloorMs(profile, heartbeatIntervalMs))
    return {
      constraint: "slowest",
      sentence: `at least the longest stall seen (${profile.longestStallMs} ms), an interval and a round trip`,
    };
  const { cause, isRetransmission } = outlasted(profile, timing);
  const shorter: Timing = {
    ...timing,
    electionTimeout: { minMs: minMs - 1, maxMs: maxMs - 1 },
    voteHoldMs: minMs - 1,
    quorumTimeoutMs: timing.quorumTimeoutMs - 1,
  };
  if (alarmsPerMonth(profile, shorter) <= limits.falsePerMonth)
    return {
      constraint: isRetransmission ? "retransmission" : "none",
      sentence: `no limit binds: a shorter one, ended by ${cause}, costs more in false alarms than it saves after crashes`,
    };
  return {
    constraint: isRetransmission ? "retransmission" : "falseElections",
    sentence: `at most ${limits.falsePerMonth} leaderships lost for nothing in a month; it must outlast ${cause}`,
  };
}

function messagesText({ messagesPerFollower }: AdviceLimits): string {
  return `at most ${messagesPerFollower} messages a second and follower`;
}

/** What a timeout must outlast: whatever, taken away, leaves the fewest false alarms. */
function outlasted(
  profile: NetworkProfile,
  timing: Timing,
): { readonly cause: string; readonly isRetransmission: boolean } {
  const without = {
    loss: { ...profile, loss: 0 },
    stalls: { ...profile, stallP99Ms: 0 },
    "slow round trips": { ...profile, rttP99Ms: profile.rttP50Ms },
  };
  const [[cause] = ["stalls"]] = Object.entries(without)
    .map(([name, calmer]) => [name, alarmsPerMonth(calmer, timing)] as const)
    .sort((a, b) => a[1] - b[1]);
  if (cause !== "loss" || profile.transport === "datagram") return { cause, isRetransmission: false };
  return { cause: retransmissionText(timing.voteHoldMs), isRetransmission: true };
}

/** The longest retransmission that such a timeout outlasts, in words. */
function retransmissionText(timeoutMs: number): string {
  let lossCount = 1;
  // No longer than after the connection was given up: more losses cost no more.
  while (
    retransmissionMs(lossCount) < retransmissionMs(lossCount + 1) &&
    retransmissionMs(lossCount + 1) < timeoutMs
  )
    lossCount++;
  const times = lossCount === 1 ? "" : ` ${lossCount} times in a row`;
  return `a retransmission: what a stream loses${times} comes ${retransmissionMs(lossCount)} ms later, and holds up all behind it`;
}
