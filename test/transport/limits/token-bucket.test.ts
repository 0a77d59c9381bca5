import { describe, expect, it } from "vitest";
import { createTokenBucket } from "../../../src/transport/limits/token-bucket.js";
import { createTrafficLimit } from "../../../src/transport/limits/traffic-limit.js";

/** How many of the amounts are taken at this time. */
function taken(take: (amount: number) => boolean, amount: number, attempts = 100): number {
  return Array.from({ length: attempts }, () => take(amount)).filter(Boolean).length;
}

describe("a token bucket", () => {
  it("holds one second's worth at first, and never more, however long nothing is taken", () => {
    const bucket = createTokenBucket(10, 5000);
    const at = (nowMs: number) => taken((amount) => bucket.take(amount, nowMs), 1);
    expect([at(5000), at(5000), at(999_000)]).toEqual([10, 0, 10]);
  });

  it("refills evenly, also by parts of a unit", () => {
    const bucket = createTokenBucket(10, 0);
    const at = (nowMs: number) => taken((amount) => bucket.take(amount, nowMs), 1);
    expect([at(0), at(99), at(150), at(200), at(700)]).toEqual([10, 0, 1, 1, 5]);
  });

  it("takes an amount whole or not at all", () => {
    const bucket = createTokenBucket(10, 0);
    expect([bucket.take(7, 0), bucket.take(4, 0), bucket.take(3, 0), bucket.take(1, 0)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe("a limit of traffic", () => {
  it("counts bytes apart from frames: few frames may be too many bytes", () => {
    const limit = createTrafficLimit(100, 1000, 0);
    expect(taken((sizeBytes) => limit.take(sizeBytes, 0), 300, 4)).toBe(3);
    expect(limit.take(100, 0)).toBe(true);
    expect(limit.take(1, 0)).toBe(false);
    // Half a second refills bytes by 500, whatever is left of frames.
    expect(taken((sizeBytes) => limit.take(sizeBytes, 500), 100)).toBe(5);
  });

  it("counts frames apart from bytes: empty frames are counted, too", () => {
    const limit = createTrafficLimit(20, 1_000_000, 0);
    expect(taken((sizeBytes) => limit.take(sizeBytes, 0), 0)).toBe(20);
    expect(taken((sizeBytes) => limit.take(sizeBytes, 500), 0)).toBe(10);
  });
});
