import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addRuns, type CellRecord, emptyRecord } from "../../../src/tuning/sweep/cell-record.js";
import { type CellSummary, summarizeCells } from "../../../src/tuning/sweep/cell-summary.js";
import { sweepCsv } from "../../../src/tuning/sweep/csv.js";
import type { GridCell, GridValue } from "../../../src/tuning/sweep/grid.js";

/** Reads a table as RFC 4180 has it and nothing else; throws at the first character that is not of it. */
function parseStrictly(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`${why} at ${at}: ${JSON.stringify(text.slice(Math.max(0, at - 20), at + 20))}`);
  };
  const quoted = (): string => {
    let field = "";
    for (at++; ; at++) {
      if (at >= text.length) fail("a quote is not closed");
      if (text[at] !== '"') field += text[at];
      else if (text[at + 1] === '"') field += text[at++];
      else {
        at++;
        return field;
      }
    }
  };
  const plain = (): string => {
    const from = at;
    while (at < text.length && !/[",\r\n]/.test(text[at] as string)) at++;
    if (text[at] === '"') fail("a quote inside a field");
    return text.slice(from, at);
  };
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      row.push(text[at] === '"' ? quoted() : plain());
      if (text[at] !== ",") break;
      at++;
    }
    if (text.slice(at, at + 2) !== "\r\n") fail("a row does not end as it must");
    at += 2;
    rows.push(row);
  }
  for (const row of rows)
    if (row.length !== rows[0]?.length) throw new Error(`a row has ${row.length} fields: ${row.join("|")}`);
  return rows;
}

function tableOf(paths: readonly string[], summaries: readonly CellSummary[]): Record<string, string>[] {
  const [names = [], ...rows] = parseStrictly(sweepCsv(paths, summaries));
  expect(new Set(names).size).toBe(names.length);
  return rows.map((row) => Object.fromEntries(row.map((field, index) => [names[index], field])));
}

function aCell(index: number, change: Partial<GridCell> = {}): GridCell {
  return { index, settings: {}, refusal: null, endsEarly: false, ...change };
}

function aRecord(change: Partial<CellRecord>): CellRecord {
  return { ...emptyRecord(), ...change };
}

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
const quiet = {
  minutes: 120,
  falseElections: 10,
  ledMs: 7_000_000,
  observedMs: 7_200_000,
  messages: 288_000,
};
const played = aRecord({
  metrics: [...hundred, null],
  recoveriesMs: [...hundred, null],
  detectionSumMs: 3000,
  detectionCount: 60,
  observedMs: 10_000,
  ledMs: 9000,
  violations: ["seed 1: I4: two leaders", "seed 2: I4: two leaders"],
  baseline: quiet,
});

describe("what a cell came to", () => {
  const [summary] = summarizeCells([aCell(0)], new Map([[0, played]]), "recoveryMs") as [CellSummary];

  it("has the quantiles of 1 to 100 with the ranks that hold the true ones", () => {
    expect(summary.recoveryMs).toEqual({
      mean: expect.closeTo(50.5, 12),
      meanBetween: { low: expect.closeTo(50.5 - 5.7566, 3), high: expect.closeTo(50.5 + 5.7566, 3) },
      p50: 50,
      p50Between: { low: 41, high: 60 },
      p90: 90,
      p90Between: { low: 85, high: 96 },
      p99: 99,
      p99Between: { low: 98, high: 100 },
    });
    expect(summary.metricMean).toBeCloseTo(50.5, 12);
    expect(summary.metricHalfWidth).toBeCloseTo(5.7566, 3);
  });

  it("has rates by the hour, shares of time, and messages by the second", () => {
    expect(summary).toMatchObject({
      runs: 101,
      recovered: 100,
      detectionMs: 50,
      availability: 0.9,
      falseElections: 10,
      quietHours: 2,
      falseElectionsPerHour: 5,
      quietAvailability: 7 / 7.2,
      messagesPerSecond: 40,
      onFront: true,
    });
    expect(summary.falseElectionsBetween?.low).toBeCloseTo(4.795 / 2, 1);
    expect(summary.falseElectionsBetween?.high).toBeCloseTo(18.39 / 2, 1);
  });

  it("is nothing where nothing was played, or nothing seen", () => {
    const [none] = summarizeCells([aCell(0)], new Map(), "recoveryMs");
    expect(none).toMatchObject({
      runs: 0,
      recovered: 0,
      metricMean: null,
      metricHalfWidth: null,
      recoveryMs: null,
      detectionMs: null,
      falseElectionsPerHour: null,
      falseElectionsBetween: null,
      availability: null,
      quietAvailability: null,
      messagesPerSecond: null,
      onFront: false,
    });
    const one = aRecord({ metrics: [7], recoveriesMs: [7] });
    const [single] = summarizeCells([aCell(0)], new Map([[0, one]]), "recoveryMs");
    expect(single).toMatchObject({ metricMean: 7, metricHalfWidth: null });
    expect(single?.recoveryMs).toMatchObject({ mean: 7, meanBetween: null, p50: 7, p99: 7 });
  });

  it("says nothing of availability where runs end as soon as somebody leads", () => {
    const until = aCell(0, { endsEarly: true });
    const [cut] = summarizeCells([until], new Map([[0, played]]), "recoveryMs");
    expect(cut?.availability).toBeNull();
  });

  it("is on the front where no other detects sooner at no more false elections", () => {
    const records = new Map(
      [
        [50, 10],
        [40, 20],
        [60, 15],
        [45, 20],
        [70, 0],
      ].map(([detectionSumMs = 0, falseElections = 0], place) => [
        place,
        { ...played, detectionSumMs, detectionCount: 1, baseline: { ...quiet, falseElections } },
      ]),
    );
    const cells = [0, 1, 2, 3, 4, 5].map((place) => aCell(place));
    const all = summarizeCells(cells, records, "recoveryMs");
    expect(all.map(({ onFront }) => onFront)).toEqual([true, true, false, false, true, false]);
  });

  it("grows by the runs that follow", () => {
    const record = aRecord({ metrics: [1], recoveriesMs: [2], observedMs: 10, ledMs: 5, leaderChanges: 1 });
    const more = { detectionSumMs: 7, detectionCount: 2, observedMs: 20, ledMs: 6, leaderChanges: 3 };
    addRuns(record, {
      kind: "runs",
      ...more,
      metrics: [3, null],
      recoveriesMs: [null, 4],
      violations: ["seed 2: I4"],
    });
    expect(record).toEqual({
      metrics: [1, 3, null],
      recoveriesMs: [2, null, 4],
      detectionSumMs: 7,
      detectionCount: 2,
      observedMs: 30,
      ledMs: 11,
      leaderChanges: 4,
      violations: ["seed 2: I4"],
      baseline: null,
    });
  });
});

