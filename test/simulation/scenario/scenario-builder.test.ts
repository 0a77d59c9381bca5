import { describe, expect, it } from "vitest";
import { simulate } from "../../../src/simulation/run/simulate.js";
import { parseScenario } from "../../../src/simulation/scenario/scenario.js";
import { scenario } from "../../../src/simulation/scenario/scenario-builder.js";

describe("the scenario builder", () => {
  const built = scenario("crash", "Who comes next?")
    .cluster({ nodes: 5 })
    .with({ runs: 3, observeMs: 5_000 })
    .at(0, { do: "crash", nodes: "leader" })
    .every(1_000, { do: "loss", rate: 0.5, for: 100 })
    .expect({ recovers: true }, { leaders: { max: 1 } });

  it("makes what a file would hold", () => {
    const document = {
      name: "crash",
      question: "Who comes next?",
      cluster: { nodes: 5 },
      runs: 3,
      observeMs: 5_000,
      faults: [
        { do: "crash", nodes: "leader", at: 0 },
        { do: "loss", rate: 0.5, for: 100, every: 1_000 },
      ],
      expect: [{ recovers: true }, { leaders: { max: 1 } }],
    };
    expect(built.toDocument()).toEqual(document);
    expect(built.build()).toEqual(parseScenario(document));
  });

  it("changes no builder that it came from", () => {
    built.with({ runs: 9 });
    expect(built.toDocument().runs).toBe(3);
  });

  it("plays, and refuses what a file may not hold", () => {
    expect(simulate(built.build(), { clockMs: () => 0 }).expectationsFailed).toEqual([]);
    expect(() => built.cluster({ nodes: 0 }).build()).toThrow("nodes is 0");
  });
});
