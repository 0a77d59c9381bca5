import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { ScenarioInput } from "../../../src/simulation/index.js";
import { base, cuts, quick } from "./worlds.js";

function fromFile(name: string): ScenarioInput {
  const file = new URL(`../../../simulations/${name}.yaml`, import.meta.url);
  return parse(readFileSync(file, "utf8")) as ScenarioInput;
}

/** Scripts of faults that lead to where a bug does harm; chance decides only what is left to it. */
export const scenarios = {
  /** Nothing goes wrong. */
  calm: { ...base, observeMs: 3_000 },
  /** Whoever wakes has missed four heartbeats, and not yet its quorum. */
  wakes: { ...base, timers: {}, faults: [{ every: 500, for: 95, do: "pause", nodes: "all" }] },
  /** Nobody hears the leader any more, nor it anybody. */
  alone: { ...base, faults: [{ at: 0, do: "isolate", nodes: "leader" }], observeMs: 3_000 },
  /** One follower misses nine heartbeats in ten, and hears everybody else well. */
  halfDeaf: {
    ...base,
    faults: [{ at: 0, do: "loss", between: ["leader", "follower1"], oneWay: true, rate: 0.9 }],
  },
  /** Only the last of five reaches a quorum, and two of those it reaches are the last but one and the one before. */
  hub: {
    ...base,
    cluster: { nodes: 5 },
    faults: [
      {
        at: 0,
        do: "keepOnly",
        links: [
          ["n5", ["n3", "n4"]],
          ["n1", "n2"],
        ],
      },
    ],
  },
  /** What n2 says reaches n3 when n3 has long given up that round; n3 hardly ever hears n1, who leads, and n2 does not always. */
  slowWord: {
    ...base,
    timing: {
      default: { ...quick, quorumTimeoutMs: 240 },
      nodes: {
        n2: { heartbeatIntervalMs: 20, electionTimeout: { minMs: 200, maxMs: 250 }, voteHoldMs: 60 },
      },
    },
    network: {
      ...base.network,
      links: [
        { from: "n2", to: "n3", latency: { uniform: [350, 1200] } },
        { from: "n1", to: "n3", loss: 0.95 },
      ],
    },
    faults: [
      { every: 1000, do: "transfer", to: "n1" },
      { every: 1700, for: 150, do: "cut", between: ["n1", "n2"] },
    ],
  },
  /** The leader's clock runs as slowly and the others' as fast as the drift ratio allows when they lose each other. */
  drift: {
    ...base,
    timing: {
      heartbeatIntervalMs: 100,
      electionTimeout: { minMs: 1000, maxMs: 1200 },
      clockDriftRatio: 0.1,
    },
    faults: [
      { at: 0, do: "clockRate", nodes: "leader", rate: 0.9 },
      { at: 0, do: "clockRate", nodes: "followers", rate: 1.1 },
      { at: 1000, do: "isolate", nodes: "leader" },
    ],
    observeMs: 3_000,
  },
  /** The leader's machine sleeps while replies are on their way to it, and its heartbeats arrive no more. */
  suspended: {
    ...base,
    timing: { ...quick, electionTimeout: { minMs: 60, maxMs: 70 } },
    network: { latency: 8 },
    disk: { write: 0.2 },
    timers: {},
    faults: [
      { at: 0, do: "cutOneWay", from: "leader", to: "followers" },
      { at: 0, for: 72, do: "pause", nodes: "leader" },
      { at: 0, for: 72, do: "clockRate", nodes: "leader", rate: 0.01 },
      { at: 0, do: "wallJump", nodes: "leader", byMs: 72 },
    ],
    observeMs: 500,
  },
  /**
   * Two voters leave, one after the other; the last to hear of it can talk to them and to nobody else. The second of them stands still
   * until that one would vote, so that no refusal tells it of the newer configuration.
   */
  leavers: {
    ...base,
    cluster: { nodes: 5 },
    faults: [
      {
        at: 0,
        do: "cut",
        between: [
          ["follower3", "follower4"],
          ["leader", "follower1"],
        ],
      },
      { at: 0, for: 1_000, do: "pause", nodes: "follower3" },
      { at: 1, do: "reconfigure", remove: "follower4" },
      { at: 500, do: "cut", between: ["follower2", ["leader", "follower1"]] },
      { at: 501, do: "reconfigure", remove: "follower3" },
    ],
    observeMs: 3_000,
  },
  /** One voter of three loses its disk again and again. */
  wiped: {
    ...base,
    faults: [{ random: { ratePerMinute: 100 }, do: "restart", nodes: "n2", wipe: true }, ...cuts],
  },
  /** `simulations/restored-backup.yaml`. */
  restored: fromFile("restored-backup"),
  /** `simulations/stranger.yaml`. */
  strangers: fromFile("stranger"),
} satisfies Record<string, ScenarioInput>;
