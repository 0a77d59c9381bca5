import type { JudgedSettings } from "../../tuning/advice/judged-settings.js";
import type { AdviceReport } from "../../tuning/advice/report.js";
import { type TradePoint, tradeOffOf } from "../../tuning/advice/trade-off.js";
import { monthMs } from "../../tuning/model/network-profile.js";
import { paretoFront } from "../../tuning/statistics/pareto.js";
import { adviceAnswer, profileText } from "../text/advice-answer.js";
import { brokenText } from "../text/advice-text.js";
import { distributionPoints } from "./distribution-points.js";
import type { Figure, FigurePoint, FigureSeries, SummaryTable } from "./figure.js";
import { figuresPage } from "./figures-page.js";

/** Rarer than this is never: once in some ten thousand years. */
const leastPerMonth = 1e-5;

/** One self-contained HTML file: what settings cost against what they risk, and how long the elections took that were played. */
export function advicePage(report: AdviceReport): string {
  return figuresPage("raftbeat advise", figuresOf(report), [tableOf(report)], adviceAnswer(report));
}

function figuresOf(report: AdviceReport): Figure[] {
  return [tradeOff(report), ...distributionsOf(report)];
}

function tradeOff({ profile, settings }: AdviceReport): Figure {
  const [advised] = settings;
  const considered = tradeOffOf(profile, advised.timing);
  const isPresentKnown = settings.some(({ name }) => name === "present");
  // More names than these hide each other, and what elects nobody would leave no room for what does.
  const shown = settings.filter(
    ({ name, expected }) =>
      expected.leaderlessMeanMs < monthMs &&
      (!name.startsWith("preset ") || (name === "preset lan" && !isPresentKnown)),
  );
  const front = paretoFront(
    considered.filter(({ alarmsPerMonth }) => alarmsPerMonth > leastPerMonth),
    ({ leaderlessMeanMs }) => leaderlessMeanMs,
    ({ alarmsPerMonth }) => alarmsPerMonth,
  );
  const isFront = new Set(front);
  return {
    title: "Time without a leader against leaderships lost for nothing",
    caption: `Expected on ${profileText(profile)}. Left is sooner after a crash, below is calmer: false elections and lapsed leases together. The dashed line joins what no other of the settings beats in both. At the lower edge it happens less than once in 100,000 months.`,
    kind: "scatter",
    xLabel: "mean time without a leader after a crash (ms)",
    yLabel: "lost for nothing (per month)",
    logX: true,
    logY: true,
    series: [
      ...shown.map(({ name, timing, expected }): FigureSeries => {
        const { leaderlessMeanMs, falseElectionsPerMonth, lapsesPerMonth } = expected;
        const alarmsPerMonth = falseElectionsPerMonth + lapsesPerMonth;
        return { name, points: [pointOf({ timing, leaderlessMeanMs, alarmsPerMonth })], marked: true };
      }),
      { name: "beaten by another", points: considered.filter((point) => !isFront.has(point)).map(pointOf) },
      { name: "beaten by none", points: front.map(pointOf), dashed: true },
    ],
  };
}

function pointOf({ timing, leaderlessMeanMs, alarmsPerMonth }: TradePoint): FigurePoint {
  const { heartbeatIntervalMs, electionTimeout } = timing;
  const label = [
    `heartbeat ${heartbeatIntervalMs} ms`,
    `timeout ${electionTimeout.minMs}-${electionTimeout.maxMs} ms`,
    `${leaderlessMeanMs.toFixed(1)} ms after a crash`,
    `${alarmsPerMonth < leastPerMonth ? "next to never" : `${alarmsPerMonth.toPrecision(2)} a month`} lost for nothing`,
  ].join("\n");
  return [leaderlessMeanMs, Math.max(leastPerMonth, alarmsPerMonth), label];
}

function distributionsOf({ settings, profile, seed }: AdviceReport): Figure[] {
  const played = settings.filter(({ simulated }) => (simulated?.recoveriesMs.length ?? 0) > 0);
  if (played.length === 0) return [];
  const series = played.map(({ name, simulated }) => ({
    name,
    points: distributionPoints(simulated?.recoveriesMs ?? []),
  }));
  const times = series.flatMap(({ points }) => points.map(([ms]) => ms));
  const shared = {
    xLabel: "time without a leader after a crash (ms)",
    yLabel: "share of crashes not above",
    logX: Math.max(...times) > 8 * Math.min(...times),
    series,
  };
  const runs = played[0]?.simulated?.runs ?? 0;
  return [
    {
      ...shared,
      title: "Elections that were played",
      caption: `${runs} crashes of each of the settings over ${profile.transport}s, with the same seeds from ${seed} on, until somebody leads with a lease.`,
      kind: "cdf",
    },
    {
      ...shared,
      title: "The slowest of them",
      caption: "The same numbers, drawn so that each further nine takes the same room.",
      kind: "tail",
    },
  ];
}

function tableOf({ settings }: AdviceReport): SummaryTable {
  return {
    title: "Beside other settings",
    head: [
      "settings",
      "heartbeat (ms)",
      "timeout from (ms)",
      "to (ms)",
      "quorum (ms)",
      "mean (ms)",
      "p99 (ms)",
      "false elections (per month)",
      "lapses (per month)",
      "messages (per s)",
      "leaderless (ms per month)",
      "limits broken",
      "simulated mean (ms)",
      "simulated p99 (ms)",
    ],
    rows: settings.map((one: JudgedSettings) => {
      const { name, timing, expected, simulated } = one;
      return [
        name,
        timing.heartbeatIntervalMs,
        timing.electionTimeout.minMs,
        timing.electionTimeout.maxMs,
        timing.quorumTimeoutMs,
        tidy(expected.leaderlessMeanMs),
        tidy(expected.leaderlessP99Ms),
        tidyRate(expected.falseElectionsPerMonth),
        tidyRate(expected.lapsesPerMonth),
        tidy(expected.messagesPerSecond),
        tidy(expected.leaderlessPerMonthMs),
        brokenText(one),
        tidy(simulated?.leaderlessMeanMs),
        tidy(simulated?.leaderlessP99Ms),
      ];
    }),
  };
}

/** What is rarer than once in a thousand months is not worth a digit. */
function tidyRate(perMonth: number): number | string | null {
  return perMonth < 0.001 ? "< 0.001" : tidy(perMonth);
}

function tidy(number: number | null | undefined): number | null {
  return number == null ? null : Number(number.toPrecision(4));
}
