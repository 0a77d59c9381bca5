import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { builtInScenarios } from "../../../src/simulation/scenario/built-in-scenarios.js";
import {
  readAnyScenario,
  readScenario,
  readScenarioFile,
} from "../../../src/simulation/scenario/scenario-file.js";

const folder = mkdtempSync(join(tmpdir(), "raftbeat-scenario-"));
afterAll(() => rmSync(folder, { recursive: true }));

function aFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("a scenario file", () => {
  it("is YAML or JSON, goes by its file's name, and may be played otherwise than it says", () => {
    const yaml = readScenario(aFile("chain.yaml", "cluster: { nodes: 3 }\nruns: 4\n"));
    const json = readScenario(aFile("chain.json", '{ "cluster": { "nodes": 3 }, "runs": 4 }'));
    expect(yaml).toEqual(json);
    expect(yaml.name).toBe("chain");
    const overrides = { runs: 7, seed: 3, protocol: { preVote: false } };
    const { scenario, document } = readScenarioFile(join(folder, "chain.yaml"), overrides);
    expect(scenario).toEqual({ ...yaml, ...overrides, protocol: { ...yaml.protocol, preVote: false } });
    expect(document).toEqual({ cluster: { nodes: 3 }, ...overrides });
    // Threads and other machines are sent scenarios.
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });

  const refusals: [string, string, RegExp][] = [
    ["what is no YAML", "cluster: { nodes: 3", /bad\.yaml:1: is no YAML: /],
    ["what is no document", "just words", /bad\.yaml: .*just words/],
    [
      "an alias that explodes",
      `${Array.from({ length: 9 }, (_, level) => `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}1]`.replaceAll("*a-1, ", "")).join("\n")}\ncluster: *a8`,
      /bad\.yaml: .*alias/i,
    ],
    [
      "each problem by itself, in the order of the lines",
      "cluster: { nodes: 3 }\nspeed: 1\nruns: 0",
      /bad\.yaml:2: speed: is not a known key .*\n.*bad\.yaml:3: runs: .*0/,
    ],
  ];
  it.each(refusals)("is refused with its name for %s", (_, text, message) => {
    expect(() => readScenario(aFile("bad.yaml", text))).toThrow(message);
  });

  it("may be one of the package's own, by its name", () => {
    const scenarios = builtInScenarios();
    const names = scenarios.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["quorum-loss", "liveness/beats-lost"]));
    for (const { name, question, path } of scenarios) {
      expect(question, name).toMatch(/^[A-Z].*[?.]$/);
      expect(readAnyScenario(name)).toEqual(readAnyScenario(path));
    }
  });

  it("goes before a scenario of the package of the same name", () => {
    onTestFinished(() => process.chdir(before));
    const before = process.cwd();
    process.chdir(folder);
    aFile("quorum-loss", "cluster: { nodes: 7 }");
    expect(readScenario("quorum-loss").voters).toHaveLength(7);
    expect(readScenario("rejoin").voters).not.toHaveLength(7);
  });

  it.each([
    ["quorum-los", "did you mean quorum-loss?"],
    ["rejoin.yml", "did you mean rejoin?"],
    ["beats-lost", "did you mean liveness/beats-lost?"],
    ["liveness/beats-last", "did you mean liveness/beats-lost or liveness/beats-late?"],
    ["liveness/slow-strat", "did you mean liveness/slow-start?"],
    ["xyzzy", "raftbeat simulate --list names them"],
  ])("is refused with the names that are like %s", (name, remedy) => {
    expect(() => readScenario(name)).toThrow(
      `${name}: there is no such file, and no scenario of the package has this name: ${remedy}`,
    );
  });

  it("is refused when it is not there", () => {
    expect(() => readScenario(join(folder, "nowhere.yaml"))).toThrow(/nowhere\.yaml: cannot be read: ENOENT/);
  });
});
