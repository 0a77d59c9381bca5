/**
 * Prints the closed forms of false alarms beside the simulator, for README.md: false suspicions of followers under loss, and the quality of
 * service of NFD-S. Run it with `npx tsx simulations/studies/false-alarms.ts`.
 */
import { textTable } from "../../src/report/text/text-table.js";
import { nfdSQuality } from "../../src/tuning/model/closed-forms.js";
import { type CountedRate, checkSuspicions } from "../../test/tuning/support/false-suspicion-check.js";
import { playNfdS } from "../../test/tuning/support/nfd-s-detector.js";

const minutes = 60;
const heartbeats = 200_000;
const seed = 1;

/** Nodes, loss, the least and the longest timeout; heartbeats every 50 ms. */
const suspicionWorlds = [
  [3, 0.1, 110, 140],
  [3, 0.2, 110, 140],
  [5, 0.2, 110, 140],
  [3, 0.3, 160, 190],
  [3, 0.2, 110, 190],
  [3, 0.2, 110, 240],
  [3, 0.3, 150, 300],
] as const;

const cells = ({ counted, expected, standardErrors }: CountedRate) => [
  String(counted),
  expected.toFixed(1),
  standardErrors.toFixed(1),
];

process.stdout.write(
  textTable([
    [
      "nodes",
      "loss",
      "timeout",
      "suspicions",
      "model",
      "errors",
      "kept",
      "errors",
      "shared",
      "model",
      "errors",
    ],
    ...suspicionWorlds.map(([nodes, loss, minMs, maxMs]) => {
      const world = { nodes, loss, heartbeatMs: 50, minMs, maxMs };
      const { suspicions, suspicionsKept, shared } = checkSuspicions(world, minutes, seed);
      const kept = cells(suspicionsKept).slice(1);
      return [
        String(nodes),
        String(loss),
        `${minMs}-${maxMs}`,
        ...cells(suspicions),
        ...kept,
        ...cells(shared),
      ];
    }),
  ]),
);

/** Loss, interval, freshness shift, latency. */
const detectorWorlds = [
  [0.1, 50, 120, 10],
  [0.1, 50, 60, 10],
  [0.3, 50, 120, 10],
  [0.2, 100, 250, 60],
] as const;

process.stdout.write("\n");
process.stdout.write(
  textTable([
    ["loss", "interval", "shift", "latency", "mistakes", "T_MR", "model", "T_M", "model", "1 - P_A", "model"],
    ...detectorWorlds.map(([loss, intervalMs, shiftMs, latencyMs]) => {
      const model = nfdSQuality(loss, intervalMs, shiftMs, latencyMs);
      const played = playNfdS({ loss, intervalMs, shiftMs, latencyMs }, heartbeats, seed);
      return [
        String(loss),
        `${intervalMs} ms`,
        `${shiftMs} ms`,
        `${latencyMs} ms`,
        String(played.mistakes),
        `${played.mistakeRecurrenceMs.toFixed(0)} ms`,
        `${model.mistakeRecurrenceMs.toFixed(0)} ms`,
        `${played.mistakeDurationMs.toFixed(2)} ms`,
        `${model.mistakeDurationMs.toFixed(2)} ms`,
        (1 - played.queryAccuracy).toExponential(3),
        (1 - model.queryAccuracy).toExponential(3),
      ];
    }),
  ]),
);
