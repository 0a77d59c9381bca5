import { describe, expect, it } from "vitest";
import { RaftbeatError } from "../../../src/errors.js";
import type { PairTraceEntry } from "../../../src/simulation/pair/checks/pair-trace.js";
import { parsePairScenario } from "../../../src/simulation/pair/pair-scenario.js";
import type { PairScenarioInput } from "../../../src/simulation/pair/pair-schema.js";
import { playPair } from "../../../src/simulation/pair/play-pair.js";
import { simulatePair } from "../../../src/simulation/pair/simulate-pair.js";

const nfdE = { detector: { name: "nfdE", intervalMs: 1000, pauseMs: 3000 } } as const;

function scenario(input: Partial<PairScenarioInput> = {}) {
  return parsePairScenario({ pair: nfdE, network: { latency: { uniform: [5, 50] } }, ...input });
}

function play(input: Partial<PairScenarioInput>, seed = 1) {
  const outcome = playPair(scenario(input), seed);
  expect(outcome.violation).toBeNull();
  return outcome.metrics;
}

describe("a pair scenario", () => {
  it("comes out the same twice, watched or not, and otherwise from another seed", () => {
    const lossy = scenario({ network: { loss: 0.3, latency: { exponential: 30 } } });
    const first = playPair(lossy, 1);
    const seen: PairTraceEntry[] = [];
    expect(playPair(lossy, 1, { sink: (entry) => seen.push(entry) }).traceHash).toBe(first.traceHash);
    expect(playPair(lossy, 2).traceHash).not.toBe(first.traceHash);
    expect(seen.some(({ event }) => event === "dropped")).toBe(true);
  });

  it("knows a true suspicion from a false one: a sender that was killed, stopped or asleep from one that was cut off", () => {
    for (const fault of [
      { at: 0, do: "crash", nodes: "s1", for: 10_000 },
      { at: 0, do: "crash", nodes: "s1", host: true, for: 10_000 },
      { at: 0, do: "pause", nodes: "s1", for: 10_000 },
      { at: 0, do: "block", nodes: "s1", in: "data", for: 10_000 },
      { at: 0, do: "suspend", nodes: "s1", for: 10_000 },
    ] as const) {
      const { trueSuspicions, falseSuspicions, trueDeaths } = play({ faults: [fault] });
      expect({ trueSuspicions, falseSuspicions, trueDeaths }, fault.do).toEqual({
        trueSuspicions: 1,
        falseSuspicions: 0,
        trueDeaths: 1,
      });
    }
    const cut = play({ faults: [{ at: 0, do: "cut", between: ["s1", "o1"], for: 5000 }] });
    expect(cut).toMatchObject({ trueSuspicions: 0, falseSuspicions: 1, falseDeaths: 0 });
    expect(cut.mistakesMs).toHaveLength(1);
  });

  it("tells a goodbye from a crash, and a new life from both", () => {
    const left = play({ faults: [{ at: 0, do: "leave", nodes: "s1" }] });
    expect(left).toMatchObject({ goodbyes: 1, trueSuspicions: 0, ends: { o1: { s1: "left" } } });
    const restarted = play({ faults: [{ at: 0, do: "restart", nodes: "s1" }] });
    expect(restarted).toMatchObject({ restarts: 1, trueSuspicions: 0, ends: { o1: { s1: "alive" } } });
  });

  it("tells an observer on a stream of a closed connection at once, and of a dead machine by its silence", () => {
    const delays = (host: boolean) =>
      play({
        network: { transport: "stream", latency: { uniform: [5, 50] } },
        faults: [{ at: 0, do: "crash", nodes: "s1", host }],
      }).suspicionDelays.map(({ afterMs }) => afterMs ?? Number.NaN);
    expect(Math.max(...delays(false))).toBeLessThan(200);
    expect(Math.min(...delays(true))).toBeGreaterThan(2900);
    expect(Math.max(...delays(true))).toBeLessThan(4200);
  });

  it("lets an observer's machine sleep: its clock stands still, and it accuses nobody when it wakes", () => {
    const seen: PairTraceEntry[] = [];
    const asleep = scenario({
      pair: { senders: 3, ...nfdE },
      faults: [{ at: 0, do: "suspend", nodes: "o1", for: 30_000 }],
    });
    const { metrics } = playPair(asleep, 1, { sink: (entry) => seen.push(entry) });
    expect(metrics).toMatchObject({ falseSuspicions: 0, trueSuspicions: 0 });
    const during = seen.filter(({ atMs, host }) => host === "o1" && atMs > 10_000 && atMs < 40_000);
    expect(during).toEqual([]);
    expect(seen.filter(({ event }) => event === "dropped").length).toBeGreaterThan(80);
  });

  it.each(["timer", "data", "promise", "immediate"] as const)(
    "blocks an observer's loop in a %s for 20 s, and nobody is suspected for it",
    (site) => {
      const { falseSuspicions } = play({
        pair: { senders: 3, ...nfdE },
        faults: [{ every: 30_000, do: "block", nodes: "o1", in: site, for: 20_000 }],
        observeMs: 300_000,
      });
      expect(falseSuspicions).toBe(0);
    },
  );

  it("says what it expected in vain, with the seed", () => {
    const crash = scenario({
      runs: 2,
      pair: { senders: 2, ...nfdE },
      faults: [
        { at: 0, do: "crash", nodes: "s1" },
        { at: 0, do: "cut", between: ["s2", "o1"] },
      ],
      expect: [
        { detectsBy: 10 },
        { falseSuspicions: { max: 0 } },
        { restarts: { min: 1 } },
        { ends: { s2: "alive" } },
        { deadBy: 9000 },
      ],
    });
    const { expectationsFailed } = simulatePair(crash, { clockMs: () => 0 });
    const texts = expectationsFailed.filter(({ seed }) => seed === 2).map(({ text }) => text);
    expect(texts).toEqual([
      expect.stringMatching(/^detectsBy: 10 ms, but o1 had s1 suspected only after \d+\.\d ms$/),
      "falseSuspicions: at most 0, but there were 1",
      "restarts: at least 1, but there were 0",
      "ends: s2 alive, but o1 holds it to be dead",
    ]);
  });

  it("takes the brake into account: of three zones of four, one that falls silent dies, and all of them raise doubt", () => {
    const zones = { senders: 12, zones: 3, ...nfdE };
    const one = play({
      pair: zones,
      faults: [{ at: 0, do: "crash", nodes: "zone1" }],
      expect: [],
    });
    expect(one).toMatchObject({ trueDeaths: 4, doubts: 0 });
    const all = play({ pair: zones, faults: [{ at: 0, do: "crash", nodes: "senders" }] });
    expect(all).toMatchObject({ trueSuspicions: 12, trueDeaths: 0, doubts: 1 });
  });

  const refusals: [string, Partial<Record<keyof PairScenarioInput, unknown>>, RegExp][] = [
    [
      "an unknown detector",
      { pair: { detector: { name: "phi", intervalMs: 1000 } } },
      /pair\.detector\.name/,
    ],
    [
      "a detector's setting of another",
      { pair: { detector: { name: "missed", intervalMs: 1000, threshold: 8 } } },
      /pair\.detector\.threshold: is not a known key/,
    ],
    [
      "a pause twice",
      { pair: { detector: { name: "phiExponential", intervalMs: 1000, pauseMs: 1, threshold: 8 } } },
      /pair\.detector: .*(pauseMs|threshold)/,
    ],
    [
      "a stranger",
      { faults: [{ at: 0, do: "crash", nodes: "n1" }] },
      /faults\.0\.nodes: nobody is called n1; there are s1, o1/,
    ],
    ["a zone too many", { pair: { zones: 2, ...nfdE } }, /pair\.zones: 2 zones are more than the 1 senders/],
    [
      "an observer's goodbye",
      { faults: [{ at: 0, do: "leave", nodes: "o1" }] },
      /faults\.0\.nodes: only senders/,
    ],
    [
      "an end of an observer",
      { expect: [{ ends: { o1: "alive" } }] },
      /expect\.0\.ends: nobody is called o1/,
    ],
    [
      "a fault without a time",
      { faults: [{ do: "pause", nodes: "o1" }] },
      /exactly one of at, every and random/,
    ],
    ["a name of a part", { pair: { senders: ["zone1"], ...nfdE } }, /pair\.senders/],
  ];
  it.each(refusals)("is refused with the path and the value for %s", (_, part, message) => {
    const parse = () => scenario(part as Partial<PairScenarioInput>);
    expect(parse).toThrow(RaftbeatError);
    expect(parse).toThrow(message);
  });
});
