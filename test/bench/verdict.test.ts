import { describe, expect, it } from "vitest";
import type { Usage } from "../../bench/processes/child.js";
import { type Heard, leadersPerTermMax } from "../../bench/processes/cluster.js";
import { leasesOf } from "../../bench/processes/leases.js";
import { costsOf, failoverRow, handoverRow, heartbeatRows, stallsRow } from "../../bench/verdict.js";

function upTo(count: number, times = 1): number[] {
  return Array.from({ length: count }, (_, index) => (index + 1) * times);
}

describe("failovers beside the ideal", () => {
  const ideal = { min: 0, p50: 50, p90: 90, p99: 100, max: 200 };
  const measured = {
    nodeCount: 3,
    killCount: 100,
    failoverMs: upTo(100),
    withoutLeader: 0,
    leadersPerTermMax: 1,
  };

  it("have their nearest ranks, and their ratios to the ideal", () => {
    expect(failoverRow(measured, ideal)).toEqual({
      bench: "failover",
      nodes: 3,
      kills: 100,
      of: "raftbeat",
      minMs: 1,
      p50Ms: 50,
      p90Ms: 90,
      p99Ms: 99,
      maxMs: 100,
      withoutLeader: 0,
      leadersPerTermMax: 1,
      p50Ratio: 1,
      p99Ratio: 0.99,
      ok: true,
    });
  });

  it.each([
    ["as slow as may be", {}, { p50: 50 / 1.15, p99: 99 / 1.5 }, true],
    ["slower in the middle", {}, { p50: 50 / 1.16 }, false],
    ["slower at the end", {}, { p99: 99 / 1.51 }, false],
    ["never over, once", { withoutLeader: 1 }, {}, false],
    ["won by two in a term", { leadersPerTermMax: 2 }, {}, false],
    ["won by nobody", { leadersPerTermMax: 0, failoverMs: [] }, {}, false],
    ["nowhere", { failoverMs: [] }, {}, false],
  ])("that are %s", (_, change, changedIdeal, ok) => {
    // A hair of rounding is no failure.
    const row = failoverRow(
      { ...measured, ...change },
      { ...ideal, p50: 50.001, p99: 99.001, ...changedIdeal },
    );
    expect(row["ok"]).toBe(ok);
  });
});

describe("handovers", () => {
  const measured = {
    nodeCount: 5,
    by: "transfer",
    handoverCount: 100,
    handoverMs: upTo(100, 0.02),
    ledOnMs: upTo(100, 0.1),
    leadersPerTermMax: 1,
  } as const;

  it("have the gap in which nobody led, and for how long the old leader led on", () => {
    expect(handoverRow(measured)).toEqual({
      bench: "handover",
      nodes: 5,
      by: "transfer",
      handovers: 100,
      minMs: 0.02,
      p50Ms: 1,
      p90Ms: 1.8,
      p99Ms: 1.98,
      maxMs: 2,
      ok: true,
      ledOnP50Ms: 5,
      ledOnP99Ms: 9.9,
    });
  });

  it.each([
    ["as slow as may be", { handoverMs: [3, 3, 10] }, true],
    ["slower in the middle", { handoverMs: [3.01] }, false],
    ["slower at the end", { handoverMs: [1, 1, 10.01] }, false],
    ["over before they began: two led at once", { handoverMs: [-0.001, 1, 1] }, false],
    ["won by two in a term", { leadersPerTermMax: 2 }, false],
    ["none", { handoverMs: [] }, false],
  ])("that are %s", (_, change, ok) => {
    expect(handoverRow({ ...measured, ...change })["ok"]).toBe(ok);
  });
});

const ms = (milliseconds: number) => String(milliseconds * 1e6);
const gained = (from: string, term: number, atMs: number): Heard => ({
  kind: "gained",
  from,
  term,
  atNs: ms(atMs),
});
const lost = (from: string, term: number, atMs: number): Heard => ({
  kind: "lost",
  from,
  term,
  reason: "leaseExpired",
  atNs: ms(atMs),
});
const lease = (from: string, term: number, atMs: number, untilMs: number): Heard => ({
  kind: "lease",
  from,
  term,
  atNs: ms(atMs),
  untilNs: ms(untilMs),
});
const started = (from: string): Heard => ({ kind: "started", from });

describe("the leases of processes", () => {
  const spans = (...heard: readonly Heard[]) =>
    leasesOf(heard).map(({ id, fromMs, untilMs }) => `${id} ${fromMs}-${untilMs}`);

  it("last from the gain to the end of the last extension", () => {
    expect(spans(gained("n1", 1, 10), lease("n1", 1, 15, 200), lease("n1", 1, 100, 300))).toEqual([
      "n1 10-300",
    ]);
    expect(spans(gained("n1", 1, 10))).toEqual(["n1 10-10"]);
  });

  it("end with their loss, if that is told before they are over", () => {
    expect(spans(gained("n1", 1, 10), lease("n1", 1, 15, 200), lost("n1", 1, 150))).toEqual(["n1 10-150"]);
    // A process that stood still tells late.
    expect(spans(gained("n1", 1, 10), lease("n1", 1, 15, 200), lost("n1", 1, 3000))).toEqual(["n1 10-200"]);
  });

  it("are those of a term and a process: no other extends them", () => {
    expect(
      spans(
        gained("n1", 1, 10),
        lease("n1", 1, 15, 200),
        started("n1"),
        lease("n1", 1, 20, 900),
        gained("n1", 2, 500),
      ),
    ).toEqual(["n1 10-200", "n1 500-500"]);
    expect(spans(gained("n1", 2, 10), lease("n1", 1, 15, 900), lease("n2", 2, 15, 900))).toEqual([
      "n1 10-10",
    ]);
  });
});

