import type { Timing } from "../protocol/index.js";
import type { NetworkProfile } from "../tuning/network-profile.js";
import type { AdviceReport, JudgedSettings } from "./run-advise.js";
import { textTable } from "./text-table.js";

/** Advice as a person reads it: the network, the settings to give, what holds them, what they give, and what the simulation says. */
export function adviceText(report: AdviceReport): string {
  const { profile, source, bindings, settings } = report;
  const [advised] = settings;
  if (advised === undefined) return "";
  return [
    `${profileText(profile)} (${source})\n`,
    `raftbeat node ${flagsText(advised.timing)}\n`,
    `what holds it:\n${bindings.map(({ setting, sentence }) => `  ${setting}: ${sentence}\n`).join("")}`,
    `expected:\n${expectedTable(settings)}`,
    ...(report.doubts === null ? [] : [simulatedText(report, report.doubts)]),
  ].join("\n");
}

/** A network in one line. */
export function profileText(profile: NetworkProfile): string {
  const { rttP50Ms, rttP99Ms, loss, transport, stallP99Ms, longestStallMs, writeMs, nodes, mtbfHours } =
    profile;
  const longest = longestStallMs === 0 ? "" : `, at most ${short(longestStallMs)} ms`;
  return (
    `round trips ${short(rttP50Ms)} ms, p99 ${short(rttP99Ms)} ms; ${short(100 * loss)} % lost; stalls p99 ${short(stallP99Ms)} ms${longest}; ` +
    `over ${transport}s; writes ${short(writeMs)} ms; ${nodes} nodes; the leader dies every ${short(mtbfHours)} h`
  );
}

function flagsText({ heartbeatIntervalMs, electionTimeout, quorumTimeoutMs }: Timing): string {
  const { minMs, maxMs } = electionTimeout;
  return `--heartbeat-ms ${heartbeatIntervalMs} --election-timeout ${minMs}-${maxMs} --quorum-timeout-ms ${quorumTimeoutMs}`;
}

function expectedTable(settings: readonly JudgedSettings[]): string {
  return textTable([
    [
      "",
      "heartbeat",
      "timeout",
      "quorum",
      "leaderless mean",
      "p99",
      "false elections/month",
      "lapses/month",
      "messages/s",
      "leaderless/month",
    ],
    ...settings.map(({ name, timing, expected }) => [
      name,
      `${short(timing.heartbeatIntervalMs)} ms`,
      `${short(timing.electionTimeout.minMs)}-${short(timing.electionTimeout.maxMs)} ms`,
      `${short(timing.quorumTimeoutMs)} ms`,
      duration(expected.leaderlessMeanMs),
      duration(expected.leaderlessP99Ms),
      rate(expected.falseElectionsPerMonth),
      rate(expected.lapsesPerMonth),
      expected.messagesPerSecond.toFixed(1),
      duration(expected.leaderlessPerMonthMs),
    ]),
  ]);
}

function simulatedText({ settings, seed, profile }: AdviceReport, doubts: readonly string[]): string {
  const rows = settings.flatMap(({ name, simulated }) =>
    simulated === null ? [] : [{ name, ...simulated }],
  );
  const [first] = rows;
  if (first === undefined) return "";
  const table = textTable([
    [
      "",
      "leaderless mean",
      "+-",
      "p99",
      "false elections",
      "at most/h",
      "leaderless otherwise",
      "messages/s",
      "leaderless/month",
    ],
    ...rows.map((row) => [
      row.recovered === row.runs ? row.name : `${row.name} (${row.runs - row.recovered} never)`,
      milliseconds(row.leaderlessMeanMs),
      milliseconds(row.leaderlessHalfWidthMs),
      milliseconds(row.leaderlessP99Ms),
      String(row.falseElections),
      row.falseElectionsPerHour.high.toFixed(1),
      `${(100 * row.quietLeaderlessShare).toFixed(4)} %`,
      row.messagesPerSecond.toFixed(1),
      row.leaderlessPerMonthMs === null ? "-" : duration(row.leaderlessPerMonthMs),
    ]),
  ]);
  const verdict =
    doubts.length === 0
      ? 'Nothing played contradicts the advice. Rates below "at most/h" are too rare to tell in so many minutes, and stalls are assumed to be exponential.'
      : `The simulation does not bear the advice out: ${doubts.join("; ")}.`;
  const quiet = first.quietHours * 60;
  return `simulated, ${first.runs} crashes and ${quiet.toFixed(0)} quiet minutes of each, seeds from ${seed}, over ${profile.transport}s:\n${table}\n${verdict}\n`;
}

function milliseconds(ms: number | null): string {
  return ms === null ? "-" : `${ms.toFixed(1)} ms`;
}

function duration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "never";
  if (ms < 10_000) return `${ms.toFixed(1)} ms`;
  return ms < 600_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** Rare and frequent things alike, in few digits. */
function rate(perMonth: number): string {
  if (perMonth < 0.001) return "< 0.001";
  return perMonth < 100 ? short(Number(perMonth.toPrecision(2))) : perMonth.toFixed(0);
}

function short(number: number): string {
  return String(Number(number.toPrecision(4)));
}
