import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { raftbeat, temporaryFolder } from "../../processes/support/node.js";

const scenario = `
name: short
question: Does somebody lead again?
runs: 3
cluster: { nodes: 3 }
timing: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 1000, maxMs: 2000 } }
observeMs: 5000
faults:
  - { at: 0, do: crash, nodes: leader }
expect:
  - { recovers: true }
`;

function scenarioFile(text: string = scenario): string {
  const path = join(temporaryFolder(), "short.yaml");
  writeFileSync(path, text);
  return path;
}

async function simulated(...args: string[]) {
  const running = raftbeat(["simulate", ...args]);
  const code = await running.exited;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

describe("raftbeat simulate", () => {
  it("prints a table and a timeline, and nothing of its progress into a pipe", async () => {
    const { code, stdout, stderr } = await simulated(scenarioFile());
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^short: as expected, 3 runs from seed 1\nDoes somebody lead again\?\n/);
    expect(stdout).toMatch(/\nrecovered +3 of 3\nrecovery +\d+\.\d ms/);
    expect(stdout).toMatch(/\nn1 {5}[·LlPCx]{70,}/);
    expect(stdout).toMatch(/\nfaults +!/);
    expect(stdout).not.toContain("\u001b");
  });

  it("prints one object a scenario with --json, and draws a page as well", async () => {
    const file = scenarioFile();
    const page = join(temporaryFolder(), "page.html");
    const { code, stdout } = await simulated(
      file,
      file,
      "--json",
      "--html",
      page,
      "--runs",
      "2",
      "--seed",
      "7",
    );
    expect(code).toBe(0);
    const summaries = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(summaries.map(({ name, seed, runs, recovered }) => ({ name, seed, runs, recovered }))).toEqual([
      { name: "short", seed: 7, runs: 2, recovered: 2 },
      { name: "short", seed: 7, runs: 2, recovered: 2 },
    ]);
    const html = readFileSync(page, "utf8");
    const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
    expect(data.reports.length).toBe(2);
    expect(data.reports[0].recording.seed).toBe(7);
    expect(data.reports[0].distributions.recoveryMs.length).toBe(2);
  });

  it("writes all that happens in the first run as NDJSON with --trace", async () => {
    const trace = join(temporaryFolder(), "trace.ndjson");
    const { code } = await simulated(scenarioFile(), "--trace", trace, "--json");
    expect(code).toBe(0);
    const entries = readFileSync(trace, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(entries.map(({ event }) => event))).toEqual(
      new Set(["started", "fired", "sent", "delivered", "gained", "changed", "died"]),
    );
    for (const [index, { atMs }] of entries.entries())
      if (index > 0) expect(atMs).toBeGreaterThanOrEqual(entries[index - 1].atMs);
  });

  it("exits with 1 where an expectation fails, and says which", async () => {
    const { code, stdout } = await simulated(
      scenarioFile(scenario.replace("recovers: true", "newLeader: same")),
    );
    expect(code).toBe(1);
    expect(stdout).toContain("NOT AS EXPECTED");
    expect(stdout).toMatch(/what failed:\n {2}seed 1: /);
  });
});
