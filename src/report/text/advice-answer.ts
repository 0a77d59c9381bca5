import { defaultClockDriftRatio, rangeWarning, type Timing } from "../../protocol/index.js";
import type { JudgedSettings } from "../../tuning/advice/judged-settings.js";
import type { AdviceReport } from "../../tuning/advice/report.js";
import { monthMs, type NetworkProfile } from "../../tuning/model/network-profile.js";
import { unseenRateAtMost } from "../../tuning/statistics/confidence.js";
import type { Answer } from "../pages/figure.js";
import { countText, durationText, rateText, shortText } from "./advice-numbers.js";

/** Advice before all its numbers: the flags to give, what they give, what binds them, and what that is worth. */
export function adviceAnswer(report: AdviceReport): Answer {
  const { profile, source, bindings, settings } = report;
  const [advised] = settings;
  return {
    lead: `raftbeat node ${flagsText(advised.timing)}`,
    facts: [
      ["gives", givesText(advised, report.measuredMs)],
      ...bindings.map(({ setting, sentence }) => ["binds", `${setting}: ${sentence}`] as const),
      ...presentFacts(settings),
      ...presentWarnings(report),
      ...playedFacts(report),
      ["measured", measuredText(report)],
      ["network", profileText(profile)],
      ["source", source],
    ],
  };
}

/** A network in one line. */
export function profileText(profile: NetworkProfile): string {
  const { rttP50Ms, rttP99Ms, loss, transport, stallP99Ms, longestStallMs, writeMs, nodes, mtbfHours } =
    profile;
  const longest =
    longestStallMs === 0
      ? ""
      : `, and one of ${shortText(longestStallMs)} ms every ${hoursText(profile.longestStallEveryHours)}`;
  return (
    `round trips ${shortText(rttP50Ms)} ms, p99 ${shortText(rttP99Ms)} ms; ${shortText(100 * loss)} % lost; stalls p99 ${shortText(stallP99Ms)} ms${longest}; ` +
    `over ${transport}s; writes ${shortText(writeMs)} ms; ${nodes} nodes; the leader dies every ${shortText(mtbfHours)} h`
  );
}

/** As a node takes it; what follows from the rest is left out, but for the quorum timeout. */
function flagsText(timing: Timing): string {
  const { heartbeatIntervalMs, electionTimeout, quorumTimeoutMs, voteHoldMs, clockDriftRatio } = timing;
  const { minMs, maxMs } = electionTimeout;
  return [
    `--heartbeat-ms ${heartbeatIntervalMs} --election-timeout ${minMs}-${maxMs} --quorum-timeout-ms ${quorumTimeoutMs}`,
    ...(voteHoldMs === minMs ? [] : [`--vote-hold-ms ${voteHoldMs}`]),
    ...(clockDriftRatio === defaultClockDriftRatio ? [] : [`--clock-drift-ratio ${clockDriftRatio}`]),
  ].join(" ");
}

function givesText({ expected }: JudgedSettings, measuredMs: number | null): string {
  const { falseElectionsPerMonth, lapsesPerMonth } = expected;
  const bound = measuredMs === null ? "" : `; up to ${boundText(measuredMs)} for all the measurement tells`;
  return [
    `no leader for ${durationText(expected.leaderlessMeanMs)} after a crash (p99 ${durationText(expected.leaderlessP99Ms)})`,
    `${rateText(falseElectionsPerMonth + lapsesPerMonth)} leaderships a month lost for nothing by assumed tails${bound}`,
    `${durationText(expected.leaderlessPerMonthMs)} a month without a leader in all`,
    `${Number(expected.messagesPerSecond.toPrecision(3))} messages/s`,
  ].join("; ");
}

/** Not worth a restart of every node. */
const smallGain = 1.05;

/** Whether the present settings will do, or what is wrong with them. */
function presentFacts([advised, ...others]: AdviceReport["settings"]): Answer["facts"] {
  const present = others.find(({ name }) => name === "present");
  if (present === undefined) return [];
  if (present.broken.length > 0)
    return present.broken.map(({ sentence }) => ["present", `breaks a limit: ${sentence}`] as const);
  const nowMs = present.expected.leaderlessPerMonthMs;
  const thenMs = advised.expected.leaderlessPerMonthMs;
  if (nowMs <= smallGain * thenMs)
    return [
      [
        "present",
        `no need to change: ${durationText(nowMs)} a month without a leader, ${durationText(nowMs - thenMs)} more`,
      ],
    ];
  return [["present", `keeps the limits, with ${durationText(nowMs)} a month without a leader`]];
}

/** What is doubtful about the present settings on this network, whatever limits they keep. */
function presentWarnings({ profile, settings }: AdviceReport): Answer["facts"] {
  const present = settings.find(({ name }) => name === "present");
  const warning = present === undefined ? null : rangeWarning(present.timing, profile.rttP50Ms / 2);
  return warning === null ? [] : [["present", `warning: ${warning}`]];
}

function playedFacts({ doubts, settings: [{ simulated }] }: AdviceReport): Answer["facts"] {
  if (doubts === null || simulated === null) return [];
  const { runs, quietHours, longestStalls } = simulated;
  const stalls =
    longestStalls === null ? "" : `, ${longestStalls.stalls} stalls as long as the longest that was seen`;
  const what = `${runs} crashes${stalls} and ${shortText(60 * quietHours)} quiet minutes`;
  return [
    [
      "played",
      doubts.length === 0
        ? `Nothing played contradicts the advice: ${what}`
        : `The simulation does not bear the advice out: ${doubts.join("; ")}`,
    ],
  ];
}

/** How long was measured, and what that can tell of a month at most. */
function measuredText({ measuredMs, limits, source }: AdviceReport): string {
  const tails = "The tails are assumed: lognormal round trips, exponential stalls";
  if (measuredMs === null)
    return source.startsWith("network ")
      ? `nothing: the figures of the network are assumed. ${tails}`
      : `for how long is not known (--measured-hours). ${tails}`;
  const neededMs = unseenRateAtMost(limits.falsePerMonth) * monthMs;
  return `for ${durationText(measuredMs)}: what did not come in it may still come up to ${boundText(measuredMs)} times a month (3/t, at 95 %); to show at most ${shortText(limits.falsePerMonth)} a month takes ${durationText(neededMs)}. ${tails}`;
}

/** How often what was not seen in so long may come in a month. */
function boundText(measuredMs: number): string {
  return countText(unseenRateAtMost(measuredMs / monthMs));
}

function hoursText(hours: number): string {
  return durationText(hours * 3_600_000);
}
