import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { quantileFigures, report, rounded } from "../../bench/report.js";

describe("the report of a bench", () => {
  let before: typeof process.exitCode;
  const lines: string[] = [];
  const tables: unknown[] = [];

  beforeEach(() => {
    before = process.exitCode;
    process.exitCode = 0;
    lines.length = 0;
    tables.length = 0;
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    vi.spyOn(console, "table").mockImplementation((rows: unknown) => void tables.push(rows));
  });

  afterEach(() => {
    process.exitCode = before;
    vi.restoreAllMocks();
  });

  const fine = { bench: "failover", p50Ms: 170.1, ok: true };
  const broken = { bench: "failover", p50Ms: 900, ok: false };
  const figures = { bench: "simulator", eventsPerSecond: 5 };

  it.each([
    [[fine], 0],
    [[broken], 1],
    [[fine, broken], 1],
    [[broken, fine], 1],
    [[fine, figures], 0],
    [[figures], 0],
    [[], 0],
  ])("of %j ends the process with %i", (rows, code) => {
    report(rows, true);
    expect(process.exitCode).toBe(code);
    report(rows, false);
    expect(process.exitCode).toBe(code);
  });

  it("does not take back what another has failed", () => {
    process.exitCode = 3;
    report([fine], true);
    expect(process.exitCode).toBe(3);
  });

  it("is one JSON object a row, or one table", () => {
    report([fine, broken], true);
    expect(lines.map((line) => JSON.parse(line))).toEqual([fine, broken]);
    expect(tables).toEqual([]);
    report([fine, broken], undefined);
    expect(tables).toEqual([[fine, broken]]);
    report([], false);
    report([], true);
    expect([lines.length, tables.length]).toEqual([2, 1]);
  });

  it("names quantiles after what they are, rounded, and -1 where nothing was measured", () => {
    const quantiles = { min: 1.04, p50: 2.06, p90: 3.1459, p99: 4.005, max: 5.999 };
    expect(quantileFigures(quantiles)).toEqual({ minMs: 1, p50Ms: 2.1, p90Ms: 3.1, p99Ms: 4, maxMs: 6 });
    expect(quantileFigures(quantiles, 2).p90Ms).toBe(3.15);
    expect(quantileFigures(null)).toEqual({ minMs: -1, p50Ms: -1, p90Ms: -1, p99Ms: -1, maxMs: -1 });
    expect([rounded(1.25), rounded(-0.04), rounded(1234.5678, 0), rounded(0.12345, 4)]).toEqual([
      1.3, -0, 1235, 0.1235,
    ]);
  });
});
