import { describe, expect, it } from "vitest";
import { messageDelayOf, retransmissionMs } from "../../../src/tuning/model/message-delay.js";
import { aProfile } from "./support.js";

describe("what losses in a row cost on a stream", () => {
  it.each([
    [0, 0],
    [1, 200],
    [2, 600],
    [3, 1400],
    [4, 3000],
    [5, 6200],
    [6, 10_000],
    [20, 10_000],
  ])("is, for %i of them, %i ms", (losses, ms) => {
    expect(retransmissionMs(losses)).toBe(ms);
  });
});

/** Every sum of delays of a stream with its share, as far as it can be told apart: each way takes 1 ms. */
function delaysOf(loss: number, ways: 1 | 2): { readonly ms: number; readonly share: number }[] {
  const oneWay = Array.from({ length: 7 }, (_, losses) => ({
    ms: retransmissionMs(losses),
    share: losses === 6 ? loss ** 6 : (1 - loss) * loss ** losses,
  }));
  const delays =
    ways === 1
      ? oneWay
      : oneWay.flatMap((there) =>
          oneWay.map((back) => ({ ms: there.ms + back.ms, share: there.share * back.share })),
        );
  return delays.map(({ ms, share }) => ({ ms: ms + ways, share }));
}

describe.each([1, 2] as const)("a message that takes 1 ms a way, %i way(s)", (ways) => {
  it.each([0, 0.05, 0.3])("on a stream that loses %f comes in the end, after its retransmissions", (loss) => {
    const { share, shareAbove, meanExcessMs } = messageDelayOf(aProfile({ loss }), ways);
    const delays = delaysOf(loss, ways);
    expect(share).toBeCloseTo(1, 9);
    for (const ms of [0, 0.9, 1.5, 2.5, 150, 203, 350, 500, 601.5, 605, 1000, 5000, 9000, 19_000, 21_000]) {
      const above = delays.reduce((sum, delay) => sum + (delay.ms > ms ? delay.share : 0), 0);
      const excess = delays.reduce((sum, delay) => sum + delay.share * Math.max(0, delay.ms - ms), 0);
      expect(shareAbove(ms)).toBeCloseTo(above, 9);
      expect(meanExcessMs(ms)).toBeCloseTo(excess, 5);
    }
  });

  it.each([0, 0.05, 0.3])("as a datagram of which %f get lost comes at once or never", (loss) => {
    const { share, shareAbove, meanExcessMs } = messageDelayOf(
      aProfile({ loss, transport: "datagram" }),
      ways,
    );
    const comes = ways === 1 ? 1 - loss : (1 - loss) * (1 - loss);
    expect(share).toBeCloseTo(comes, 12);
    expect(shareAbove(ways - 0.1)).toBeCloseTo(1, 12);
    expect(shareAbove(ways + 0.1)).toBeCloseTo(1 - comes, 12);
    expect(shareAbove(1e6)).toBeCloseTo(1 - comes, 12);
    expect(meanExcessMs(0)).toBeCloseTo(comes * ways, 12);
  });

  it("spreads as it was measured: half is above the median, one in a hundred above the 99th percentile", () => {
    const { shareAbove } = messageDelayOf(aProfile({ rttP50Ms: 10, rttP99Ms: 44 }), ways);
    expect(shareAbove((10 * ways) / 2)).toBeCloseTo(0.5, 6);
    expect(shareAbove((44 * ways) / 2)).toBeCloseTo(0.01, 5);
  });
});
