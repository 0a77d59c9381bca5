import type { CellSummary } from "../../tuning/sweep/cell-summary.js";
import type { Variation } from "../../tuning/sweep/grid.js";
import type { SweepMetric } from "../../tuning/sweep/metric.js";
import type { SweepReport } from "../../tuning/sweep/sweep.js";
import { sweepAnswer } from "../text/sweep-answer.js";
import { shortNames, valueText } from "../text/sweep-values.js";
import { distributionPoints } from "./distribution-points.js";
import type { Figure, FigurePoint, SummaryTable } from "./figure.js";
import { figuresPage } from "./figures-page.js";

/** So many curves are told apart. */
const mostCurves = 8;
/** So many maps are looked at. */
const mostMaps = 12;

const metricNames: Readonly<Record<SweepMetric, string>> = {
  recoveryMs: "mean recovery (ms)",
  detectionMs: "mean detection time (ms)",
  firstElectionMs: "mean first election (ms)",
  unavailableMs: "mean time without a leader (ms)",
};

/** A page of a sweep: maps of the grid, distributions of those cells that none beats, and who detects soonest at what price. */
export function sweepPage(parts: SweepReport): string {
  const { name, question, summaries } = parts;
  const metric = summaries[0]?.metric ?? "recoveryMs";
  const label = metricNames[metric];
  const rate = "false elections (per hour)";
  const figures = [
    ...mapsOf(parts, label, ({ metricMean }) => metricMean),
    ...(summaries.some(({ falseElections }) => falseElections > 0)
      ? mapsOf(parts, rate, ({ falseElectionsPerHour }) => falseElectionsPerHour)
      : []),
    ...distributionsOf(parts),
    frontOf(parts, rate),
  ];
  const title = `${name}${question === "" ? "" : `: ${question}`}`;
  return figuresPage(title, figures, [tableOf(parts)], sweepAnswer(summaries));
}

/** A map of the first two settings for each combination of the others; of a single setting, a line or bars. */
function mapsOf(
  parts: SweepReport,
  label: string,
  numberOf: (summary: CellSummary) => number | null,
): Figure[] {
  const { summaries } = parts;
  const [across, up, ...others] = parts.variations
    .filter(({ values }) => values.length > 1)
    .toSorted((a, b) => b.values.length - a.values.length);
  if (across === undefined) return [];
  if (up === undefined) return [profileOf(parts, across, label, numberOf)];
  const groups = new Map<string, CellSummary[]>();
  for (const summary of summaries) {
    const which = others.map(({ path }) => `${lastOf(path)} ${valueText(summary.settings[path])}`).join(", ");
    groups.set(which, [...(groups.get(which) ?? []), summary]);
  }
  const values = summaries.map(numberOf).filter((value) => value !== null);
  const positive = values.filter((value) => value > 0);
  const logValue = positive.length === values.length && Math.max(...positive) > 8 * Math.min(...positive);
  return [...groups].slice(0, mostMaps).map(([which, cells], index) => ({
    title: `${capital(label.replace(/ \(.*$/, ""))}${which === "" ? "" : `, ${which}`}`,
    caption: `Each cell is a combination of settings; point at one for its numbers. Cells without a number were refused: their settings contradict each other.${
      index === mostMaps - 1 && groups.size > mostMaps
        ? ` ${groups.size - mostMaps} more maps are left out.`
        : ""
    }`,
    kind: "heatmap",
    xLabel: withUnit(across.path),
    yLabel: withUnit(up.path),
    xNames: across.values.map(valueText),
    yNames: up.values.map(valueText),
    valueLabel: label,
    ...(values.length === 0 ? {} : { valueRange: [Math.min(...values), Math.max(...values)] }),
    logValue,
    series: [
      {
        name: "combinations",
        points: cells.map(
          (summary): FigurePoint => [
            across.values.indexOf(summary.settings[across.path] as never),
            up.values.indexOf(summary.settings[up.path] as never),
            tipOf(summary),
            numberOf(summary),
          ],
        ),
      },
    ],
  }));
}

