import { describe, expect, it } from "vitest";
import { sweepPage } from "../../../src/report/pages/sweep-page.js";
import { emptyRecord } from "../../../src/tuning/sweep/cell-record.js";
import type { CellSummary } from "../../../src/tuning/sweep/cell-summary.js";
import type { SweepReport } from "../../../src/tuning/sweep/sweep.js";
import { dataOf, figureNamed, rowsOf, seriesNamed } from "../support/page-data.js";

const heartbeat = "timing.heartbeatIntervalMs";
const timeout = "timing.electionTimeout.minMs";
const loss = "network.loss";

/** A cell that was played a hundred times, but for what is given. */
function aCell(
  cell: number,
  settings: CellSummary["settings"],
  given: Partial<CellSummary> = {},
): CellSummary {
  return {
    cell,
    settings,
    refused: null,
    runs: 100,
    recovered: 100,
    metric: "recoveryMs",
    metricMean: 200,
    metricHalfWidth: 5,
    recoveryMs: recoveries(200),
    detectionMs: 150,
    falseElectionsPerHour: 0,
    falseElectionsBetween: { low: 0, high: 3.7 },
    falseElections: 0,
    quietHours: 1,
    availability: 0.98,
    quietAvailability: 1,
    messagesPerSecond: 40,
    onFront: false,
    violations: [],
    ...given,
  };
}

function recoveries(mean: number): NonNullable<CellSummary["recoveryMs"]> {
  return {
    mean,
    meanBetween: { low: mean - 5, high: mean + 5 },
    p50: mean + 1,
    p50Between: null,
    p90: mean + 2,
    p90Between: null,
    p99: mean + 3,
    p99Between: null,
  };
}

/** A sweep of three timeouts over two heartbeats; each cell's mean is its timeout plus its heartbeat. */
const heartbeats = [10, 20];
const timeouts = [100, 200, 300];
const grid = timeouts.flatMap((least, row) =>
  heartbeats.map((every, column) =>
    aCell(row * 2 + column, { [timeout]: least, [heartbeat]: every }, { metricMean: least + every }),
  ),
);

function dataOfSweep(given: Partial<SweepReport>) {
  return dataOf(
    sweepPage({
      name: "sweep",
      question: "",
      variations: [
        { path: timeout, values: timeouts },
        { path: heartbeat, values: heartbeats },
      ],
      summaries: grid,
      records: new Map(),
      ...given,
    }),
  );
}

