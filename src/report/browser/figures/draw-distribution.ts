import type { Figure } from "../../pages/figure.js";
import { curves, frame, type Spot, spotsOf, xAxis, yAxis } from "./frame.js";
import { percent, plain } from "./numbers.js";
import { type PlotOptions, pointer, text, tip } from "./plot.js";

/** The height of a small picture. */
const panelPx = 150;
/** What a line of its title takes. */
const titleLinePx = 14;

/** The spots of a distribution, and how its y axis shows them. */
interface Shares {
  readonly drawn: readonly Spot[];
  readonly place: (spot: Spot) => number;
  readonly ticks: readonly number[];
  readonly words: (share: number) => string;
  readonly scale: NonNullable<PlotOptions["y"]>;
}

/** A cumulative distribution, or its tail: in one picture, or in small ones that share their axes. */
export function distribution(figure: Figure, width: number): PlotOptions {
  const shares = sharesOf(figure);
  const { drawn, place, ticks, words, scale } = shares;
  if (figure.panels !== undefined) return smallPictures(figure, figure.panels, width, shares);
  const options = frame(figure, width, [
    ...xAxis(
      figure,
      width,
      drawn.map(({ x }) => x),
    ),
    ...yAxis(figure.yLabel, ticks, words),
    ...curves(figure, drawn, place, "step-after"),
    tip(drawn, pointer({ x: "x", y: place, title: "label", maxRadius: 60, lineHeight: 1.3 })),
  ]);
  return { ...options, y: scale };
}

function sharesOf(figure: Figure): Shares {
  const spots = spotsOf(figure, (x, y) => `${plain(x)} ${figure.xLabel}: ${percent(y)} are not above it`);
  if (figure.kind !== "tail")
    return {
      drawn: spots,
      place: ({ y }) => y,
      ticks: [0, 0.25, 0.5, 0.75, 1],
      words: percent,
      scale: { type: "linear", domain: [0, 1] },
    };
  // The last number of all has nothing above it, which has no place on a log axis.
  const drawn = spots.filter(({ y }) => y < 1);
  const place = ({ y }: Spot) => 1 - y;
  const least = Math.max(1e-4, Math.min(0.1, ...drawn.map(place)));
  return {
    drawn,
    place,
    ticks: [1, 0.1, 0.01, 0.001, 0.0001].filter((share) => share >= least * 0.99),
    words: (share) => percent(1 - share),
    scale: { type: "log", domain: [1, least], reverse: false },
  };
}

function smallPictures(
  figure: Figure,
  panels: readonly string[],
  width: number,
  { drawn, place, ticks, words, scale }: Shares,
): PlotOptions {
  const columns = columnsOf(panels.length, width);
  const rows = Math.ceil(panels.length / columns);
  const facet = {
    fx: ({ panel }: { panel: number }) => panel % columns,
    fy: ({ panel }: { panel: number }) => Math.floor(panel / columns),
  };
  const columnPx = ((width - 74) / columns) * 0.92;
  const titlePx = 8 + titleLinePx * Math.max(...panels.map((title) => lineCount(title, columnPx)));
  const gapPx = titlePx + 12;
  const xs = drawn.map(({ x }) => x);
  const titles = panels.map((title, panel) => ({ title, panel }));
  const whole = { facet: "super" as const, fill: "currentColor" };
  const pointed = { x: "x", y: place, title: "label", maxRadius: 60, lineHeight: 1.3, ...facet };
  const options = frame(figure, width, [
    ...xAxis({ ...figure, xLabel: null }, columnPx, xs),
    ...yAxis(null, ticks, words),
    ...curves(figure, drawn, place, "step-after", facet),
    text(titles, {
      ...facet,
      text: "title",
      frameAnchor: "top-left",
      lineAnchor: "bottom",
      dy: -6,
      lineWidth: columnPx / 13.5,
      fontWeight: 600,
    }),
    text([figure.yLabel], {
      ...whole,
      frameAnchor: "top-left",
      lineAnchor: "bottom",
      dx: -52,
      dy: -4 - titlePx,
    }),
    text([figure.xLabel], { ...whole, frameAnchor: "bottom", lineAnchor: "top", dy: 28 }),
    tip(drawn, pointer(pointed)),
  ]);
  const marginTop = titlePx + 22;
  return {
    ...options,
    y: scale,
    marginTop,
    height: marginTop + 46 + rows * (panelPx + gapPx) - gapPx,
    fx: { axis: null, domain: upTo(columns), paddingInner: 0.08, paddingOuter: 0 },
    fy: { axis: null, domain: upTo(rows), paddingInner: gapPx / (panelPx + gapPx), paddingOuter: 0 },
  };
}

/** As many side by side as can be read, and no row much shorter than the others. */
function columnsOf(count: number, width: number): number {
  const most = width >= 900 ? 4 : width >= 640 ? 3 : width >= 320 ? 2 : 1;
  return Math.ceil(count / Math.ceil(count / most));
}

/** How many lines a title takes where its letters have about 7 px each. */
function lineCount(title: string, widthPx: number): number {
  return title.split("\n").reduce((sum, line) => sum + Math.ceil((line.length * 6.8) / widthPx), 0);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place);
}
