import { detectors } from "../../liveness/detection/detectors.js";
import type { BeatTrace } from "../qos/beat-trace.js";
import { linkFiguresOf } from "../qos/measured-link.js";
import { seededTrace } from "../qos/seeded-trace.js";
import { type BeatLaw, theorem5 } from "../qos/theorem-5.js";
import { chenLaw, chenWorld } from "./chen-2002.js";
import {
  type DetectionStudy,
  type DetectionStudyOptions,
  type DetectionStudyResult,
  type TradeOffCurve,
  type TradeOffFigure,
  timeWords,
} from "./detection-study.js";
import {
  curvesOf,
  isFirm,
  type PlayedDetector,
  playSettings,
  recurrenceAt,
  settingRow,
} from "./played-curve.js";

/** The pauses that are played, in intervals: closer where one more lost beat is outlasted. */
const pauses = [
  0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.95, 1, 1.05, 1.1, 1.2, 1.4, 1.6, 1.8, 2, 2.1, 2.5, 3,
] as const;

/** What it plays besides, where the trace is the user's. */
export interface MeasuredTrace {
  readonly trace: BeatTrace;
  /** What it is called. */
  readonly name: string;
}

/** The detectors at every pause, over seeded traces of both kinds of links, or over one that was measured. */
export function playDetectors(
  options: DetectionStudyOptions,
  measured: MeasuredTrace | null = null,
): DetectionStudyResult {
  const plays =
    measured === null
      ? (["datagram", "stream"] as const).map((link) => ({
          name: `${link}s`,
          trace: seededTrace({ ...chenWorld, link }, options.beats, options.seed),
          law: link === "datagram" ? chenLaw : null,
        }))
      : [{ ...measured, law: linkFiguresOf(measured.trace) }];
  let done = 0;
  const all = plays.reduce(
    (sum, { trace }) => sum + playersOf(trace).reduce((n, one) => n + one.settings.length, 0),
    0,
  );
  const onPlay = () => options.onProgress?.(++done, all);
  const parts = plays.map(({ name, trace, law }) => {
    const played = playSettings(trace, playersOf(trace), onPlay);
    const label = measured === null ? { link: name.slice(0, -1) } : {};
    const curves = [...curvesOf(played), ...(law === null ? [] : [theoryOf(law, trace.intervalMs)])];
    return {
      rows: played.map((one) => ({ ...label, ...settingRow(one, "pauseMs") })),
      figure: figureOf(name, curves, measured !== null),
      intervalMs: trace.intervalMs,
    };
  });
  const [first] = parts as [(typeof parts)[number], ...typeof parts];
  return {
    rows: parts.flatMap(({ rows }) => rows),
    lead: leadOf(first.figure, first.intervalMs),
    facts: [
      ...parts.map(
        ({ figure, intervalMs }) =>
          [figure.title.split(", over ")[1] ?? "", spreadOf(figure, intervalMs)] as const,
      ),
      measured === null
        ? [
            "trace",
            `${options.beats} beats, one each second; delays exponential with mean 20 ms, 1 % of the packets lost (the world of chen-2002), seed ${options.seed}`,
          ]
        : ["trace", traceWords(measured.trace)],
      measured === null
        ? [
            "theory",
            "theorem 5 of Chen and others, for NFD-S and datagrams; on a stream beats are not independent of each other, and there is none",
          ]
        : [
            "theory",
            "theorem 5 of Chen and others with the losses and delays of this trace, as if beats were independent of each other: where the lines lie below it, they are not",
          ],
    ],
    figures: parts.map(({ figure }) => figure),
  };
}

function playersOf({ intervalMs, sendings }: BeatTrace): PlayedDetector[] {
  const settings = pauses.map((share) => share * intervalMs);
  // It needs the sender's clock.
  const nfdS = (pauseMs: number) => detectors.nfdS({ intervalMs, pauseMs, originMs: sendings.originMs });
  return [
    { name: "missed", settings, make: (pauseMs) => detectors.missed({ intervalMs, pauseMs }) },
    ...(sendings.known ? [{ name: "nfdS", settings, make: nfdS }] : []),
    { name: "nfdE", settings, make: (pauseMs) => detectors.nfdE({ intervalMs, pauseMs }) },
    { name: "phiNormal", settings, make: (pauseMs) => detectors.phiNormal({ intervalMs, pauseMs }) },
    {
      name: "phiExponential",
      settings,
      make: (pauseMs) => detectors.phiExponential({ intervalMs, pauseMs }),
    },
    { name: "bertier", settings, make: (pauseMs) => detectors.bertier({ intervalMs, pauseMs }) },
  ];
}