describe("the table of a sweep", () => {
  const settings = { "timing.heartbeatIntervalMs": 50, "network.latency": { uniform: [1, 2] } };
  const paths = Object.keys(settings);
  const cells = [aCell(0, { settings }), aCell(1, { settings, refusal: 'too short, says "it"' })];
  const [row, refused] = tableOf(paths, summarizeCells(cells, new Map([[0, played]]), "recoveryMs"));

  it("has each figure of a cell under its own name", () => {
    const numbers = Object.fromEntries(
      Object.entries(row ?? {}).map(([name, field]) => [
        name,
        Number.isNaN(Number(field)) ? field : Number(field),
      ]),
    );
    expect(numbers).toEqual({
      "timing.heartbeatIntervalMs": 50,
      "network.latency": '{"uniform":[1,2]}',
      runs: 101,
      recovered: 100,
      recoveryMeanMs: expect.closeTo(50.5, 12),
      recoveryMeanMsLow: expect.closeTo(44.7434, 3),
      recoveryMeanMsHigh: expect.closeTo(56.2566, 3),
      recoveryP50Ms: 50,
      recoveryP50MsLow: 41,
      recoveryP50MsHigh: 60,
      recoveryP90Ms: 90,
      recoveryP90MsLow: 85,
      recoveryP90MsHigh: 96,
      recoveryP99Ms: 99,
      recoveryP99MsLow: 98,
      recoveryP99MsHigh: 100,
      detectionMs: 50,
      falseElectionsPerHour: 5,
      falseElectionsPerHourLow: expect.closeTo(2.4, 1),
      falseElectionsPerHourHigh: expect.closeTo(9.2, 1),
      quietHours: 2,
      availability: 0.9,
      quietAvailability: expect.closeTo(7 / 7.2, 12),
      messagesPerSecond: 40,
      metric: "recoveryMs",
      metricMean: expect.closeTo(50.5, 12),
      metricHalfWidth: expect.closeTo(5.7566, 3),
      onFront: "true",
      violations: 2,
      refused: 0,
    });
  });

  it("leaves empty what is not known, and says why a cell was not played", () => {
    expect(row?.["refused"]).toBe("");
    expect(refused).toMatchObject({
      refused: 'too short, says "it"',
      recoveryP99Ms: "",
      runs: "0",
      onFront: "false",
    });
    expect(refused?.["falseElectionsPerHourLow"]).toBe("");
  });

  it("gives back every text that a setting may be, commas, quotes, line breaks and all", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", ",", '"', "\r", "\n", " ", ";", "é", "'"),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const given: Record<string, GridValue> = Object.fromEntries(
          texts.map((text, index) => [`p,"${index}`, text]),
        );
        const [only] = tableOf(
          Object.keys(given),
          summarizeCells([aCell(0, { settings: given })], new Map(), "recoveryMs"),
        );
        for (const [path, value] of Object.entries(given)) expect(only?.[path]).toBe(value);
      }),
    );
  });

  it("has a head even where there is no cell", () => {
    expect(parseStrictly(sweepCsv(["a"], []))[0]?.slice(0, 3)).toEqual(["a", "runs", "recovered"]);
  });
});
