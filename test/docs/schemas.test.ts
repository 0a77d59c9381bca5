import { readdirSync } from "node:fs";
import { Ajv, type AnySchema } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { scenarioJsonSchema, settingsJsonSchema } from "../../docs/write-schemas.js";
import { codeBlocks, pages, read } from "./support/pages.js";

/** Every scenario file of the project, and what leads from there to the folder with `docs` in it. */
const scenarios = [
  ...filesOf("simulations", "../"),
  ...filesOf("simulations/studies", "../../"),
  ["docs/failover.yaml", "../"] as const,
];

function filesOf(folder: string, up: string): (readonly [string, string])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [`${folder}/${name}`, up] as const);
}

const ajv = new Ajv({ allowUnionTypes: true, strictTuples: false });
const isScenario = ajv.compile(scenarioJsonSchema() as AnySchema);
const isSettings = ajv.compile(settingsJsonSchema() as AnySchema);

describe("the JSON schemas", () => {
  it("are those of the schemas that check files; `npm run docs:schemas` writes them anew", () => {
    expect(JSON.parse(read("docs/schemas/scenario.json"))).toEqual(scenarioJsonSchema());
    expect(JSON.parse(read("docs/schemas/settings.json"))).toEqual(settingsJsonSchema());
  });

  it("take every scenario of the project, each of which names its schema for editors", () => {
    expect(scenarios.length).toBeGreaterThan(30);
    for (const [file, up] of scenarios) {
      const text = read(file);
      expect(isScenario(parse(text)), `${file}: ${ajv.errorsText(isScenario.errors)}`).toBe(true);
      const [first] = text.split("\n");
      expect(first, file).toBe(
        `# yaml-language-server: $schema=${file.startsWith("docs/") ? "" : `${up}docs/`}schemas/scenario.json`,
      );
    }
  });

  it.each([
    ["a key that there is not", { cluster: { nodes: 3 }, timings: "lan" }],
    ["a preset that there is not", { cluster: { nodes: 3 }, timing: "moon" }],
    ["a chance above 1", { cluster: { nodes: 3 }, network: { loss: 2 } }],
    ["a fault that there is not", { cluster: { nodes: 3 }, faults: [{ at: 0, do: "melt" }] }],
    ["a fault without its nodes", { cluster: { nodes: 3 }, faults: [{ at: 0, do: "crash" }] }],
    ["no cluster", { timing: "lan" }],
  ])("refuse %s in a scenario", (_, document) => {
    expect(isScenario(document)).toBe(false);
  });

  it("take the settings files of the pages", () => {
    const files = pages()
      .flatMap((page) => codeBlocks(read(page), "yaml"))
      .filter((block) => /^voters:/m.test(block));
    for (const file of files)
      expect(isSettings(parse(file)), `${file}\n${ajv.errorsText(isSettings.errors)}`).toBe(true);
    expect(
      isSettings({ cluster: "c", id: 7, voters: { a: "ws://h:1" }, join: true, electionTimeout: "150-300" }),
    ).toBe(true);
  });

  it.each([
    ["a key that there is not", { clutser: "c" }],
    ["a text for yes or no", { join: "perhaps" }],
    ["a list of voters", { voters: ["a", "b"] }],
    ["a time that is too short", { heartbeatMs: 0 }],
    ["a preset that there is not", { timing: "moon" }],
  ])("refuse %s in a settings file", (_, document) => {
    expect(isSettings(document)).toBe(false);
  });
});
