import { describe, expect, it } from "vitest";
import { drawFigure } from "../../../../src/report/browser/figures/draw-figure.js";
import { ramp } from "../../../../src/report/browser/figures/draw-heatmap.js";
import {
  answerOf,
  legendOf,
  numbersOf,
  tableBox,
} from "../../../../src/report/browser/figures/figure-words.js";
import type { Figure } from "../../../../src/report/pages/figure.js";
import { openPage, textsOf, the } from "../support/browser-page.js";
import { circlesOf, linesOf, rectsOf } from "../support/drawing.js";

const two: Figure = {
  title: "two",
  caption: "",
  kind: "lines",
  xLabel: "time (ms)",
  yLabel: "share",
  series: [
    {
      name: "a",
      points: [
        [1, 0.5],
        [2, 0.25],
      ],
    },
    { name: "b", points: [[3, 0.125]], dashed: true },
  ],
};
const map: Figure = {
  ...two,
  title: "map",
  kind: "heatmap",
  valueLabel: "mean (ms)",
  xNames: ["x0", "x1"],
  yNames: ["y0", "y1"],
  series: [
    {
      name: "cells",
      points: [
        [0, 1, null, 12.5],
        [1, 0, null, null],
      ],
    },
  ],
};

/** The cells of a table, row by row, its head first. */
function tableOf(box: Element): string[][] {
  return [...box.querySelectorAll("tr")].map((row) => textsOf(row, "th, td"));
}

describe("the legend of a figure", () => {
  it("has for each series its name and the colour it is drawn with", () => {
    openPage();
    const legend = legendOf(two) as HTMLElement;
    const svg = drawFigure(two, 1_000);
    expect(textsOf(legend, "li")).toEqual(["a", "b"]);
    const swatches = [...legend.querySelectorAll("path")];
    expect(swatches.map((path) => path.getAttribute("stroke"))).toEqual(
      linesOf(svg).map(({ stroke }) => stroke),
    );
    expect(swatches.map((path) => path.hasAttribute("stroke-dasharray"))).toEqual(
      linesOf(svg).map(({ isDashed }) => isDashed),
    );
  });

  it("names what small pictures have in common once", () => {
    openPage();
    const series = two.series.flatMap((one) => [0, 1].map((panel) => ({ ...one, panel })));
    const legend = legendOf({ ...two, kind: "cdf", series, panels: ["x", "y"] }) as HTMLElement;
    expect(textsOf(legend, "li")).toEqual(["a", "b"]);
  });

  it.each(["cdf", "tail"] as const)("shows lines for a %s", (kind) => {
    openPage();
    const legend = legendOf({ ...two, kind }) as HTMLElement;
    expect([legend.querySelectorAll("path").length, legend.querySelectorAll("circle, rect").length]).toEqual([
      2, 0,
    ]);
  });

  it("shows dots for a scatter plot, with a line through those that are joined", () => {
    openPage();
    const figure: Figure = { ...two, kind: "scatter" };
    const legend = legendOf(figure) as HTMLElement;
    const dots = [...legend.querySelectorAll("circle")].map((circle) => circle.getAttribute("fill"));
    expect(dots).toEqual(["var(--s0)", "var(--s1)"]);
    expect([...legend.querySelectorAll("path")].map((path) => path.getAttribute("stroke"))).toEqual([
      "var(--s1)",
    ]);
    expect(new Set(circlesOf(drawFigure(figure, 1_000)).map(({ fill }) => fill))).toEqual(new Set(dots));
  });

  it("shows boxes for bars, in the colours of the bars", () => {
    openPage();
    const figure: Figure = { ...two, kind: "bars", xNames: ["0", "1", "2", "3"] };
    const boxes = [...(legendOf(figure) as HTMLElement).querySelectorAll("rect")].map((rect) =>
      rect.getAttribute("fill"),
    );
    expect(boxes).toEqual(["var(--s0)", "var(--s1)"]);
    const byName = rectsOf(drawFigure(figure, 1_000), "bar").map(({ fill }) => fill);
    expect(new Set(byName)).toEqual(new Set(boxes));
  });

  it("is not there for a single series", () => {
    openPage();
    expect(legendOf({ ...two, series: two.series.slice(0, 1) })).toBeNull();
  });

  it("of a heat map goes from the least to the most, in the order of its colours", () => {
    openPage();
    const figure: Figure = {
      ...map,
      series: [
        {
          name: "cells",
          points: [
            [0, 0, null, 30],
            [1, 0, null, 10],
            [1, 1, null, 20],
          ],
        },
      ],
    };
    const legend = legendOf(figure) as HTMLElement;
    expect(legend.textContent).toBe("mean (ms): 10  30");
    expect(the(legend, "i").style.background).toBe(`linear-gradient(to right, ${ramp.join(", ")})`);
    expect(legendOf({ ...figure, logValue: true })?.textContent).toBe("mean (ms) (by ratios): 10  30");
    expect(legendOf({ ...figure, valueRange: [5, 123.456] })?.textContent).toBe("mean (ms): 5  123");
    expect(legendOf({ ...map, series: [] })).toBeNull();
  });
});

