import { exp } from "../../exact-math.js";
import type { Timing } from "../../protocol/index.js";
import { atLeast } from "./binomial.js";
import { type Alarms, longestStalls } from "./longest-stalls.js";
import { messageDelayOf } from "./message-delay.js";
import { meanStallMs, monthMs, type NetworkProfile } from "./network-profile.js";

/** Timeouts of the earliest follower that stand for its distribution: the middles of so many equal shares. */
const timeoutCount = 8;

/**
 * Live leaders deposed in a month: a majority hears nothing from the leader until the first of them times out, or the leader
 * hears no majority for the quorum timeout (thesis, section 6.2).
 */
export function falseElectionsPerMonth(profile: NetworkProfile, timing: Timing): number {
  const { nodes } = profile;
  const { minMs, maxMs } = timing.electionTimeout;
  const majority = Math.floor(nodes / 2) + 1;
  let sum = 0;
  for (let index = 0; index < timeoutCount; index++) {
    const share = 1 - (1 - (index + 0.5) / timeoutCount) ** (1 / (nodes - 1));
    const firstMs = minMs + share * (maxMs - minMs);
    // Any follower that hears nothing until its hold ends may time out first. To count the others as silent for as long overstates a little.
    sum += silences(profile, timing, firstMs, majority, 1).perBeat;
  }
  const unheard = silences(profile, timing, timing.quorumTimeoutMs, leastUnheard(profile), 2).perBeat;
  return (
    perMonth(profile, timing, sum / timeoutCount + unheard) + longestStalls(profile, timing).electionsPerMonth
  );
}

/** Leases that run out in a month: no majority promises anew within the hold, shortened by the drift (rule 13). */
export function lapses(profile: NetworkProfile, timing: Timing): Alarms {
  const { voteHoldMs, clockDriftRatio } = timing;
  const leaseMs = (voteHoldMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio);
  const { perBeat, meanMs } = silences(profile, timing, leaseMs, leastUnheard(profile), 2);
  const usual = perMonth(profile, timing, perBeat);
  const stalls = longestStalls(profile, timing).lapses;
  const all = usual + stalls.perMonth;
  if (all === 0) return { perMonth: 0, meanMs: 0 };
  return { perMonth: all, meanMs: (usual * meanMs + stalls.perMonth * stalls.meanMs) / all };
}

/** Leaderships lost for nothing in a month, deposed or lapsed. */
export function alarmsPerMonth(profile: NetworkProfile, timing: Timing): number {
  return falseElectionsPerMonth(profile, timing) + lapses(profile, timing).perMonth;
}

/** Of so many of the others a leader must hear nothing to be without a majority, itself included. */
function leastUnheard({ nodes }: NetworkProfile): number {
  return nodes - Math.floor(nodes / 2);
}

function perMonth(profile: NetworkProfile, { heartbeatIntervalMs }: Timing, perBeat: number): number {
  return (perBeat * monthMs) / (heartbeatIntervalMs + meanStallMs(profile));
}

/** Silences of at least so many of the others, per heartbeat, and how long each lasts beyond what was asked. */
interface Silences {
  readonly perBeat: number;
  readonly meanMs: number;
}

/** @param ways 1 for what they do not hear, 2 for what the leader does not hear of them */
function silences(
  profile: NetworkProfile,
  { heartbeatIntervalMs }: Timing,
  withinMs: number,
  quorum: number,
  ways: 1 | 2,
): Silences {
  return profile.transport === "datagram"
    ? datagramSilences(profile, heartbeatIntervalMs, withinMs, quorum, ways)
    : streamSilences(profile, heartbeatIntervalMs, withinMs, quorum, ways);
}

/** Heartbeats in a row that are looked at: more of them have no weight. */
const mostBeats = 200;

/**
 * How often, per heartbeat, at least `quorum` of the others hear nothing (or are not heard) for `withinMs` after a heartbeat that came
 * through. The j-th heartbeat after it has `withinMs - j h` to arrive, and is missed by each of the others with chance `miss` of that;
 * all k that could come in time must be missed, `product of miss_j`, p^k for plain loss (Chen, Toueg and Aguilera 2002, theorem 5; see
 * `nfdSQuality`). Or the sender's event loop stalls before the j-th, which silences it for all: the tail `100^(-x/S)` of the stall. It ends with the
 * next heartbeat that comes through.
 */
function datagramSilences(
  profile: NetworkProfile,
  heartbeatMs: number,
  withinMs: number,
  quorum: number,
  ways: 1 | 2,
): Silences {
  const { shareAbove } = messageDelayOf(profile, ways);
  const travelMs = (profile.rttP50Ms * ways) / 2;
  const meanMs = heartbeatMs + travelMs;
  const others = profile.nodes - 1;
  const stallMs = meanStallMs(profile);
  let eachSilent = 1;
  let sum = 0;
  for (let beat = 1; beat <= mostBeats; beat++) {
    const leftMs = withinMs - beat * heartbeatMs;
    const before = atLeast(others, eachSilent, quorum);
    sum += before * stallTail(leftMs - travelMs, stallMs);
    if (leftMs <= 0 || before < 1e-30)
      return { perBeat: Math.min(1, sum + (leftMs <= 0 ? before : 0)), meanMs };
    eachSilent *= shareAbove(leftMs);
  }
  return { perBeat: Math.min(1, sum), meanMs };
}

/**
 * The same on streams, where none comes before those sent earlier: one heartbeat that takes longer than `x = withinMs - h` silences a link for
 * as long as it takes beyond that. So a link is silent from time to time, with the rate `P(X > x)/h` and for a share
 * `E[max(0, X - x)]/h` of the time, and q of the n links are at once as often as one falls silent while q - 1 are: `n C(n - 1, q - 1) rate
 * share^(q - 1)`, of like lengths for a q-th of one (alternating renewal processes). Or the sender's event loop stalls.
 */
function streamSilences(
  profile: NetworkProfile,
  heartbeatMs: number,
  withinMs: number,
  quorum: number,
  ways: 1 | 2,
): Silences {
  const { shareAbove, meanExcessMs } = messageDelayOf(profile, ways);
  const travelMs = (profile.rttP50Ms * ways) / 2;
  const others = profile.nodes - 1;
  const stallMs = meanStallMs(profile);
  const leftMs = withinMs - heartbeatMs;
  if (leftMs <= 0) return { perBeat: 1, meanMs: heartbeatMs };
  const late = shareAbove(leftMs);
  const lateMs = meanExcessMs(leftMs);
  const silentShare = Math.min(1, lateMs / heartbeatMs);
  const restSilent = atLeast(others - 1, silentShare, quorum - 1);
  const lost = others * late * restSilent;
  const stalled = stallTail(leftMs - travelMs, stallMs);
  const eachMs = late === 0 ? 0 : lateMs / late / quorum;
  const perBeat = Math.min(1, lost + stalled);
  const meanMs = perBeat === 0 ? 0 : (lost * eachMs + stalled * stallMs) / (lost + stalled);
  return { perBeat, meanMs };
}

/** A stall that outlasts what is left; where nothing is left, losses alone decide. */
function stallTail(leftMs: number, stallMs: number): number {
  if (leftMs <= 0 || stallMs === 0) return 0;
  return exp(-Math.min(700, leftMs / stallMs));
}
