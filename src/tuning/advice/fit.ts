import { RaftbeatError } from "../../errors.js";
import type { Measured } from "../../observability/measurements.js";
import { alarmsPerMonth } from "../model/false-elections.js";
import { checkProfile, monthHours, type NetworkProfile } from "../model/network-profile.js";

/** Fewer round trips have no 99th percentile. */
const fewestRoundTrips = 100;
/** So many leaderships lost for nothing in a month, one a day, are worth a word. */
const mostAlarmsPerMonth = 30;

/** A stall that came once is not taken to come more often than once in so long, however short the watch. */
const leastWatchedMs = 60_000;

/** Why a node's settings do not fit what it measures, one sentence with a remedy; `kind` is what it is about. */
export interface FitConcern {
  readonly kind: "stalls" | "slowest" | "falseAlarms";
  readonly sentence: string;
}

/** Why the settings do not fit these measurements; null where they fit, or where too little was measured. */
export function concernOf(measured: Measured, nodes: number, url: string | null): FitConcern | null {
  const { timing, roundTripMs, stallP99Ms, longestStallMs } = measured;
  const { minMs, maxMs } = timing.electionTimeout;
  const remedy = `run raftbeat advise --from ${url ?? "its --http address"}`;
  const timeout = `electionTimeout ${rounded(minMs)}-${rounded(maxMs)} ms`;
  if (stallP99Ms !== null && stallP99Ms > minMs / 2)
    return {
      kind: "stalls",
      sentence: `this process stalls for ${rounded(stallP99Ms)} ms (p99), over half of the least of ${timeout}: ${remedy}`,
    };
  if (longestStallMs !== null && longestStallMs > minMs)
    return {
      kind: "stalls",
      sentence: `this process stalled for ${rounded(longestStallMs)} ms, longer than the least of ${timeout}: ${remedy}`,
    };
  if (roundTripMs === null || roundTripMs.count < fewestRoundTrips) return null;
  const longest = longestStallMs === null ? "" : `, at most ${rounded(longestStallMs)} ms`;
  const measuredText = `round trips (p99 ${rounded(roundTripMs.p99)} ms) and stalls (p99 ${rounded(stallP99Ms ?? 0)} ms${longest})`;
  if (roundTripMs.p99 + (stallP99Ms ?? 0) > minMs)
    return {
      kind: "slowest",
      sentence: `${measuredText} together exceed the least of ${timeout}: ${remedy}`,
    };
  const profile = profileOf(measured, nodes);
  if (profile === null) return null;
  const alarms = alarmsPerMonth(profile, timing);
  if (alarms <= mostAlarmsPerMonth) return null;
  return {
    kind: "falseAlarms",
    sentence: `${measuredText} of the last ${rounded(roundTripMs.overMs / 60_000)} min do not fit ${timeout}: going on like that, about ${rounded(alarms / 30)} leaderships a day are lost for nothing: ${remedy}`,
  };
}

/** The measurements as advice takes them; null for those that nothing can be said of. */
function profileOf(
  { roundTripMs, loss, stallP99Ms, longestStallMs, stallsOverMs, writeMs }: Measured,
  nodes: number,
): NetworkProfile | null {
  if (roundTripMs === null) return null;
  const profile: NetworkProfile = {
    rttP50Ms: roundTripMs.p50,
    rttP99Ms: roundTripMs.p99,
    loss: loss ?? 0,
    transport: "stream",
    stallP99Ms: stallP99Ms ?? 0,
    longestStallMs: longestStallMs ?? 0,
    longestStallEveryHours: Math.max(leastWatchedMs, stallsOverMs ?? 0) / 3_600_000,
    writeMs: writeMs?.p50 ?? 0,
    nodes,
    mtbfHours: monthHours,
  };
  try {
    checkProfile(profile);
    return profile;
  } catch (error) {
    if (error instanceof RaftbeatError) return null;
    throw error;
  }
}

/** After a warning there is no other for so long. */
const quietForMs = 300_000;

/**
 * Makes the judge of one node's settings, for `createObservedElector` of `raftbeat/observability`. It warns once of each concern, and
 * of another one no sooner than five minutes later.
 * @param url gives the URL of the node's HTTP server, which the remedy names; null where there is none
 */
export function settingsFit(
  url: () => string | null = () => null,
): (measured: Measured, voterCount: number, nowMs: number) => string | null {
  let last: FitConcern["kind"] | null = null;
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  return (measured, voterCount, nowMs) => {
    const concern = concernOf(measured, voterCount, url());
    const kind = concern?.kind ?? null;
    if (kind === last || nowMs - warnedAtMs < quietForMs) return null;
    last = kind;
    if (concern === null) return null;
    warnedAtMs = nowMs;
    return concern.sentence;
  };
}

function rounded(number: number): number {
  return Number(number.toPrecision(2));
}
