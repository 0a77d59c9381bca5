import type { Detector } from "../../liveness/detection/detector.js";
import type { BeatTrace } from "../qos/beat-trace.js";
import { type DetectorQos, qos } from "../qos/qos.js";
import type { StudyRow } from "../study/study.js";
import { type TradeOffCurve, type TradeOffPoint, tidy } from "./detection-study.js";

/** A detector to play at several settings, and what it is called. */
export interface PlayedDetector {
  readonly name: string;
  readonly settings: readonly number[];
  readonly make: (setting: number) => Detector;
}

/** What a detector did at one setting. */
export interface PlayedSetting {
  readonly name: string;
  readonly setting: number;
  readonly result: DetectorQos;
}

/**
 * Plays each detector at each of its settings over one trace.
 * @param onPlay is told after each
 */
export function playSettings(
  trace: BeatTrace,
  detectors: readonly PlayedDetector[],
  onPlay: () => void = () => {},
): PlayedSetting[] {
  return detectors.flatMap(({ name, settings, make }) =>
    settings.map((setting) => {
      const [result] = qos(trace, [make(setting)]) as [DetectorQos];
      onPlay();
      return { name, setting, result };
    }),
  );
}

/** What was played, as a curve for each detector. */
export function curvesOf(played: readonly PlayedSetting[]): TradeOffCurve[] {
  return [...new Set(played.map(({ name }) => name))].map((name) => ({
    name,
    isTheory: false,
    points: played.filter((one) => one.name === name).map(pointOf),
  }));
}

/** The point of a curve at one setting. */
export function pointOf({ setting, result }: PlayedSetting): TradeOffPoint {
  return {
    setting,
    detectionMs: result.detectionMs,
    mistakes: result.mistakes,
    mistakeRecurrenceMs: result.mistakeRecurrenceMs,
    leastMs: result.mistakeRecurrenceLeastMs,
  };
}

/**
 * A row of what was played.
 * @param label what its setting is called
 */
export function settingRow({ name, setting, result }: PlayedSetting, label: string): StudyRow {
  return {
    detector: name,
    [label]: setting,
    detectionMs: tidy(result.detectionMs),
    mistakes: result.mistakes,
    recurrenceMs: tidy(result.mistakeRecurrenceMs),
    recurrenceErrorMs: tidy(result.mistakeRecurrenceErrorMs),
    recurrenceLeastMs: tidy(result.mistakeRecurrenceLeastMs),
    durationMs: tidy(result.mistakeDurationMs),
    wrongShare: tidy(1 - result.queryAccuracy),
  };
}

/** Fewer mistakes than these tell no rate to compare with. */
const enoughMistakes = 10;

/**
 * The time between mistakes where a curve crosses a detection time, by the logarithm between its two neighbours; null where it does not, or where one of
 * them rests on fewer than ten mistakes.
 */
export function recurrenceAt({ points }: TradeOffCurve, detectionMs: number): number | null {
  const sorted = points.filter(isFirm).toSorted((a, b) => a.detectionMs - b.detectionMs);
  const above = sorted.findIndex((point) => point.detectionMs >= detectionMs);
  const [low, high] = [sorted[above - 1], sorted[above]];
  if (high?.mistakeRecurrenceMs == null) return null;
  if (high.detectionMs === detectionMs) return high.mistakeRecurrenceMs;
  if (low?.mistakeRecurrenceMs == null) return null;
  const share = (detectionMs - low.detectionMs) / (high.detectionMs - low.detectionMs);
  return low.mistakeRecurrenceMs ** (1 - share) * high.mistakeRecurrenceMs ** share;
}

/** Whether a point rests on enough mistakes to be compared. */
export function isFirm({ mistakes }: TradeOffPoint): boolean {
  return mistakes >= enoughMistakes;
}
