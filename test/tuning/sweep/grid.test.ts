import { describe, expect, it } from "vitest";
import { cellsOf, changedDocument, parseVariation } from "../../../src/tuning/sweep/grid.js";

const document = {
  cluster: { nodes: 3 },
  timing: { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } },
  faults: [{ at: 0, do: "loss", rate: 0.1 }],
};

function cells(...varied: string[]) {
  return cellsOf(document, varied.map(parseVariation));
}

describe("a variation", () => {
  it.each([
    ["timing.heartbeatIntervalMs=10,20,50", [10, 20, 50]],
    ["network.loss=0..0.2/5", [0, 0.05, 0.1, 0.15, 0.2]],
    ["timing.electionTimeout.minMs=100..3200/6log", [100, 200, 400, 800, 1600, 3200]],
    ["network.transport=datagram,stream", ["datagram", "stream"]],
    ["protocol.preVote=true,false", [true, false]],
    ["network.latency=1,{uniform: [1, 2]},{fixed: 3}", [1, { uniform: [1, 2] }, { fixed: 3 }]],
    ["network.loss=0,1e-3..1e-2/2", [0, 0.001, 0.01]],
  ])("%s is read", (text, values) => {
    expect(parseVariation(text).values).toEqual(values);
  });

  it.each([
    ["heartbeat", "must be like timing.heartbeatIntervalMs=10,20,50"],
    ["=1,2", "must be like"],
    ["network.loss=", '"" is no value'],
    ["network.loss=0,,1", '"" is no value'],
    ["network.loss=0..1", "0..1 must be a range such as 10..50/5"],
    ["network.loss=0..1/1", "at least 2 values"],
    ["network.loss=0..1/3log", "must begin and end above 0"],
    ["network.loss=0.1,0.1", "the value 0.1 is given twice"],
  ])("%s is refused", (text, why) => {
    expect(() => parseVariation(text)).toThrow(why);
  });
});

describe("a grid", () => {
  it("has every combination once, the last setting turning fastest", () => {
    const settings = cells("network.loss=0,0.1", "timing.heartbeatIntervalMs=10,20,30").map((one) =>
      Object.values(one.settings),
    );
    expect(settings).toEqual([
      [0, 10],
      [0, 20],
      [0, 30],
      [0.1, 10],
      [0.1, 20],
      [0.1, 30],
    ]);
  });

  it("lists combinations that contradict themselves, with the reason, and keeps the others", () => {
    const [short, long] = cells("timing.heartbeatIntervalMs=70,80");
    expect(short).toMatchObject({ refusal: null });
    expect(long).not.toMatchObject({ refusal: null });
    expect(long?.refusal).toMatch(/heartbeatIntervalMs \(80\) must be at most half of voteHoldMs \(150\)/);
  });

  it.each([
    ["timing.heartbeat=10,20", "--vary timing.heartbeat=10"],
    ["network.lost=0.1", "--vary network.lost=0.1: network.lost: is not a known key (its value is 0.1)"],
    ["network.loss=0.1,2", "--vary network.loss=2: network.loss: "],
    ["network.latency=-1", "--vary network.latency=-1: network.latency: "],
    ["timing.heartbeatIntervalMs=50,0.5", "--vary timing.heartbeatIntervalMs=0.5: must be at least 1 ms"],
    ["timing.heartbeatIntervalMs=-5", "--vary timing.heartbeatIntervalMs=-5"],
    ["timing=lan,moon", "--vary timing=moon: timing: must be the name of a preset"],
    ["faults.1.rate=0.5", "--vary faults.1.rate=0.5: there is no faults.1 in the scenario"],
    ["faults.0.rate=7", "--vary faults.0.rate=7: faults.0"],
    ["timing.heartbeatIntervalMs.low=1", "timing.heartbeatIntervalMs is 50 in the scenario"],
    ["timing.electionTimeout.jitterMs=0", "must be above 0: equal timeouts split votes for ever"],
    ["timing.clockDriftRatio=0.5", "must be at least 0 and below 0.2"],
    ["network.loss=0..1/20000", "must be from..to/count"],
  ])("%s is refused before anything runs, naming path and value", (text, why) => {
    expect(() => cells(text)).toThrow(why);
  });

  it("varies inside a preset, inside a list, and the jitter above a varied minimum", () => {
    const preset = { cluster: { nodes: 3 }, timing: "wan" };
    expect(changedDocument(preset, { "timing.heartbeatIntervalMs": 100 })).toEqual({
      cluster: { nodes: 3 },
      timing: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 1500, maxMs: 3000 } },
    });
    expect(changedDocument(document, { "faults.0.rate": 0.5 })).toMatchObject({ faults: [{ rate: 0.5 }] });
    const both = { "timing.electionTimeout.jitterMs": 40, "timing.electionTimeout.minMs": 200 };
    expect(changedDocument(document, both)).toMatchObject({
      timing: { electionTimeout: { minMs: 200, maxMs: 240 } },
    });
    expect(document.timing.electionTimeout).toEqual({ minMs: 150, maxMs: 300 });
  });

  it("does not grow beyond what can be played", () => {
    expect(() => cells("network.loss=0..1/200", "network.duplicate=0..1/200")).toThrow(
      "the grid has 40000 cells, more than 10000",
    );
  });
});
