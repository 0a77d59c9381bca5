import type { Timing } from "../protocol/index.js";
import { exp } from "../simulation/exact-math.js";
import { atLeast } from "./binomial.js";
import {
  campaignMs,
  type ElectionModel,
  expectedRounds,
  firstTimeoutMs,
  firstTimeoutShare,
  leaderlessMs,
  splitVoteShare,
} from "./model.js";
import { meanStallMs, monthHours, monthMs, type NetworkProfile } from "./network-profile.js";
import { lognormalShareAbove } from "./normal-share.js";

/** What settings will give on a network, in closed form. */
export interface Expectation {
  /** From a crash of the leader to the next leader. */
  readonly leaderlessMeanMs: number;
  readonly leaderlessP99Ms: number;
  /** Leaders deposed though they lived. */
  readonly falseElectionsPerMonth: number;
  /** Leases that ran out and came back: a service is told as of a loss. */
  readonly lapsesPerMonth: number;
  /** Heartbeats and replies of the whole cluster. */
  readonly messagesPerSecond: number;
  /** All of it together: crashes, false elections and lapses. */
  readonly leaderlessPerMonthMs: number;
}

/** How the closed forms see a profile with a timing. */
export function modelOf({ nodes, rttP50Ms, writeMs }: NetworkProfile, timing: Timing): ElectionModel {
  const { minMs, maxMs } = timing.electionTimeout;
  return {
    nodes,
    survivors: nodes - 1,
    baseMs: minMs,
    jitterMs: maxMs - minMs,
    heartbeatMs: timing.heartbeatIntervalMs,
    latencyMs: rttP50Ms / 2,
    writeMs,
    preVote: true,
  };
}

/** What these settings will give on this network. */
export function expectationOf(profile: NetworkProfile, timing: Timing): Expectation {
  const model = modelOf(profile, timing);
  const falseElections = falseElectionsPerMonth(profile, timing);
  const lapses = lapsesPerMonth(profile, timing);
  return {
    leaderlessMeanMs: leaderlessMeanMs(profile, model),
    leaderlessP99Ms: leaderlessP99Ms(profile, model),
    falseElectionsPerMonth: falseElections,
    lapsesPerMonth: lapses,
    messagesPerSecond: (2000 * (profile.nodes - 1)) / (model.heartbeatMs + meanStallMs(profile)),
    leaderlessPerMonthMs: leaderlessPerMonthMs(profile, timing, falseElections, lapses),
  };
}

/** From a crash to a leader: the closed form of `leaderlessMs`, and the first timer to fire is late by a stall. */
function leaderlessMeanMs(profile: NetworkProfile, model: ElectionModel): number {
  return leaderlessMs(model) + meanStallMs(profile);
}

/**
 * Expected leaderless time in a month: crashes at one per MTBF, false elections and lapses, each with what it costs (`unavailability`,
 * summed over a month). The lease of who is deposed ends, with the hold, just before the first timeout; a lapse ends with the next
 * heartbeat that is answered.
 */
export function leaderlessPerMonthMs(
  profile: NetworkProfile,
  timing: Timing,
  falseElections: number,
  lapses: number,
): number {
  const model = modelOf(profile, timing);
  const electionMs = firstTimeoutMs(0, model.jitterMs, model.survivors) + campaignMs(model);
  return (
    (monthHours / profile.mtbfHours) * leaderlessMeanMs(profile, model) +
    falseElections * electionMs +
    lapses * (model.heartbeatMs + profile.rttP50Ms)
  );
}

/** Heartbeats in a row that are looked at: more of them have no weight. */
const mostBeats = 200;

/**
 * How often, per heartbeat, at least `quorum` of the others hear nothing (or are not heard) for `withinMs` after a heartbeat that came
 * through. The j-th heartbeat after it has `withinMs - j h` to arrive, and is missed by each of the others with chance `miss` of that;
 * all k that could come in time must be missed, `product of miss_j`, p^k for plain loss (Chen, Toueg and Aguilera 2002, theorem 5; see
 * `nfdS`). Or the sender's event loop stalls before the j-th, which silences it for all: the tail `100^(-x/S)` of the stall.
 */
function silencesPerBeat(
  profile: NetworkProfile,
  heartbeatMs: number,
  withinMs: number,
  quorum: number,
  travelMs: number,
  miss: (leftMs: number) => number,
): number {
  const others = profile.nodes - 1;
  const stallMs = meanStallMs(profile);
  let eachSilent = 1;
  let sum = 0;
  for (let beat = 1; beat <= mostBeats; beat++) {
    const leftMs = withinMs - beat * heartbeatMs;
    const before = atLeast(others, eachSilent, quorum);
    sum += before * stallTail(leftMs - travelMs, stallMs);
    if (leftMs <= 0 || before < 1e-30) return Math.min(1, sum + (leftMs <= 0 ? before : 0));
    eachSilent *= miss(leftMs);
  }
  return Math.min(1, sum);
}

