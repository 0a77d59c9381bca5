import { resolveTiming, type Timing } from "../../../src/protocol/index.js";
import { type NetworkProfile, networkPresets } from "../../../src/tuning/model/network-profile.js";

/** A network on which nothing is left to chance, unless told otherwise: each way takes just 1 ms, nothing is lost and nobody stalls. */
export function aProfile(given: Partial<NetworkProfile> = {}): NetworkProfile {
  return { ...networkPresets.lan, rttP50Ms: 2, rttP99Ms: 2, loss: 0, stallP99Ms: 0, writeMs: 0, ...given };
}

/** Heartbeats every 50 ms and timeouts of 150 to 300 ms; what is derived from these may be given too. */
export function aTiming(given: Partial<Timing> = {}): Timing {
  const { heartbeatIntervalMs = 50, electionTimeout = { minMs: 150, maxMs: 300 } } = given;
  const resolution = resolveTiming({ heartbeatIntervalMs, electionTimeout });
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  return { ...resolution.timing, ...given };
}
