/** One point: x, y, what its tip says, and for a heat map the value of the cell. */
export type FigurePoint = readonly [x: number, y: number, label?: string | null, value?: number | null];

/** Points that belong together, and are drawn alike. */
export interface FigureSeries {
  readonly name: string;
  readonly points: readonly FigurePoint[];
  /** A dashed line; in a scatter plot, dots that a dashed line joins. */
  readonly dashed?: boolean | undefined;
  /** In a scatter plot: larger dots, ringed, with the name of the series beside each. */
  readonly marked?: boolean | undefined;
  /** Which of the page's colours it has, from 0; its own place among the series unless given. */
  readonly colour?: number | undefined;
  /** The place in `panels` of the small picture it is drawn in; the first unless given. */
  readonly panel?: number | undefined;
}

/**
 * A figure as plain data.
 *
 * - `cdf`: x is a number, y the share (0 to 1) of those that are not above it
 * - `tail`: the same points, drawn so that 0, 90, 99 and 99.9 % are equally far apart
 * - `lines`, `scatter`: x and y are numbers
 * - `bars`: x is a place in `xNames`, y a number; the series stand beside each other
 * - `heatmap`: x and y are places in `xNames` and `yNames`; the fourth number of a point is its value, null for none
 */
export interface Figure {
  readonly title: string;
  /** What there is to see in it, in a sentence or two. */
  readonly caption: string;
  readonly kind: "cdf" | "tail" | "lines" | "bars" | "heatmap" | "scatter";
  /** What x is, with its unit; so too the others. */
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly FigureSeries[];
  readonly logX?: boolean | undefined;
  readonly logY?: boolean | undefined;
  /** The titles of small pictures side by side that share their axes; of a `cdf` or a `tail`. */
  readonly panels?: readonly string[] | undefined;
  /** What the x of a point is a place in. */
  readonly xNames?: readonly string[] | undefined;
  readonly yNames?: readonly string[] | undefined;
  /** What the value of a heat map's cell is, with its unit. */
  readonly valueLabel?: string | undefined;
  /** Between which values the colours lie, where several maps are compared; otherwise those of this map. */
  readonly valueRange?: readonly [least: number, most: number] | undefined;
  /** Drawn by ratios: for values of which some are many times others. */
  readonly logValue?: boolean | undefined;
  /** A setting that the reader moves; of `lines`. */
  readonly slider?: FigureSlider | undefined;
}

/** A setting that the reader moves: at each step a spot of each series is marked, and its numbers are shown as a table. */
export interface FigureSlider {
  readonly label: string;
  /** What stands over the table: the series, then what each of the `words` of a mark is. */
  readonly head: readonly string[];
  /** The step that is shown first, from 0. */
  readonly begin: number;
  readonly steps: readonly {
    readonly name: string;
    readonly marks: readonly FigureMark[];
  }[];
}

/** One series at one step. */
export interface FigureMark {
  readonly series: string;
  readonly x: number;
  /** Null where there is nothing to mark. */
  readonly y: number | null;
  readonly words: readonly string[];
}

/** A table of numbers under the figures. */
export interface SummaryTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What a page answers, before anything is drawn: one sentence, or a command to copy, and what it rests on, each with a word before it. */
export interface Answer {
  readonly lead: string;
  readonly facts: readonly (readonly [name: string, text: string])[];
}

/** What a page of figures is made of. */
export interface FiguresData {
  readonly title: string;
  readonly answer: Answer | null;
  readonly figures: readonly Figure[];
  readonly tables: readonly SummaryTable[];
}
