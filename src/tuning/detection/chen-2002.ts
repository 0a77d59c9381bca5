import type { Detector } from "../../liveness/detection/detector.js";
import { detectors } from "../../liveness/detection/detectors.js";
import type { BeatTrace } from "../qos/beat-trace.js";
import { type DetectorQos, qos } from "../qos/qos.js";
import { seededTrace } from "../qos/seeded-trace.js";
import { theorem5 } from "../qos/theorem-5.js";
import type { StudyRow } from "../study/study.js";
import {
  type DetectionStudy,
  type DetectionStudyResult,
  type TradeOffPoint,
  tidy,
} from "./detection-study.js";

/** Chen, Toueg and Aguilera 2002, section 7: beats every second, 1 % lost, delays exponential with mean 20 ms. */
export const chenWorld = {
  intervalMs: 1000,
  loss: 0.01,
  delay: { exponential: 20 },
} as const;

/** The mean delay of that world. */
const delayMs = chenWorld.delay.exponential;

/** How beats fare in it, for theorem 5. */
export const chenLaw = { loss: chenWorld.loss, exceeds: (ms: number) => Math.exp(-ms / delayMs) };

/** T_D: what each detector is set to give, in milliseconds. */
const detectionTimesMs = [1020, 1100, 1500, 2020, 2100, 2500] as const;

/** From what delay on the simple detector throws a beat away, in milliseconds: eight and four times the mean. */
const cutoffsMs = { "SFD-L": 160, "SFD-S": 80 } as const;

function play({ beats, seed, onProgress }: Parameters<DetectionStudy["play"]>[0]): DetectionStudyResult {
  const trace = seededTrace(chenWorld, beats, seed);
  const traces = {
    "NFD-S": trace,
    "NFD-E": trace,
    "SFD-L": withoutSlower(trace, cutoffsMs["SFD-L"]),
    "SFD-S": withoutSlower(trace, cutoffsMs["SFD-S"]),
  };
  const names = Object.keys(traces) as (keyof typeof traces)[];
  const all = names.length * detectionTimesMs.length;
  const points: Record<string, TradeOffPoint[]> = Object.fromEntries(names.map((name) => [name, []]));
  const rows: StudyRow[] = [];
  let done = 0;
  for (const detectionMs of detectionTimesMs)
    for (const name of names) {
      const [result] = qos(traces[name], [detectorOf(name, detectionMs)]) as [DetectorQos];
      rows.push(rowOf(name, detectionMs, result));
      points[name]?.push({
        setting: detectionMs,
        // As in the paper, the bound: a cutoff takes beats away, so that a crash is found sooner on average.
        detectionMs,
        mistakes: result.mistakes,
        mistakeRecurrenceMs: result.mistakeRecurrenceMs,
        leastMs: result.mistakeRecurrenceLeastMs,
      });
      onProgress?.(++done, all);
    }
  return {
    rows,
    ...answerOf(rows),
    figures: [
      {
        title: "Time between mistakes against detection time",
        caption:
          "Higher is calmer, further left is sooner. Dashed: theorem 5 for NFD-S. SFD is the simple detector that counts silence from the last arrival and throws slow beats away.",
        curves: [
          ...names.map((name) => ({ name, isTheory: false, points: points[name] ?? [] })),
          { name: "theorem 5", isTheory: true, points: theoryPoints() },
        ],
      },
    ],
  };
}

function detectorOf(name: "NFD-S" | "NFD-E" | keyof typeof cutoffsMs, detectionMs: number): Detector {
  const { intervalMs } = chenWorld;
  if (name === "NFD-S") return detectors.nfdS({ intervalMs, pauseMs: detectionMs - intervalMs, originMs: 0 });
  if (name === "NFD-E") return detectors.nfdE({ intervalMs, pauseMs: detectionMs - intervalMs - delayMs });
  // Its timeout may be less than an interval: only the sum of the two numbers counts for it.
  return detectors.missed({ intervalMs: detectionMs - cutoffsMs[name], pauseMs: 0 });
}

/** The trace without the beats that took longer: they are seen to be old by the sender's clock, and thrown away. */
function withoutSlower(trace: BeatTrace, cutoffMs: number): BeatTrace {
  const kept = trace.slots.map((slot, index) =>
    (trace.arrivedAtMs[index] as number) - slot * trace.intervalMs <= cutoffMs ? 1 : 0,
  );
  return {
    ...trace,
    slots: trace.slots.filter((_, index) => kept[index] === 1),
    arrivedAtMs: trace.arrivedAtMs.filter((_, index) => kept[index] === 1),
  };
}

