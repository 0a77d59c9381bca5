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
  it("are the distribution and the tail: the first label is a small picture, the others are a curve in it", () => {
    const [cdf, tail, ...others] = figuresOf([aCase("a", [30, 10]), aCase("b", [20])]);
    expect(others).toEqual([]);
    expect([cdf?.kind, tail?.kind]).toEqual(["cdf", "tail"]);
    expect(cdf?.panels).toEqual(["a", "b"]);
    expect(cdf?.series).toEqual([
      {
        name: "loss 0.1",
        colour: 0,
        panel: 0,
        points: [
          [10, 0.5],
          [30, 1],
        ],
      },
      { name: "loss 0.1", colour: 0, panel: 1, points: [[20, 1]] },
    ]);
    expect(tail?.series).toEqual(cdf?.series);
  });

  it("of a single label are curves of one picture", () => {
    const [cdf] = figuresOf(["a", "b"].map((of) => aCase(of, [1, 2], { labels: { of } })));
    expect(cdf?.panels).toBeUndefined();
    expect(cdf?.series.map(({ name, colour }) => [name, colour])).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  it("have what was published dashed in the picture and the colour of its case, each time at its share", () => {
    const quantilesMs = publishedShares.map((_, place) => 100 + place);
    const published = { quantilesMs, p50Ms: 112 } as unknown as NonNullable<StudyResult["published"]>;
    const cases = ["150-151", "150-155"].map((range, place) =>
      aCase(range, [30, 10], {
        labels: { range },
        row: { range, p50Ms: 10 + place } as unknown as StudyResult["row"],
        published,
      }),
    );
    const [cdf] = figuresOf(cases);
    expect(cdf?.panels).toEqual([
      "150-151 ms\nmedian 10, published 112 ms",
      "150-155 ms\nmedian 11, published 112 ms",
    ]);
    expect(
      cdf?.series.map(({ name, colour, panel, dashed = false }) => [name, colour, panel, dashed]),
    ).toEqual([
      ["simulated", 0, 0, false],
      ["published", 0, 0, true],
      ["simulated", 0, 1, false],
      ["published", 0, 1, true],
    ]);
    expect(cdf?.series[1]?.points).toEqual(publishedShares.map((share, place) => [100 + place, share]));
  });

  it("are two where some timeout ranges begin alike and others do not", () => {
    const ranges = ["150-151", "12-24", "150-300", "25-50"];
    const figures = figuresOf(
      ranges.map((range) => aCase(range, [1], { labels: { range, backoff: false } })),
    );
    expect(figures.map(({ title, panels }) => [title, panels])).toEqual([
      ["How long it takes, timeouts from 150 ms on", ["150-151 ms", "150-300 ms"]],
      ["The tail, timeouts from 150 ms on", ["150-151 ms", "150-300 ms"]],
      ["How long it takes, shorter and shorter timeouts", ["12-24 ms", "25-50 ms"]],
      ["The tail, shorter and shorter timeouts", ["12-24 ms", "25-50 ms"]],
    ]);
  });

  it.each([
    [[10, 200], false],
    [[10, 201], true],
    [[0, 10, 200], false],
  ])("are drawn by ratios where the longest time is over twenty times the shortest: %j", (timesMs, logX) => {
    expect(figuresOf([aCase("a", timesMs)])[0]?.logX).toBe(logX);
  });

  it("leave out cases that took no time", () => {
    const [cdf] = figuresOf([aCase("a", [0]), aCase("b", [1]), aCase("c", [2])]);
    expect(cdf?.panels).toEqual(["b", "c"]);
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
  it("has a row for each case, its numbers under their names and units", () => {
    const row = {
      name: "a",
      publishedP50Ms: 12.5,
      leaderChangesPerMinute: 1,
      won: true,
      nothing: null,
    } as unknown as StudyResult["row"];
    const data = dataOf(studyPage("thesis", "how long?", [aCase("a", [10], { row })]));
    expect(data.title).toBe("raftbeat study thesis");
    expect(rowsOf(data)).toEqual([
      { name: "a", "published p50 (ms)": 12.5, "leader changes (per minute)": 1, won: "true", nothing: null },
    ]);
  });
});
