import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultPreset, type presets, resolveTiming, type Timing } from "../../src/protocol/index.js";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

function timing(preset: keyof typeof presets): Timing {
  const resolution = resolveTiming(preset);
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  return resolution.timing;
}

/** Rows of the first table between `<!-- name -->` and `<!-- /name -->`, cells trimmed. */
function table(name: string): string[][] {
  const section = readme.split(`<!-- ${name} -->`)[1]?.split(`<!-- /${name} -->`)[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

describe("the README's table of settings", () => {
  it("names the presets, the default first", () => {
    const [, ...columns] = table("settings")[0] ?? [];
    expect(columns.slice(0, 3)).toEqual([`${defaultPreset} (default)`, "laptop", "wan"]);
  });

  it("gives every setting and the defaults that the code has", () => {
    const rows = table("settings").slice(2);
    const columns = [timing("lan"), timing("laptop"), timing("wan")];
    const expected = [
      ["heartbeatIntervalMs", ...columns.map((each) => each.heartbeatIntervalMs)],
      ["electionTimeout.minMs", ...columns.map((each) => each.electionTimeout.minMs)],
      ["electionTimeout.maxMs", ...columns.map((each) => each.electionTimeout.maxMs)],
      ["voteHoldMs", ...columns.map((each) => each.voteHoldMs)],
      ["quorumTimeoutMs", ...columns.map((each) => each.quorumTimeoutMs)],
      ["clockDriftRatio", ...columns.map((each) => each.clockDriftRatio)],
    ];
    expect(rows.map((row) => row.slice(0, 4))).toEqual(expected.map((row) => row.map(String)));
  });
});
