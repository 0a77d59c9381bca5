import { atLeast } from "./binomial.js";

/** What the closed forms of an election start from; all times in milliseconds. */
export interface ElectionModel {
  /** Voters in all, the dead among them. */
  readonly nodes: number;
  /** Voters that live and time out. */
  readonly survivors: number;
  /** The least timeout a. */
  readonly baseMs: number;
  /** The width J of the range above it. */
  readonly jitterMs: number;
  /** The heartbeat interval h. */
  readonly heartbeatMs: number;
  /** The one-way latency l. */
  readonly latencyMs: number;
  /** The durable write w. */
  readonly writeMs: number;
  /** Whether a round of pre-votes comes first. */
  readonly preVote: boolean;
}

/** The mean of the earliest of s timeouts uniform in [a, a + J]: the first order statistic, `a + J/(s + 1)`. */
export function firstTimeoutMs(baseMs: number, jitterMs: number, survivors: number): number {
  return baseMs + jitterMs / (survivors + 1);
}

/** `Pr(first timeout <= t) = 1 - (1 - (t - a)/J)^s`: the distribution of the same. */
export function firstTimeoutShare(atMs: number, baseMs: number, jitterMs: number, survivors: number): number {
  const share = Math.min(1, Math.max(0, (atMs - baseMs) / jitterMs));
  return 1 - (1 - share) ** survivors;
}

/**
 * Mean time from a crash to the first timeout: `E[T_D] = a + J/(s + 1) - h/2 + l`. The crash comes h/2 after the last heartbeat was sent on
 * average, and that heartbeat restarted the timers l after it was sent (Raft paper, section 9.3, with the order statistic).
 */
export function detectionMs(model: ElectionModel): number {
  const { baseMs, jitterMs, survivors, heartbeatMs, latencyMs } = model;
  return firstTimeoutMs(baseMs, jitterMs, survivors) - heartbeatMs / 2 + latencyMs;
}

/**
 * `P = Pr(Bin(s, (l + w)/J) >= s - floor(n/2))`: the first candidate fails where too many others time out before its request, which leaves
 * after w and takes l, has reached them; it needs floor(n/2) voters besides itself (thesis, section 3.9, made exact for few servers).
 * With pre-vote a request needs no write and a pre-vote takes no vote away, so that a split needs two nodes that finish their round of
 * pre-votes, 2 l, within l + w of each other, which is as likely.
 */
export function splitVoteShare(model: ElectionModel): number {
  const { nodes, survivors, jitterMs, latencyMs, writeMs } = model;
  const window = Math.min(1, (latencyMs + writeMs) / jitterMs);
  return atLeast(survivors, window, survivors - Math.floor(nodes / 2));
}

/** Rounds until one is won, if each is split with the same chance: geometric, `1/(1 - P)`. */
export function expectedRounds(splitShare: number): number {
  return 1 / (1 - splitShare);
}

/** From a timeout to the winning vote: write, request, write, grant, `2 w + 2 l`; pre-vote adds a round trip without writes. */
export function campaignMs({ latencyMs, writeMs, preVote }: ElectionModel): number {
  return 2 * writeMs + 2 * latencyMs + (preVote ? 2 * latencyMs : 0);
}

/** What a split round costs: the earliest of the survivors' next timeouts, which run from about when it began, `a + J/(s + 1)`. */
export function roundCostMs({ baseMs, jitterMs, survivors }: ElectionModel): number {
  return firstTimeoutMs(baseMs, jitterMs, survivors);
}

/** Mean time from a crash to a new leader: `E[T_D] + (P/(1 - P)) (a + J/(s + 1)) + campaign`. */
export function leaderlessMs(model: ElectionModel): number {
  const failures = expectedRounds(splitVoteShare(model)) - 1;
  return detectionMs(model) + failures * roundCostMs(model) + campaignMs(model);
}

/**
 * False suspicions per millisecond of one follower under independent loss p: after a heartbeat that came, `floor(T/h)` in a row are lost,
 * `E_T[(1 - p) p^floor(T/h)]/h` over the timeout T uniform in [a, a + J].
 */
export function falseSuspicionPerMs(
  loss: number,
  { baseMs, jitterMs, heartbeatMs }: Pick<ElectionModel, "baseMs" | "jitterMs" | "heartbeatMs">,
): number {
  return ((1 - loss) * meanPower(loss, baseMs, jitterMs, heartbeatMs)) / heartbeatMs;
}