describe("stalls", () => {
  const fine = [gained("n1", 1, 0), lease("n1", 1, 5, 100), gained("n2", 2, 150), lease("n2", 2, 160, 400)];
  const measured = { roundCount: 2, stops: 1, stoppedForMs: 3000, leadingAfterStop: 0, heard: fine };

  it("end well where leases follow each other", () => {
    expect(stallsRow(measured)).toEqual({
      bench: "stalls",
      rounds: 2,
      stops: 1,
      stoppedForMs: 3000,
      leadingAfterStop: 0,
      leases: 2,
      leaseOverlapMs: 0,
      leadersPerTermMax: 1,
      ok: true,
    });
  });

  it.each<[string, Partial<typeof measured>, number]>([
    ["a leader woke as one", { leadingAfterStop: 1 }, 0],
    ["there were fewer leases than rounds", { roundCount: 3 }, 0],
    ["two led in a term", { heard: [...fine, gained("n3", 2, 500)] }, 0],
    [
      "two leases overlap by a hair",
      { heard: [...fine, gained("n3", 3, 399.9999), lease("n3", 3, 399.9999, 500)] },
      0.0001,
    ],
    ["two leases overlap", { heard: [...fine, gained("n3", 3, 390), lease("n3", 3, 391, 500)] }, 10],
    [
      // Neighbours by their beginnings do not overlap, yet the first overlaps the third.
      "a lease of another lies behind one of the same process",
      {
        heard: [
          gained("n1", 1, 0),
          lease("n1", 1, 5, 500),
          lost("n1", 1, 600),
          gained("n1", 2, 100),
          lease("n1", 2, 105, 110),
          gained("n3", 3, 300),
          lease("n3", 3, 305, 700),
        ],
      },
      200,
    ],
  ])("end badly where %s", (_, change, overlapMs) => {
    const row = stallsRow({ ...measured, ...change });
    expect(row).toMatchObject({ ok: false, leaseOverlapMs: overlapMs });
  });
});

describe("the most leaders of a term", () => {
  it.each<[readonly Heard[], number]>([
    [[], 0],
    [[gained("n1", 1, 0), gained("n2", 2, 0)], 1],
    [[gained("n1", 1, 0), gained("n1", 1, 9)], 1],
    [[gained("n1", 1, 0), gained("n2", 2, 0), gained("n3", 1, 0)], 2],
    [[lost("n1", 1, 0), lost("n2", 1, 0)], 0],
  ])("of %j are %i", (heard, most) => {
    expect(leadersPerTermMax(heard)).toBe(most);
  });
});

describe("the costs of heartbeats", () => {
  const usage = (acknowledged: number, cpuMs: number, residentBytes: number): Usage => ({
    kind: "usage",
    acknowledged,
    cpuMs,
    residentBytes,
  });

  it("are those of both processes by what the first had acknowledged, and bytes less those of the other pair", () => {
    const raftbeat = [usage(1000, 60, 70e6), usage(5, 40, 50e6)];
    const bare = [usage(2000, 80, 60e6), usage(7, 20, 40e6)];
    // Alone, the bare pair sends 192 bytes each; beside it the others send 202.
    const both = { usages: [raftbeat, bare], bytes: 1000 * 202 + 2000 * 192 };
    const alone = { usages: [[usage(500, 1, 1), usage(1, 1, 1)]], bytes: 500 * 192 };
    expect(costsOf(both, alone)).toEqual({
      raftbeat: { cpuMsPer1000: 100, residentMb: 60, wireBytes: 202 },
      bare: { cpuMsPer1000: 50, residentMb: 50, wireBytes: 192 },
    });
  });

  const costs = (cpuMsPer1000: number, residentMb = 60, wireBytes = 200) => ({
    cpuMsPer1000,
    residentMb,
    wireBytes,
  });
  const bare = [costs(100, 50, 190), costs(200, 50, 190), costs(50, 50, 190)];

  it("are compared round by round, and the middle of the rounds counts", () => {
    const rows = heartbeatRows({ rounds: 3 }, [costs(120), costs(260), costs(100)], bare);
    expect(rows).toEqual([
      {
        bench: "heartbeat",
        rounds: 3,
        of: "raftbeat",
        cpuMsPer1000: 120,
        residentMb: 60,
        wireBytes: 200,
        cpuRatio: 1.3,
        cpuRatioMin: 1.2,
        cpuRatioMax: 2,
        memoryRatio: 1.2,
        ok: true,
      },
      { bench: "heartbeat", rounds: 3, of: "bare ws", cpuMsPer1000: 100, residentMb: 50, wireBytes: 190 },
    ]);
  });

  it.each([
    ["CPU", costs(151), false],
    ["CPU, just", costs(150), true],
    ["memory", costs(100, 66), false],
    ["memory, just", costs(100, 65), true],
    ["bytes", costs(100, 60, 401), false],
    ["bytes, just", costs(100, 60, 400), true],
  ])("are too high in %s", (_, one, ok) => {
    expect(heartbeatRows({}, [one], [costs(100, 50, 190)])[0]?.["ok"]).toBe(ok);
  });
});
