import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { simulatedKills } from "../../../src/cli/loopback/study-loopback.js";
import { raftbeat, temporaryFolder } from "../../processes/support/node.js";

describe("raftbeat study loopback", () => {
  it("lays kills of real processes over simulated ones, and draws both", async () => {
    const html = join(temporaryFolder(), "loopback.html");
    const study = raftbeat(["study", "loopback", "--trials", "2", "--json", "--html", html]);
    expect(await study.exited).toBe(0);
    const rows = study
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ of, trials }) => [of, trials])).toEqual([
      ["real processes", 2],
      ["simulator", 100],
    ]);
    expect(rows[0].p50OfSimulated).toBeCloseTo(rows[0].p50Ms / rows[1].p50Ms, 2);
    expect(readFileSync(html, "utf8")).toContain("How long it takes");
  });

  it("simulates what was measured: slower writes make slower elections", async () => {
    const median = async (writeMs: number) => {
      const samples = { roundTripsMs: [0.4], writesMs: [writeMs], latenessMs: [0.5] };
      const times = await simulatedKills(3, 200, 1, samples);
      return times.map(Number).sort((a, b) => a - b)[100] ?? 0;
    };
    const differenceMs = (await median(20)) - (await median(0));
    // The candidate's write and its voter's, one after the other; then the configuration's, beside the first heartbeat.
    expect(differenceMs).toBeGreaterThan(40);
    expect(differenceMs).toBeLessThan(80);
  });
});
