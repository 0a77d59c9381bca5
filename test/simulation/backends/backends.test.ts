import { describe, expect, it } from "vitest";
import { RaftbeatError } from "../../../src/errors.js";
import { parseBackendsScenario } from "../../../src/simulation/backends/backends-scenario.js";
import type { BackendsScenarioInput } from "../../../src/simulation/backends/backends-schema.js";
import type { ChecksTraceEntry } from "../../../src/simulation/backends/checks-trace.js";
import { playBackends } from "../../../src/simulation/backends/play-backends.js";
import { simulateBackends } from "../../../src/simulation/backends/simulate-backends.js";

function scenario(input: Partial<BackendsScenarioInput> = {}) {
  return parseBackendsScenario({ backends: { of: 3, requestsPerSecond: 10 }, ...input });
}

function play(input: Partial<BackendsScenarioInput>) {
  const outcome = playBackends(scenario(input), 1);
  expect(outcome.violation).toBeNull();
  return outcome.metrics;
}

describe("a scenario of backends", () => {
  it("comes out the same twice, watched or not, and otherwise from another seed", () => {
    const seen: ChecksTraceEntry[] = [];
    const first = playBackends(scenario(), 1, (entry) => seen.push(entry));
    expect(playBackends(scenario(), 1).traceHash).toBe(first.traceHash);
    expect(playBackends(scenario(), 2).traceHash).not.toBe(first.traceHash);
    expect(seen.filter(({ event }) => event === "probed").length).toBeGreaterThan(50);
  });

  it("knows a backend that is down from one that is cut off", () => {
    for (const fault of [
      { at: 0, do: "crash", nodes: "b1", for: 30_000 },
      { at: 0, do: "crash", nodes: "b1", host: true, for: 30_000 },
      { at: 0, do: "pause", nodes: "b1", for: 30_000 },
      { at: 0, do: "unwell", nodes: "b1", for: 30_000 },
    ] as const) {
      const { trueDowns, falseDowns, downs, ups } = play({ faults: [fault] });
      expect({ trueDowns, falseDowns }, fault.do).toEqual({ trueDowns: 1, falseDowns: 0 });
      expect(downs[0]?.afterMs).toBeGreaterThan(1000);
      expect(ups[0]?.afterMs).toBeLessThan(6000);
    }
    const cut = play({ faults: [{ at: 0, do: "cut", between: ["b1", "gateway"], for: 30_000 }] });
    expect(cut).toMatchObject({ trueDowns: 0, falseDowns: 1, ends: { b1: "up" } });
    const slow = play({ faults: [{ at: 0, do: "slow", nodes: "b1", answers: 5000, for: 30_000 }] });
    expect(slow).toMatchObject({ falseDowns: 1, ends: { b1: "up" } });
  });

  it("sends requests to usable backends alone, and counts those that fail", () => {
    const drained = play({
      faults: [
        { at: 0, do: "drain", nodes: "b1" },
        { at: 1000, do: "crash", nodes: "b1" },
      ],
    });
    expect(drained).toMatchObject({ failedRequests: 0, leastUsable: 2 });
    expect(drained.choices.filter(({ backend, atMs }) => backend === "b1" && atMs > 0)).toEqual([]);
    const crashed = play({ faults: [{ at: 0, do: "crash", nodes: "b1" }] });
    expect(crashed.failedRequests).toBeGreaterThan(2);
  });

  it("begins anew where the gateway does", () => {
    const { ends, falseDowns } = play({ faults: [{ at: 5000, do: "restart", nodes: "gateway" }] });
    expect({ ends, falseDowns }).toEqual({ ends: { b1: "up", b2: "up", b3: "up" }, falseDowns: 0 });
  });

  it("says what it expected in vain, with the seed", () => {
    const crash = scenario({
      faults: [{ at: 0, do: "crash", nodes: "b1" }],
      expect: [
        { downBy: 10 },
        { usable: { min: 3 } },
        { panics: { min: 1 } },
        { ends: { b1: "up" } },
        { failedShare: { max: 0 } },
        { served: { by: "b1", from: 0, to: 1e6, min: 0.5 } },
      ],
    });
    const { expectationsFailed } = simulateBackends(crash, { clockMs: () => 0 });
    expect(expectationsFailed.map(({ text }) => text.split(":")[0])).toEqual([
      "downBy",
      "usable",
      "panics",
      "ends",
      "failedShare",
      "served",
    ]);
    expect(new Set(expectationsFailed.map(({ seed }) => seed))).toEqual(new Set([1]));
  });

  const refusals: [string, Partial<Record<keyof BackendsScenarioInput, unknown>>, RegExp][] = [
    ["a rule that there is not", { backends: { of: 3, risee: 2 } }, /backends\.risee: .*did you mean rise\?/],
    [
      "a stranger",
      { faults: [{ at: 0, do: "crash", nodes: "n1" }] },
      /faults\.0\.nodes: nobody is called n1/,
    ],
    [
      "a gateway that drains",
      { faults: [{ at: 0, do: "drain", nodes: "gateway" }] },
      /faults\.0\.nodes: nobody is called gateway/,
    ],
    [
      "an end of the gateway",
      { expect: [{ ends: { gateway: "up" } }] },
      /expect\.0\.ends: nobody is called gateway/,
    ],
  ];
  it.each(refusals)("is refused with the path and the value for %s", (_, part, message) => {
    const parse = () => scenario(part as Partial<BackendsScenarioInput>);
    expect(parse).toThrow(RaftbeatError);
    expect(parse).toThrow(message);
  });
});
