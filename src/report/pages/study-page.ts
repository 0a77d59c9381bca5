import { publishedShares } from "../../tuning/study/published.js";
import type { StudyResult } from "../../tuning/study/result.js";
import { studyAnswer } from "../text/study-answer.js";
import { distributionPoints } from "./distribution-points.js";
import type { Figure, FigurePoint, FigureSeries, SummaryTable } from "./figure.js";
import { figuresPage } from "./figures-page.js";

/** One self-contained HTML file: what came out, distributions of all cases in small pictures, and the table that the command prints. */
export function studyPage(name: string, question: string, results: readonly StudyResult[]): string {
  const answer = studyAnswer(name, question, results);
  return figuresPage(`raftbeat study ${name}`, figuresOf(results), [tableOf(results)], answer);
}

/** The figures alone, as plain data. */
export function figuresOf(results: readonly StudyResult[]): Figure[] {
  const timed = results.filter(({ timesMs }) => timesMs.some((ms) => ms > 0));
  const figures: Figure[] = [];
  for (const [which, cases] of groupsOf(timed)) {
    const series = seriesOf(cases);
    const panels = panelsOf(cases);
    const shared = {
      xLabel: "time (ms)",
      yLabel: "share of trials that were done",
      series,
      logX: isWide(series),
      ...(panels.length < 2 ? {} : { panels: panels.map((panel) => panelTitle(panel, cases)) }),
    };
    const compared = cases.some(({ published }) => published !== null)
      ? " Dashed: what was published of the same case, in the colour of the same case here."
      : "";
    figures.push(
      {
        ...shared,
        title: `How long it takes${which}`,
        caption: `Further left is sooner; a steeper curve spreads less.${compared}`,
        kind: "cdf",
      },
      {
        ...shared,
        title: `The tail${which}`,
        caption: "The same numbers, drawn so that each further nine takes the same room.",
        kind: "tail",
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

/** Timeout ranges that begin alike and those that do not answer two questions, and their times lie far apart: two figures. */
function groupsOf(cases: readonly StudyResult[]): [which: string, cases: readonly StudyResult[]][] {
  const beginOf = ({ labels }: StudyResult) => String(labels["range"] ?? "").split("-")[0] as string;
  const counts = new Map<string, Set<unknown>>();
  for (const one of cases)
    counts.set(beginOf(one), (counts.get(beginOf(one)) ?? new Set()).add(one.labels["range"]));
  const isAlike = (one: StudyResult) => (counts.get(beginOf(one))?.size ?? 0) > 1;
  const alike = cases.filter(isAlike);
  const others = cases.filter((one) => !isAlike(one));
  if (alike.length === 0 || others.length === 0) return cases.length === 0 ? [] : [["", cases]];
  return [
    [`, timeouts from ${beginOf(alike[0] as StudyResult)} ms on`, alike],
    [", shorter and shorter timeouts", others],
  ];
}

/** What the first label says is a small picture, what the others say a curve in it; a single label is a curve of one picture. */
function panelsOf(cases: readonly StudyResult[]): string[] {
  return hasPanels(cases) ? [...new Set(cases.map(panelOf))] : [];
}

function hasPanels(cases: readonly StudyResult[]): boolean {
  return cases.some(({ labels, published }) => Object.keys(labels).length > 1 || published !== null);
}

function panelOf({ labels }: StudyResult): string {
  const [first = ["", ""]] = Object.entries(labels);
  const [label, value] = first;
  if (typeof value !== "string") return labelText(first);
  return label === "range" ? `${value} ms` : value;
}

function curveNameOf({ labels }: StudyResult): string {
  const rest = Object.entries(labels).slice(1);
  return rest.length === 0 ? "simulated" : rest.map(labelText).join(", ");
}

/** A picture of one case has its medians beside its name. */
function panelTitle(panel: string, cases: readonly StudyResult[]): string {
  const [one, ...others] = cases.filter((some) => panelOf(some) === panel);
  const median = one?.row["p50Ms"];
  if (one === undefined || others.length > 0 || typeof median !== "number") return panel;
  const said = one.published === null ? "" : `, published ${Number(one.published.p50Ms.toPrecision(4))}`;
  return `${panel}\nmedian ${Number(median.toPrecision(4))}${said} ms`;
}

/** A curve for each case, and after it the dashed one that was published of it, both in one colour. */
function seriesOf(cases: readonly StudyResult[]): FigureSeries[] {
  const panels = panelsOf(cases);
  const nameOfCurve = hasPanels(cases) ? curveNameOf : nameOf;
  const names = [...new Set(cases.map(nameOfCurve))];
  return cases.flatMap((result) => {
    const name = nameOfCurve(result);
    const place = { colour: names.indexOf(name), panel: Math.max(0, panels.indexOf(panelOf(result))) };
    const ours = { name, points: distributionPoints(result.timesMs), ...place };
    if (result.published === null) return [ours];
    const points = result.published.quantilesMs.map(
      (ms, index): FigurePoint => [ms, publishedShares[index] as number],
    );
    const theirs = name === "simulated" ? "published" : `${name}, published`;
    return [ours, { name: theirs, points, dashed: true, ...place }];
  });
}

function nameOf({ labels }: StudyResult): string {
  return Object.values(labels).map(String).join(", ");
}

/** A label in words: `pre-vote false` for `preVote`, `pause 20 ms` for `pauseMs`. */
function labelText([label, value]: readonly [string, StudyResult["labels"][string]]): string {
  const { words, unit } = columnWords(label);
  return `${words} ${value}${unit === "" ? "" : ` ${unit}`}`;
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
  const columns = head.map((key) => {
    const { words, unit } = columnWords(key);
    return unit === "" ? words : `${words} (${unit})`;
  });
  return { title: "All cases", head: columns, rows };
}

/** What a key such as `publishedP50Ms` or `leaderChangesPerMinute` is called over a column, and its unit. */
function columnWords(key: string): { words: string; unit: string } {
  const [, stem = key, ending = ""] = /^(.*?)(Ms|Percent|PerMinute)$/.exec(key) ?? [];
  const words = stem
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^pre vote/, "pre-vote")
    .trim();
  return { words, unit: unitWords[ending] ?? "" };
}

const unitWords: Readonly<Record<string, string>> = { Ms: "ms", Percent: "%", PerMinute: "per minute" };
