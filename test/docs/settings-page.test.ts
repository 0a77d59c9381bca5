import { describe, expect, it } from "vitest";
import { electorDefaults } from "../../src/elector/options/options.js";
import { defaultPreset, type presets, resolveTiming, type Timing } from "../../src/protocol/index.js";
import { beatSettings, beatsDefaults, watchSettings } from "../../src/settings/beats-settings.js";
import { clientSettings } from "../../src/settings/client-settings.js";
import { nodeSettings } from "../../src/settings/node-settings.js";
import { flagOf, variableOf } from "../../src/settings/setting-sources.js";
import { durationText } from "../../src/settings/setting-values.js";
import { defaultTransportLimits } from "../../src/transport/limits/limits.js";
import { read, tableOf } from "./support/pages.js";

const page = read("docs/settings.md");

function timing(preset: keyof typeof presets): Timing {
  const resolution = resolveTiming(preset);
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  return resolution.timing;
}

/** Rows as "first cell: second cell". */
function pairs(name: string): Record<string, string> {
  return Object.fromEntries(tableOf(page, name).map(([key, value]) => [key, value]));
}

describe("docs/settings.md", () => {
  it("names the presets, and which is the default", () => {
    const [head = ""] = (page.split("<!-- timing -->")[1] ?? "").trim().split("\n");
    expect(head.split("|").map((cell) => cell.trim())).toEqual(
      expect.arrayContaining(["`lan`", `\`${defaultPreset}\` (default)`, "`laptop`", "`wan`"]),
    );
  });

  it("gives every timing and the defaults that the code has", () => {
    const columns = [timing("lan"), timing("cloud"), timing("laptop"), timing("wan")];
    const expected = [
      ["heartbeatIntervalMs", ...columns.map((each) => each.heartbeatIntervalMs)],
      ["electionTimeout.minMs", ...columns.map((each) => each.electionTimeout.minMs)],
      ["electionTimeout.maxMs", ...columns.map((each) => each.electionTimeout.maxMs)],
      ["voteHoldMs", ...columns.map((each) => each.voteHoldMs)],
      ["quorumTimeoutMs", ...columns.map((each) => each.quorumTimeoutMs)],
      ["clockDriftRatio", ...columns.map((each) => each.clockDriftRatio)],
    ];
    expect(tableOf(page, "timing").map((row) => row.slice(0, 5))).toEqual(
      expected.map((row) => row.map(String)),
    );
  });

  it("has every setting of a node in the order of its help, with its flag and its variable", () => {
    const expected = Object.entries(nodeSettings).map(([key, setting]) => [flagOf(setting), variableOf(key)]);
    expect(tableOf(page, "node").map(([, flag, variable]) => [flag, variable])).toEqual(expected);
  });

  it("has every setting of a command that asks nodes", () => {
    const expected = Object.entries(clientSettings).map(([key, setting]) => [
      flagOf(setting),
      variableOf(key),
    ]);
    expect(tableOf(page, "client").map(([flag, variable]) => [flag, variable])).toEqual(expected);
  });

  it("has every setting of the commands that beat and watch, in the order of their help", () => {
    for (const [name, settings] of [
      ["beat", beatSettings],
      ["watch", watchSettings],
    ] as const) {
      const expected = Object.entries(settings).map(([key, setting]) => [flagOf(setting), variableOf(key)]);
      expect(tableOf(page, name).map(([flag, variable]) => [flag, variable])).toEqual(expected);
    }
    expect(page).toContain(`\`${durationText(beatsDefaults.intervalMs)}\`: how often it beats`);
  });

  it("gives the elector's own defaults", () => {
    expect(pairs("library")).toEqual({
      drainTimeoutMs: String(electorDefaults.drainTimeoutMs),
      coolDownMs: String(electorDefaults.coolDownMs),
      "health.intervalMs": String(electorDefaults.healthIntervalMs),
      "health.timeoutMs": String(electorDefaults.healthTimeoutMs),
      "timeoutMs of reconfigure": String(electorDefaults.reconfigureTimeoutMs),
    });
  });

  it("gives every limit of the transport", () => {
    const expected = Object.entries(defaultTransportLimits).map(([name, value]) => [name, String(value)]);
    expect(pairs("limits")).toEqual(Object.fromEntries(expected));
  });
});
