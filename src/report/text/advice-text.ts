import type { JudgedSettings } from "../../tuning/advice/judged-settings.js";
import type { AdviceReport } from "../../tuning/advice/report.js";
import { monthHours } from "../../tuning/model/network-profile.js";
import { adviceAnswer } from "./advice-answer.js";
import { durationText, perMonthText, rateText, shortText, waitText } from "./advice-numbers.js";
import { answerText } from "./answer-text.js";
import { textTable } from "./text-table.js";

/** Advice as a person reads it: the settings to give, what they give and what binds them, and then the numbers it rests on. */
export function adviceText(report: AdviceReport): string {
  return [
    answerText(adviceAnswer(report)),
    `expected, beside other settings:\n${expectedTable(report.settings)}`,
    ...(report.doubts === null ? [] : [simulatedText(report)]),
  ].join("\n");
}

/** The limits that settings break, in a word or two each. */
export function brokenText({ broken }: JudgedSettings): string {
  return broken.length === 0 ? "none" : broken.map(({ limit }) => limit).join(", ");
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
      "limits broken",
    ],
    ...settings.map((one) => {
      const { name, timing, expected } = one;
      return [
        name,
        `${shortText(timing.heartbeatIntervalMs)} ms`,
        `${shortText(timing.electionTimeout.minMs)}-${shortText(timing.electionTimeout.maxMs)} ms`,
        `${shortText(timing.quorumTimeoutMs)} ms`,
        waitText(expected.leaderlessMeanMs),
        waitText(expected.leaderlessP99Ms),
        rateText(expected.falseElectionsPerMonth),
        rateText(expected.lapsesPerMonth),
        expected.messagesPerSecond.toFixed(1),
        perMonthText(expected.leaderlessPerMonthMs),
        brokenText(one),
      ];
    }),
  ]);
}

function simulatedText({ settings, seed, profile }: AdviceReport): string {
  const rows = settings.flatMap(({ name, simulated }) =>
    simulated === null ? [] : [{ name, ...simulated }],
  );
  const [first] = rows;
  if (first === undefined) return "";
  const hasStalls = first.longestStalls !== null;
  const table = textTable([
    [
      "",
      "leaderless mean",
      "+-",
      "p99",
      "false elections",
      "at most/month",
      "leaderless otherwise",
      ...(hasStalls ? ["lost to stalls"] : []),
      "messages/s",
      "leaderless/month",
    ],
    ...rows.map((row) => [
      row.recovered === row.runs ? row.name : `${row.name} (${row.runs - row.recovered} never)`,
      milliseconds(row.leaderlessMeanMs),
      milliseconds(row.leaderlessHalfWidthMs),
      milliseconds(row.leaderlessP99Ms),
      String(row.falseElections),
      rateText(row.falseElectionsPerHour.high * monthHours),
      `${(100 * row.quietLeaderlessShare).toFixed(4)} %`,
      ...(row.longestStalls === null ? [] : [`${row.longestStalls.lost} of ${row.longestStalls.stalls}`]),
      row.messagesPerSecond.toFixed(1),
      row.leaderlessPerMonthMs === null ? "-" : perMonthText(row.leaderlessPerMonthMs),
    ]),
  ]);
  const quiet = `${shortText(60 * first.quietHours)} quiet minutes`;
  const stalls =
    first.longestStalls === null
      ? ""
      : `, ${first.longestStalls.stalls} stalls of ${durationText(profile.longestStallMs)}`;
  return (
    `simulated, ${first.runs} crashes${stalls} and ${quiet} of each, seeds from ${seed}, over ${profile.transport}s:\n${table}\n` +
    `"at most/month" is what so few minutes leave open (95 %): what is rarer is worked out and not played.\n`
  );
}

function milliseconds(ms: number | null): string {
  return ms === null ? "-" : `${ms.toFixed(1)} ms`;
}
