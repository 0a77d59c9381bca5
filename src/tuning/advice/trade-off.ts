import type { Timing } from "../../protocol/index.js";
import { resolveTiming } from "../../protocol/index.js";
import { electionTimesOf } from "../model/election-time.js";
import { modelOf } from "../model/expectation.js";
import { alarmsPerMonth } from "../model/false-elections.js";
import type { NetworkProfile } from "../model/network-profile.js";

/** Settings with the two figures that stand against each other. */
export interface TradePoint {
  readonly timing: Timing;
  /** From a crash to the next leader. */
  readonly leaderlessMeanMs: number;
  /** Leaderships lost for nothing, deposed or lapsed. */
  readonly alarmsPerMonth: number;
}

/** Heartbeat intervals, against that of the advice. */
const intervalRatios = [0.25, 0.5, 1, 2, 4];
/** Least timeouts, each so much above the one before. */
const timeoutRatio = 1.12;
/** No timeout is looked at that is longer than so many of the advised, so that the page shows where the choice is. */
const mostTimeouts = 3;

/** What shorter and longer intervals and timeouts than the advised would give, with ranges as wide as the advised. */
export function tradeOffOf(profile: NetworkProfile, advised: Timing): TradePoint[] {
  const times = electionTimesOf(profile);
  const rangeMs = advised.electionTimeout.maxMs - advised.electionTimeout.minMs;
  const points: TradePoint[] = [];
  for (const ratio of intervalRatios) {
    const heartbeatIntervalMs = Math.max(1, Math.round(advised.heartbeatIntervalMs * ratio));
    const mostMs = mostTimeouts * advised.electionTimeout.minMs;
    for (let minMs = 2 * heartbeatIntervalMs; minMs <= mostMs; minMs = Math.ceil(minMs * timeoutRatio)) {
      const resolution = resolveTiming({
        heartbeatIntervalMs,
        electionTimeout: { minMs, maxMs: minMs + rangeMs },
      });
      if (!resolution.ok) continue;
      const { timing } = resolution;
      points.push({
        timing,
        leaderlessMeanMs: times.meanMs(modelOf(profile, timing)),
        alarmsPerMonth: alarmsPerMonth(profile, timing),
      });
    }
  }
  return points;
}