function theoryOf(law: BeatLaw, intervalMs: number): TradeOffCurve {
  const points = Array.from({ length: 61 }, (_, step) => {
    const { detectionMs, mistakeRecurrenceMs } = theorem5(law, intervalMs, (step / 20) * intervalMs);
    return {
      setting: (step / 20) * intervalMs,
      detectionMs,
      mistakes: Number.POSITIVE_INFINITY,
      mistakeRecurrenceMs: Number.isFinite(mistakeRecurrenceMs) ? mistakeRecurrenceMs : null,
      leastMs: mistakeRecurrenceMs,
    };
  });
  return { name: "theory (NFD-S)", isTheory: true, points };
}

function figureOf(name: string, curves: readonly TradeOffCurve[], isMeasured: boolean): TradeOffFigure {
  return {
    title: `Time between mistakes against detection time, over ${name}`,
    caption: `A line for each detector, a dot for each pause. Higher is calmer, further left is sooner. A pause at which a detector made fewer than ten mistakes has no dot.${isMeasured ? " Detection counts as if the fastest beat had taken no time." : ""}`,
    curves,
  };
}

/** What the pause buys, of the detector that a monitor has by default. */
function leadOf({ curves }: TradeOffFigure, intervalMs: number): string {
  const points = (curves.find(({ name }) => name === "nfdE")?.points ?? []).filter(isFirm);
  const from = points.find(({ setting }) => setting >= 0.2 * intervalMs);
  const to = points.findLast(({ setting }) => setting <= 1.6 * intervalMs);
  if (from === undefined || to === undefined || from === to)
    return "At the same detection time the detectors hardly differ, so the pause decides: with nfdE no pause made enough mistakes to compare.";
  const words = (point: typeof from) => `${timeWords(point.mistakeRecurrenceMs ?? 0)}`;
  return `At the same detection time the detectors hardly differ, so the pause decides: with nfdE a pause of ${timeWords(to.setting)} instead of ${timeWords(from.setting)} makes a mistake every ${words(to)} instead of every ${words(from)}.`;
}

/** The detection times to compare detectors at, in intervals; the first at which most of them make mistakes enough is taken. */
const comparedAt = [1.75, 1.5, 2, 1.25, 2.25] as const;

/** How far apart the detectors are at the same detection time. */
function spreadOf({ curves }: TradeOffFigure, intervalMs: number): string {
  const played = curves.filter(({ isTheory }) => !isTheory);
  const [found] = comparedAt
    .map((share) => ({
      atMs: share * intervalMs,
      sorted: played
        .flatMap((curve) => {
          const ms = recurrenceAt(curve, share * intervalMs);
          return ms === null ? [] : [{ name: curve.name, ms }];
        })
        .toSorted((a, b) => a.ms - b.ms),
    }))
    .toSorted((a, b) => b.sorted.length - a.sorted.length);
  const worst = found?.sorted[0];
  const best = found?.sorted.at(-1);
  if (found === undefined || worst === undefined || best === undefined || worst === best)
    return "too few mistakes to compare detectors at the same detection time";
  const compared = `read off the lines at a detection time of ${timeWords(found.atMs)}, ${found.sorted.length} detectors can be compared`;
  const [most, least] = [timeWords(worst.ms), timeWords(best.ms)];
  return most === least
    ? `${compared}: each makes a mistake every ${most}`
    : `${compared}: from a mistake every ${most} (${worst.name}) to one every ${least} (${best.name})`;
}

function traceWords(trace: BeatTrace): string {
  const { loss, delayMs, deviationMs } = linkFiguresOf(trace);
  return `${trace.slots.length} beats, one each ${timeWords(trace.intervalMs)}; ${(100 * loss).toPrecision(3)} % of the slots missing; delays ${delayMs.toPrecision(3)} ms more than the fastest on average, deviation ${deviationMs.toPrecision(3)} ms`;
}

/** What the detectors of this library give at each pause. */
export const detectorsStudy: DetectionStudy = {
  name: "detectors",
  question:
    "How often does each detector suspect a live sender, at which detection time, and what does the pause do to both?",
  defaultBeats: 400_000,
  play: (options) => playDetectors(options),
};
