import * as v from "valibot";
import type { Detector, DetectorSettings } from "./detector.js";
import { hear, heardWidth, shareOfWait, slotIn } from "./detector.js";
import { between, resolveDetector } from "./detector-settings.js";

/** Settings of `nfdS`. */
export interface NfdSSettings extends DetectorSettings {
  /**
   * When the sender's slot 0 begins, in milliseconds of the observer's clock. Known where both have one clock.
   * @defaultValue from the first beat, as if it had taken no time
   */
  readonly originMs?: number | undefined;
}

const originIndex = heardWidth;

/**
 * NFD-S: beat i is expected at the freshness point `origin + i * intervalMs + pauseMs`, whatever arrived before (D3). It needs synchronous clocks, as within
 * a machine or a simulation; two clocks drift apart, and the freshness points with them.
 * Source: Chen, Toueg and Aguilera, "On the quality of service of failure detectors" (IEEE Transactions on Computers 51(5), 2002), figure 6.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const detector = detectors.nfdS({ intervalMs: 1000, pauseMs: 1500, originMs: 0 });
 */
export function nfdS(settings: NfdSSettings): Detector {
  const origin = v.optional(between(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
  const { intervalMs, pauseMs, windowMs, originMs } = resolveDetector("nfdS", settings, { originMs: origin });
  const deadlineMs = (memory: Float64Array, at: number): number =>
    (memory[at + originIndex] as number) + (slotIn(memory, at) + 1) * intervalMs + pauseMs;
  return {
    name: "nfdS",
    intervalMs,
    pauseMs,
    windowMs,
    width: heardWidth + 1,
    begin(memory, at, slot, nowMs) {
      hear(memory, at, slot, nowMs);
      memory[at + originIndex] = originMs ?? nowMs - slot * intervalMs;
    },
    onBeat: hear,
    paced: (other) => nfdS({ ...settings, intervalMs: other, pauseMs }),
    deadlineMs,
    level: (memory, at, nowMs) => shareOfWait(memory, at, deadlineMs(memory, at), windowMs, nowMs),
  };
}
