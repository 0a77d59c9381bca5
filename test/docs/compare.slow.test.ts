import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Rows of a Markdown table by their first cell, cells trimmed. */
function rowsOf(text: string): Map<string, string[]> {
  const lines = text.split("\n").filter((line) => /^\| [^-]/.test(line));
  const rows = lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return new Map(rows.map((cells) => [cells[0] ?? "", cells]));
}

it("the table of simulations/README.md holds what its command prints, in two rows that are played again", () => {
  const sample = ["crash-phase", "howard-abraham-2"];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "simulations/compare.ts", ...sample],
    { cwd: root, encoding: "utf8" },
  );
  expect(stderr).toBe("");
  const printed = rowsOf(stdout);
  const readme = rowsOf(readFileSync(`${root}simulations/README.md`, "utf8"));
  expect([...printed.keys()]).toEqual(["scenario", ...sample]);
  for (const [name, cells] of printed) expect(readme.get(name)).toEqual(cells);
});
