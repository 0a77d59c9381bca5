import { publishedShares } from "../../tuning/study/published.js";
import type { StudyResult } from "../../tuning/study/result.js";
import { studyAnswer } from "../text/study-answer.js";
import { distributionPoints } from "./distribution-points.js";
import type { Figure, FigurePoint, FigureSeries, SummaryTable } from "./figure.js";
import { figuresPage } from "./figures-page.js";

/** So many curves are told apart. */
const mostCurves = 6;

/** One self-contained HTML file: distributions of all cases, some to a figure, and the table that the command prints. */
export function studyPage(name: string, question: string, results: readonly StudyResult[]): string {
  const answer = studyAnswer(question, results);
  return figuresPage(`raftbeat study ${name}`, figuresOf(results), [tableOf(results)], answer);
}

/** The figures alone, as plain data. */
export function figuresOf(results: readonly StudyResult[]): Figure[] {
  const timed = results.filter(({ timesMs }) => timesMs.some((ms) => ms > 0));
  const figures: Figure[] = [];
  const most = timed.some(({ published }) => published !== null) ? mostCurves / 2 : mostCurves;
  for (let from = 0; from < timed.length; from += most) {
    const some = timed.slice(from, from + most);
    const series = some.flatMap((result) => [curveOf(result), ...publishedOf(result)]);
    const common = { xLabel: "time (ms)", series, logX: isWide(series) };
    const part = timed.length > most ? `, part ${1 + from / most}` : "";
    figures.push(
      {
        ...common,
        title: `How long it takes${part}`,
        caption: "Further left is sooner; a steeper curve spreads less.",
        kind: "cdf",
        yLabel: "share of trials that were done",
      },
      {
        ...common,
        title: `The tail${part}`,
        caption: "The same numbers, drawn so that each further nine takes the same room.",
        kind: "tail",
        yLabel: "share of trials that were done",
      },
    );
  }
  const watched = results.filter(({ row }) => typeof row["availabilityPercent"] === "number");
  if (watched.length > 0)
    figures.push({
      title: "How much of the time there is a leader",
      caption: "Taller is better: the share of the time watched in which somebody led.",
      kind: "bars",
      xLabel: Object.keys(watched[0]?.labels ?? {}).join(", "),
      yLabel: "availability (%)",
      xNames: watched.map(nameOf),
      series: [
        {
          name: "availability",
          points: watched.map(({ row }, place): FigurePoint => [place, Number(row["availabilityPercent"])]),
        },
      ],
    });
  return figures;
}

function curveOf(result: StudyResult): FigureSeries {
  return { name: nameOf(result), points: distributionPoints(result.timesMs) };
}

/** What was published of the same case. */
function publishedOf(result: StudyResult): FigureSeries[] {
  if (result.published === null) return [];
  const points = result.published.quantilesMs.map(
    (ms, place): FigurePoint => [ms, publishedShares[place] as number],
  );
  return [{ name: `${nameOf(result)}, published`, points, dashed: true }];
}

function nameOf({ labels }: StudyResult): string {
  return Object.values(labels).map(String).join(", ");
}

/** True where some take many times as long as others. */
function isWide(series: readonly FigureSeries[]): boolean {
  const times = series.flatMap(({ points }) => points.map(([ms]) => ms)).filter((ms) => ms > 0);
  return Math.max(...times) > 20 * Math.min(...times);
}

function tableOf(results: readonly StudyResult[]): SummaryTable {
  const head = Object.keys(results[0]?.row ?? {});
  const rows = results.map(({ row }) =>
    head.map((key) => {
      const value = row[key] ?? null;
      return typeof value === "boolean" ? String(value) : value;
    }),
  );
  return { title: "All cases", head, rows };
}