/**
 * The same where a timeout is kept until it has passed and only then drawn anew, as nodes do (rule 9): most waiting is done with the long
 * ones, so that it is the mean time between suspicions that is averaged, `1/E_T[h/((1 - p) p^floor(T/h))]`. Alike where all
 * timeouts outlast as many heartbeats.
 */
export function keptSuspicionPerMs(
  loss: number,
  { baseMs, jitterMs, heartbeatMs }: Pick<ElectionModel, "baseMs" | "jitterMs" | "heartbeatMs">,
): number {
  return (1 - loss) / (heartbeatMs * meanPower(1 / loss, baseMs, jitterMs, heartbeatMs));
}

/** The mean of `p^floor(T/h)` over T uniform in [a, a + J]. */
function meanPower(loss: number, baseMs: number, jitterMs: number, heartbeatMs: number): number {
  const endMs = baseMs + jitterMs;
  let sum = 0;
  for (let fromMs = baseMs; fromMs < endMs; ) {
    const beats = Math.floor(fromMs / heartbeatMs);
    const toMs = Math.min(endMs, (beats + 1) * heartbeatMs);
    sum += (toMs - fromMs) * loss ** beats;
    fromMs = toMs;
  }
  return jitterMs === 0 ? loss ** Math.floor(baseMs / heartbeatMs) : sum / jitterMs;
}

/**
 * False elections per millisecond of a cluster with pre-vote and vote hold v: a follower that suspects needs floor(n/2) others that have
 * heard no leader for v either, each with chance `p^floor(v/h)` (thesis, section 9.6, with the hold of section 4.2.3).
 */
export function falseElectionPerMs(loss: number, holdMs: number, model: ElectionModel): number {
  const others = model.survivors - 1;
  const silent = loss ** Math.floor(holdMs / model.heartbeatMs);
  return (
    model.survivors * falseSuspicionPerMs(loss, model) * atLeast(others, silent, Math.floor(model.nodes / 2))
  );
}

/** Quality of service of a failure detector: mean time between mistakes, how long one lasts, and how often it is right when asked. */
export interface QualityOfService {
  readonly mistakeRecurrenceMs: number;
  readonly mistakeDurationMs: number;
  readonly queryAccuracy: number;
}

/**
 * NFD-S of Chen, Toueg and Aguilera ("On the quality of service of failure detectors", 2002, theorem 5) with heartbeats every eta that take
 * a constant D and are lost with chance p, and a freshness shift delta of at least D: with `k = floor((delta - D)/eta) + 1` heartbeats that could
 * each prevent it, a mistake begins with chance `(1 - p) p^k` per interval; the next heartbeat may end it after `g = k eta + D - delta`.
 * `E[T_MR] = eta/((1 - p) p^k)`, `E[T_M] = g + eta p/(1 - p)`, `P_A = 1 - E[T_M]/E[T_MR]`.
 */
export function nfdSQuality(
  loss: number,
  intervalMs: number,
  shiftMs: number,
  latencyMs: number,
): QualityOfService {
  const beats = Math.floor((shiftMs - latencyMs) / intervalMs) + 1;
  const mistakeRecurrenceMs = intervalMs / ((1 - loss) * loss ** beats);
  const gapMs = beats * intervalMs + latencyMs - shiftMs;
  const mistakeDurationMs = gapMs + (intervalMs * loss) / (1 - loss);
  return {
    mistakeRecurrenceMs,
    mistakeDurationMs,
    queryAccuracy: 1 - mistakeDurationMs / mistakeRecurrenceMs,
  };
}

/**
 * No detector that lets k heartbeats pass before it suspects replaces a silent leader sooner on average than
 * `(k - 1/2) h + spread + l + campaign`: the crash is half an interval after a heartbeat, and `spread` keeps candidates apart.
 */
export function silentFailureBoundMs(beats: number, spreadMs: number, model: ElectionModel): number {
  return (beats - 0.5) * model.heartbeatMs + spreadMs + model.latencyMs + campaignMs(model);
}

/** An announced failure, such as a closed connection, takes close, request, grant and first heartbeat: 4 l; with pre-vote 6 l. */
export function announcedFailureBoundMs(latencyMs: number, preVote: boolean): number {
  return (preVote ? 6 : 4) * latencyMs;
}

/** The share of time without a leader: `E[leaderless]/MTBF + false rate x election time`. */
export function unavailability(
  leaderless: number,
  meanTimeBetweenFailuresMs: number,
  falsePerMs: number,
  electionMs: number,
): number {
  return leaderless / meanTimeBetweenFailuresMs + falsePerMs * electionMs;
}
