import { exp, ln } from "../../exact-math.js";
import { atLeast } from "./binomial.js";
import type { ElectionModel } from "./closed-forms.js";
import { GridDistribution } from "./grid-distribution.js";
import { type MessageDelay, messageDelayOf } from "./message-delay.js";
import { meanStallMs, type NetworkProfile } from "./network-profile.js";

/** The distribution of the time from a crash of the leader to the next leader with a lease, for any timing on one network. */
export interface ElectionTimes {
  /** The mean of that time. */
  meanMs(model: ElectionModel): number;
  /** From a candidacy that is won to the votes: what an election takes at least. */
  readonly votesMs: number;
  /** The time that this share of elections is not above. */
  quantileMs(model: ElectionModel, share: number): number;
  /** From the first candidacy that is won to the lease, with what failed rounds before it cost: the part of it that a false alarm costs. */
  roundsMs(model: ElectionModel): number;
}

/** A one-way latency has so many steps, unless that would be finer than `leastStepMs`. */
const stepsPerLatency = 4;
const leastStepMs = 0.05;
/** What is rarer changes no percentile that is asked for. */
const rareShare = 3e-4;
/** What sums are made of has not many more steps. */
const mostSteps = 800;
/** The window for a rival is taken at the middles of so many equal shares. */
const windowCount = 20;
/** Timeouts of the earliest of those who wait again are taken at the middles of so many equal shares. */
const timeoutCount = 8;
/** Who fails more often than this has no leader for years, and whether it is ever is all the same. */
const mostFailure = 1 - 1e-12;
/** Failed rounds in a row that are looked at. */
const mostRounds = 12;

/** What an interval and a range alone decide. */
interface Rounds {
  /** From the last heartbeat to the first candidacy, less the base timeout: of the first round, and of one that follows. */
  readonly first: GridDistribution;
  readonly next: GridDistribution;
  /** The chance that rivals take the votes. */
  readonly split: number;
}

/**
 * Followers time out independently, each after the last heartbeat that reached it, its timeout, a stall, and a round of pre-votes; the
 * earliest to have those of a quorum is the first candidate (the order statistic of the sums). It fails where a rival becomes a candidate
 * before its request arrives, or its request or the answers get lost; then all wait for another timeout. Last, the winner's first
 * heartbeat that a quorum answers gives it a lease.
 */
