import type { Detector, DetectorSettings } from "./detector.js";
import { hear, heardAtIn, heardWidth, shareOfWait } from "./detector.js";
import { resolveDetector } from "./detector-settings.js";

/**
 * Missed beats: the sender is suspected once `intervalMs + pauseMs` have passed since its last beat arrived (D2). The simplest rule and the smallest memory.
 * It takes the arrival for the sending: a beat that was long on its way extends the trust in its sender by as much.
 * Source: `DeadlineFailureDetector` of Apache Pekko.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const detector = detectors.missed({ intervalMs: 1000, pauseMs: 3000 });
 */
export function missed(settings: DetectorSettings): Detector {
  const { intervalMs, pauseMs, windowMs } = resolveDetector("missed", settings, {});
  const deadlineMs = (memory: Float64Array, at: number): number => heardAtIn(memory, at) + windowMs;
  return {
    name: "missed",
    intervalMs,
    pauseMs,
    windowMs,
    width: heardWidth,
    begin: hear,
    onBeat: hear,
    paced: (other) => missed({ intervalMs: other, pauseMs }),
    deadlineMs,
    level: (memory, at, nowMs) => shareOfWait(memory, at, deadlineMs(memory, at), windowMs, nowMs),
  };
}
