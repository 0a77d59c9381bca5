import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { playRun } from "../../../src/simulation/run/run.js";
import { parseScenario } from "../../../src/simulation/scenario/scenario.js";
import { playBaseline } from "../../../src/tuning/sweep/baseline.js";
import { type CellRecord, runsWanted } from "../../../src/tuning/sweep/cell-record.js";
import { playCellRuns, type RunsJob } from "../../../src/tuning/sweep/cell-runs.js";
import type { CellSummary } from "../../../src/tuning/sweep/cell-summary.js";
import { sweepCsv } from "../../../src/tuning/sweep/csv.js";
import { parseVariation } from "../../../src/tuning/sweep/grid.js";
import { fingerprintOf, readSweepState, writeSweepState } from "../../../src/tuning/sweep/state.js";
import { planSweep, runSweep, type SweepOptions, type SweepPlan } from "../../../src/tuning/sweep/sweep.js";
import { type SweepExecutor, sweepJob } from "../../../src/tuning/sweep/sweep-job.js";

const document = {
  cluster: { nodes: 3 },
  timing: { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } },
  network: { latency: { uniform: [0.5, 1.5] } },
  start: "crash-phase",
  settleMs: 100,
  until: "announced",
  observeMs: 5000,
};

function planFor(
  varied: readonly string[],
  change: Partial<SweepOptions> = {},
  of: object = document,
): SweepPlan {
  const stopping = { precision: 0.1, minRuns: 30, maxRuns: 200 };
  return planSweep({ scenario: parseScenario(of), document: of }, varied.map(parseVariation), {
    stopping,
    quietMinutes: 1,
    ...change,
  });
}

/** Does jobs in this thread, and ends them late where they were given early, as threads may. */
function executor(count: number, most = Number.POSITIVE_INFINITY): SweepExecutor {
  let jobs = 0;
  return {
    count,
    run: async (job) => {
      if (++jobs > most) throw new Error("interrupted");
      for (let turn = jobs % 7; turn > 0; turn--) await Promise.resolve();
      return sweepJob(job);
    },
    close: async () => {},
  };
}

function runsOf({ seed, metric }: SweepPlan, of: object = document): RunsJob {
  return { kind: "runs", scenario: parseScenario(of), seed, runs: 1, metric, checkedRuns: 0 };
}

async function swept(plan: SweepPlan, by = executor(1)): Promise<readonly CellSummary[]> {
  return (await runSweep(plan, by)).summaries;
}

const heartbeats = "timing.heartbeatIntervalMs=20,70,80";

