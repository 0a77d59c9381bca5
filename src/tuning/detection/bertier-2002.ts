import { detectors } from "../../liveness/detection/detectors.js";
import { seededTrace } from "../qos/seeded-trace.js";
import { type DetectionStudy, timeWords } from "./detection-study.js";
import { curvesOf, type PlayedSetting, playSettings, recurrenceAt, settingRow } from "./played-curve.js";
import { localBeats } from "./wide-area.js";

const { intervalMs } = localBeats;
const marginsMs = [2, 4, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100, 120, 150] as const;
const stepsMs = [0, 1, 2, 5, 10, 20, 50] as const;

const players = [
  {
    name: "Bertier",
    settings: stepsMs,
    make: (moderationMs: number) =>
      detectors.bertier({ intervalMs, pauseMs: 0, moderationMs, sampleCount: 1000 }),
  },
  {
    name: "Chen",
    settings: marginsMs,
    make: (pauseMs: number) => detectors.nfdE({ intervalMs, pauseMs, sampleCount: 1000 }),
  },
  {
    name: "missed beats",
    settings: marginsMs,
    make: (pauseMs: number) => detectors.missed({ intervalMs, pauseMs }),
  },
];

const play: DetectionStudy["play"] = ({ beats, seed, onProgress }) => {
  const all = players.reduce((sum, { settings }) => sum + settings.length, 0);
  let done = 0;
  const trace = seededTrace(localBeats, beats, seed);
  const played = playSettings(trace, players, () => onProgress?.(++done, all));
  const curves = curvesOf(played);
  const { result: bare } = played[0] as PlayedSetting;
  const chen = curves[1];
  const ofChen = chen === undefined ? null : recurrenceAt(chen, bare.detectionMs);
  const words = (ms: number | null) => (ms === null ? "never" : `every ${timeWords(ms)}`);
  return {
    rows: played.map((one) => settingRow(one, "settingMs")),
    lead: `Bertier's margin alone finds a crash ${timeWords(bare.detectionMs)} after the last beat and suspects a live sender ${words(bare.mistakeRecurrenceMs)}; Chen's detector, set to the same detection time, ${words(ofChen)}.`,
    facts: [
      [
        "compared",
        "the claim that the margin adapts: it finds crashes within a few milliseconds of what the network allows, at the price of mistakes, which are short (known second-hand).",
      ],
      [
        "compared",
        "the moderation step, by which each mistake lengthens the margin (20 times at most here): a larger step trades the same two against each other as a fixed margin does.",
      ],
      [
        "not compared",
        "numbers: the paper could not be read here, its network was a laboratory's, and its beats were further apart. The world is ours: beats every 100 ms, delays of about a millisecond, 2 % of them with a tail of 12 ms, short bursts of losses.",
      ],
      [
        "not compared",
        "Jacobson's estimate of round trips, the paper's third detector: there is none here. Its margin is Bertier's without the expected arrival.",
      ],
    ],
    figures: [
      {
        title: "Time between mistakes against detection time, over a local network",
        caption:
          "Higher is calmer, further left is sooner. Bertier's detector by its moderation step, the others by the pause they tolerate.",
        curves,
      },
    ],
  };
};

/** Bertier, Marin and Sens, "Implementation and performance evaluation of an adaptable failure detector", DSN 2002. */
export const bertier2002: DetectionStudy = {
  name: "bertier-2002",
  question: "What does a margin that follows the network's own errors gain over one that is set?",
  defaultBeats: 600_000,
  play,
};
