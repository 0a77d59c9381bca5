import type { Figure, FigureSeries } from "../../pages/figure.js";
import { heatmap } from "./draw-heatmap.js";
import { logTicks, percent, plain } from "./numbers.js";
import {
  axisFx,
  axisX,
  axisY,
  barY,
  dot,
  gridX,
  gridY,
  line,
  type Markish,
  type PlotOptions,
  plot,
  pointer,
  pointerX,
  ruleY,
  text,
  tip,
} from "./plot.js";

/** A point with all that its drawing needs. */
interface Spot {
  readonly x: number;
  readonly y: number;
  readonly series: string;
  readonly colour: string;
  readonly label: string;
}

/** How many colours there are before they begin again. */
const colourCount = 8;

/** The colour of a series, as a variable of the page's style. */
export function colourOf(place: number): string {
  return `var(--s${place % colourCount})`;
}

/** Draws a figure so wide. */
export function drawFigure(figure: Figure, widthPx: number): Element {
  return plot(optionsOf(figure, widthPx));
}

function optionsOf(figure: Figure, width: number): PlotOptions {
  switch (figure.kind) {
    case "cdf":
    case "tail":
      return distribution(figure, width);
    case "lines":
      return lines(figure, width);
    case "scatter":
      return scatter(figure, width);
    case "bars":
      return bars(figure, width);
    case "heatmap":
      return heatmap(figure, width);
  }
}

/** What all figures but a heat map share. Narrow ones are less wide in proportion, and have fewer ticks. */
function frame({ title, logX, logY }: Figure, width: number, marks: Markish[]): PlotOptions {
  return {
    className: "plot",
    ariaLabel: title,
    width,
    height: Math.round(Math.min(430, Math.max(280, width * 0.5))),
    marginLeft: 56,
    marginRight: 18,
    marginTop: 30,
    marginBottom: 46,
    x: { type: logX ? "log" : "linear", nice: !logX, inset: 6 },
    y: { type: logY ? "log" : "linear", nice: true },
    marks,
  };
}