function profileOf(
  { summaries }: SweepReport,
  { path, values }: Variation,
  label: string,
  numberOf: (summary: CellSummary) => number | null,
): Figure {
  const isNumeric = values.every((value) => typeof value === "number");
  const points = summaries.flatMap((summary): FigurePoint[] => {
    const value = numberOf(summary);
    const at = summary.settings[path];
    if (value === null || at === undefined) return [];
    return [[isNumeric ? (at as number) : values.indexOf(at), value, tipOf(summary)]];
  });
  // A line goes from point to point: from the least value on, in whatever order the values were given.
  if (isNumeric) points.sort(([a], [b]) => a - b);
  return {
    title: capital(label.replace(/ \(.*$/, "")),
    caption: "Point at a value for its numbers.",
    kind: isNumeric ? "lines" : "bars",
    xLabel: withUnit(path),
    yLabel: label,
    ...(isNumeric ? {} : { xNames: values.map(valueText) }),
    series: [{ name: label, points }],
  };
}

function distributionsOf({ summaries, records }: SweepReport): Figure[] {
  const played = summaries.filter(({ recoveryMs }) => recoveryMs !== null);
  const sorted = played.toSorted((a, b) => (a.recoveryMs?.mean ?? 0) - (b.recoveryMs?.mean ?? 0));
  const front = sorted.filter(({ onFront }) => onFront);
  // Few are on the front of a calm network; the others show how far apart the grid is.
  const chosen = new Set([...spread(front, mostCurves), ...spread(sorted, mostCurves)]);
  const drawn = [...chosen].slice(0, mostCurves).toSorted((a, b) => sorted.indexOf(a) - sorted.indexOf(b));
  if (drawn.length === 0) return [];
  const series = drawn.map((summary) => ({
    name: `${settingsText(summary)}${summary.onFront ? " *" : ""}`,
    points: distributionPoints((records.get(summary.cell)?.recoveriesMs ?? []).filter((ms) => ms !== null)),
  }));
  const shared = { xLabel: "recovery (ms)", logX: true, series };
  const whose = `${drawn.length} of ${played.length} combinations, from the soonest to the latest mean; * none detects sooner at no more false elections.`;
  return [
    {
      ...shared,
      title: "Recovery",
      caption: `From the fault until somebody leads: ${whose}`,
      kind: "cdf",
      yLabel: "share of runs not above",
    },
    {
      ...shared,
      title: "The slowest recoveries",
      caption: "The same numbers, drawn so that each further nine takes the same room.",
      kind: "tail",
      yLabel: "share of runs not above",
    },
  ];
}

function frontOf({ summaries }: SweepReport, yLabel: string): Figure {
  const played = summaries.filter(
    ({ detectionMs, falseElectionsPerHour }) => detectionMs !== null && falseElectionsPerHour !== null,
  );
  const hours = Math.max(0, ...played.map(({ quietHours }) => quietHours));
  const most = Math.max(0, ...played.map(({ falseElectionsPerHour }) => falseElectionsPerHour ?? 0));
  const leastSeen = hours === 0 ? 0 : 1 / hours;
  const logY = most > 10 * leastSeen;
  const y = (perHour: number) => (logY ? Math.max(perHour, leastSeen / 2) : perHour);
  const pointOf = (summary: CellSummary): FigurePoint => [
    summary.detectionMs as number,
    y(summary.falseElectionsPerHour as number),
    tipOf(summary),
  ];
  const front = played
    .filter(({ onFront }) => onFront)
    .toSorted((a, b) => (a.detectionMs ?? 0) - (b.detectionMs ?? 0));
  const none = logY ? ` Those with none in ${hours.toFixed(2)} h are drawn at half of one.` : "";
  return {
    title: "Detection time against false elections",
    caption: `Sooner is left, calmer is below; the dashed line joins the combinations that no other beats in both.${none}`,
    kind: "scatter",
    xLabel: "mean detection time (ms)",
    yLabel,
    logX: true,
    logY,
    series: [
      { name: "beaten by another", points: played.filter(({ onFront }) => !onFront).map(pointOf) },
      { name: "beaten by none", points: front.map(pointOf), dashed: true },
    ],
  };
}

function tableOf({ variations, summaries }: SweepReport): SummaryTable {
  const paths = variations.map(({ path }) => path);
  return {
    title: "All combinations",
    head: [
      ...shortNames(paths),
      "runs",
      "recovered",
      "mean (ms)",
      "95 % from",
      "to",
      "p50 (ms)",
      "p90 (ms)",
      "p99 (ms)",
      "detected (ms)",
      "false elections (per hour)",
      "at most",
      "available",
      "without faults",
      "messages (per s)",
      "refused",
    ],
    rows: summaries.map((summary) => {
      const { recoveryMs, falseElectionsBetween } = summary;
      return [
        ...paths.map((path) => {
          const value = summary.settings[path];
          return typeof value === "number" ? value : valueText(value);
        }),
        summary.runs,
        summary.recovered,
        tidy(recoveryMs?.mean),
        tidy(recoveryMs?.meanBetween?.low),
        tidy(recoveryMs?.meanBetween?.high),
        tidy(recoveryMs?.p50),
        tidy(recoveryMs?.p90),
        tidy(recoveryMs?.p99),
        tidy(summary.detectionMs),
        tidy(summary.falseElectionsPerHour),
        tidy(falseElectionsBetween?.high),
        tidy(summary.availability, 5),
        tidy(summary.quietAvailability, 5),
        tidy(summary.messagesPerSecond),
        summary.refused,
      ];
    }),
  };
}

/** The cell's numbers, a line each, as they stand in its tip. */
function tipOf(summary: CellSummary): string {
  const settings = Object.entries(summary.settings).map(
    ([path, value]) => `${lastOf(path)}: ${valueText(value)}`,
  );
  if (summary.refused !== null)
    return [...settings, "refused: the settings contradict each other"].join("\n");
  const { recoveryMs, detectionMs, falseElectionsPerHour, messagesPerSecond, runs, recovered } = summary;
  const { metricMean, metricHalfWidth, metric, quietAvailability } = summary;
  const number = (value: number | null | undefined, digits = 1) =>
    value == null ? "-" : value.toFixed(digits);
  return [
    ...settings,
    `${metricNames[metric]}: ${number(metricMean)} ± ${number(metricHalfWidth)}`,
    `recovery p50 and p90: ${number(recoveryMs?.p50)}, ${number(recoveryMs?.p90)} ms`,
    `recovery p99: ${number(recoveryMs?.p99)} ms`,
    `detected after ${number(detectionMs)} ms`,
    `${number(falseElectionsPerHour)} false elections per hour`,
    `${number(messagesPerSecond)} messages per second`,
    `led ${number(quietAvailability === null ? null : 100 * quietAvailability, 3)} % of quiet time`,
    `${runs} runs, ${recovered} recovered`,
  ].join("\n");
}

function settingsText({ settings }: CellSummary): string {
  return Object.entries(settings)
    .map(([path, value]) => `${lastOf(path).replace(/Ms$/, "")} ${valueText(value)}`)
    .join(", ");
}

function lastOf(path: string): string {
  return path.split(".").at(-1) as string;
}

/** The setting's path, with its unit where its name ends in one. */
function withUnit(path: string): string {
  return path.endsWith("Ms") ? `${path.slice(0, -2)} (ms)` : path;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tidy(number: number | null | undefined, digits = 2): number | null {
  return number == null ? null : Number(number.toFixed(digits));
}

/** So many of them, evenly apart, the first and the last among them. */
function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))] as Item,
  );
}
