import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { builtFile } from "../../../src/built-file.js";
import { SimulatedDisk } from "../../../src/simulation/cluster/simulated-disk.js";
import { playCampaign } from "../../../src/simulation/fuzz/campaign.js";
import { playPairPlan, playPlan } from "../../../src/simulation/fuzz/fuzz.js";
import { type PairPlan, pairDocumentOf, pairPlanOf } from "../../../src/simulation/fuzz/pair-plan.js";
import { documentOf, type FuzzPlan, planOf } from "../../../src/simulation/fuzz/plan.js";
import { clusterProfileNames, fuzzProfileNames } from "../../../src/simulation/fuzz/profile.js";
import { clusterWay, pairWay, shrink } from "../../../src/simulation/fuzz/shrink.js";
import { parsePairScenario } from "../../../src/simulation/pair/pair-scenario.js";
import type { PairScenarioInput } from "../../../src/simulation/pair/pair-schema.js";
import { playPair } from "../../../src/simulation/pair/play-pair.js";
import { simulate } from "../../../src/simulation/run/simulate.js";
import { parseScenario } from "../../../src/simulation/scenario/scenario.js";
import { readScenario } from "../../../src/simulation/scenario/scenario-file.js";
import { temporaryFolder } from "../../processes/support/node.js";

const main = builtFile("cli/main.js").pathname;

describe("the plans of the fuzzer", () => {
  it.each(clusterProfileNames)("of profile %s are the same for a seed, and legal scenarios", (profile) => {
    for (let seed = 1; seed <= 300; seed++) {
      const document = documentOf(planOf(profile, seed));
      if (seed <= 20) expect(documentOf(planOf(profile, seed))).toEqual(document);
      const { faults, timings, voters, observers } = parseScenario(document);
      expect(faults.at(-1)?.do).toBe("heal");
      const wiped = faults.flatMap((fault) => (fault.do === "restart" && fault.wipe ? fault.nodes : []));
      expect(new Set(wiped).size).toBeLessThanOrEqual(1);
      for (const fault of faults)
        if (fault.do === "clockRate")
          for (const id of [...voters, ...observers])
            expect(Math.abs(fault.rate - 1)).toBeLessThanOrEqual(timings[id]?.clockDriftRatio ?? 0);
    }
  });

  it("of profile pair are the same for a seed, and legal scenarios that end with all faults over", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const document = pairDocumentOf(pairPlanOf(seed));
      if (seed <= 20) expect(pairDocumentOf(pairPlanOf(seed))).toEqual(document);
      const { faults } = parsePairScenario(document);
      expect(faults.slice(-2).map((fault) => fault.do)).toEqual(["heal", "crash"]);
    }
  });

  it("of profile pair are shrunk to what matters, and replayed from the file to the same hash", async () => {
    const plan = pairPlanOf(11);
    const fails = ({ faults }: PairPlan) =>
      faults.some((fault) => fault.do === "block" || fault.do === "hold");
    expect(fails(plan)).toBe(true);
    const failure = { seed: 11, invariant: "A1", text: "" };
    const play = (smaller: PairPlan) => ({
      ...playPairPlan(smaller),
      failure: fails(smaller) ? failure : null,
    });
    const small = await shrink(plan, failure, { ...pairWay, play });
    expect(small.plan.faults).toHaveLength(1);
    expect(small.plan).toMatchObject({ observers: 1, duplicate: 0, latency: 1, transport: "datagram" });
    const written = parsePairScenario(parse(stringify(pairDocumentOf(small.plan))) as PairScenarioInput);
    expect(playPair(written, 11).traceHash).toBe(playPairPlan(small.plan).hash);
  });

  it("of two seeds or two profiles differ", () => {
    const plans = clusterProfileNames.flatMap((profile) =>
      [1, 2].map((seed) => planOf(profile, seed).faults),
    );
    expect(new Set(plans.map((faults) => JSON.stringify(faults))).size).toBe(plans.length);
  });
});

