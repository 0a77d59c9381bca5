import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { raftbeat, temporaryFolder, until } from "../../processes/support/node.js";

const scenario = JSON.stringify({
  cluster: { nodes: 3 },
  timing: { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } },
  start: "crash-phase",
  settleMs: 100,
  until: "announced",
});

const few = ["--runs", "30", "--min-runs", "30", "--quiet-minutes", "1"];

function scenarioFile(): { folder: string; file: string } {
  const folder = temporaryFolder();
  const file = join(folder, "scenario.json");
  writeFileSync(file, scenario);
  return { folder, file };
}

describe("raftbeat sweep", () => {
  it("prints the same objects on one worker and on two, and writes what it is asked for", async () => {
    const { folder, file } = scenarioFile();
    const csv = join(folder, "cells.csv");
    const args = ["sweep", file, "--vary", "timing.heartbeatIntervalMs=25,75,76", ...few, "--json"];
    const one = raftbeat([...args, "--workers", "1", "--csv", csv]);
    expect(await one.exited).toBe(0);
    const two = raftbeat([...args, "--workers", "2"]);
    expect(await two.exited).toBe(0);
    expect(two.stdout()).toBe(one.stdout());
    const cells = one
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(cells.map(({ runs }) => runs)).toEqual([30, 30, 0]);
    expect(cells[2].refused).toContain("heartbeatIntervalMs (76) must be at most half of voteHoldMs (150)");
    expect(readFileSync(csv, "utf8").split("\r\n")).toHaveLength(5);
    expect(one.stderr()).toMatch(/^(sweep: .* combinations, .*\n)*$/);
  });

  it("stops at Ctrl-C, says how to go on, and goes on", async () => {
    const { folder, file } = scenarioFile();
    const state = join(folder, "state.json");
    const long = ["sweep", file, "--vary", "network.loss=0,0.01", "--quiet-minutes", "1", "--resume", state];
    const forEver = [...long, "--precision", "0.0001", "--runs", "1000000", "--json"];
    const running = raftbeat(forEver);
    await until(() => existsSync(state), "the state is written as the work goes on");
    running.process.kill("SIGINT");
    expect(await running.exited).toBe(130);
    expect(running.stderr()).toContain(`--resume ${state}`);
    expect(running.stdout()).toBe("");
    const kept = readFileSync(state, "utf8");
    const other = raftbeat([...long, "--seed", "2"]);
    expect(await other.exited).toBe(2);
    expect(other.stderr()).toContain("belongs to another sweep");
    expect(readFileSync(state, "utf8")).toBe(kept);
    const again = raftbeat(forEver);
    await until(
      () => readFileSync(state, "utf8").length > kept.length,
      "it goes on from where it was, and not from the beginning",
    );
    again.process.kill("SIGINT");
    expect(await again.exited).toBe(130);
  });
});
