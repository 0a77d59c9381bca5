import { detectors } from "../../liveness/detection/detectors.js";
import { seededTrace } from "../qos/seeded-trace.js";
import { type DetectionStudy, timeWords } from "./detection-study.js";
import { curvesOf, type PlayedSetting, playSettings, recurrenceAt, settingRow } from "./played-curve.js";
import { wideAreaBeats } from "./wide-area.js";

const { intervalMs } = wideAreaBeats;

/** Thresholds Phi, as far as the paper's figures go. */
const thresholds = [0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16] as const;
const shiftsMs = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 140, 160] as const;

/** The detectors of the paper: phi with its largest window and no least deviation, Chen's with a shift, Bertier's as published. */
const players = [
  {
    name: "phi, normal",
    settings: thresholds,
    make: (threshold: number) =>
      detectors.phiNormal({ intervalMs, pauseMs: 0, threshold, sampleCount: 1000, minDeviationMs: 0.001 }),
  },
  {
    name: "Chen",
    settings: shiftsMs,
    make: (pauseMs: number) => detectors.nfdE({ intervalMs, pauseMs, sampleCount: 1000 }),
  },
  {
    name: "Bertier",
    settings: [0],
    make: (pauseMs: number) => detectors.bertier({ intervalMs, pauseMs, moderationMs: 0, sampleCount: 1000 }),
  },
];

const play: DetectionStudy["play"] = ({ beats, seed, onProgress }) => {
  const all = players.reduce((sum, { settings }) => sum + settings.length, 0);
  let done = 0;
  const trace = seededTrace(wideAreaBeats, beats, seed);
  const played = playSettings(trace, players, () => onProgress?.(++done, all));
  const curves = curvesOf(played);
  const at = (threshold: number) =>
    played.find(({ name, setting }) => name === "phi, normal" && setting === threshold) as PlayedSetting;
  const fewer = (from: number, to: number) =>
    (at(from).result.mistakes / Math.max(1, at(to).result.mistakes)).toPrecision(3);
  const [phi, chen] = curves;
  const atMs = at(8).result.detectionMs;
  const ofChen = chen === undefined ? null : recurrenceAt(chen, atMs);
  const ofPhi = phi === undefined ? null : recurrenceAt(phi, atMs);
  return {
    rows: played.map((one) => settingRow(one, "setting")),
    lead: `From threshold 0.5 to 2 mistakes become ${fewer(0.5, 2)} times fewer, from 2 to 8 ${fewer(2, 8)} times, and from 8 to 12 ${fewer(8, 12)} times, while a crash is found after ${timeWords(at(0.5).result.detectionMs)}, ${timeWords(at(2).result.detectionMs)}, ${timeWords(atMs)} and ${timeWords(at(12).result.detectionMs)}.`,
    facts: [
      [
        "compared",
        "the shape: mistakes fall steeply up to a threshold of about 2, then slowly, and again from about 8 to 12, where single lost beats are outlasted; detection takes longer and longer (both known second-hand).",
      ],
      [
        "compared",
        `phi beside Chen's detector at the detection time of threshold 8: ${ofPhi === null ? "no mistake" : `a mistake every ${timeWords(ofPhi)}`} against ${ofChen === null ? "no mistake" : `every ${timeWords(ofChen)}`}. The paper found neither of them better throughout (known second-hand).`,
      ],
      [
        "not compared",
        "numbers: the authors' trace, a week of beats between Japan and Switzerland, was not to be had, and the paper could not be read here. Only its interval, 100 ms, and its share of losses, 0.4 %, are in this world, both known second-hand; delays and bursts are ours.",
      ],
      [
        "not compared",
        "the window: theirs had 1000 samples as here, but an interval in which the sender was suspected teaches our detector nothing (docs/liveness.md, D6).",
      ],
    ],
    figures: [
      {
        title: "Time between mistakes against detection time, over a wide-area link",
        caption:
          "Higher is calmer, further left is sooner. Phi by its threshold, Chen's detector by its shift; Bertier's has one setting.",
        curves,
      },
    ],
  };
};

/** Hayashibara, Défago, Yared and Katayama, "The phi accrual failure detector", SRDS 2004, section 5. */
export const hayashibara2004: DetectionStudy = {
  name: "hayashibara-2004",
  question:
    "What does the threshold of phi do to mistakes and to detection, and is phi better than Chen's detector?",
  defaultBeats: 600_000,
  play,
};
