import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseScenario } from "../../src/simulation/index.js";
import { studies } from "../../src/tuning/study/studies.js";
import type { Labels, StudyCase, StudyRow } from "../../src/tuning/study/study.js";
import { playTrials } from "../../src/tuning/study/study-job.js";

const readme = readFileSync(new URL("../../simulations/studies/README.md", import.meta.url), "utf8");

/** Every command of the README with the table that stands beside it. */
const printed = [
  ...readme.matchAll(/^ {4}npx raftbeat study ([\w-]+)(?: --trials (\d+))?\n\n```\n([\s\S]*?)\n```/gm),
].map(([, name = "", trials, table = ""]) => {
  const [heads = [], ...rows] = table.split("\n").map((line) => line.trim().split(/ {2,}/));
  return { name, trials: trials === undefined ? null : Number(trials), heads, rows };
});

/** A row of each table that is quick to play. */
const samples: Readonly<Record<string, number>> = {
  "raft-figure-16": 5,
  "raft-figure-16-production": 9,
  "thesis-wan": 0,
  refloated: 7,
  "split-votes": 0,
  "prevote-cost": 0,
  "quorum-timeout": 9,
  transport: 9,
  pauses: 5,
  "open-questions": 3,
};

function cellsOf(row: StudyRow | Labels): string[] {
  return Object.values(row).map((value) => String(value ?? "-"));
}

describe("the tables of simulations/studies/README.md", () => {
  it("are of all studies, loopback's apart", () => {
    expect(new Set(printed.map(({ name }) => name))).toEqual(
      new Set([...studies.map(({ name }) => name), "loopback"]),
    );
  });

  for (const study of studies)
    it(`of ${study.name} hold what the command beside it prints, in a row that is played again`, () => {
      const { trials: asked, heads, rows } = printed.find(({ name }) => name === study.name) ?? {};
      const trials = asked ?? study.defaultTrials;
      const cases = study.cases(trials);
      expect(rows?.map((cells) => cells.slice(0, heads?.indexOf("trials")))).toEqual(
        cases.map(({ labels }) => cellsOf(labels)),
      );
      const place = samples[study.name] as number;
      const one = cases[place] as StudyCase;
      const row = study.row(
        one,
        playTrials({ scenario: parseScenario(one.scenario), seed: 1, from: 0, count: one.trials }),
      );
      expect(Object.keys(row)).toEqual(heads);
      expect(cellsOf(row)).toEqual(rows?.[place]);
    });
});
