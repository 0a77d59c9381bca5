import type { Profile } from "./chaos.js";

const often = {
  run: 30,
  runLong: 6,
  next: 20,
  edge: 6,
  timer: 6,
  deliver: 10,
  mend: 4,
  restart: 6,
  resume: 4,
  wake: 4,
};
const rough = { ...often, stall: 8, drop: 4, duplicate: 4, delay: 6 };

/** Worlds that are rough in different ways, because each way alone misses bugs that another finds. */
export const profiles: readonly Profile[] = [
  {
    name: "gentle",
    ...{ lossRatio: 0, duplicateRatio: 0, lateRatio: 0, latencyMs: 1, timerLateRatio: 0 },
    strokes: { ...often, runLong: 15, crash: 2, cut: 1, isolate: 3, transfer: 4, reconfigure: 3, contend: 1 },
  },
  {
    name: "harsh",
    ...{ lossRatio: 0.1, duplicateRatio: 0.1, lateRatio: 0.05, latencyMs: 5, timerLateRatio: 0.1 },
    strokes: { ...rough, crash: 3, pause: 4, cut: 4, isolate: 4, transfer: 3, contend: 1, beat: 2 },
  },
  {
    name: "disk",
    ...{ lossRatio: 0.02, duplicateRatio: 0.05, lateRatio: 0.02, latencyMs: 2, timerLateRatio: 0.02 },
    strokes: {
      ...rough,
      crashInWrite: 20,
      slowDisk: 12,
      crash: 3,
      isolate: 3,
      transfer: 3,
      reconfigure: 4,
      restart: 12,
    },
  },
  {
    name: "clocks",
    ...{ lossRatio: 0.02, duplicateRatio: 0.02, lateRatio: 0.02, latencyMs: 10, timerLateRatio: 0.3 },
    strokes: {
      ...rough,
      edge: 25,
      stall: 12,
      pause: 8,
      sleep: 8,
      wake: 12,
      crash: 2,
      isolate: 8,
      restart: 8,
    },
  },
  {
    name: "membership",
    ...{ lossRatio: 0.03, duplicateRatio: 0.05, lateRatio: 0.03, latencyMs: 2, timerLateRatio: 0.02 },
    strokes: { ...rough, reconfigure: 40, wipe: 3, crash: 3, isolate: 4, cut: 3, transfer: 3, restart: 10 },
  },
  {
    name: "transfer",
    ...{ lossRatio: 0.03, duplicateRatio: 0.1, lateRatio: 0.05, latencyMs: 3, timerLateRatio: 0.02 },
    strokes: { ...rough, transfer: 25, drained: 6, isolate: 5, pause: 4, crash: 3, edge: 12, reconfigure: 3 },
  },
  {
    name: "orphan",
    ...{ lossRatio: 0.01, duplicateRatio: 0.05, lateRatio: 0.02, latencyMs: 1, timerLateRatio: 0.02 },
    strokes: {
      ...often,
      ...{ orphan: 20, transfer: 8, drained: 3, edge: 15, runLong: 12, mend: 10 },
      ...{ crash: 4, restart: 10, reconfigure: 8, contend: 1, delay: 3 },
    },
  },
];
