import { resetAfterMs, retransmitMs } from "../../simulation/cluster/stream-link.js";
import type { NetworkProfile } from "./network-profile.js";
import { lognormalMeanExcess, lognormalShareAbove } from "./normal-share.js";

/** Rarer than this it does not happen in years of heartbeats. */
const leastShare = 1e-11;

/** What `lossCount` losses in a row cost on a stream: waits that double, `(2^r - 1)` of the first (RFC 6298, section 5.5). */
export function retransmissionMs(lossCount: number): number {
  return Math.min(resetAfterMs, (2 ** lossCount - 1) * retransmitMs);
}

/** How much later than at once a message comes, and the share of messages it happens to. */
interface Delay {
  readonly delayMs: number;
  readonly share: number;
}

/** A datagram comes at once or never; on a stream it comes, later the more often it is lost. */
function delaysOf({ loss, transport }: NetworkProfile, ways: 1 | 2): Delay[] {
  if (transport === "datagram") return [{ delayMs: 0, share: (1 - loss) ** ways }];
  const oneWay: Delay[] = [];
  for (let lossCount = 0; loss ** lossCount > leastShare; lossCount++) {
    const delayMs = retransmissionMs(lossCount);
    const isLast = delayMs === resetAfterMs;
    oneWay.push({ delayMs, share: isLast ? loss ** lossCount : (1 - loss) * loss ** lossCount });
    if (isLast) break;
  }
  if (ways === 1) return oneWay;
  const shares = new Map<number, number>();
  for (const there of oneWay)
    for (const back of oneWay) {
      const delayMs = there.delayMs + back.delayMs;
      shares.set(delayMs, (shares.get(delayMs) ?? 0) + there.share * back.share);
    }
  return [...shares].map(([delayMs, share]) => ({ delayMs, share })).filter((d) => d.share > leastShare);
}

/** How long a message takes one way, or a message and its answer. */
export interface MessageDelay {
  /** The share that takes longer, or never comes. */
  shareAbove(ms: number): number;
  /** The mean of what one takes beyond `ms`, 0 for what does not: `E[max(0, X - ms)]`. */
  meanExcessMs(ms: number): number;
  /** The share that comes at all. */
  readonly share: number;
}

/** What was worked out of a profile: a search asks for the same ones thousands of times. */
const known = new WeakMap<NetworkProfile, Map<1 | 2, MessageDelay>>();

/**
 * One way (`ways` 1) or there and back, in closed form: a lognormal time, given by median and 99th percentile, after as many waits as it was
 * lost. The tail of a round trip is that which was measured, not the lighter one of two ways.
 */
export function messageDelayOf(profile: NetworkProfile, ways: 1 | 2): MessageDelay {
  const ofProfile = known.get(profile) ?? new Map<1 | 2, MessageDelay>();
  const delay = ofProfile.get(ways) ?? workedOut(profile, ways);
  known.set(profile, ofProfile.set(ways, delay));
  return delay;
}

function workedOut(profile: NetworkProfile, ways: 1 | 2): MessageDelay {
  const medianMs = (profile.rttP50Ms * ways) / 2;
  const p99Ms = (profile.rttP99Ms * ways) / 2;
  const delays = delaysOf(profile, ways);
  const share = delays.reduce((sum, delay) => sum + delay.share, 0);
  return {
    share,
    shareAbove: (ms) => {
      let sum = Math.max(0, 1 - share);
      for (const { delayMs, share } of delays)
        sum += share * lognormalShareAbove(ms - delayMs, medianMs, p99Ms);
      return sum;
    },
    meanExcessMs: (ms) =>
      delays.reduce(
        (sum, { delayMs, share }) => sum + share * lognormalMeanExcess(ms - delayMs, medianMs, p99Ms),
        0,
      ),
  };
}