describe("a sweep", () => {
  it("plays the same seeds in every cell, and comes to what playRun comes to", async () => {
    const plan = planFor([heartbeats], { stopping: { precision: 0.9, minRuns: 30, maxRuns: 30 } });
    const records = new Map<number, CellRecord>();
    await runSweep(plan, executor(2), records);
    for (const [index, heartbeatIntervalMs] of [20, 70].entries()) {
      const timing = { ...document.timing, heartbeatIntervalMs };
      const scenario = parseScenario({ ...document, timing });
      const alone = Array.from({ length: 30 }, (_, run) => playRun(scenario, 1 + run).metrics.recoveryMs);
      expect(records.get(index)?.recoveriesMs).toEqual(alone);
    }
    expect(records.has(2)).toBe(false);
  });

  it("comes to the same on any executor", async () => {
    const plan = planFor([heartbeats, "network.loss=0,0.2"]);
    const one = await swept(plan, executor(1));
    expect(await swept(plan, executor(5))).toEqual(one);
    expect(one.filter(({ refused }) => refused !== null)).toHaveLength(2);
  });

  it("keeps the runs in the order of their seeds, whichever are done first", async () => {
    const stopping = { precision: 0.9, minRuns: 250, maxRuns: 250 };
    const plan = planFor([], { stopping });
    const records = new Map<number, CellRecord>();
    await runSweep(plan, executor(4), records);
    const { metrics } = playCellRuns({ ...runsOf(plan), seed: 1, runs: 250 });
    expect(records.get(0)?.metrics).toEqual(metrics);
  });

  it("tells of broken invariants, looking for them in the first runs of a cell", () => {
    // The leader's clock is far slower than the settings allow for.
    const drifting = parse(
      readFileSync(new URL("../../../simulations/clock-drift-outside.yaml", import.meta.url), "utf8"),
    );
    const job = { ...runsOf(planFor([]), { ...drifting, expect: [] }), runs: 20 };
    expect(playCellRuns({ ...job, checkedRuns: 20 }).violations.join()).toMatch(/seed \d+: I4: /);
    expect(playCellRuns({ ...job, checkedRuns: 0 }).violations).toEqual([]);
  });

  it("comes to the same after an interruption at any job", async () => {
    // Three jobs for the second batch: an interruption falls within it.
    const stopping = { precision: 0.9, minRuns: 250, maxRuns: 250 };
    const plan = planFor(["network.loss=0,0.2"], { stopping });
    const whole = await swept(plan);
    const folder = mkdtempSync(join(tmpdir(), "raftbeat-sweep-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "state.json");
    for (const jobs of [1, 6, 8]) {
      const records = new Map<number, CellRecord>();
      await expect(runSweep(plan, executor(2, jobs), records)).rejects.toThrow("interrupted");
      writeSweepState(path, "mine", "a sweep", records);
      const found = readSweepState(path, "mine");
      const resumed = await runSweep(plan, executor(2), found);
      expect(resumed.summaries).toEqual(whole);
    }
    expect(readdirSync(folder)).toEqual(["state.json"]);
  });

  it("plays until the interval is narrow enough, and no longer", async () => {
    const stopping = { precision: 0.04, minRuns: 30, maxRuns: 1000 };
    const plan = planFor(["timing.electionTimeout.maxMs=170,600"], { stopping });
    const [sure, unsure] = await swept(plan);
    for (const cell of [sure, unsure])
      expect((cell?.metricHalfWidth ?? 1e9) / (cell?.metricMean ?? 0)).toBeLessThanOrEqual(0.04);
    expect(sure?.runs).toBeLessThan(unsure?.runs ?? 0);
    const [cut] = await swept(planFor([], { stopping: { precision: 0.0001, minRuns: 30, maxRuns: 50 } }));
    expect(cut?.runs).toBe(50);
  });

  it("gives up on a cell where nobody ever leads again", async () => {
    const hopeless = { ...document, cluster: { nodes: 2 }, observeMs: 1000 };
    const plan = planFor([], {}, hopeless);
    const [cell] = await swept(plan);
    expect(cell).toMatchObject({ runs: 20, recovered: 0, recoveryMs: null, metricMean: null });
  });

  it("counts as false the elections of the baseline runs", async () => {
    const varied = ["network.loss=0,0.35", "timing.electionTimeout.minMs=150,600"];
    const jittery = [...varied, "timing.electionTimeout.jitterMs=50"];
    const fast = { ...document, timing: { ...document.timing, heartbeatIntervalMs: 70 } };
    const plan = planFor(jittery, { stopping: { precision: 0.9, minRuns: 20, maxRuns: 20 } }, fast);
    const [calm, , lossy, wide] = await swept(plan);
    expect(calm?.falseElections).toBe(0);
    expect(calm?.falseElectionsBetween?.high).toBeGreaterThan(100);
    expect(lossy?.falseElections).toBeGreaterThan(20);
    expect(wide?.falseElections).toBeLessThan((lossy?.falseElections ?? 0) / 5);
    // One heartbeat and its reply for each of two followers.
    expect(calm?.messagesPerSecond).toBeCloseTo(4000 / 70, 0);
  });

  it("leaves out of the baseline what happens, and keeps how the world is", () => {
    const quiet = (change: object) =>
      playBaseline({
        kind: "baseline",
        scenario: parseScenario({ ...document, ...change }),
        seed: 1,
        minutes: 2,
      }).falseElections;
    const crash = { do: "crash", nodes: "leader", for: 1000 };
    expect(quiet({ start: "settled", until: undefined, faults: [{ at: 0, ...crash }] })).toBe(0);
    expect(quiet({ start: "settled", until: undefined, faults: [{ every: 5000, ...crash }] })).toBe(0);
    const pauses = { random: { ratePerMinute: 60, forMs: [400, 800] }, do: "pause", nodes: "all" };
    expect(quiet({ faults: [pauses] })).toBeGreaterThan(10);
    expect(quiet({ faults: [] })).toBe(0);
  });

  it("detects before it recovers, and marks the cells that none beats", async () => {
    const cells = await swept(planFor(["timing.electionTimeout.minMs=150,200,250"]));
    for (const { detectionMs, recoveryMs } of cells) expect(detectionMs).toBeLessThan(recoveryMs?.mean ?? 0);
    expect(cells.map(({ onFront }) => onFront)).toEqual([true, false, false]);
  });

  it("writes a table that keeps commas and quotes apart", async () => {
    const variations = ["network.latency={uniform: [1, 2]}"];
    const summaries = await swept(planFor(variations));
    const [head, row] = sweepCsv(["network.latency"], summaries).split("\r\n");
    expect(head).toMatch(/^network\.latency,runs,recovered,recoveryMeanMs,recoveryMeanMsLow,/);
    expect(row).toMatch(/^"\{""uniform"":\[1,2\]\}",\d+,\d+,[\d.]+,/);
  });
});

describe("the number of runs wanted", () => {
  const rule = { precision: 0.05, minRuns: 100, maxRuns: 1000 };

  it("is looked at after the same numbers of runs, however many are there", () => {
    // The first hundred agree with each other, so that there is no need for the others, which do not.
    const figures = Array.from({ length: 300 }, (_, run) => (run < 100 ? 100 + (run % 2) : 1000 * (run % 2)));
    expect(runsWanted(figures.slice(0, 100), rule)).toBe(100);
    expect(runsWanted(figures, rule)).toBe(100);
  });

  it("follows from the first runs alone", () => {
    const figures = Array.from({ length: 1000 }, (_, run) => 100 + 60 * ((run * 0.618) % 1));
    const enough = runsWanted(figures, rule);
    for (let seen = 0; seen <= 1000; seen += 7)
      expect(runsWanted(figures.slice(0, seen), rule)).toBeLessThanOrEqual(enough);
    expect(runsWanted(figures.slice(0, enough), rule)).toBe(enough);
    expect(enough).toBeGreaterThanOrEqual(100);
  });

  it("is the most there may be where the spread has no end", () => {
    const wild = Array.from({ length: 1000 }, (_, run) => (run % 2 === 0 ? -1 : 1));
    expect(runsWanted(wild, rule)).toBe(1000);
  });
});

describe("the state of a sweep", () => {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-state-"));
  const path = join(folder, "state.json");

  it("is empty where there is no file", () => {
    expect(readSweepState(join(folder, "none.json"), "mine").size).toBe(0);
  });

  it.each([
    ["not JSON", "{", "is not the state of a sweep: it is no JSON"],
    ["another file", '{"name":"raftbeat"}', "is not the state of a sweep"],
    [
      "a broken cell",
      '{"format":"raftbeat sweep state 2","fingerprint":"mine","about":"","cells":{"0":{}}}',
      "is not the state of a sweep: cells.0",
    ],
    [
      "another sweep's",
      '{"format":"raftbeat sweep state 2","fingerprint":"other","about":"b.yaml","cells":{}}',
      "belongs to another sweep (b.yaml; fingerprint other, and this one has mine)",
    ],
  ])("is refused if it is %s", (_, text, why) => {
    writeFileSync(path, text);
    expect(() => readSweepState(path, "mine")).toThrow(why);
    expect(readFileSync(path, "utf8")).toBe(text);
    rmSync(path);
  });

  it("is told apart by whatever decides the figures", () => {
    const plan = planFor([heartbeats]);
    const print = (change: object) => fingerprintOf({ ...plan, cells: heartbeats, ...change });
    expect(print({})).toBe(print({}));
    expect(print({ seed: 2 })).not.toBe(print({}));
    expect(print({ document: { ...document, settleMs: 101 } })).not.toBe(print({}));
  });

  it("is not written where it cannot be, and says so", () => {
    expect(() => writeSweepState(join(folder, "no/such/folder.json"), "mine", "", new Map())).toThrow(
      "cannot be written",
    );
    rmSync(folder, { recursive: true });
  });
});
