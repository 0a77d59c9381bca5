import type { Figure, FigureSeries } from "../../pages/figure.js";
import { logTicks, oneNotation } from "./numbers.js";
import { axisX, axisY, gridX, gridY, line, type Markish, type PlotOptions } from "./plot.js";

/** A point with all that its drawing needs. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly series: string;
  readonly colour: string;
  readonly label: string;
  /** The place of the small picture it is in. */
  readonly panel: number;
}

/** How many colours there are before they begin again. */
const colourCount = 8;

/** The colour of a series, as a variable of the page's style. */
export function colourOf({ colour }: FigureSeries, place: number): string {
  return `var(--s${(colour ?? place) % colourCount})`;
}

/** What all figures but a heat map share. Narrow ones are less wide in proportion, and have fewer ticks. */
export function frame({ title, logX, logY }: Figure, width: number, marks: Markish[]): PlotOptions {
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
export function xAxis(
  { xLabel, logX }: Pick<Figure, "logX"> & { readonly xLabel: string | null },
  width: number,
  numbers: readonly number[],
): Markish[] {
  const ticks = logX
    ? logTicks(numbers, Math.max(3, Math.floor(width / 60)))
    : Math.max(3, Math.floor(width / 110));
  const words = oneNotation(typeof ticks === "number" ? numbers : ticks);
  return [
    gridX({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
    axisX({
      ticks,
      label: xLabel,
      labelAnchor: "center",
      labelArrow: "none",
      // A log scale would leave out the words of every fifth and tenth as too many.
      ...(logX ? { text: words } : { tickFormat: words }),
    }),
  ];
}

/** The axis at the left, with its label above it; null leaves the label out. */
export function yAxis(
  label: string | null,
  ticks: number | readonly number[],
  format: (y: number) => string,
): Markish[] {
  const shared = { ticks: typeof ticks === "number" ? ticks : [...ticks] };
  return [
    gridY({ ...shared, stroke: "var(--line)", strokeOpacity: 1 }),
    axisY({ ...shared, label, labelArrow: "none", tickFormat: format, labelOffset: 52 }),
  ];
}

/** All numbers of a figure along an axis: 0 for x, 1 for y. */
export function numbersAlong({ series }: Figure, axis: 0 | 1): number[] {
  return series.flatMap(({ points }) => points.map((point) => point[axis]));
}

/** The line of each series; what is dashed is thinner too. */
export function curves(
  figure: Figure,
  spots: readonly Spot[],
  y: (spot: Spot) => number,
  curve: "step-after" | "linear",
  facet: object = {},
): Markish[] {
  return figure.series.map(({ name, panel = 0, dashed }) =>
    line(
      spots.filter((spot) => spot.series === name && spot.panel === panel),
      {
        x: "x",
        y,
        stroke: "colour",
        curve,
        ...(dashed ? { strokeWidth: 1.5, strokeDasharray: "5 4" } : { strokeWidth: 2 }),
        ...facet,
      },
    ),
  );
}

/** All points of a figure, each with its label or with what `describe` says of it. */
export function spotsOf(figure: Figure, describe: (x: number, y: number) => string): Spot[] {
  const several = figure.series.length > 1;
  return figure.series.flatMap((series, place) => {
    const { name, points, panel = 0 } = series;
    return points.map(([x, y, label]) => ({
      x,
      y,
      series: name,
      colour: colourOf(series, place),
      label: `${several ? `${name}\n` : ""}${label ?? describe(x, y)}`,
      panel,
    }));
  });
}
