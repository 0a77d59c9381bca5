import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { simulateBackends } from "../../../src/simulation/backends/simulate-backends.js";
import { simulatePair } from "../../../src/simulation/pair/simulate-pair.js";
import { readAnyScenario } from "../../../src/simulation/scenario/scenario-file.js";

const folder = new URL("../../../simulations/liveness/", import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

describe("the scenarios of failure detection", () => {
  it("each have a question and an answer, and a line in their README", () => {
    const readme = readFileSync(`${folder}README.md`, "utf8");
    for (const file of files) {
      const { name, question, answer } = readAnyScenario(folder + file);
      expect(`${name}.yaml`).toBe(file);
      expect(question).toMatch(/\?$/);
      expect(answer).toMatch(/^[A-Z].{20,}/);
      expect(readme).toContain(`\n| [${name}](${file}) |`);
    }
  });

  it.each(files)("%s comes out as it says", (file) => {
    const scenario = readAnyScenario(folder + file);
    if ("voters" in scenario) throw new Error(`${file} is of an election`);
    const { expectationsFailed, violations, events, traceHash } =
      "pair" in scenario
        ? simulatePair(scenario, { clockMs: () => 0 })
        : simulateBackends(scenario, { clockMs: () => 0 });
    expect({ expectationsFailed, violations }).toEqual({ expectationsFailed: [], violations: [] });
    expect(events).toBeGreaterThan(0);
    // What happens is the same to the last event. Where a rule was meant to change: `npx vitest run -u` on this file.
    expect(traceHash).toMatchSnapshot();
  });
});
