import { describe, expect, it } from "vitest";
import { enoughRoundTrips, watchNarrowRange } from "../../src/elector/ports/narrow-range.js";
import { presets, resolveTiming, type Timing } from "../../src/protocol/index.js";

const { timing } = resolveTiming(presets.lan) as { readonly timing: Timing };

/** What a leader warns of that measures these round trips, whose range is 150 ms wide. */
function warningsAfter(roundTripsMs: readonly number[]): string[] {
  const warnings: string[] = [];
  const onRoundTrip = watchNarrowRange(timing, (sentence) => void warnings.push(sentence));
  for (const [index, ms] of roundTripsMs.entries()) onRoundTrip(index % 2 === 0 ? "b" : "c", ms);
  return warnings;
}
const same = (ms: number, count = enoughRoundTrips): number[] => Array.from({ length: count }, () => ms);

describe("a range under ten one-way latencies", () => {
  it("is warned of once, with the latency, the settings and the remedy", () => {
    expect(warningsAfter(same(40, 1000))).toEqual([
      "the range from electionTimeout.minMs (150) to electionTimeout.maxMs (300) is under ten one-way latencies (20 ms each): expect split votes: widen electionTimeout (raftbeat advise finds settings for round trips of 40 ms)",
    ]);
  });

  it("is one above half of the median round trip, not above a whole one", () => {
    expect(warningsAfter(same(30, 1000))).toEqual([]);
    expect(warningsAfter(same(30.2, 1000))).toHaveLength(1);
  });

  it("is no matter of a few round trips, nor of a few slow ones", () => {
    expect(warningsAfter(same(200, enoughRoundTrips - 1))).toEqual([]);
    expect(warningsAfter([...same(200, 49), ...same(1, 51)])).toEqual([]);
  });

  it("is seen also where the network gets slow later", () => {
    expect(warningsAfter([...same(1, 500), ...same(60, 100)])).toHaveLength(1);
  });
});
