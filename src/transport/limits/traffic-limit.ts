import { createTokenBucket } from "./token-bucket.js";

/** How many frames and bytes may come, each by a token bucket of its own. */
export interface TrafficLimit {
  /** Takes one frame of `sizeBytes` if there is room; says whether. `nowMs` never goes back. */
  take(sizeBytes: number, nowMs: number): boolean;
  /** The limit in words. */
  readonly words: string;
}

/** Lets so many frames and bytes pass in a second. */
export function createTrafficLimit(
  framesPerSecond: number,
  bytesPerSecond: number,
  nowMs: number,
): TrafficLimit {
  const frames = createTokenBucket(framesPerSecond, nowMs);
  const bytes = createTokenBucket(bytesPerSecond, nowMs);
  return {
    take: (sizeBytes, atMs) => frames.take(1, atMs) && bytes.take(sizeBytes, atMs),
    words: `${framesPerSecond} frames or ${bytesPerSecond} bytes a second`,
  };
}