/** @param numbers all that is drawn: a tick beyond them would stand outside the frame */
function xAxis(
  { xLabel, logX, series }: Figure,
  width: number,
  numbers: readonly number[] = series.flatMap(({ points }) => points.map(([x]) => x)),
): Markish[] {
  const count = Math.max(3, Math.floor(width / 110));
  const ticks = logX ? logTicks(numbers, Math.max(3, Math.floor(width / 60))) : count;
  // A log scale would leave out the words of every fifth and tenth as too many.
  const words = logX ? { text: plain } : { tickFormat: plain };
  return [
    gridX({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
    axisX({
      ticks,
      label: xLabel,
      labelAnchor: "center",
      labelArrow: "none",
      ...words,
    }),
  ];
}

function yAxis(label: string, ticks: number | readonly number[], format: (y: number) => string): Markish[] {
  const shared = { ticks: typeof ticks === "number" ? ticks : [...ticks] };
  return [
    gridY({ ...shared, stroke: "var(--line)", strokeOpacity: 1 }),
    axisY({ ...shared, label, labelArrow: "none", tickFormat: format, labelOffset: 52 }),
  ];
}

/** Ticks for the y axis: a number of them, or on a log axis which. */
function yTicks({ logY, series }: Figure): number | readonly number[] {
  return logY ? logTicks(series.flatMap(({ points }) => points.map(([, y]) => y))) : 6;
}

function distribution(figure: Figure, width: number): PlotOptions {
  const isTail = figure.kind === "tail";
  const spots = spotsOf(figure, (x, y) => `${plain(x)} ${figure.xLabel}: ${percent(y)} are not above it`);
  // The last number of all has nothing above it, which has no place on a log axis.
  const drawn = isTail ? spots.filter(({ y }) => y < 1) : spots;
  const place = ({ y }: Spot) => (isTail ? 1 - y : y);
  const least = Math.max(1e-4, Math.min(0.1, ...drawn.map(place)));
  const nines = [1, 0.1, 0.01, 0.001, 0.0001].filter((share) => share >= least * 0.99);
  const options = frame(figure, width, [
    ...xAxis(
      figure,
      width,
      drawn.map(({ x }) => x),
    ),
    ...(isTail
      ? yAxis(figure.yLabel, nines, (share) => percent(1 - share))
      : yAxis(figure.yLabel, [0, 0.25, 0.5, 0.75, 1], percent)),
    ...curves(figure, drawn, place, "step-after"),
    tip(drawn, pointer({ x: "x", y: place, title: "label", maxRadius: 60, lineHeight: 1.3 })),
  ]);
  const y = isTail
    ? { type: "log" as const, domain: [1, least], reverse: false }
    : { type: "linear" as const, domain: [0, 1] };
  return { ...options, y };
}

function curves(
  figure: Figure,
  spots: readonly Spot[],
  y: (spot: Spot) => number,
  curve: "step-after" | "linear",
): Markish[] {
  return figure.series.map(({ name, dashed }) =>
    line(
      spots.filter(({ series }) => series === name),
      { x: "x", y, stroke: "colour", strokeWidth: 2, curve, ...(dashed ? { strokeDasharray: "5 4" } : {}) },
    ),
  );
}

function lines(figure: Figure, width: number): PlotOptions {
  const spots = spotsOf(figure, (x, y) => `${plain(x)} ${figure.xLabel}\n${plain(y)} ${figure.yLabel}`);
  return frame(figure, width, [
    ...xAxis(figure, width),
    ...yAxis(figure.yLabel, yTicks(figure), plain),
    ...curves(figure, spots, ({ y }) => y, "linear"),
    dot(spots, { x: "x", y: "y", fill: "colour", r: 3 }),
    tip(spots, pointer({ x: "x", y: "y", title: "label", maxRadius: 60, lineHeight: 1.3 })),
  ]);
}

function scatter(figure: Figure, width: number): PlotOptions {
  const spots = spotsOf(figure, (x, y) => `${plain(x)} ${figure.xLabel}\n${plain(y)} ${figure.yLabel}`);
  const joined = figure.series.filter(({ dashed }) => dashed);
  const named = new Set(figure.series.filter(({ marked }) => marked).map(({ name }) => name));
  const marked = spots.filter(({ series }) => named.has(series));
  return frame(figure, width, [
    ...xAxis(figure, width),
    ...yAxis(figure.yLabel, yTicks(figure), plain),
    ...curves({ ...figure, series: joined }, spots, ({ y }) => y, "linear"),
    dot(
      spots.filter(({ series }) => !named.has(series)),
      { x: "x", y: "y", fill: "colour", fillOpacity: 0.75, stroke: "var(--paper)", r: 4.5 },
    ),
    dot(marked, { x: "x", y: "y", fill: "colour", stroke: "var(--ink)", strokeWidth: 1.5, r: 7 }),
    ...namesOf(marked, middleOf(spots, figure.logX === true)),
    tip(spots, pointer({ x: "x", y: "y", title: "label", maxRadius: 60, lineHeight: 1.3 })),
  ]);
}

/** The names of marked spots, towards the middle, so that none leaves the frame, and the upper ones higher, so that none covers another. */
function namesOf(marked: readonly Spot[], middle: number): Markish[] {
  return marked
    .toSorted((a, b) => b.y - a.y)
    .map((spot, place) => {
      const isLeft = spot.x < middle;
      return text([spot], {
        x: "x",
        y: "y",
        text: "series",
        textAnchor: isLeft ? "start" : "end",
        dx: isLeft ? 12 : -12,
        dy: 10 * (place - (marked.length - 1) / 2),
        fill: "var(--ink)",
        stroke: "var(--paper)",
        strokeWidth: 4,
        fontWeight: "bold",
      });
    });
}

/** What is halfway between the least and the greatest x. */
function middleOf(spots: readonly Spot[], isLog: boolean): number {
  const xs = spots.map(({ x }) => x);
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  return isLog ? Math.sqrt(least * most) : (least + most) / 2;
}

function bars(figure: Figure, width: number): PlotOptions {
  const names = figure.xNames ?? [];
  const spots = spotsOf(figure, (x, y) => `${names[x] ?? x}: ${plain(y)} ${figure.yLabel}`).map((spot) => ({
    ...spot,
    name: names[spot.x] ?? String(spot.x),
  }));
  // Many names, or a narrow page: they stand aslant.
  const tight = names.join("").length * 7.5 + names.length * 12 > width;
  const longest = Math.max(0, ...names.map((name) => name.length));
  const from = figure.logY ? Math.min(...spots.map(({ y }) => y).filter((y) => y > 0)) / 2 : 0;
  const options = frame(figure, width, [
    ...yAxis(figure.yLabel, yTicks(figure), plain),
    axisFx({
      label: figure.xLabel,
      anchor: "bottom",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: tight ? 24 + longest * 4.4 : 40,
      ...(tight ? { tickRotate: -40, textAnchor: "end" } : {}),
    }),
    barY(spots, { fx: "name", x: "series", y1: from, y2: "y", fill: "colour" }),
    tip(spots, pointerX({ fx: "name", x: "series", y: "y", title: "label", lineHeight: 1.3 })),
    ruleY([from], { stroke: "var(--faint)" }),
  ]);
  return {
    ...options,
    marginBottom: tight ? 38 + longest * 4.4 : 50,
    fx: { domain: [...names], padding: 0.15 },
    x: { type: "band", domain: figure.series.map(({ name }) => name), axis: null, padding: 0.05 },
  };
}

function spotsOf(figure: Figure, describe: (x: number, y: number) => string): Spot[] {
  const several = figure.series.length > 1;
  return figure.series.flatMap(({ name, points }: FigureSeries, place) =>
    points.map(([x, y, label]) => ({
      x,
      y,
      series: name,
      colour: colourOf(place),
      label: `${several ? `${name}\n` : ""}${label ?? describe(x, y)}`,
    })),
  );
}
