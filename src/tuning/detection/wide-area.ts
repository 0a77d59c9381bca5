import type { BeatWorld } from "../qos/seeded-trace.js";

/**
 * A link such as the one between Japan and Switzerland that Hayashibara and others measured for a week: beats every 100 ms, 0.4 % of them lost, most in bursts.
 * That much is known second-hand; medians, spread and the length of the bursts are ours, chosen so that one lost beat is outlasted from a threshold between
 * 8 and 12 on, as they report.
 */
export const wideAreaBeats: BeatWorld = {
  intervalMs: 100,
  delay: { lognormal: { medianMs: 140, p99Ms: 170 } },
  loss: 0.002,
  bursts: { share: 8e-5, meanBeats: 26 },
};

/** A local network under load: beats every 100 ms, delays of a millisecond with a long tail, losses in short bursts. */
export const localBeats: BeatWorld = {
  intervalMs: 100,
  delay: {
    mixture: [
      [0.98, { lognormal: { medianMs: 0.6, p99Ms: 4 } }],
      [0.02, { shifted: { byMs: 2, exponential: 12 } }],
    ],
  },
  loss: 0.0002,
  bursts: { share: 5e-5, meanBeats: 3 },
};
