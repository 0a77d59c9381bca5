/** How much may happen: a bucket that refills evenly and holds one second's worth (a token bucket). */
export interface Allowance {
  /** Takes `amount` if there is as much; says whether. `nowMs` never goes back. */
  take(amount: number, nowMs: number): boolean;
}

/** An allowance of `perSecond`, full at first. */
export function createAllowance(perSecond: number, nowMs: number): Allowance {
  let left = perSecond;
  let filledAtMs = nowMs;
  return {
    take(amount, atMs) {
      left = Math.min(perSecond, left + ((atMs - filledAtMs) * perSecond) / 1000);
      filledAtMs = atMs;
      if (left < amount) return false;
      left -= amount;
      return true;
    },
  };
}

/** How many frames and bytes may come. */
export interface Traffic {
  /** Takes one frame of `size` bytes if there is room; says whether. `nowMs` never goes back. */
  take(size: number, nowMs: number): boolean;
  /** The allowance in words. */
  readonly words: string;
}

/** So many frames and bytes a second. */
export function createTraffic(framesPerSecond: number, bytesPerSecond: number, nowMs: number): Traffic {
  const frames = createAllowance(framesPerSecond, nowMs);
  const bytes = createAllowance(bytesPerSecond, nowMs);
  return {
    take: (size, atMs) => frames.take(1, atMs) && bytes.take(size, atMs),
    words: `${framesPerSecond} frames or ${bytesPerSecond} bytes a second`,
  };
}
