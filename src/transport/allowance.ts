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
