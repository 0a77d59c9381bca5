import type { Row } from "./study.js";

/** One curve of a figure; points are [x, y]. */
export interface FigureSeries {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  readonly dashed?: boolean;
}

/** A figure as plain data. */
export interface StudyFigure {
  readonly title: string;
  readonly caption: string;
  readonly kind: "cdf" | "lines" | "bars";
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly FigureSeries[];
}

const shares = [
  ["p50Ms", 0.5],
  ["p90Ms", 0.9],
  ["p99Ms", 0.99],
] as const;

/** What measures and what labels a row: the numbers of `timesOf` and what was published are the one, the rest the other. */
const measured = /Ms$|PerMinute$|Percent$|^(trials|finished)$|Share$|^standardErrors$/;

/** The distribution of each row's times, as far as its quantiles tell; published medians are dashed. */
export function figuresOfStudy(name: string, question: string, rows: readonly Row[]): StudyFigure[] {
  const series: FigureSeries[] = [];
  for (const row of rows) {
    const label = Object.entries(row)
      .filter(([key]) => !measured.test(key))
      .map(([key, value]) => `${key} ${value}`)
      .join(", ");
    const points: (readonly [number, number])[] = [];
    for (const [key, share] of shares) {
      const ms = row[key];
      if (typeof ms === "number") points.push([ms, share]);
    }
    if (points.length > 0) series.push({ name: label, points });
    const { publishedP50Ms } = row;
    if (typeof publishedP50Ms === "number")
      series.push({ name: `${label}, published`, points: [[publishedP50Ms, 0.5]], dashed: true });
  }
  if (series.length === 0) return [];
  return [
    { title: name, caption: question, kind: "cdf", xLabel: "time (ms)", yLabel: "share of trials", series },
  ];
}