function theoryPoints(): TradeOffPoint[] {
  const points: TradeOffPoint[] = [];
  for (let detectionMs = 1020; detectionMs <= 2500; detectionMs += 20) {
    const { mistakeRecurrenceMs } = theorem5(
      chenLaw,
      chenWorld.intervalMs,
      detectionMs - chenWorld.intervalMs,
    );
    points.push({
      setting: detectionMs,
      detectionMs,
      mistakes: Number.POSITIVE_INFINITY,
      mistakeRecurrenceMs,
      leastMs: mistakeRecurrenceMs,
    });
  }
  return points;
}

function rowOf(name: string, setMs: number, result: DetectorQos): StudyRow {
  const theory = theorem5(chenLaw, chenWorld.intervalMs, setMs - chenWorld.intervalMs);
  const { mistakeRecurrenceMs, mistakeRecurrenceErrorMs } = result;
  const isNfdS = name === "NFD-S";
  const errors =
    isNfdS && mistakeRecurrenceMs !== null && mistakeRecurrenceErrorMs !== null
      ? (mistakeRecurrenceMs - theory.mistakeRecurrenceMs) / mistakeRecurrenceErrorMs
      : null;
  return {
    detector: name,
    setDetectionMs: setMs,
    detectionMs: tidy(result.detectionMs),
    mistakes: result.mistakes,
    recurrenceMs: tidy(mistakeRecurrenceMs),
    recurrenceErrorMs: tidy(mistakeRecurrenceErrorMs),
    theoryRecurrenceMs: isNfdS ? tidy(theory.mistakeRecurrenceMs) : null,
    standardErrors: errors === null ? null : Number(errors.toFixed(2)),
    durationMs: tidy(result.mistakeDurationMs),
    durationErrorMs: tidy(result.mistakeDurationErrorMs),
    theoryDurationMs: isNfdS ? tidy(theory.mistakeDurationMs) : null,
    wrongShare: tidy(1 - result.queryAccuracy),
    theoryWrongShare: isNfdS ? tidy(1 - theory.queryAccuracy) : null,
  };
}

function answerOf(rows: readonly StudyRow[]): Pick<DetectionStudyResult, "lead" | "facts"> {
  const of = (name: string) => rows.filter((row) => row["detector"] === name);
  const recurrences = (name: string) => of(name).map((row) => row["recurrenceMs"] as number | null);
  const errors = of("NFD-S").map((row) => row["standardErrors"] as number | null);
  const apart = recurrences("NFD-E").flatMap((ms, place) => {
    const ours = recurrences("NFD-S")[place] ?? null;
    return ms === null || ours === null ? [] : [Math.abs(ms / ours - 1)];
  });
  const known = errors.filter((error) => error !== null);
  const most = Math.max(0, ...known.map(Math.abs));
  const furthest = (100 * Math.max(0, ...apart)).toFixed(1);
  return {
    lead: `NFD-S is within ${most.toFixed(2)} standard errors of theorem 5 at ${known.length} of ${errors.length} detection times, and NFD-E within ${furthest} % of NFD-S.`,
    facts: [
      [
        "compared",
        "NFD-S with the paper's theorem 5, which is exact for this world; NFD-E with NFD-S at the same detection time, which the paper found indistinguishable from n = 32 on (known second-hand).",
      ],
      [
        "compared",
        "the order of the detectors: the simple one, SFD, with the cutoffs of the paper, 160 and 80 ms (known second-hand), is never better than NFD-S by more than chance.",
      ],
      [
        "not compared",
        "the paper's own figures: they are curves that could not be read here. Its runs were of at least 500 mistakes (known second-hand); the column `mistakes` says how many ours rest on.",
      ],
      ["world", "beats every second, 1 % lost, delays exponential with mean 20 ms (section 7 of the paper)"],
    ],
  };
}

/** Chen, Toueg and Aguilera, "On the quality of service of failure detectors", IEEE Transactions on Computers 51(5), 2002, section 7. */
export const chen2002: DetectionStudy = {
  name: "chen-2002",
  question:
    "How often do NFD-S, NFD-E and a simple timeout suspect a live sender, at the same detection time, and does theorem 5 say so?",
  defaultBeats: 2_000_000,
  play,
};
