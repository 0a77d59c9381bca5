import { bertier } from "./bertier.js";
import { missed } from "./missed.js";
import { nfdE } from "./nfd-e.js";
import { nfdS } from "./nfd-s.js";
import { phiExponential } from "./phi-exponential.js";
import { phiNormal } from "./phi-normal.js";

/**
 * Every failure detector, by its name. Each is made with `intervalMs` and `pauseMs`, which mean the same for all.
 * @example
 * const detector = detectors.nfdE({ intervalMs: 1000, pauseMs: 3000 });
 */
export const detectors = { missed, nfdS, nfdE, phiNormal, phiExponential, bertier } as const;
