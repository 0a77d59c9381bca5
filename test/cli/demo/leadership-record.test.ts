import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLeadershipRecord } from "../../../src/cli/demo/leadership-record.js";
import { type LeaseSpan, leaseOverlapMs } from "../../../src/cli/demo/lease-overlap.js";

const span = (id: string, fromMs: number, untilMs: number): LeaseSpan => ({ id, fromMs, untilMs });

describe("the overlap of leases", () => {
  const cases: readonly (readonly [string, readonly LeaseSpan[], number])[] = [
    ["nothing of none", [], 0],
    ["nothing of leases one after the other", [span("a", 0, 10), span("b", 10, 20)], 0],
    ["nothing of two leases of one node", [span("a", 0, 10), span("a", 5, 20)], 0],
    ["the time that two share", [span("a", 0, 10), span("b", 7, 20)], 3],
    ["the time once where three share it", [span("a", 0, 10), span("b", 5, 10), span("c", 5, 10)], 5],
    ["a lease inside another", [span("b", 4, 6), span("a", 0, 10)], 2],
    ["nothing of a lease that was over before it began", [span("a", 0, 10), span("b", 8, 2)], 0],
  ];
  it.each(cases)("is %s", (_what, spans, overlapMs) => {
    expect(leaseOverlapMs(spans)).toBe(overlapMs);
  });

  it("is what counting each millisecond gives", () => {
    const spans = fc.array(
      fc
        .tuple(fc.constantFrom("a", "b", "c"), fc.nat(30), fc.nat(10))
        .map(([id, fromMs, lengthMs]) => span(id, fromMs, fromMs + lengthMs)),
    );
    fc.assert(
      fc.property(spans, (some) => {
        let counted = 0;
        for (let ms = 0; ms < 50; ms++) {
          const held = some.filter(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs);
          if (new Set(held.map(({ id }) => id)).size > 1) counted++;
        }
        expect(leaseOverlapMs(some)).toBe(counted);
      }),
    );
  });
});

describe("the record of a demo", () => {
  it("counts a failover from the kill to the next leader", () => {
    const record = createLeadershipRecord();
    expect(record.elected("a", 1, 100)).toBeNull();
    record.leased("a", 1, 110, 250);
    expect(record.leaderAt(200)).toBe("a");
    record.killed("a", 200);
    expect(record.outcome()).toBe("pending");
    expect(record.elected("b", 2, 380)).toBe(180);
    expect(record.outcome()).toBe("replaced");
    expect(record.totals()).toEqual({
      failoversMs: [180],
      termCount: 2,
      leaseCount: 2,
      leadersPerTermMax: 1,
      leaseOverlapMs: 0,
    });
  });

  it("counts no failover where another had been elected just before the kill", () => {
    const record = createLeadershipRecord();
    record.elected("a", 1, 100);
    record.killed("a", 200);
    expect(record.elected("b", 2, 199)).toBeNull();
    expect(record.outcome()).toBe("missed");
    expect(record.totals().failoversMs).toEqual([]);
  });

  it("sees two leaders in a term, and two leases at once", () => {
    const record = createLeadershipRecord();
    record.elected("a", 1, 100);
    record.leased("a", 1, 100, 300);
    record.elected("b", 1, 200);
    record.leased("b", 1, 200, 400);
    expect(record.totals()).toMatchObject({ leadersPerTermMax: 2, leaseOverlapMs: 100 });
  });

  it("takes a lease for over when its loss is told", () => {
    const record = createLeadershipRecord();
    record.elected("a", 1, 100);
    record.leased("a", 1, 100, 300);
    record.lost("a", 150);
    record.elected("b", 2, 160);
    record.leased("b", 2, 160, 400);
    expect(record.totals().leaseOverlapMs).toBe(0);
    expect(record.leaderAt(155)).toBeNull();
  });
});
