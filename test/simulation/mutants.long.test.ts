import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ScenarioInput } from "../../src/simulation/index.js";
import { editsOf, mutants } from "./mutants/all.js";
import { type SimulatedMutant, searches } from "./mutants/mutant.js";
import { paths, type ToldPath } from "./mutants/paths.js";
import { scenarios } from "./mutants/scenarios.js";
import { worlds } from "./mutants/worlds.js";
import { plantInSimulator, type Simulator } from "./support/mutants.js";

function played(simulator: Simulator, input: ScenarioInput, seeds: number): string {
  const scenario = simulator.parseScenario(input);
  for (let seed = 1; seed <= seeds; seed++) {
    const { violation } = simulator.playRun(scenario, seed);
    if (violation !== null) return violation.invariant;
  }
  return "nothing";
}

function told(simulator: Simulator, path: ToldPath, seeds: number): string {
  for (let seed = 1; seed <= seeds; seed++) {
    const [promise] = path(simulator, seed);
    if (promise !== undefined) return promise;
  }
  return "nothing";
}

function searched(simulator: Simulator, search: keyof typeof searches): string {
  const { violation } = simulator.explore({ ...simulator.defaultExploreOptions, ...searches[search] });
  return violation === null ? "nothing" : `${violation.invariants[0]} after ${violation.path.length}`;
}

/** A bug's line in the table of `simulations/README.md`. */
function lineOf({ name, world, scenario, path, search }: SimulatedMutant): string {
  const within = (by: readonly [string, number, string] | undefined, unit: string) =>
    by === undefined ? "-" : `${by[2]} in ${by[0]}, ${by[1]} ${by[1] === 1 ? unit : `${unit}s`}`;
  return `| ${name} | ${within(world, "seed")} | ${within(scenario ?? path, "seed")} | ${within(search, "move")} |`;
}

describe("a bug planted in the simulated nodes", () => {
  it.each(mutants)("$name is caught", async (mutant) => {
    const { world, scenario, path, search } = mutant;
    const simulator = await plantInSimulator(editsOf(mutant));
    if (world !== undefined) expect(played(simulator, worlds[world[0]], world[1])).toBe(world[2]);
    if (scenario !== undefined)
      expect(played(simulator, scenarios[scenario[0]], scenario[1])).toBe(scenario[2]);
    if (path !== undefined) expect(told(simulator, paths[path[0]], path[1])).toBe(path[2]);
    if (search !== undefined) expect(searched(simulator, search[0])).toBe(`${search[2]} after ${search[1]}`);
  });

  it("is caught by something named in every case, and in all trips every invariant that is checked", () => {
    const caught = mutants.map(({ world, scenario, path, search }) =>
      [world, scenario, path, search].flatMap((by) => by?.[2] ?? []),
    );
    expect(caught.filter((invariants) => invariants.length === 0)).toEqual([]);
    const ours = ["assertion", "fencing", "following", "quorum", "storm"];
    const invariants = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "L1", "L2", "L3", "L4"];
    expect([...new Set(caught.flat())].sort()).toEqual([...invariants, ...ours]);
  });

  it("stands in the table that says what catches it", () => {
    const readme = readFileSync(new URL("../../simulations/README.md", import.meta.url), "utf8");
    const heading = "| bug | world of chance | script or path | search |\n| --- | --- | --- | --- |\n";
    expect(readme).toContain(heading + mutants.map(lineOf).join("\n"));
  });

  it("is the only thing that catches: without one, everything that catches is quiet", async () => {
    const simulator = await plantInSimulator([]);
    const seedsOf = (name: string) =>
      Math.max(
        ...mutants
          .flatMap(({ world, scenario, path }) => [world, scenario, path])
          .map((by) => (by?.[0] === name ? by[1] : 0)),
      );
    for (const [name, world] of Object.entries({ ...worlds, ...scenarios }))
      expect(played(simulator, world, seedsOf(name)), name).toBe("nothing");
    for (const [name, path] of Object.entries(paths))
      expect(told(simulator, path, seedsOf(name)), name).toBe("nothing");
    for (const search of Object.keys(searches) as (keyof typeof searches)[])
      expect(searched(simulator, search)).toBe("nothing");
  });

  it("has to find its text exactly once", async () => {
    await expect(plantInSimulator([["protocol/algorithms/quorum.ts", "return", ""]])).rejects.toThrow(
      "exactly once",
    );
  });
});
