import type { ScenarioInput } from "../../../src/simulation/index.js";

/** Short timeouts, so that much happens in few simulated seconds. */
export const quick = {
  heartbeatIntervalMs: 20,
  electionTimeout: { minMs: 60, maxMs: 120 },
  quorumTimeoutMs: 120,
} as const;

/** What all of them begin with. */
export const base = {
  cluster: { nodes: 3 },
  timing: quick,
  network: { latency: { uniform: [0.5, 4] }, duplicate: 0.02 },
  timers: { lateness: { exponential: 0.3 } },
  disk: { write: { exponential: 2 } },
  settleMs: 0,
  observeMs: 10_000,
} satisfies ScenarioInput;

/** A script of faults. */
export type Faults = NonNullable<ScenarioInput["faults"]>;
/** Strikes at random, for so long. */
export const often = (ratePerMinute: number, fromMs: number, toMs: number) => ({
  random: { ratePerMinute, forMs: [fromMs, toMs] as [number, number] },
});
const crashes: Faults = [{ ...often(300, 1, 200), do: "crash", nodes: "all" }];
/** One node or one direction, now and then. */
export const cuts: Faults = [
  { ...often(120, 20, 300), do: "isolate", nodes: "all" },
  { ...often(120, 20, 300), do: "cutOneWay", from: "all", to: "all" },
];

/** Worlds in which chance decides what goes wrong. */
export const worlds = {
  crashes: { ...base, disk: { write: { exponential: 10 } }, faults: [...crashes, ...cuts] },
  late: {
    ...base,
    network: {
      latency: {
        mixture: [
          [0.8, { uniform: [0.5, 4] }],
          [0.2, { uniform: [0, 250] }],
        ],
      },
      duplicate: 0.1,
      loss: 0.1,
    },
    faults: cuts,
  },
  lateCrashes: {
    ...base,
    network: {
      latency: {
        mixture: [
          [0.5, { uniform: [0.5, 4] }],
          [0.5, { uniform: [0, 400] }],
        ],
      },
      duplicate: 0.2,
    },
    faults: [{ ...often(300, 1, 50), do: "crash", nodes: "all" }, ...cuts],
  },
  clocks: {
    ...base,
    timing: { ...quick, clockDriftRatio: 0.1 },
    faults: [
      { ...often(60, 500, 3000), do: "clockRate", nodes: "all", rate: 0.9 },
      { ...often(60, 500, 3000), do: "clockRate", nodes: "all", rate: 1.1 },
      ...cuts,
    ],
  },
  handovers: {
    ...base,
    faults: [
      { every: 300, do: "transfer" },
      { ...often(100, 50, 400), do: "hold", between: ["all", "all"] },
      ...cuts,
    ],
  },
  members: {
    ...base,
    cluster: { nodes: 5, observers: 2 },
    faults: [
      ...["o1", "o2", "n1", "n2"].flatMap(
        (id): Faults => [
          { random: { ratePerMinute: 40 }, do: "reconfigure", add: id },
          { random: { ratePerMinute: 40 }, do: "reconfigure", remove: id },
        ],
      ),
      ...cuts,
    ],
  },
  mixed: {
    ...base,
    timing: {
      default: quick,
      nodes: { n1: { heartbeatIntervalMs: 30, electionTimeout: { minMs: 300, maxMs: 400 } } },
    },
    faults: [...crashes, ...cuts, { every: 700, do: "transfer" }],
  },
  disks: {
    ...base,
    faults: [
      { ...often(100, 20, 400), do: "diskStall", nodes: "all" },
      { ...often(60, 20, 400), do: "pause", nodes: "all" },
      ...cuts,
    ],
  },
} satisfies Record<string, ScenarioInput>;