describe("raftbeat fuzz", () => {
  it("finds nothing in ten seeds of each profile, with one worker or two", { timeout: 120_000 }, () => {
    const all = reportsOf("--workers", "2");
    expect(all.map(({ profile }) => profile)).toEqual(fuzzProfileNames);
    for (const report of all) {
      expect(report).toMatchObject({ seeds: [1, 10], runs: 10, failures: [] });
      expect(report.events).toBeGreaterThan(5_000);
    }
    expect(reportsOf("--workers", "1", "--profile", "harsh")).toEqual([all[1]]);
  });

  it("goes on after the last seed while there is time, and leaves out none", () => {
    const flags = ["--profile", "gentle", "--workers", "2"];
    const [longer] = reportsOf("--minutes", "0.01", ...flags, "--seeds", "1..3");
    const [again] = reportsOf(...flags, "--seeds", `1..${longer.seeds[1]}`);
    expect(longer.runs).toBeGreaterThan(3);
    expect(longer).toEqual(again);
  });

  it("tells on Ctrl-C what was done and how to go on", { timeout: 60_000 }, async () => {
    const out = join(temporaryFolder(), "found");
    const flags = ["--profile", "gentle", "--minutes", "9", "--out", out];
    const child = spawn("node", [main, "fuzz", "--workers", "1", "--json", ...flags]);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const ended = once(child, "close");
    await vi.waitUntil(() => existsSync(out), { timeout: 30_000 });
    child.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    const last = stdout === "" ? 0 : JSON.parse(stdout).seeds[1];
    expect(stderr).toBe(
      `raftbeat: interrupted after ${last} runs; to go on: raftbeat fuzz --seeds ${last + 1}..200 ${flags.join(" ")}\n`,
    );
  });

  it("leaves no seed out where it is stopped, tells of what was begun, and shrinks nothing more", async () => {
    const stop = new AbortController();
    const asked: string[] = [];
    const reports = await playCampaign({
      profiles: ["gentle", "harsh", "disk"],
      seeds: [1, 200],
      untilMs: 0,
      clockMs: () => 0,
      signal: stop.signal,
      onProgress: ({ runs }) => runs >= 5 && stop.abort(),
      executor: {
        count: 2,
        run: async (job) => {
          asked.push(job.do);
          const failures = [{ seed: job.from, invariant: "L1", text: "nobody leads" }];
          return { batch: { failures, events: 1, simulatedMs: 1, hashes: [] }, shrunk: null };
        },
        close: async () => {},
      },
    });
    expect(asked).toEqual(["play", "play"]);
    expect(reports.map(({ profile, seeds, failures }) => [profile, seeds, failures[0]?.shrunk])).toEqual([
      ["gentle", [1, 5], null],
      ["harsh", [1, 5], null],
    ]);
  });

  it.each([
    [["--seeds", "9..1"], /9\.\.1 is no range/],
    [["--seeds", "many"], /many is no range/],
    [["--profile", "cruel"], /cruel.*gentle, harsh/],
    [["--workers", "0"], /0 is no whole number from 1 to 512/],
    [["--minutes", "-1"], /-1 is no number of minutes/],
  ])("refuses %j", (flags, sentence) => {
    const { status, stderr } = spawnSync("node", [main, "fuzz", ...flags], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});

describe("a planted bug", () => {
  afterEach(() => vi.restoreAllMocks());

  it("in a disk that says written and forgets at a crash is found, shrunk, and replayed", {
    timeout: 30_000,
  }, async () => {
    const { forget } = SimulatedDisk.prototype;
    const written = new WeakMap<SimulatedDisk, SimulatedDisk["record"]>();
    vi.spyOn(SimulatedDisk.prototype, "forget").mockImplementation(function (this: SimulatedDisk, lost) {
      forget.call(this, lost);
      const first = written.get(this);
      if (first === undefined) written.set(this, this.record);
      else this.record = first;
    });
    const { plan, failure } = firstFailing("disk", (same) => same);
    const small = await shrink(plan, failure, clusterWay);
    expect(small.failure.invariant).toBe(failure.invariant);
    expect(small.plan.faults.length).toBeLessThanOrEqual(Math.min(4, plan.faults.length));
    expect(small.replayCount).toBeLessThanOrEqual(600);
    expect(await shrink(plan, failure, clusterWay)).toEqual(small);
    const { violations } = simulate(readScenario(fileOf(small.plan)), { clockMs: () => 0 });
    expect(violations[0]?.invariant).toBe(failure.invariant);
  });

  it("in a clock is shrunk to a file that simulate fails on alike", { timeout: 30_000 }, async () => {
    // The leader's clock nearly stands still, which the drift ratio rules out, and nobody hears it.
    const plant = (plan: FuzzPlan): FuzzPlan => ({
      ...plan,
      faults: [
        ...plan.faults,
        { at: plan.healAtMs, do: "clockRate", nodes: "leader", rate: 0.01 },
        { at: plan.healAtMs, do: "isolate", nodes: "leader" },
      ],
      healAtMs: plan.healAtMs + 8 * plan.timing.electionTimeout.maxMs,
    });
    const { plan, failure } = firstFailing("gentle", plant);
    const small = await shrink(plan, failure, clusterWay);
    expect(small.plan.faults.length).toBeLessThanOrEqual(3);
    const { status, stdout } = spawnSync("node", [main, "simulate", fileOf(small.plan), "--json"], {
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).expectationsFailed[0].text).toBe(small.failure.text);
  });

  it("that keeps anybody from leading after the heal is found", () => {
    const failures = [1, 2, 3, 4, 5].map((seed) => {
      const plan = planOf("harsh", seed);
      return playPlan({
        ...plan,
        faults: [...plan.faults, { at: plan.healAtMs + 1, do: "isolate", nodes: "all" }],
      });
    });
    expect(failures.some(({ failure }) => failure?.invariant === "leaders")).toBe(true);
  });
});

function reportsOf(...flags: readonly string[]) {
  const lines = execFileSync("node", [main, "fuzz", "--seeds", "1..10", "--json", ...flags], {
    encoding: "utf8",
  });
  return lines
    .trim()
    .split("\n")
    .map((line) => ({ ...JSON.parse(line), wallMs: 0 }));
}

function firstFailing(profile: "disk" | "gentle", plant: (plan: FuzzPlan) => FuzzPlan) {
  for (let seed = 1; seed <= 100; seed++) {
    const plan = plant(planOf(profile, seed));
    const { failure } = playPlan(plan);
    if (failure !== null) return { plan, failure };
  }
  throw new Error("the planted bug was not found in a hundred seeds");
}

function fileOf(plan: FuzzPlan): string {
  const file = join(temporaryFolder(), "found.yaml");
  writeFileSync(file, stringify(documentOf(plan)));
  return file;
}
