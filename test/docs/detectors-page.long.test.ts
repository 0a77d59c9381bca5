import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { detectionStudyText } from "../../src/report/detection/detection-study-text.js";
import { detectionStudies } from "../../src/tuning/detection/detection-studies.js";

const page = readFileSync(new URL("../../simulations/studies/DETECTORS.md", import.meta.url), "utf8");

/** Every command of the page with the table that stands beside it. */
const printed = new Map(
  [...page.matchAll(/^ {4}npx raftbeat study ([\w-]+)\n\n```\n([\s\S]*?)\n```/gm)].map(
    ([, name = "", table = ""]) => [name, table] as const,
  ),
);

describe("the tables of simulations/studies/DETECTORS.md", () => {
  const shown = detectionStudies.filter(({ name }) => name !== "detectors");

  it("are of all studies of detectors but the one that is drawn", () => {
    expect([...printed.keys()].sort()).toEqual(shown.map(({ name }) => name).sort());
  });

  it.each(shown.map((study) => [study.name, study] as const))(
    "%s: hold what the command prints",
    (name, study) => {
      const text = detectionStudyText(study.question, study.play({ beats: study.defaultBeats, seed: 1 }));
      expect(text.trimEnd().endsWith(`\n\n${printed.get(name)}`)).toBe(true);
    },
  );
});
