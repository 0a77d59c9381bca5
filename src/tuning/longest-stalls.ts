import type { Timing } from "../protocol/index.js";
import { ln } from "../simulation/exact-math.js";
import { meanStallMs, monthHours, type NetworkProfile } from "./network-profile.js";
import { type Travel, travelOf } from "./travel.js";

/** How often something happens in a month, and how long it lasts each time. */
export interface Alarms {
  readonly perMonth: number;
  readonly meanMs: number;
}

/** What the longest stall of whoever leads ends in a month. */
export interface StallAlarms {
  readonly electionsPerMonth: number;
  readonly lapses: Alarms;
}

/** How long ago the last heartbeat was is taken at the middles of so many equal shares; so too the earliest timeout. */
const phaseCount = 16;
const timeoutCount = 8;

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
  const oneWay = travelOf(profile, 1);
  const roundTrip = travelOf(profile, 2);
  let deposed = 0;
  let lapsed = 0;
  let lapsedMs = 0;
  for (let phase = 0; phase < phaseCount; phase++) {
    const sinceMs = ageMs((phase + 0.5) / phaseCount, heartbeatIntervalMs, meanStallMs(profile));
    const silentMs = sinceMs + longestStallMs;
    let suspected = 0;
    for (let index = 0; index < timeoutCount; index++) {
      const share = 1 - (1 - (index + 0.5) / timeoutCount) ** (1 / (nodes - 1));
      // The heartbeat that began the timeout took a way as well.
      suspected += lateShare(oneWay, minMs + share * (maxMs - minMs) - silentMs + rttP50Ms / 2);
    }
    const elected = Math.max(suspected / timeoutCount, lateShare(roundTrip, quorumTimeoutMs - silentMs));
    const late = Math.max(0, lateShare(roundTrip, leaseMs - silentMs) - elected);
    deposed += elected;
    lapsed += late;
    lapsedMs += late * lapseMs(roundTrip, leaseMs - silentMs);
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

function lateShare({ shareAbove }: Travel, leftMs: number): number {
  return leftMs <= 0 ? 1 : shareAbove(leftMs);
}

/** How long one lasts: what the answer takes beyond what is left of the lease. */
function lapseMs(roundTrip: Travel, leftMs: number): number {
  const late = lateShare(roundTrip, leftMs);
  return late === 0 ? 0 : roundTrip.meanExcessMs(leftMs) / late;
}
