import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { builtFile } from "../../../src/built-file.js";
import { figuresOf } from "../../../src/report/pages/study-page.js";
import { parseScenario } from "../../../src/simulation/index.js";
import { openThreads } from "../../../src/simulation/jobs/thread-executor.js";
import { jobs } from "../../../src/tuning/job-table.js";
import { figure16, publishedShares, thesisWan } from "../../../src/tuning/study/published.js";
import { figure16Study, thesisWanStudy } from "../../../src/tuning/study/published-studies.js";
import { runStudy } from "../../../src/tuning/study/run-study.js";
import { studies } from "../../../src/tuning/study/studies.js";
import type { Study, StudyRow } from "../../../src/tuning/study/study.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

function only(study: Study, ...rows: number[]): Study {
  return { ...study, cases: (trials) => study.cases(trials).filter((_, index) => rows.includes(index)) };
}

async function play(study: Study, trials: number, threads = 2): Promise<StudyRow[]> {
  const executor = await openThreads(jobs, "study", threads);
  try {
    return (await runStudy(study, { seed: 1, trials, executor })).map(({ row }) => row);
  } finally {
    await executor.close();
  }
}

function offBy(value: unknown, published: unknown): number {
  return Math.abs(Number(value) / Number(published) - 1);
}

describe("the published curves", () => {
  const lines = readFileSync(`${root}simulations/studies/published/ongaro_quantiles.csv`, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const heads = lines[0] ?? [];
  const numbers = (figure: RegExp, config: string) => {
    const line = lines.find(([name = "", of]) => figure.test(name) && of === config) ?? [];
    const at = (head: string) => Number(line[heads.indexOf(head)]);
    const quantilesMs = heads.filter((head) => /^q\d/.test(head)).map(at);
    return { meanMs: at("mean_ms"), p50Ms: at("q0.5"), p90Ms: at("q0.9"), p99Ms: at("q0.99"), quantilesMs };
  };

  it("are in the program as they are in the file", () => {
    expect(publishedShares).toEqual(
      heads.filter((head) => /^q\d/.test(head)).map((head) => Number(head.slice(1))),
    );
    for (const [range, published] of Object.entries(figure16))
      expect(published).toEqual(numbers(/^raft-fig16/, range));
    for (const [failed, { equal, unequal }] of thesisWan.entries()) {
      expect(equal).toEqual(numbers(/^thesis-ch9-WAN$/, `${failed} failed`));
      expect(unequal).toEqual(numbers(/logsdiff$/, `${failed} failed`));
    }
  });

  it("come out of the simulator again for 150 to 200 and 150 to 300 ms", async () => {
    for (const row of await play(only(figure16Study, 4, 5), 400)) {
      expect(offBy(row.p50Ms, row.publishedP50Ms)).toBeLessThan(0.06);
      expect(offBy(row.meanMs, row.publishedMeanMs)).toBeLessThan(0.1);
    }
  });

  it("come out of the simulator again for the wide area, with equal and unequal logs", async () => {
    for (const row of await play(only(thesisWanStudy, 0, 3), 600)) {
      expect(offBy(row.p50Ms, row.publishedP50Ms)).toBeLessThan(0.06);
      expect(offBy(row.meanMs, row.publishedMeanMs)).toBeLessThan(0.08);
    }
  });
});

describe("a study", () => {
  it("gives the same rows on any number of workers", async () => {
    const study = only(figure16Study, 5, 7);
    expect(await play(study, 120, 1)).toEqual(await play(study, 120, 2));
  });

  it("is made of scenarios that the simulator takes", () => {
    for (const study of studies) for (const { scenario } of study.cases(1)) parseScenario(scenario);
    expect(new Set(studies.map(({ name }) => name)).size).toBe(studies.length);
  });

  it("is drawn with all that was measured, and with what was published", () => {
    const row = { range: "1-2", p50Ms: 1, publishedP50Ms: 2 };
    const published = { meanMs: 2, p50Ms: 2, p90Ms: 3, p99Ms: 4, quantilesMs: [1, 2] };
    const result = { row, labels: { range: "1-2" }, timesMs: [3, 1, 2], published };
    const [curves, tail] = figuresOf([result]);
    expect([curves?.kind, tail?.kind]).toEqual(["cdf", "tail"]);
    expect(curves?.series).toEqual([
      {
        name: "simulated",
        panel: 0,
        colour: 0,
        points: [
          [1, 1 / 3],
          [2, 2 / 3],
          [3, 1],
        ],
      },
      {
        name: "published",
        panel: 0,
        colour: 0,
        points: [
          [1, 0],
          [2, 0.01],
        ],
        dashed: true,
      },
    ]);
  });
});

describe("raftbeat study", () => {
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [builtFile("cli/main.js").pathname, "study", ...words], { encoding: "utf8" });

  it("refuses a study there is not, and counts that are none, in one sentence", () => {
    const unknown = run("figure-17");
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toMatch(/^raftbeat: study figure-17: there is none; choose one of raft-figure-16/);
    const count = run("thesis-wan", "--trials", "0");
    expect(count.status).toBe(2);
    expect(count.stderr).toContain("0 is no whole number from 1");
  });

  it("prints one object a row", () => {
    const { status, stdout } = run("prevote-cost", "--trials", "2", "--json");
    expect(status).toBe(0);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as StudyRow);
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({ nodes: 3, preVote: false, trials: 2, finished: 2 });
  });
});