export function electionTimesOf(profile: NetworkProfile): ElectionTimes {
  const { writeMs } = profile;
  const { oneWay, roundTrip, answered, stall, ready, stallMs, survivors, others, needed } = delaysOf(profile);
  const window = windowOf(profile, oneWay);
  const comparesTimeouts = profile.transport === "stream" && profile.nodes === 3;
  const voteMs = 2 * writeMs + answered.meanMs;

  const starts = remembered((heartbeatMs: number) => {
    const contact = contactOf(profile, oneWay, heartbeatMs + stallMs);
    const coarseMs = contact.untilMs / mostSteps;
    const sum = (later: GridDistribution) => contact.coarser(coarseMs).plus(later.coarser(coarseMs));
    return { one: sum(ready), timeout: sum(stall) };
  });
  const leases = remembered((heartbeatMs: number) =>
    leaseOf(profile, roundTrip, heartbeatMs)
      .mapped((share) => atLeast(others, share, needed))
      .notBefore(writeMs),
  );
  const earliest = (one: GridDistribution) => one.mapped((share) => 1 - (1 - share) ** survivors);
  const roundsOf = remembered((heartbeatMs: number) =>
    remembered((jitterMs: number): Rounds => {
      const coarseMs = jitterMs / mostSteps;
      const { one, timeout } = starts(heartbeatMs);
      const candidacy = one.coarser(coarseMs).plusUniform(jitterMs);
      const rival = comparesTimeouts ? timeout.coarser(coarseMs).plusUniform(jitterMs) : candidacy;
      return {
        first: earliest(candidacy),
        next: earliest(ready.coarser(coarseMs).plusUniform(jitterMs)),
        split: rivalShare(rival, window, survivors, survivors - needed),
      };
    }),
  );
  /** Votes that are not there before somebody times out again come too late. */
  const lateShare = ({ baseMs, jitterMs }: ElectionModel): number => {
    let sum = 0;
    for (let index = 0; index < timeoutCount; index++) {
      const share = 1 - (1 - (index + 0.5) / timeoutCount) ** (1 / survivors);
      sum += answered.shareAbove(baseMs + share * jitterMs - 2 * writeMs);
    }
    return sum / timeoutCount;
  };
  const failureOf = (model: ElectionModel): number => {
    // A leader whose write makes no progress for a vote hold steps down.
    if (model.baseMs <= writeMs) return mostFailure;
    const { first, split } = roundsOf(model.heartbeatMs)(model.jitterMs);
    return Math.min(mostFailure, 1 - first.share * (1 - split) * (1 - lateShare(model)));
  };
  const roundsMs = (model: ElectionModel): number => {
    const { heartbeatMs, jitterMs, baseMs } = model;
    const { next } = roundsOf(heartbeatMs)(jitterMs);
    const failure = failureOf(model);
    return (failure / (1 - failure)) * (baseMs + next.meanMs) + voteMs + leases(heartbeatMs).meanMs;
  };

  return {
    roundsMs,
    votesMs: voteMs,
    meanMs: (model) => {
      const { baseMs, heartbeatMs, jitterMs } = model;
      return baseMs + roundsOf(heartbeatMs)(jitterMs).first.meanMs - heartbeatMs / 2 + roundsMs(model);
    },
    quantileMs: (model, share) => {
      const { heartbeatMs, jitterMs } = model;
      const end = answered.plus(leases(heartbeatMs)).later(2 * writeMs);
      return quantileOf(share, model, roundsOf(heartbeatMs)(jitterMs), failureOf(model), end);
    },
  };
}

/** What takes its time in an election, on one network. */
function delaysOf(profile: NetworkProfile) {
  const { nodes } = profile;
  const delay = messageDelayOf(profile, 1);
  const longestMs = longestOf(delay);
  const stepMs = Math.max(leastStepMs, profile.rttP50Ms / 2 / stepsPerLatency, longestMs / (2 * mostSteps));
  const survivors = nodes - 1;
  const others = survivors - 1;
  const needed = Math.floor(nodes / 2);
  const oneWay = oneWayOf(delay, stepMs, longestMs);
  const roundTrip = oneWay.plus(oneWay);
  const answered = roundTrip.mapped((share) => atLeast(others, share, needed));
  const stallMs = meanStallMs(profile);
  const stall =
    stallMs === 0
      ? GridDistribution.at(stepMs, 0)
      : GridDistribution.of(stepMs, 0, 16 * stallMs, (ms) => (ms <= 0 ? 1 : exp(-ms / stallMs)));
  return {
    oneWay,
    roundTrip,
    answered,
    stall,
    ready: stall.plus(answered),
    stallMs,
    survivors,
    others,
    needed,
  };
}

/** The time that this share of elections is not above. @param end from the candidacy that is won to the lease */
function quantileOf(
  share: number,
  { baseMs, heartbeatMs, jitterMs }: ElectionModel,
  { first, next }: Rounds,
  failure: number,
  end: GridDistribution,
): number {
  const coarseMs = Math.max(first.stepMs, next.stepMs, (baseMs + jitterMs) / mostSteps);
  const again = next.later(baseMs).coarser(coarseMs);
  const won = end.coarser(coarseMs);
  const roundsUntil = failure === 0 ? 0 : Math.ceil(ln(1 - share) / ln(failure)) - 1;
  // What so many rounds take hardly spreads, against what they take together.
  if (roundsUntil > mostRounds) return baseMs + first.meanMs + roundsUntil * again.meanMs + won.meanMs;
  let sum = first
    .plusUniform(heartbeatMs)
    .later(baseMs - heartbeatMs)
    .coarser(coarseMs)
    .plus(won);
  let all = sum.scaled(1 - failure);
  for (let round = 1; round <= mostRounds && failure ** round > rareShare; round++) {
    sum = sum.plus(again);
    all = all.and(sum.scaled((1 - failure) * failure ** round));
  }
  return all.quantileMs(share);
}

