import { expect } from "vitest";
import { detectors } from "../../../src/liveness/index.js";
import type { BeatTrace } from "../../../src/tuning/qos/beat-trace.js";
import type { DetectorQos, qos } from "../../../src/tuning/qos/qos.js";
import { aTrace } from "./beat-traces.js";

/** Plays the trace with NFD-S, beats every 100 ms, from its first beat on. */
function judged(play: typeof qos, trace: BeatTrace, pauseMs: number): DetectorQos {
  const detector = detectors.nfdS({ intervalMs: 100, pauseMs, originMs: 0 });
  return play(trace, [detector], { warmUpBeats: 0 })[0] as DetectorQos;
}

/** What must be so of the quality of service, worked out by hand: each fails on one that counts wrongly. */
export const qosStories: Readonly<Record<string, (play: typeof qos) => void>> = {
  "a lost beat is one mistake, from its freshness point to the next arrival"(play) {
    const result = judged(play, aTrace([0, 10, null, 10, 10, null, null, 10, 10, 10]), 50);
    expect(result.mistakes).toBe(2);
    // Freshness points of slots 2 and 5: 250 and 550; what ends them arrives at 310 and 710.
    expect(result.mistakeDurationMs).toBeCloseTo((60 + 160) / 2, 9);
    expect(result.observedMs).toBe(1000);
    expect(result.mistakeRecurrenceMs).toBe(500);
    expect(result.queryAccuracy).toBeCloseTo(1 - 220 / 1000, 9);
  },
  "a suspicion of a dead sender is no mistake"(play) {
    // The sender dies at 420, right after beat 4; freshness point 5 is at 550.
    const result = judged(play, aTrace([0, 10, 10, 10, 10], 420), 50);
    expect(result.mistakes).toBe(0);
    expect(result.queryAccuracy).toBe(1);
    // Nor is one that a beat from before its death ends after it.
    const late = judged(play, aTrace([0, 10, 10, 10, 140], 440), 50);
    expect(late.mistakes).toBe(0);
    expect(late.mistakeDurationMs).toBeNull();
    expect(late.queryAccuracy).toBe(1);
  },
  "a mistake that death cuts short is wrong until then"(play) {
    const result = judged(play, aTrace([0, 10, 10, null, null, 10], 400), 50);
    expect(result.mistakes).toBe(1);
    expect(result.queryAccuracy).toBeCloseTo(1 - 50 / 400, 9);
    expect(result.mistakeDurationMs).toBeNull();
    const unended = judged(play, aTrace([0, 10, 10, null, null], 400), 50);
    expect(unended.queryAccuracy).toBeCloseTo(1 - 50 / 400, 9);
  },
  "a crash is detected from when its last beat was sent, not from when it arrived"(play) {
    const result = judged(play, aTrace([0, 30, 40, 20, 10, 5]), 50);
    expect(result.detectionMs).toBeCloseTo(150, 9);
    expect(result.detectionMaxMs).toBeCloseTo(150, 9);
  },
  "a crash after a beat that came too late was detected before"(play) {
    // Beat 2 arrives at 480, while the freshness points 250 and 350 have passed: suspected since 250, sent at 200.
    const result = judged(play, aTrace([0, 10, 280], 200), 50);
    expect(result.detectionMs).toBeCloseTo((150 + 50) / 2, 9);
  },
  "a beat that arrives at its freshness point is in time"(play) {
    expect(judged(play, aTrace([0, 10, 50, 10], 320), 50).mistakes).toBe(0);
  },
  "a late beat ends no mistake"(play) {
    // Beat 2 comes at 360, when beat 3 is due since 350 and lost.
    const result = judged(play, aTrace([0, 10, 160, null, 10, 10]), 50);
    expect(result.mistakes).toBe(1);
    expect(result.mistakeDurationMs).toBeCloseTo(410 - 250, 9);
  },
  "a beat that was overtaken changes nothing"(play) {
    // Beat 2 comes at 315, after beat 3 at 310.
    const trace = aTrace([0, 10, 115, 10, null, 10, 10]);
    const result = judged(play, trace, 50);
    expect(result.mistakes).toBe(2);
    expect(result.mistakeDurationMs).toBeCloseTo((310 - 250 + (510 - 450)) / 2, 9);
    expect(result.detectionMs).toBeCloseTo(150, 9);
  },
  "the warm-up counts neither mistakes nor time"(play) {
    const delays = [
      0,
      ...Array.from({ length: 99 }, (_, index) => (index === 2 || index === 60 ? null : 10)),
    ];
    const detector = detectors.nfdS({ intervalMs: 100, pauseMs: 50, originMs: 0 });
    const [result] = play(aTrace(delays), [detector], { warmUpBeats: 200 });
    // 98 beats arrive; a tenth of them are nine, of which one is slot 10.
    expect(result?.observedMs).toBe(10_000 - 1010);
    expect(result?.mistakes).toBe(1);
    expect(result?.queryAccuracy).toBeCloseTo(1 - 60 / 8990, 9);
  },
  "the standard error is that of the times between mistakes"(play) {
    const lost = [10, 20, 40, 50];
    const delays = Array.from({ length: 60 }, (_, slot) => (lost.includes(slot) ? null : 10));
    const result = judged(play, aTrace([0, ...delays.slice(1)]), 50);
    // 1000, 2000 and 1000 ms apart: deviation 577.35, over the root of three.
    expect(result.mistakeRecurrenceErrorMs).toBeCloseTo(1000 / 3, 6);
    expect(result.mistakes).toBe(4);
  },
};
