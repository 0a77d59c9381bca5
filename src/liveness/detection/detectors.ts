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
export const detectors = {
  /** A count of missed beats, in time: suspects `intervalMs + pauseMs` after the last beat arrived. */
  missed,
  /** NFD-S of Chen, Toueg and Aguilera (2002), for clocks that run alike and together. */
  nfdS,
  /** NFD-E of Chen, Toueg and Aguilera (2002): the next arrival is estimated from the last ones. */
  nfdE,
  /** Phi accrual of Hayashibara and others (2004): a normal distribution of the times between beats. */
  phiNormal,
  /** Phi accrual with an exponential distribution of the times between beats, as Cassandra has it. */
  phiExponential,
  /** The detector of Bertier, Marin and Sens (2002): NFD-E with a margin that follows the errors of its estimates. */
  bertier,
} as const;
