import { describe, expect, it } from "vitest";
import { figuresOf, studyPage } from "../../../src/report/pages/study-page.js";
import { publishedShares } from "../../../src/tuning/study/published.js";
import type { StudyResult } from "../../../src/tuning/study/result.js";
import { dataOf, rowsOf } from "../support/page-data.js";

/** A case of a study whose trials took these times. */
function aCase(name: string, timesMs: readonly number[], given: Partial<StudyResult> = {}): StudyResult {
  return {
    row: { name, mean: 1 },
    labels: { name, loss: 0.1 },
    timesMs,
    published: null,
    ...given,
  } as StudyResult;
}

describe("the figures of a study", () => {
  it("are the distribution and the tail of each case, by its labels", () => {
    const [cdf, tail, ...others] = figuresOf([aCase("a", [30, 10]), aCase("b", [20])]);
    expect(others).toEqual([]);
    expect([cdf?.kind, tail?.kind]).toEqual(["cdf", "tail"]);
    expect(cdf?.series).toEqual([
      {
        name: "a, 0.1",
        points: [
          [10, 0.5],
          [30, 1],
        ],
      },
      { name: "b, 0.1", points: [[20, 1]] },
    ]);
    expect(tail?.series).toEqual(cdf?.series);
  });

  it("put what was published beside what was measured, dashed, each time at its share", () => {
    const quantilesMs = publishedShares.map((_, place) => 100 + place);
    const published = { quantilesMs } as unknown as NonNullable<StudyResult["published"]>;
    const [cdf] = figuresOf([aCase("a", [30, 10], { published })]);
    expect(cdf?.series[1]).toEqual({
      name: "a, 0.1, published",
      dashed: true,
      points: publishedShares.map((share, place) => [100 + place, share]),
    });
  });

  it.each([
    [[10, 200], false],
    [[10, 201], true],
    [[0, 10, 200], false],
  ])("are drawn by ratios where the longest time is over twenty times the shortest: %j", (timesMs, logX) => {
    expect(figuresOf([aCase("a", timesMs)])[0]?.logX).toBe(logX);
  });

  it("hold six curves each, and leave out cases that took no time", () => {
    const cases = Array.from({ length: 8 }, (_, place) => aCase(`${place}`, place === 3 ? [0] : [place + 1]));
    const figures = figuresOf(cases);
    expect(figures.map(({ title, series }) => [title, series.length])).toEqual([
      ["How long it takes, part 1", 6],
      ["The tail, part 1", 6],
      ["How long it takes, part 2", 1],
      ["The tail, part 2", 1],
    ]);
  });

  it("show as bars how much of the time there was a leader", () => {
    const cases = [90, 99].map((availabilityPercent, place) =>
      aCase(`${place}`, [], { row: { availabilityPercent } as unknown as StudyResult["row"] }),
    );
    expect(figuresOf([aCase("untold", []), ...cases])).toMatchObject([
      {
        kind: "bars",
        xLabel: "name, loss",
        xNames: ["0, 0.1", "1, 0.1"],
        series: [
          {
            points: [
              [0, 90],
              [1, 99],
            ],
          },
        ],
      },
    ]);
  });
});

describe("the page of a study", () => {
  it("has a row for each case, its numbers under their names", () => {
    const row = { name: "a", mean: 12.5, won: true, nothing: null } as unknown as StudyResult["row"];
    const data = dataOf(studyPage("thesis", "how long?", [aCase("a", [10], { row })]));
    expect(data.title).toBe("raftbeat study thesis");
    expect(rowsOf(data)).toEqual([{ name: "a", mean: 12.5, won: "true", nothing: null }]);
  });
});
