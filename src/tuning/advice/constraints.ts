import type { Timing } from "../../protocol/index.js";
import type { ElectionTimes } from "../model/election-time.js";
import { leaderlessWithoutAlarmsMs } from "../model/expectation.js";
import { alarmsPerMonth } from "../model/false-elections.js";
import { retransmissionMs } from "../model/message-delay.js";
import type { NetworkProfile } from "../model/network-profile.js";
import {
  type AdviceLimits,
  intervalsInTimeout,
  leastRangeMs,
  shortestHeartbeatMs,
  slownessFloorMs,
  stallFloorMs,
  writeFloorMs,
} from "./limits.js";

/** A constraint that cannot be relaxed without another advice. */
export interface Binding {
  /** The setting it holds. */
  readonly setting: "heartbeatIntervalMs" | "electionTimeout.minMs" | "electionTimeout range";
  readonly constraint:
    | "messages"
    | "falseElections"
    | "retransmission"
    | "slowest"
    | "votes"
    | "legality"
    | "splitVotes"
    | "none";
  readonly sentence: string;
}

/** What holds each of the settings that were found best within these limits. */
export function bindingsOf(
  profile: NetworkProfile,
  limits: AdviceLimits,
  timing: Timing,
  times: ElectionTimes,
): Binding[] {
  return [
    { setting: "electionTimeout.minMs", ...timeoutBinding(profile, limits, timing, times) },
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

function timeoutBinding(
  profile: NetworkProfile,
  limits: AdviceLimits,
  timing: Timing,
  times: ElectionTimes,
): Reason {
  const { heartbeatIntervalMs } = timing;
  const { minMs } = timing.electionTimeout;
  if (minMs === intervalsInTimeout * heartbeatIntervalMs) {
    const three = `at least three heartbeat intervals of ${heartbeatIntervalMs} ms, so that two lost heartbeats end no lease`;
    return heartbeatIntervalMs === shortestHeartbeatMs(limits)
      ? { constraint: "messages", sentence: `${three}, and no shorter interval has ${messagesText(limits)}` }
      : { constraint: "legality", sentence: three };
  }
  if (minMs === slownessFloorMs(profile))
    return {
      constraint: "slowest",
      sentence: `at least the p99 of a round trip (${profile.rttP99Ms} ms) and of a stall (${profile.stallP99Ms} ms) together`,
    };
  if (minMs === stallFloorMs(profile, heartbeatIntervalMs))
    return {
      constraint: "slowest",
      sentence: `at least the longest stall seen (${profile.longestStallMs} ms), an interval, a late timer (p99 ${profile.stallP99Ms} ms) and a round trip`,
    };
  if (minMs === writeFloorMs(profile))
    return {
      constraint: "votes",
      sentence: `above a durable write (${profile.writeMs} ms): a leader whose write makes no progress for so long steps down`,
    };
  const { cause, isRetransmission } = outlasted(profile, timing);
  const isLimited = alarmsPerMonth(profile, shorterBy(timing, 1)) > limits.falsePerMonth;
  const spared = (by: number) => leaderlessWithoutAlarmsMs(profile, shorterBy(timing, by * minMs), times);
  if (!isLimited && spared(shorterShare) > spared(0))
    return { constraint: "votes", sentence: votesText(profile) };
  if (!isLimited)
    return {
      constraint: isRetransmission ? "retransmission" : "none",
      sentence: `no limit binds: a shorter one, ended by ${cause}, costs more in false alarms than it saves after crashes`,
    };
  return {
    constraint: isRetransmission ? "retransmission" : "falseElections",
    sentence: `at most ${limits.falsePerMonth} leaderships lost for nothing in a month; it must outlast ${cause}`,
  };
}

/** So much shorter a timeout is looked at to see what it would cost. */
const shorterShare = 0.02;

/** The same with all of its timeouts so much shorter. */
function shorterBy(timing: Timing, ms: number): Timing {
  const { minMs, maxMs } = timing.electionTimeout;
  return {
    ...timing,
    electionTimeout: { minMs: minMs - ms, maxMs: maxMs - ms },
    voteHoldMs: timing.voteHoldMs - ms,
    quorumTimeoutMs: timing.quorumTimeoutMs - ms,
  };
}

function votesText({ writeMs, rttP50Ms }: NetworkProfile): string {
  return `no limit binds: an election takes two durable writes (${writeMs} ms each) and a round trip (${rttP50Ms} ms), and a shorter timeout ends more of them before their votes are there`;
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