describe("the map of a sweep", () => {
  it("has the longer list of values across, the other up, and each cell where its settings are", () => {
    const map = figureNamed(dataOfSweep({}), "Mean recovery");
    expect(map).toMatchObject({
      kind: "heatmap",
      xLabel: "timing.electionTimeout.min (ms)",
      yLabel: "timing.heartbeatInterval (ms)",
      xNames: ["100", "200", "300"],
      yNames: ["10", "20"],
      valueLabel: "mean recovery (ms)",
      valueRange: [110, 320],
    });
    for (const [x, y, , value] of map.series[0]?.points ?? [])
      expect(value).toBe((timeouts[x] as number) + (heartbeats[y] as number));
    expect(map.series[0]?.points.length).toBe(6);
  });

  it("tells in a cell's tip its settings and its numbers, and of a refused one that it was refused", () => {
    const refused = aCell(
      5,
      { [timeout]: 300, [heartbeat]: 20 },
      { refused: "no", metricMean: null, recoveryMs: null },
    );
    const map = figureNamed(dataOfSweep({ summaries: [...grid.slice(0, 5), refused] }), "Mean recovery");
    const [first, ...others] = map.series[0]?.points ?? [];
    expect(first?.[2]?.split("\n")).toEqual([
      "minMs: 100",
      "heartbeatIntervalMs: 10",
      "mean recovery (ms): 110.0 ± 5.0",
      "recovery p50 and p90: 201.0, 202.0 ms",
      "recovery p99: 203.0 ms",
      "detected after 150.0 ms",
      "0.0 false elections per hour",
      "40.0 messages per second",
      "led 100.000 % of quiet time",
      "100 runs, 100 recovered",
    ]);
    const last = others.at(-1);
    expect(last?.[2]?.split("\n").at(-1)).toBe("refused: the settings contradict each other");
    expect(last?.[3]).toBeNull();
  });

  it("is drawn by ratios where some values are more than eight times others", () => {
    const values = (most: number) =>
      grid.map((cell, place) => ({ ...cell, metricMean: place === 0 ? most : 10 }));
    expect(figureNamed(dataOfSweep({ summaries: values(80) }), "Mean recovery").logValue).toBe(false);
    expect(figureNamed(dataOfSweep({ summaries: values(81) }), "Mean recovery").logValue).toBe(true);
    expect(
      figureNamed(
        dataOfSweep({ summaries: [...values(81), aCell(9, {}, { metricMean: 0 })] }),
        "Mean recovery",
      ).logValue,
    ).toBe(false);
  });

  it("is there for false elections too, where there were any", () => {
    const title = "False elections";
    expect(dataOfSweep({}).figures.map((figure) => figure.title)).not.toContain(title);
    const summaries = grid.map((cell, place) => ({
      ...cell,
      falseElections: 1,
      falseElectionsPerHour: place,
    }));
    const map = figureNamed(dataOfSweep({ summaries }), title);
    expect(map.series[0]?.points.map(([, , , value]) => value)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(map.valueLabel).toBe("false elections (per hour)");
  });

  it("is there for each value of a third setting, with the cells of that value", () => {
    const summaries = [0, 0.1].flatMap((share) =>
      grid.map(({ settings, cell }) => aCell(cell, { ...settings, [loss]: share }, { metricMean: share })),
    );
    const data = dataOfSweep({
      summaries,
      variations: [
        { path: timeout, values: timeouts },
        { path: heartbeat, values: heartbeats },
        { path: loss, values: [0, 0.1] },
      ],
    });
    for (const share of [0, 0.1])
      expect(
        figureNamed(data, `Mean recovery, loss ${share}`).series[0]?.points.map(([, , , value]) => value),
      ).toEqual(Array(6).fill(share));
  });
});

describe("a sweep of one setting", () => {
  const summaries = [20, 10].map((every, cell) =>
    aCell(cell, { [heartbeat]: every }, { metricMean: every * 7 }),
  );

  it("is a line over a number, from the least on, in whatever order the values were given", () => {
    const figure = figureNamed(
      dataOfSweep({ summaries, variations: [{ path: heartbeat, values: [20, 10] }] }),
      "Mean recovery",
    );
    expect(figure).toMatchObject({
      kind: "lines",
      xLabel: "timing.heartbeatInterval (ms)",
      yLabel: "mean recovery (ms)",
    });
    expect(figure.series[0]?.points.map(([x, y]) => [x, y])).toEqual([
      [10, 70],
      [20, 140],
    ]);
  });

  it("is bars over words, and leaves out what has no number", () => {
    const modes = ["plain", "all", "none"];
    const cells = modes.map((mode, cell) =>
      aCell(cell, { mode }, { metricMean: cell === 1 ? null : cell * 7 }),
    );
    const figure = figureNamed(
      dataOfSweep({ summaries: cells, variations: [{ path: "mode", values: modes }] }),
      "Mean recovery",
    );
    expect(figure).toMatchObject({ kind: "bars", xNames: modes });
    expect(figure.series[0]?.points.map(([x, y]) => [x, y])).toEqual([
      [0, 0],
      [2, 14],
    ]);
  });
});

describe("the distributions of a sweep", () => {
  it("are those of the played cells, the soonest first, with a star on the front", () => {
    const summaries = grid.slice(0, 3).map((cell, place) => ({
      ...cell,
      onFront: place === 1,
      recoveryMs: place === 2 ? null : recoveries(300 - 100 * place),
    }));
    const records = new Map(
      [0, 1].map((cell) => [cell, { ...emptyRecord(), recoveriesMs: [10 * cell + 2, null, 10 * cell + 1] }]),
    );
    const data = dataOfSweep({ summaries, records });
    for (const [title, kind] of [
      ["Recovery", "cdf"],
      ["The slowest recoveries", "tail"],
    ]) {
      const figure = figureNamed(data, title as string);
      expect(figure.kind).toBe(kind);
      expect(figure.series.map(({ name }) => name)).toEqual([
        "min 100, heartbeatInterval 20 *",
        "min 100, heartbeatInterval 10",
      ]);
      expect(figure.series[0]?.points).toEqual([
        [11, 0.5],
        [12, 1],
      ]);
    }
    expect(figureNamed(data, "Recovery").caption).toContain("2 of 2 combinations");
  });
});

describe("the trade-off of a sweep", () => {
  it("has detection across and false elections up, those beaten by none apart and from the soonest on", () => {
    const summaries = [
      aCell(0, { [heartbeat]: 10 }, { detectionMs: 300, falseElectionsPerHour: 2, onFront: true }),
      aCell(1, { [heartbeat]: 20 }, { detectionMs: 400, falseElectionsPerHour: 8 }),
      aCell(2, { [heartbeat]: 30 }, { detectionMs: 100, falseElectionsPerHour: 9, onFront: true }),
      aCell(3, { [heartbeat]: 40 }, { detectionMs: null }),
    ];
    const figure = figureNamed(dataOfSweep({ summaries }), "Detection time against false elections");
    const pointsOf = (name: string) => seriesNamed(figure, name).points.map(([x, y]) => [x, y]);
    expect(figure).toMatchObject({
      kind: "scatter",
      xLabel: "mean detection time (ms)",
      yLabel: "false elections (per hour)",
      logX: true,
      logY: false,
    });
    expect(pointsOf("beaten by another")).toEqual([[400, 8]]);
    expect(pointsOf("beaten by none")).toEqual([
      [100, 9],
      [300, 2],
    ]);
    expect(seriesNamed(figure, "beaten by none").dashed).toBe(true);
  });

  it("draws none at half of one in the hours watched, where it is drawn by ratios", () => {
    const summaries = [0, 50].map((perHour, cell) =>
      aCell(cell, { [heartbeat]: 10 }, { falseElectionsPerHour: perHour, quietHours: 4 }),
    );
    const figure = figureNamed(dataOfSweep({ summaries }), "Detection time against false elections");
    expect(figure.logY).toBe(true);
    expect(seriesNamed(figure, "beaten by another").points.map(([, y]) => y)).toEqual([1 / 8, 50]);
    expect(figure.caption).toContain("none in 4.00 h are drawn at half of one");
  });
});

describe("the table of a sweep", () => {
  it("has each number of each cell under its own name", () => {
    const cell = aCell(
      0,
      { [timeout]: 100, [heartbeat]: 10 },
      {
        recovered: 99,
        detectionMs: 151.239,
        falseElectionsPerHour: 2.5,
        falseElectionsBetween: { low: 1, high: 4.444 },
        availability: 0.987654,
        quietAvailability: 0.999991,
        messagesPerSecond: 41.5,
      },
    );
    const refused = aCell(
      1,
      { [timeout]: 5, [heartbeat]: 10 },
      { refused: "too short", recoveryMs: null, availability: null },
    );
    const rows = rowsOf(dataOfSweep({ summaries: [cell, refused] }));
    expect(rows[0]).toEqual({
      minMs: 100,
      heartbeatIntervalMs: 10,
      runs: 100,
      recovered: 99,
      "mean (ms)": 200,
      "95 % from": 195,
      to: 205,
      "p50 (ms)": 201,
      "p90 (ms)": 202,
      "p99 (ms)": 203,
      "detected (ms)": 151.24,
      "false elections (per hour)": 2.5,
      "at most": 4.44,
      available: 0.98765,
      "without faults": 0.99999,
      "messages (per s)": 41.5,
      refused: null,
    });
    expect(rows[1]).toMatchObject({ refused: "too short", "mean (ms)": null, available: null });
  });
});
