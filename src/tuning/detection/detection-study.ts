import type { StudyRow } from "../study/study.js";

/** What a study of failure detectors is played with. */
export interface DetectionStudyOptions {
  /** How many beats a trace has. */
  readonly beats: number;
  readonly seed: number;
  /** Is told how many of all plays are done. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/** A question about failure detectors, answered by playing them over traces of beats. */
export interface DetectionStudy {
  readonly name: string;
  readonly question: string;
  readonly defaultBeats: number;
  /** Plays it: seconds for the default number of beats. The result depends on the options alone. */
  readonly play: (options: DetectionStudyOptions) => DetectionStudyResult;
}

/** What came out. */
export interface DetectionStudyResult {
  /** As they are printed. */
  readonly rows: readonly StudyRow[];
  /** The answer in a sentence, with its numbers. */
  readonly lead: string;
  /** What the answer rests on: what could be compared with what was published, and what could not. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly figures: readonly TradeOffFigure[];
}

/** Mistake recurrence against detection time, a curve for each detector over the same trace. */
export interface TradeOffFigure {
  readonly title: string;
  readonly caption: string;
  readonly curves: readonly TradeOffCurve[];
}

/** One detector, at several settings. */
export interface TradeOffCurve {
  readonly name: string;
  /** Worked out, and not played. */
  readonly isTheory: boolean;
  readonly points: readonly TradeOffPoint[];
}

/** One setting of a detector, and what it gave. */
export interface TradeOffPoint {
  /** The setting that the study varies: of a pause, in milliseconds. */
  readonly setting: number;
  readonly detectionMs: number;
  /** How many mistakes the next number rests on; infinite of a theory. */
  readonly mistakes: number;
  /** The mean time between mistakes; null where there was none. */
  readonly mistakeRecurrenceMs: number | null;
  /** What it is at least. */
  readonly leastMs: number;
}

/** A number as a row shows it: four digits. */
export function tidy(number: number | null): number | null {
  return number === null || !Number.isFinite(number) ? null : Number(number.toPrecision(4));
}

/** A time in words, in the unit that leaves the fewest digits. */
export function timeWords(ms: number): string {
  const units = [
    [365.25 * 86_400_000, "years"],
    [86_400_000, "days"],
    [3_600_000, "hours"],
    [60_000, "minutes"],
    [1000, "s"],
  ] as const;
  const [size, name] = units.find(([size]) => ms >= 2 * size) ?? [
    ms >= 1000 ? 1000 : 1,
    ms >= 1000 ? "s" : "ms",
  ];
  return `${Number((ms / size).toPrecision(3))} ${name}`;
}
