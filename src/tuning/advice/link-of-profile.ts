import type { MeasuredLink } from "../../liveness/qos/configurator.js";
import { messageDelayOf } from "../model/message-delay.js";
import type { NetworkProfile } from "../model/network-profile.js";

/** How finely the square of the delay is summed, and up to where: beyond a quarter of an hour a stream is reset. */
const stepShare = 0.01;
const longestMs = 900_000;

/**
 * What a network's profile says of the way of a beat, with the whole distribution of the delay: a lognormal time, and on a stream the waits of the
 * retransmissions of what was lost.
 */
export function linkOfProfile(profile: NetworkProfile): MeasuredLink {
  const { share, shareAbove, meanExcessMs } = messageDelayOf(profile, 1);
  const exceeds = (ms: number): number => Math.max(0, (shareAbove(ms) - (1 - share)) / share);
  const delayMs = meanExcessMs(0) / share;
  return {
    kind: profile.transport,
    // On a stream nothing is lost but what a rounding error leaves.
    loss: 1 - share < 1e-9 ? 0 : 1 - share,
    delayMs,
    deviationMs: Math.sqrt(Math.max(0, squareMs2(exceeds) - delayMs * delayMs)),
    exceeds,
  };
}

/** The mean of the square, `2 * integral of t Pr(D > t)`, by trapezia that widen with t. */
function squareMs2(exceeds: (ms: number) => number): number {
  let sum = 0;
  let atMs = 0.001;
  let height = atMs * exceeds(atMs);
  while (atMs < longestMs && height > 1e-12) {
    const nextMs = atMs * (1 + stepShare);
    const nextHeight = nextMs * exceeds(nextMs);
    sum += (height + nextHeight) * (nextMs - atMs);
    atMs = nextMs;
    height = nextHeight;
  }
  return sum;
}
