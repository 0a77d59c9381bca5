import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { simulate } from "../../../src/simulation/run/simulate.js";
import { readScenario } from "../../../src/simulation/scenario/scenario-file.js";

const folder = new URL("../../../simulations/", import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

describe("the scenario files", () => {
  it("are at least 24, each with a question and an answer", () => {
    expect(files.length).toBeGreaterThanOrEqual(24);
    for (const file of files) {
      const { name, question, answer } = readScenario(folder + file);
      expect(`${name}.yaml`).toBe(file);
      expect(question).toMatch(/\?$/);
      expect(answer).toMatch(/^[A-Z0-9f].{20,}/);
    }
  });

  it.each(files)("%s comes out as it says", (file) => {
    const summary = simulate(readScenario(folder + file), { clockMs: () => 0 });
    expect(summary.expectationsFailed).toEqual([]);
    expect(summary.events).toBeGreaterThan(0);
    // What happens is the same to the last event. Where an election was meant to change: `npx vitest run -u` on this file.
    expect(summary.traceHash).toMatchSnapshot();
  });
});
