import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { planted } from "../../support/planted-build.js";
import { type PairMutant, pairMutants, scripts } from "./pair-mutants.js";

/** The simulator, or one in which what it plays has a bug. */
type Simulator = typeof import("../../../src/simulation/index.js");

const folder = new URL("../../../simulations/liveness/", import.meta.url);

/** Why a scenario does not come out as it says: an invariant or an expectation; `nothing` where it does. */
function played(simulator: Simulator, name: string): string {
  const script = (scripts as Readonly<Record<string, object>>)[name];
  const document = script ?? parse(readFileSync(new URL(`${name}.yaml`, folder), "utf8"));
  const clockMs = () => 0;
  const { violations, expectationsFailed } =
    "pair" in document
      ? simulator.simulatePair(simulator.parsePairScenario(document), { clockMs })
      : simulator.simulateBackends(simulator.parseBackendsScenario(document), { clockMs });
  return violations[0]?.invariant ?? expectationsFailed[0]?.text.split(":")[0] ?? "nothing";
}

function fuzzed(simulator: Simulator, seed: number): string {
  return simulator.fuzz({ profile: "pair", from: seed, to: seed }).failures[0]?.invariant ?? "nothing";
}

/** A bug's line in the table of `simulations/liveness/README.md`. */
function lineOf({ name, scenario, fuzz }: PairMutant): string {
  const byScenario = scenario === undefined ? "-" : `${scenario[1]} in ${scenario[0]}`;
  return `| ${name} | ${byScenario} | ${fuzz === undefined ? "-" : `${fuzz[1]} in seed ${fuzz[0]}`} |`;
}

describe("a bug planted in engine, roster, detectors, pulse or checks", () => {
  it.each(pairMutants)("$name is caught", async ({ edits, scenario, fuzz }) => {
    const simulator = await planted<Simulator>("simulation/index.ts", edits, "");
    if (scenario !== undefined) expect(played(simulator, scenario[0])).toBe(scenario[1]);
    if (fuzz !== undefined) expect(fuzzed(simulator, fuzz[0])).toBe(fuzz[1]);
  });

  it("is caught by something in every case", () => {
    const caught = pairMutants.map(({ scenario, fuzz }) =>
      [scenario?.[1], fuzz?.[1]].filter((by) => by !== undefined),
    );
    expect(pairMutants.filter((_, index) => caught[index]?.length === 0).map(({ name }) => name)).toEqual([]);
  });

  it("stands in the table that says what catches it", () => {
    const readme = readFileSync(new URL("README.md", folder), "utf8");
    const heading = "| bug | scenario | fuzz |\n| --- | --- | --- |\n";
    expect(readme).toContain(heading + pairMutants.map(lineOf).join("\n"));
  });

  it("is the only thing that catches: without one, everything that catches is quiet", {
    timeout: 300_000,
  }, async () => {
    const simulator = await planted<Simulator>("simulation/index.ts", [], "");
    for (const name of new Set(pairMutants.flatMap(({ scenario }) => scenario?.[0] ?? [])))
      expect(played(simulator, name), name).toBe("nothing");
    for (const seed of new Set(pairMutants.flatMap(({ fuzz }) => fuzz?.[0] ?? [])))
      expect(fuzzed(simulator, seed), `seed ${seed}`).toBe("nothing");
  });
});
