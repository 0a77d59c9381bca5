import type {
  DetectionStudyResult,
  TradeOffCurve,
  TradeOffFigure,
  TradeOffPoint,
} from "../../tuning/detection/detection-study.js";
import { timeWords } from "../../tuning/detection/detection-study.js";
import { isFirm } from "../../tuning/detection/played-curve.js";
import type { Figure, FigurePoint, FigureSlider, SummaryTable } from "../pages/figure.js";
import { figuresPage } from "../pages/figures-page.js";
import { detectionAnswer } from "./detection-study-text.js";

/** One self-contained HTML file: what came out, mistake recurrence against detection time for each detector, and the table that the command prints. */
export function detectionPage(name: string, question: string, result: DetectionStudyResult): string {
  const answer = detectionAnswer(question, result);
  return figuresPage(`raftbeat study ${name}`, result.figures.map(figureOf), [tableOf(result)], answer);
}

function figureOf({ title, caption, curves }: TradeOffFigure): Figure {
  const slider = sliderOf(curves);
  const firm = curves.map((curve) => ({ ...curve, points: curve.points.filter(isFirm) }));
  return {
    title,
    caption,
    kind: "lines",
    xLabel: "detection time (ms)",
    yLabel: "mean time between mistakes (s)",
    logY: true,
    series: firm.map(({ name, isTheory, points }) => ({
      name,
      dashed: isTheory,
      points: points.flatMap((point): FigurePoint[] =>
        point.mistakeRecurrenceMs === null
          ? []
          : [[point.detectionMs, point.mistakeRecurrenceMs / 1000, isTheory ? null : pointWords(point)]],
      ),
    })),
    ...(slider === null ? {} : { slider }),
  };
}

/** A slider where the curves of all detectors have the same settings: pauses. */
function sliderOf(curves: readonly TradeOffCurve[]): FigureSlider | null {
  const played = curves.filter(({ isTheory }) => !isTheory);
  const settings = played[0]?.points.map(({ setting }) => setting) ?? [];
  const same = played.every(({ points }) =>
    points.every(({ setting }, place) => setting === settings[place]),
  );
  if (!same || settings.length < 2 || played.some(({ points }) => points.length !== settings.length))
    return null;
  return {
    label: "tolerated pause",
    head: ["detector", "detection time", "a mistake every"],
    begin: Math.floor(settings.length / 2),
    steps: settings.map((setting, place) => ({
      name: setting === 0 ? "0" : timeWords(setting),
      marks: played.map(({ name, points }) => {
        const point = points[place] as TradeOffPoint;
        const y =
          isFirm(point) && point.mistakeRecurrenceMs !== null ? point.mistakeRecurrenceMs / 1000 : null;
        return {
          series: name,
          x: point.detectionMs,
          y,
          words: [timeWords(point.detectionMs), recurrenceWords(point)],
        };
      }),
    })),
  };
}

function recurrenceWords({ mistakes, mistakeRecurrenceMs, leastMs }: TradeOffPoint): string {
  if (mistakeRecurrenceMs === null) return `none seen; ${timeWords(leastMs)} at least`;
  const few = mistakes < 10 ? ` (only ${mistakes} seen; ${timeWords(leastMs)} at least)` : "";
  return `${timeWords(mistakeRecurrenceMs)}${few}`;
}

function pointWords(point: TradeOffPoint): string {
  return `setting ${point.setting}\ncrash suspected after ${timeWords(point.detectionMs)}\na mistake every ${recurrenceWords(point)}`;
}

function tableOf({ rows }: DetectionStudyResult): SummaryTable {
  const head = Object.keys(rows[0] ?? {});
  return {
    title: "All settings",
    head: head.map(columnWords),
    rows: rows.map((row) =>
      head.map((key) => (typeof row[key] === "boolean" ? String(row[key]) : (row[key] ?? null))),
    ),
  };
}

/** `mistake recurrence (ms)` for `mistakeRecurrenceMs`. */
function columnWords(key: string): string {
  const [, stem = key, unit] = /^(.*?)(Ms)?$/.exec(key) ?? [];
  const words = stem.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  return unit === undefined ? words : `${words} (ms)`;
}
