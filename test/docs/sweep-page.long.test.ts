import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { raftbeat, temporaryFolder } from "../processes/support/node.js";

const text = readFileSync(new URL("../../simulations/studies/SWEEP.md", import.meta.url), "utf8");

describe("SWEEP.md", () => {
  it("shows what its command prints, and the page of it has all figures", async () => {
    const command = /```sh\nraftbeat ([\s\S]*?)\n```/.exec(text)?.[1]?.replaceAll("\\\n", "") ?? "";
    const shown = /```text\n([\s\S]*?)\n```/.exec(text)?.[1];
    const html = join(temporaryFolder(), "sweep.html");
    const sweep = raftbeat([...command.trim().split(/\s+/), "--html", html]);
    expect(await sweep.exited).toBe(0);
    expect(sweep.stdout().trimEnd()).toBe(shown);
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(
      readFileSync(html, "utf8"),
    )?.[1];
    const { figures, tables } = JSON.parse(data ?? "{}");
    expect(figures.map(({ kind }: { kind: string }) => kind)).toEqual([
      "heatmap",
      "heatmap",
      "cdf",
      "tail",
      "scatter",
    ]);
    expect(tables[0].rows).toHaveLength(9);
    const [, meanMs, plusMinusMs] = / 20 +150 +150 +100 +100 +([\d.]+) +([\d.]+)/.exec(shown ?? "") ?? [];
    const [first] = figures[0].series[0].points;
    expect(first).toEqual([
      0,
      0,
      expect.stringContaining(`mean recovery (ms): ${meanMs} ± ${plusMinusMs}`),
      expect.closeTo(Number(meanMs), 1),
    ]);
  });
});