/** When the last heartbeat that a follower accepts reaches it, from when the last was sent. */
function contactOf(profile: NetworkProfile, oneWay: GridDistribution, intervalMs: number): GridDistribution {
  const { loss, transport } = profile;
  if (transport === "datagram") {
    // Lost with chance p: then the one before, an interval earlier.
    let contact = oneWay;
    for (let lost = 1; loss ** lost > rareShare; lost++)
      contact = contact.and(oneWay.later(-lost * intervalMs).scaled(loss ** lost));
    return contact;
  }
  // On a stream it comes no sooner than those before it.
  const longestMs = oneWay.untilMs;
  const before = Math.ceil(longestMs / intervalMs);
  return GridDistribution.of(oneWay.stepMs, 0, longestMs, (ms) => {
    let share = 1;
    for (let index = 0; index <= before; index++) share *= oneWay.shareBelow(ms + index * intervalMs);
    return 1 - share;
  });
}

/** When the first heartbeat of a winner that a peer answers is answered: on datagrams the second may be sooner. */
function leaseOf(
  { transport }: NetworkProfile,
  roundTrip: GridDistribution,
  heartbeatMs: number,
): GridDistribution {
  if (transport === "stream") return roundTrip;
  let again = 0;
  while ((1 - roundTrip.share) ** (again + 1) > rareShare) again++;
  return GridDistribution.of(roundTrip.stepMs, 0, roundTrip.untilMs + again * heartbeatMs, (ms) => {
    let share = 1;
    for (let sentMs = 0; sentMs <= ms && share > rareShare; sentMs += heartbeatMs)
      share *= roundTrip.shareAbove(ms - sentMs);
    return share;
  });
}

/**
 * How long after the first another may come and still be a rival. A follower that wins pre-votes becomes a candidate until the request of
 * the first has reached it, a write and a way after that one's candidacy; and where the first's own pre-vote is what the rival needs, only
 * if that was given before the candidacy, an answer ago. On a stream nothing is overtaken: of two followers each hears the other's grant
 * before its candidacy, if both timed out before either heard the other, within the way of a request.
 */
function windowOf(
  { nodes, writeMs, transport }: NetworkProfile,
  oneWay: GridDistribution,
): readonly number[] {
  const request = oneWay.later(writeMs);
  const window = nodes > 3 ? request : transport === "stream" ? oneWay : request.earlierOf(oneWay);
  return Array.from({ length: windowCount }, (_, index) => window.quantileMs((index + 0.5) / windowCount));
}

/** The chance that so many others come within the window after the first. */
function rivalShare(
  one: GridDistribution,
  windows: readonly number[],
  survivors: number,
  rivals: number,
): number {
  let sum = 0;
  for (const [index, share] of one.shares.entries()) {
    if (share === 0) continue;
    const atMs = (one.first + index) * one.stepMs;
    const before = one.shareBelow(atMs);
    const left = Math.max(1e-12, one.share - before);
    let within = 0;
    for (const windowMs of windows) within += one.shareBelow(atMs + windowMs);
    const rival = Math.min(1, (within / windows.length - before) / left);
    sum += survivors * share * left ** (survivors - 1) * atLeast(survivors - 1, rival, rivals);
  }
  return sum;
}

/** By when all that comes has come, but for a rare share. */
function longestOf({ share, shareAbove }: MessageDelay): number {
  const lost = 1 - share;
  let ms = 0.1;
  while (shareAbove(ms) - lost > rareShare) ms *= 1.2;
  return ms;
}

/** What is rarely later comes at the end. */
function oneWayOf({ share, shareAbove }: MessageDelay, stepMs: number, untilMs: number): GridDistribution {
  return GridDistribution.of(stepMs, 0, untilMs, (ms) => (ms > untilMs ? 1 - share : shareAbove(ms)));
}

function remembered<Value>(of: (key: number) => Value): (key: number) => Value {
  const known = new Map<number, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = of(key);
      known.set(key, value);
    }
    return value;
  };
}
