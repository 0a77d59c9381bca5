import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ElectorOptions } from "../../src/elector/api.js";
import { resolveOptions } from "../../src/elector/options/options.js";
import { clientSettings } from "../../src/settings/client-settings.js";
import { nodeSettings } from "../../src/settings/node-settings.js";
import { check, flagOf, type Settings } from "../../src/settings/setting-sources.js";
import { parseScenario } from "../../src/simulation/scenario/scenario.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import { readSweepState } from "../../src/tuning/sweep/state.js";

/** How the validation library talks. */
const foreign = /Invalid|Expected|[Rr]eceived|undefined|\[object|valibot|\("|Object|null\b(?! \))/;

const odd: readonly unknown[] = [
  null,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "",
  "moon",
  true,
  [],
  [1],
  {},
  { a: 1 },
  { minMs: 1 },
  { minMs: "x", maxMs: 2 },
  { minMs: 1, maxMs: 2, mean: 3 },
  () => {},
];

/** The problems that a check finds in odd values, without those values. */
function problems(takes: (value: unknown) => unknown): string[] {
  return odd.flatMap((value) => {
    try {
      takes(value);
      return [];
    } catch (error) {
      expect(error).toMatchObject({ code: "invalidSettings" });
      const { message } = error as Error;
      return message.split("\n").map((line) => line.replace(/ \((it is|its value is) .*\)(?=$|: )/, ""));
    }
  });
}

function expectOwnWords(said: readonly string[]): void {
  expect(said.length).toBeGreaterThan(0);
  for (const sentence of said) expect(sentence).not.toMatch(foreign);
}

describe("in our own words, not in those of the validation library, speaks", () => {
  const settings: Settings = { ...nodeSettings, ...clientSettings };
  it.each(Object.keys(settings))("the setting %s", (key) => {
    const setting = settings[key as keyof typeof settings];
    if (setting === undefined) throw new Error(key);
    const place = flagOf(setting);
    const said = problems((value) => check(setting, place, value));
    // After the flag and the value comes what is wrong.
    expectOwnWords(said.map((sentence) => sentence.replace(/^--[\w.-]+ .* (?=must|is|names)/, "")));
  });

  it("every key of a scenario", () => {
    const whole = {
      cluster: { nodes: 3 },
      timing: "lan",
      network: {},
      protocol: {},
      faults: [{ at: "1s", kind: "crash" }],
      start: "settled",
      duration: 1,
      seed: 1,
      runs: 1,
    };
    for (const key of Object.keys(whole))
      expectOwnWords(problems((value) => parseScenario({ name: "x", ...whole, [key]: value })));
    expectOwnWords(problems((value) => parseScenario(value)));
  });

  it("every option of an elector", () => {
    const store = memoryVoteStore({ unsafeForgetsVotes: true });
    const options = { cluster: "x", id: "a", voters: { a: "ws://h:1" }, store };
    for (const key of [
      "cluster",
      "id",
      "voters",
      "store",
      "timing",
      "metadata",
      "health",
      "drainTimeoutMs",
      "logger",
      "x",
    ])
      expectOwnWords(
        problems((value) => resolveOptions({ ...options, [key]: value } as unknown as ElectorOptions)).map(
          (sentence) => sentence.replace(/\(.*?\)/, ""),
        ),
      );
  });

  it("the state of a sweep", () => {
    const folder = mkdtempSync(join(tmpdir(), "raftbeat-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "state.json");
    for (const text of ["3", "{}", '{"fingerprint":3}', '{"fingerprint":"x","about":"","cells":[1]}']) {
      writeFileSync(file, text);
      expectOwnWords(problems(() => readSweepState(file, "x")));
    }
  });
});
