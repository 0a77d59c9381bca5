import type { Figure } from "../../pages/figure.js";
import { plain } from "./numbers.js";
import { axisX, axisY, cell, type PlotOptions, pointer, text, tip } from "./plot.js";

/** One cell, ready to be drawn. */
interface Patch {
  readonly x: string;
  readonly y: string;
  readonly colour: string;
  readonly ink: string;
  readonly text: string;
  readonly label: string;
}

/**
 * Colours from little to much that are told apart in light and in dark, in print and by those who see no red or green: cividis
 * (Nunez, Anderton and Renslow, PLOS ONE 2018), in nine steps.
 */
export const ramp = [
  "#00224e",
  "#1a386f",
  "#434e6c",
  "#61656f",
  "#7d7c78",
  "#9b9477",
  "#bcae6c",
  "#dfca53",
  "#fee838",
] as const;

/** Where a value stands between the least and the greatest, from 0 to 1; a place of the ramp. */
export function rampPlace(figure: Figure): (value: number) => number {
  const values = figure.valueRange ?? valuesOf(figure);
  const measure = figure.logValue ? Math.log : (value: number) => value;
  const positive = figure.logValue ? values.filter((value) => value > 0) : values;
  const [least, most] = [measure(Math.min(...positive)), measure(Math.max(...positive))];
  return (value) => {
    if (figure.logValue && value <= 0) return 0;
    return most > least ? (measure(value) - least) / (most - least) : 0.5;
  };
}

/** All values that its cells have. */
export function valuesOf(figure: Figure): number[] {
  return figure.series.flatMap(({ points }) =>
    points.flatMap(([, , , value]) => (value === null || value === undefined ? [] : [value])),
  );
}

/** A heat map: a cell for each point, with its value in it where there is room. */
export function heatmap(figure: Figure, width: number): PlotOptions {
  const { title, xNames = [], yNames = [], xLabel, yLabel } = figure;
  const patches = patchesOf(figure);
  const longestY = Math.max(0, ...yNames.map((name) => name.length));
  const longestX = Math.max(0, ...xNames.map((name) => name.length));
  const marginLeft = 28 + longestY * 7;
  const cellWidth = (width - marginLeft - 10) / xNames.length;
  const tight = longestX * 7.5 > cellWidth;
  const roomy = Math.max(...patches.map(({ text }) => text.length * 7)) <= cellWidth - 4;
  const marginBottom = tight ? 34 + longestX * 6.5 : 46;
  const cellHeight = Math.max(20, Math.min(44, cellWidth));
  return {
    className: "plot",
    ariaLabel: title,
    width,
    height: Math.round(30 + marginBottom + cellHeight * yNames.length),
    marginLeft,
    marginRight: 10,
    marginTop: 30,
    marginBottom,
    padding: 0.04,
    x: { type: "band", domain: [...xNames] },
    y: { type: "band", domain: [...yNames].reverse() },
    marks: [
      axisX({
        label: xLabel,
        labelAnchor: "center",
        labelArrow: "none",
        tickSize: 0,
        labelOffset: marginBottom - 10,
        ...(tight ? { tickRotate: -90 } : {}),
      }),
      axisY({
        label: yLabel,
        labelAnchor: "top",
        labelArrow: "none",
        tickSize: 0,
        labelOffset: marginLeft - 4,
      }),
      cell(patches, { x: "x", y: "y", fill: "colour" }),
      ...(roomy ? [text(patches, { x: "x", y: "y", text: "text", fill: "ink", pointerEvents: "none" })] : []),
      tip(patches, pointer({ x: "x", y: "y", title: "label", maxRadius: cellWidth, lineHeight: 1.3 })),
    ],
  };
}

function patchesOf(figure: Figure): Patch[] {
  const { xNames = [], yNames = [] } = figure;
  const placeOf = rampPlace(figure);
  return figure.series.flatMap(({ points }) =>
    points.map(([x, y, label, value]) => {
      const isThere = value !== null && value !== undefined;
      const place = isThere ? placeOf(value) : 0;
      return {
        x: xNames[x] ?? String(x),
        y: yNames[y] ?? String(y),
        colour: isThere ? between(place) : "var(--none)",
        ink: isThere ? (place > 0.55 ? "#14171c" : "#ffffff") : "var(--faint)",
        text: isThere ? short(value) : "–",
        label: label ?? (isThere ? `${plain(value)} ${figure.valueLabel ?? ""}` : "not played"),
      };
    }),
  );
}

/** Three digits are what fits into a cell. */
function short(value: number): string {
  return plain(Number(value.toPrecision(3)));
}

/** The colour at a place of the ramp, mixed of its two neighbours. */
function between(place: number): string {
  const at = Math.min(1, Math.max(0, place)) * (ramp.length - 1);
  const below = Math.floor(at);
  const above = Math.min(ramp.length - 1, below + 1);
  const share = Math.round(100 * (at - below));
  return `color-mix(in srgb, ${ramp[above]} ${share}%, ${ramp[below]})`;
}