describe("the numbers of a figure", () => {
  it("are all its points, with their series where there are several", () => {
    openPage();
    const numbers = numbersOf(two);
    expect(the(numbers, "summary").textContent).toBe("The numbers");
    expect(the(numbers, ".scroll").getAttribute("aria-label")).toBe("two: the numbers");
    expect(tableOf(numbers)).toEqual([
      ["series", "time (ms)", "share"],
      ["a", "1", "0.5"],
      ["a", "2", "0.25"],
      ["b", "3", "0.125"],
    ]);
    expect(tableOf(numbersOf({ ...two, series: two.series.slice(1) }))).toEqual([
      ["time (ms)", "share"],
      ["3", "0.125"],
    ]);
  });

  it.each(["cdf", "tail"] as const)("of a %s are shares in percent", (kind) => {
    openPage();
    expect(tableOf(numbersOf({ ...two, kind }))[1]).toEqual(["a", "1", "50 %"]);
  });

  it("of a map and of bars have names in place of places, and a map its values", () => {
    openPage();
    expect(tableOf(numbersOf(map))).toEqual([
      ["time (ms)", "share", "mean (ms)"],
      ["x0", "y1", "12.5"],
      ["x1", "y0", ""],
    ]);
    const bars: Figure = {
      ...two,
      kind: "bars",
      xNames: ["zero", "one"],
      series: [{ name: "a", points: [[1, 5]] }],
    };
    expect(tableOf(numbersOf(bars))[1]).toEqual(["one", "5"]);
  });
});

describe("a table", () => {
  it("has words on the left, numbers on the right, and breaks what is long", () => {
    openPage();
    const long = "n".repeat(41);
    const box = tableBox({
      title: "t",
      head: ["name", "ms", "why"],
      rows: [
        ["a", 12_345.678, null],
        ["b", null, long],
      ],
    });
    expect(tableOf(box)).toEqual([
      ["name", "ms", "why"],
      ["a", "12345.68", ""],
      ["b", "", long],
    ]);
    expect([...box.querySelectorAll("th")].map(({ className }) => className)).toEqual(["words", "", "words"]);
    expect([...box.querySelectorAll("td")].map(({ className }) => className)).toEqual([
      "words",
      "",
      "words",
      "words",
      "",
      "words long",
    ]);
  });

  it("can be scrolled by keyboard, and says what it is", () => {
    openPage();
    const box = tableBox({ title: "All cells", head: ["a"], rows: [] });
    expect([box.tabIndex, box.getAttribute("role"), box.getAttribute("aria-label")]).toEqual([
      0,
      "region",
      "All cells",
    ]);
  });
});

describe("an answer", () => {
  it("is a sentence and its facts, with a name that several share said once", () => {
    openPage();
    const answer = answerOf({
      lead: "raftbeat node --heartbeat-ms 10",
      facts: [
        ["gives", "this"],
        ["binds", "one"],
        ["binds", "another"],
      ],
    });
    expect(the(answer, ".lead").textContent?.trim()).toBe("raftbeat node --heartbeat-ms 10");
    expect(textsOf(answer, ".lead span")).toEqual(["raftbeat", "node", "--heartbeat-ms", "10"]);
    expect(textsOf(answer, "dt")).toEqual(["gives", "binds", ""]);
    expect(textsOf(answer, "dd")).toEqual(["this", "one", "another"]);
  });
});