/** A stall that outlasts what is left; where nothing is left, losses alone decide. */
function stallTail(leftMs: number, stallMs: number): number {
  if (leftMs <= 0 || stallMs === 0) return 0;
  return exp(-Math.min(700, leftMs / stallMs));
}

/** Timeouts of the earliest follower that stand for its distribution: the middles of so many equal shares. */
const timeoutCount = 8;

/**
 * Live leaders deposed in a month: a majority hears nothing from the leader until the first of them times out, or the leader
 * hears no majority for the quorum timeout (thesis, section 6.2).
 */
export function falseElectionsPerMonth(profile: NetworkProfile, timing: Timing): number {
  const { nodes, loss, rttP50Ms, rttP99Ms } = profile;
  const { heartbeatIntervalMs, electionTimeout, quorumTimeoutMs } = timing;
  const { minMs, maxMs } = electionTimeout;
  const oneWay = (leftMs: number) =>
    loss + (1 - loss) * lognormalShareAbove(leftMs, rttP50Ms / 2, rttP99Ms / 2);
  const majority = Math.floor(nodes / 2) + 1;
  let sum = 0;
  for (let index = 0; index < timeoutCount; index++) {
    const share = 1 - (1 - (index + 0.5) / timeoutCount) ** (1 / (nodes - 1));
    const firstMs = minMs + share * (maxMs - minMs);
    // Of those who keep still until the hold ends, any may be the first to time out; that the others hear nothing as long is a little too much.
    sum += silencesPerBeat(profile, heartbeatIntervalMs, firstMs, majority, rttP50Ms / 2, oneWay);
  }
  return perMonth(profile, timing, sum / timeoutCount + unheardPerBeat(profile, timing, quorumTimeoutMs));
}

/** Leases that run out in a month: no majority promises anew within the hold, shortened by the drift (rule 13). */
export function lapsesPerMonth(profile: NetworkProfile, timing: Timing): number {
  const { voteHoldMs, clockDriftRatio } = timing;
  const leaseMs = (voteHoldMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio);
  return perMonth(profile, timing, unheardPerBeat(profile, timing, leaseMs));
}

/** How often, per heartbeat, a leader hears no majority (itself included) for so long. */
function unheardPerBeat(profile: NetworkProfile, timing: Timing, withinMs: number): number {
  const { nodes, loss, rttP50Ms, rttP99Ms } = profile;
  const answered = (1 - loss) ** 2;
  const roundTrip = (leftMs: number) => 1 - answered * (1 - lognormalShareAbove(leftMs, rttP50Ms, rttP99Ms));
  return silencesPerBeat(
    profile,
    timing.heartbeatIntervalMs,
    withinMs,
    nodes - Math.floor(nodes / 2),
    rttP50Ms,
    roundTrip,
  );
}

function perMonth(profile: NetworkProfile, { heartbeatIntervalMs }: Timing, perBeat: number): number {
  return (perBeat * monthMs) / (heartbeatIntervalMs + meanStallMs(profile));
}

/** Rounds that are looked at: by then every chance is spent. */
const mostRounds = 60;

/**
 * The 99th percentile of the time from a crash to a leader: rounds are geometric, each begins a mean round after the one before, and the
 * first timeout in it is the first order statistic (see `firstTimeoutShare`); the crash is anywhere within a heartbeat interval.
 */
function leaderlessP99Ms({ rttP50Ms, rttP99Ms }: NetworkProfile, model: ElectionModel): number {
  const { baseMs, jitterMs, survivors, heartbeatMs, latencyMs } = model;
  const split = Math.min(0.999, splitVoteShare(model));
  const fixedMs = latencyMs + campaignMs(model) + (rttP99Ms - rttP50Ms);
  const roundMs = firstTimeoutMs(baseMs, jitterMs, survivors);
  const phases = 8;
  const shareBy = (atMs: number): number => {
    let sum = 0;
    for (let round = 0; round < mostRounds; round++)
      for (let phase = 0; phase < phases; phase++) {
        const timeoutMs = atMs - fixedMs - round * roundMs + ((phase + 0.5) / phases) * heartbeatMs;
        sum += (split ** round * firstTimeoutShare(timeoutMs, baseMs, jitterMs, survivors)) / phases;
      }
    return (1 - split) * sum;
  };
  let [lowMs, highMs] = [0, fixedMs + (baseMs + jitterMs) * (2 + 10 * expectedRounds(split))];
  for (let halving = 0; halving < 40; halving++) {
    const middleMs = (lowMs + highMs) / 2;
    if (shareBy(middleMs) < 0.99) lowMs = middleMs;
    else highMs = middleMs;
  }
  return highMs;
}
