import type { Timing } from "../../protocol/index.js";
import { type ElectionModel, firstTimeoutMs } from "./closed-forms.js";
import { type ElectionTimes, electionTimesOf } from "./election-time.js";
import { falseElectionsPerMonth, lapses } from "./false-elections.js";
import { meanStallMs, monthHours, monthMs, type NetworkProfile } from "./network-profile.js";

/** What settings will give on a network, worked out and not played. */
export interface ExpectedFigures {
  /** From a crash of the leader to the next leader. */
  readonly leaderlessMeanMs: number;
  readonly leaderlessP99Ms: number;
  /** Leaders deposed though they lived. */
  readonly falseElectionsPerMonth: number;
  /** Leases that ran out and came back: a service is told as of a loss. */
  readonly lapsesPerMonth: number;
  /** Heartbeats and replies of the whole cluster. */
  readonly messagesPerSecond: number;
  /** All of it together: crashes, false elections and lapses; a month where nobody leads. */
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

/** What these settings will give on this network. @param times of the network, if they are known already */
export function expectedFiguresOf(
  profile: NetworkProfile,
  timing: Timing,
  times: ElectionTimes = electionTimesOf(profile),
): ExpectedFigures {
  const model = modelOf(profile, timing);
  const falseElections = falseElectionsPerMonth(profile, timing);
  const lapsed = lapses(profile, timing);
  return {
    leaderlessMeanMs: times.meanMs(model),
    leaderlessP99Ms: times.quantileMs(model, 0.99),
    falseElectionsPerMonth: falseElections,
    lapsesPerMonth: lapsed.perMonth,
    messagesPerSecond: (2000 * (profile.nodes - 1)) / (model.heartbeatMs + meanStallMs(profile)),
    leaderlessPerMonthMs: Math.min(
      monthMs,
      leaderlessPerMonthMs(profile, timing, times, falseElections, lapsed),
    ),
  };
}

/**
 * Expected leaderless time in a month: crashes at one per MTBF, false elections and lapses, each with what it costs (`unavailability`,
 * summed over a month). The lease of who is deposed ends, with the hold, just before the first timeout. More than a month stands for settings
 * that leave it without a leader all the time: how much more tells which of them are worse.
 */
export function leaderlessPerMonthMs(
  profile: NetworkProfile,
  timing: Timing,
  times: ElectionTimes,
  falseElections = falseElectionsPerMonth(profile, timing),
  lapsed = lapses(profile, timing),
): number {
  const model = modelOf(profile, timing);
  const electionMs = firstTimeoutMs(0, model.jitterMs, model.survivors) + times.roundsMs(model);
  return (
    leaderlessWithoutAlarmsMs(profile, timing, times) +
    falseElections * electionMs +
    lapsed.perMonth * lapsed.meanMs
  );
}

/** The same were there crashes alone. */
export function leaderlessWithoutAlarmsMs(
  profile: NetworkProfile,
  timing: Timing,
  times: ElectionTimes,
): number {
  return crashesPerMonth(profile) * times.meanMs(modelOf(profile, timing));
}

/** How often the leader crashes in a month. */
export function crashesPerMonth({ mtbfHours }: NetworkProfile): number {
  return monthHours / mtbfHours;
}
