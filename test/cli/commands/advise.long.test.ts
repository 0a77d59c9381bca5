import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FiguresData } from "../../../src/report/pages/figure.js";
import { adviceText } from "../../../src/report/text/advice-text.js";
import type { AdviceReport } from "../../../src/tuning/advice/report.js";
import { startCluster } from "../../processes/support/cluster.js";
import { raftbeat, temporaryFolder, until } from "../../processes/support/node.js";

const little = ["--runs", "20", "--quiet-minutes", "1"];

describe("raftbeat advise", () => {
  /** The same advice twice: as text on two workers, with its page; as JSON on one. */
  async function bothWays() {
    const html = join(temporaryFolder(), "advice.html");
    const args = ["advise", "--network", "threeRegion", ...little];
    const runs = [
      raftbeat([...args, "--workers", "2", "--html", html]),
      raftbeat([...args, "--workers", "1", "--json"]),
    ] as const;
    expect(await Promise.all(runs.map(({ exited }) => exited))).toEqual([0, 0]);
    const [text, json] = runs;
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(
      readFileSync(html, "utf8"),
    )?.[1];
    return {
      text: text.stdout(),
      stderr: text.stderr(),
      report: JSON.parse(json.stdout()) as AdviceReport,
      page: JSON.parse(data ?? "{}") as FiguresData,
    };
  }
  let advised: ReturnType<typeof bothWays> | null = null;
  const given = () => {
    advised ??= bothWays();
    return advised;
  };

  it("prints flags that a node takes, what holds them, and what the simulation says", async () => {
    const { text, stderr } = await given();
    expect(text).toMatch(
      /^raftbeat node --heartbeat-ms \d+ --election-timeout \d+-\d+ --quorum-timeout-ms \d+$/m,
    );
    expect(text).toContain(
      "electionTimeout range: at least ten one-way latencies (35 ms each), against split votes",
    );
    for (const row of ["advised", "etcd's defaults", "etcd's rule", "preset cloud"])
      expect(text.split("\n").filter((line) => line.startsWith(row))).toHaveLength(2);
    expect(text).toContain("Nothing played contradicts the advice: 20 crashes and 1 quiet minutes");
    expect(stderr).toMatch(/^(advise: played \d+ %\n)*$/);
  });

  it("comes to the same on one worker and on two, as text and as an object", async () => {
    const { text, report } = await given();
    expect(adviceText(report)).toBe(text);
    expect(report.settings.map(({ name, simulated }) => [name, simulated?.runs ?? null])).toEqual([
      ["advised", 20],
      ["etcd's defaults", 20],
      ["etcd's rule", 20],
      ["preset lan", null],
      ["preset cloud", 20],
      ["preset laptop", null],
      ["preset wan", null],
    ]);
    expect(report.doubts).toEqual([]);
  });

  it("draws with --html the trade-off, the settings in it, and what was played", async () => {
    const { answer, figures, tables } = (await given()).page;
    expect(figures.map(({ kind }) => kind)).toEqual(["scatter", "cdf", "tail"]);
    const [tradeOff, cdf] = figures;
    expect(tradeOff?.xLabel).toBe("mean time without a leader after a crash (ms)");
    const marked = tradeOff?.series.filter((one) => one.marked).map(({ name }) => name);
    expect(marked).toEqual(["advised", "etcd's defaults", "etcd's rule", "preset cloud"]);
    // Nothing considered beats the advice in both.
    const best = tradeOff?.series.find(({ name }) => name === "advised");
    const [leaderlessMs, perMonth] = best?.points[0] ?? [0, 0];
    const considered = tradeOff?.series.filter(({ marked }) => !marked).flatMap(({ points }) => points) ?? [];
    expect(considered.length).toBeGreaterThan(30);
    expect(considered.some(([ms, rate]) => ms < 0.97 * leaderlessMs && rate < 0.5 * perMonth)).toBe(false);
    expect(cdf?.series.map(({ points }) => points.length)).toEqual([20, 20, 20, 20]);
    expect(tables[0]?.rows.map(([name]) => name)).toEqual([
      "advised",
      "etcd's defaults",
      "etcd's rule",
      "preset lan",
      "preset cloud",
      "preset laptop",
      "preset wan",
    ]);
    expect(answer?.lead).toMatch(/^raftbeat node --heartbeat-ms \d+ /);
    expect(answer?.facts.slice(0, 2).map(([name]) => name)).toEqual(["gives", "binds"]);
  });

  it("says with --quick what it assumed, and plays nothing", async () => {
    const quick = raftbeat([
      "advise",
      "--quick",
      "--rtt",
      "0.5,2",
      "--loss",
      "0.01",
      "--present",
      "100,1000-2000",
    ]);
    expect(await quick.exited).toBe(0);
    expect(quick.stdout()).toContain(
      "flags; assumed: streams, stalls, no longer stalls, writes, nodes, failures every 720 h",
    );
    expect(quick.stdout()).toContain("1000-2000 ms");
    expect(quick.stdout()).not.toContain("simulated");
  });

  it("takes what a running cluster measured, and its settings", async () => {
    const cluster = await startCluster(["a", "b", "c"], {
      extra: ["--heartbeat-ms", "20", "--election-timeout", "300-600"],
    });
    const leader = await cluster.settled();
    await until(
      async () => ((await cluster.status(leader)).measured.roundTripMs?.count ?? 0) >= 20,
      "enough is measured",
    );
    const follower = cluster.ids.find((id) => id !== leader) as string;
    const urls = [follower, leader].map(cluster.url).join(",");
    const advice = raftbeat(["advise", "--quick", "--json", "--from", urls]);
    const alone = raftbeat(["advise", "--quick", "--from", cluster.url(follower)]);
    expect(await advice.exited).toBe(0);
    expect(await alone.exited).toBe(1);
    expect(alone.stderr()).toContain(`${leader} does: give its address too`);
    const report = JSON.parse(advice.stdout()) as AdviceReport;
    expect(report.source).toMatch(
      new RegExp(`^measured by ${leader} over \\d+ round trips, and 2 nodes asked for stalls and writes`),
    );
    expect(report.profile).toMatchObject({ nodes: 3, mtbfHours: 720 });
    expect(report.profile.rttP50Ms).toBeGreaterThan(0);
    expect(report.profile.rttP50Ms).toBeLessThan(50);
    const present = report.settings.find(({ name }) => name === "present");
    expect(present?.timing.electionTimeout).toEqual({ minMs: 300, maxMs: 600 });
    expect(report.measuredMs).toBeGreaterThan(0);
    expect(report.measuredMs).toBeLessThan(120_000);
  });
});
