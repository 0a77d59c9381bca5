import { ln } from "../../exact-math.js";
import type { Timing } from "../../protocol/index.js";
import { atLeast } from "./binomial.js";
import { messageDelayOf } from "./message-delay.js";
import { meanStallMs, monthHours, type NetworkProfile } from "./network-profile.js";

/** How often something happens in a month, and how long it lasts each time. */
export interface Alarms {
  readonly perMonth: number;
  readonly meanMs: number;
}

/** What the longest stall of the leader ends in a month. */
export interface StallAlarms {
  readonly electionsPerMonth: number;
  readonly lapses: Alarms;
}

/** How long ago the last heartbeat was is taken at the middles of so many equal shares; so too the earliest timeout. */
const phaseCount = 16;
const timeoutCount = 8;

/** Rarer than this is never. */
const leastShare = 1e-15;

const none: StallAlarms = { electionsPerMonth: 0, lapses: { perMonth: 0, meanMs: 0 } };

/**
 * A leader that stalls for L, s after a heartbeat, is silent for `s + L` and what its next heartbeat takes. It is deposed if that is
 * above the earliest timeout of its followers, or with the answer above its own quorum timeout; otherwise its lease lapses if that with
 * the answer is above the hold, shortened by the drift (rule 13), and comes back with the answer.
 */
export function longestStalls(profile: NetworkProfile, timing: Timing): StallAlarms {
  const { longestStallMs, longestStallEveryHours, nodes, rttP50Ms } = profile;
  if (longestStallMs === 0) return none;
  const { heartbeatIntervalMs, voteHoldMs, quorumTimeoutMs, clockDriftRatio } = timing;
  const { minMs, maxMs } = timing.electionTimeout;
  const leaseMs = (voteHoldMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio);
  const others = nodes - 1;
  const heard = unheardBy(profile, heartbeatIntervalMs, 1, Math.floor(nodes / 2) + 1);
  const answered = unheardBy(profile, heartbeatIntervalMs, 2, nodes - Math.floor(nodes / 2));
  let deposed = 0;
  let lapsed = 0;
  let lapsedMs = 0;
  for (let phase = 0; phase < phaseCount; phase++) {
    const sinceMs = ageMs((phase + 0.5) / phaseCount, heartbeatIntervalMs, meanStallMs(profile));
    const silentMs = sinceMs + longestStallMs;
    let suspected = 0;
    const soonest = heard.late(minMs - silentMs + rttP50Ms / 2);
    for (let index = 0; soonest > leastShare && index < timeoutCount; index++) {
      const share = 1 - (1 - (index + 0.5) / timeoutCount) ** (1 / others);
      // The heartbeat that began the timeout took a way as well.
      suspected += heard.late(minMs + share * (maxMs - minMs) - silentMs + rttP50Ms / 2);
    }
    const elected = Math.max(suspected / timeoutCount, answered.late(quorumTimeoutMs - silentMs));
    const late = Math.max(0, answered.late(leaseMs - silentMs) - elected);
    deposed += elected;
    lapsed += late;
    lapsedMs += late * answered.excessMs(leaseMs - silentMs);
  }
  const perMonth = monthHours / longestStallEveryHours;
  return {
    electionsPerMonth: (perMonth * deposed) / phaseCount,
    lapses: {
      perMonth: (perMonth * lapsed) / phaseCount,
      meanMs: lapsed === 0 ? 0 : lapsedMs / lapsed,
    },
  };
}

/** The share of these stalls that end a leadership, deposed or lapsed. */
export function lostShareOf(profile: NetworkProfile, timing: Timing): number {
  const { electionsPerMonth, lapses } = longestStalls(profile, timing);
  return ((electionsPerMonth + lapses.perMonth) * profile.longestStallEveryHours) / monthHours;
}

/**
 * How long ago the last of heartbeats was that come every h and an exponential lateness of mean m, at a random moment: what this share is
 * not above. The age of a renewal process has the density `P(interval > x)/(h + m)`.
 */
function ageMs(share: number, heartbeatMs: number, latenessMs: number): number {
  const intervalMs = heartbeatMs + latenessMs;
  if (share * intervalMs <= heartbeatMs) return share * intervalMs;
  return heartbeatMs - latenessMs * ln(((1 - share) * intervalMs) / latenessMs);
}

/** How a leader that has woken is heard again, or hears the answers. */
interface Unheard {
  /** The chance that so many of the others have not heard, or are not heard, so long after it woke. */
  late(leftMs: number): number;
  /** How much longer than that it takes, where it does. */
  excessMs(leftMs: number): number;
}

/** On a stream its first heartbeat decides, as none comes before; on datagrams each that could come in time would do. */
function unheardBy(profile: NetworkProfile, heartbeatMs: number, ways: 1 | 2, quorum: number): Unheard {
  const { shareAbove, meanExcessMs } = messageDelayOf(profile, ways);
  const isStream = profile.transport === "stream";
  const missed = (leftMs: number) => {
    let share = shareAbove(leftMs);
    for (let beat = 1; !isStream && beat * heartbeatMs < leftMs && share > leastShare; beat++)
      share *= shareAbove(leftMs - beat * heartbeatMs);
    return share;
  };
  return {
    late: (leftMs) => (leftMs <= 0 ? 1 : atLeast(profile.nodes - 1, missed(leftMs), quorum)),
    excessMs: (leftMs) => {
      if (leftMs <= 0) return meanExcessMs(leftMs);
      const above = isStream ? shareAbove(leftMs) : 0;
      return above > 0 ? meanExcessMs(leftMs) / above : heartbeatMs + (profile.rttP50Ms * ways) / 2;
    },
  };
}
