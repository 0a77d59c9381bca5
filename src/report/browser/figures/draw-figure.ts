import type { Figure, FigureMark } from "../../pages/figure.js";
import { distribution } from "./draw-distribution.js";
import { heatmap } from "./draw-heatmap.js";
import { colourOf, curves, frame, numbersAlong, type Spot, spotsOf, xAxis, yAxis } from "./frame.js";
import { logTicks, oneNotation, plain } from "./numbers.js";
import {
  axisFx,
  barY,
  dot,
  type Markish,
  type PlotOptions,
  plot,
  pointer,
  pointerX,
  ruleY,
  text,
  tip,
} from "./plot.js";

/** Draws a figure so wide, with these spots marked. */
export function drawFigure(figure: Figure, widthPx: number, marks: readonly FigureMark[] = []): Element {
  return plot(optionsOf(figure, widthPx, marks));
}

function optionsOf(figure: Figure, width: number, marks: readonly FigureMark[]): PlotOptions {
  switch (figure.kind) {
    case "cdf":
    case "tail":
      return distribution(figure, width);
    case "lines":
      return lines(figure, width, marks);
    case "scatter":
      return scatter(figure, width);
    case "bars":
      return bars(figure, width);
    case "heatmap":
      return heatmap(figure, width);
  }
}

/** The y axis of numbers, all of them in one notation. */
function numberAxis(figure: Figure): Markish[] {
  const numbers = numbersAlong(figure, 1);
  const ticks = figure.logY ? logTicks(numbers) : 6;
  return yAxis(figure.yLabel, ticks, oneNotation(typeof ticks === "number" ? numbers : ticks));
}

function lines(figure: Figure, width: number, marks: readonly FigureMark[]): PlotOptions {
  const spots = spotsOf(figure, (x, y) => `${plain(x)} ${figure.xLabel}\n${plain(y)} ${figure.yLabel}`);
  const dashed = new Set(figure.series.filter((one) => one.dashed).map(({ name }) => name));
  return frame(figure, width, [
    ...xAxis(figure, width, numbersAlong(figure, 0)),
    ...numberAxis(figure),
    ...curves(figure, spots, ({ y }) => y, "linear"),
    // Of a theory there is a line alone.
    dot(
      spots.filter(({ series }) => !dashed.has(series)),
      { x: "x", y: "y", fill: "colour", r: 3 },
    ),
    dot(markedSpots(figure, marks), {
      x: "x",
      y: "y",
      fill: "colour",
      stroke: "var(--ink)",
      strokeWidth: 2,
      r: 6,
    }),
    tip(spots, pointer({ x: "x", y: "y", title: "label", maxRadius: 60, lineHeight: 1.3 })),
  ]);
}

function markedSpots(figure: Figure, marks: readonly FigureMark[]) {
  return marks.flatMap(({ series, x, y }) => {
    const place = figure.series.findIndex(({ name }) => name === series);
    const one = figure.series[place];
    return one === undefined || y === null ? [] : [{ x, y, colour: colourOf(one, place) }];
  });
}

function scatter(figure: Figure, width: number): PlotOptions {
  const spots = spotsOf(figure, (x, y) => `${plain(x)} ${figure.xLabel}\n${plain(y)} ${figure.yLabel}`);
  const joined = figure.series.filter(({ dashed }) => dashed);
  const named = new Set(figure.series.filter(({ marked }) => marked).map(({ name }) => name));
  const marked = spots.filter(({ series }) => named.has(series));
  return frame(figure, width, [
    ...xAxis(figure, width, numbersAlong(figure, 0)),
    ...numberAxis(figure),
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
    ...numberAxis(figure),
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
