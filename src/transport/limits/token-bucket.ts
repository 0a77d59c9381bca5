/** A token bucket: how much may happen. It refills evenly and holds one second's worth. */
export interface TokenBucket {
  /** Takes `amount` if the bucket holds as much; says whether. `nowMs` never goes back. */
  take(amount: number, nowMs: number): boolean;
}

/** Makes a bucket that refills by `perSecond` and is full at first. */
export function createTokenBucket(perSecond: number, nowMs: number): TokenBucket {
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
