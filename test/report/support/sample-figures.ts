import { distributionPoints } from "../../../src/report/pages/distribution-points.js";
import type { Answer, Figure, SummaryTable } from "../../../src/report/pages/figure.js";

/** Numbers that look like election times: no chance in them, so that a picture is the same each time. */
function times(base: number, spread: number): number[] {
  return Array.from({ length: 2000 }, (_, index) => {
    const share = (index + 0.5) / 2000;
    return base + spread * share + (share > 0.95 ? spread * 40 * (share - 0.95) ** 2 * 20 : 0);
  });
}

const named = [
  ["timeouts 150 to 300 ms", times(85, 110)],
  ["timeouts 300 to 600 ms", times(210, 200)],
  ["as published", times(100, 120)],
] as const;
const distributions = named.map(([name, numbers], index) => ({
  name,
  points: distributionPoints(numbers),
  dashed: index === 2,
}));

/** One figure of each kind. */
export const sampleFigures: readonly Figure[] = [
  {
    title: "Leaderless time",
    caption: "Half of the elections are over by the time that the curve crosses 50 %.",
    kind: "cdf",
    xLabel: "leaderless time (ms)",
    yLabel: "share of elections",
    logX: true,
    series: distributions,
  },
  {
    title: "The slowest elections",
    caption: "The same numbers, drawn so that each further nine takes the same room.",
    kind: "tail",
    xLabel: "leaderless time (ms)",
    yLabel: "share of elections not above",
    logX: true,
    series: distributions,
  },
  {
    title: "Recovery over loss",
    caption: "More loss, longer elections.",
    kind: "lines",
    xLabel: "loss (share of messages)",
    yLabel: "mean recovery (ms)",
    series: [
      { name: "datagram", points: [0, 0.1, 0.2, 0.3, 0.4].map((loss) => [loss, 150 + 900 * loss * loss]) },
      { name: "stream", points: [0, 0.1, 0.2, 0.3, 0.4].map((loss) => [loss, 152 + 2400 * loss * loss]) },
    ],
  },
  {
    title: "Recovery by mode",
    caption: "What a check costs.",
    kind: "bars",
    xLabel: "mode",
    yLabel: "mean recovery (ms)",
    xNames: ["plain Raft", "pre-vote alone", "quorum check alone", "all"],
    series: [
      { name: "no loss", points: [140, 152, 141, 153].map((ms, place) => [place, ms]) },
      { name: "10 % loss", points: [160, 190, 171, 199].map((ms, place) => [place, ms]) },
    ],
  },
  {
    title: "Mean recovery",
    caption: "A cell that contradicts itself is not played.",
    kind: "heatmap",
    xLabel: "heartbeatIntervalMs (ms)",
    yLabel: "electionTimeout.minMs (ms)",
    valueLabel: "mean recovery (ms)",
    logValue: true,
    xNames: ["10", "20", "50", "100", "200", "500"],
    yNames: ["50", "100", "200", "500", "1000"],
    series: [
      {
        name: "cells",
        points: [50, 100, 200, 500, 1000].flatMap((timeout, y) =>
          [10, 20, 50, 100, 200, 500].map((heartbeat, x) =>
            heartbeat > timeout / 2
              ? ([x, y, `heartbeat ${heartbeat}, timeout ${timeout}\ncontradict each other`, null] as const)
              : ([
                  x,
                  y,
                  `heartbeat ${heartbeat} ms\ntimeout ${timeout} ms\nmean 12.5 ms`,
                  timeout * 1.2 - heartbeat / 2,
                ] as const),
          ),
        ),
      },
    ],
  },
  {
    title: "Detection against false elections",
    caption: "Who detects sooner errs more often; the dashed line joins what no other beats.",
    kind: "scatter",
    xLabel: "mean detection time (ms)",
    yLabel: "false elections (per hour)",
    logX: true,
    series: [
      {
        name: "combinations",
        points: Array.from({ length: 60 }, (_, index) => [
          50 + 7 * index,
          Math.max(0, 90 - 1.4 * index + 20 * ((index * 0.618) % 1)),
          `combination ${index}`,
        ]),
      },
      {
        name: "the front",
        dashed: true,
        points: [
          [50, 90, "first of the front"],
          [160, 60],
          [330, 20],
          [450, 0],
        ],
      },
    ],
  },
];

/** A table to stand below them. */
export const sampleTables: readonly SummaryTable[] = [
  {
    title: "All combinations",
    head: ["heartbeat (ms)", "mean (ms)", "p99 (ms)", "runs", "false elections (per hour)", "refused"],
    rows: [
      [10, 61.237, 134.5, 1000, 12, null],
      [50, 155.02, 251.1, 1000, 0, null],
      [100, null, null, 0, null, "heartbeatIntervalMs (100) must be at most half of voteHoldMs (150)"],
    ],
  },
];

/** An answer with two facts of one name. */
export const sampleAnswer: Answer = {
  lead: "raftbeat node --heartbeat-ms 10 --election-timeout 1593-1655",
  facts: [
    ["gives", "no leader for 1655 ms after a crash <on average>"],
    ["binds", "the longest stall"],
    ["binds", "messages"],
  ],
};
