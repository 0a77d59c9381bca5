import { describe, expect, it } from "vitest";
import { drawFigure } from "../../../../src/report/browser/figures/draw-figure.js";
import { ramp, rampPlace, valuesOf } from "../../../../src/report/browser/figures/draw-heatmap.js";
import type { Figure, FigurePoint } from "../../../../src/report/pages/figure.js";
import { openPage } from "../support/browser-page.js";
import { labelAt, rectsOf } from "../support/drawing.js";

function aMap(points: readonly FigurePoint[], more: Partial<Figure> = {}): Figure {
  return {
    title: "map",
    caption: "",
    kind: "heatmap",
    xLabel: "across",
    yLabel: "up",
    xNames: ["x0", "x1", "x2"],
    yNames: ["y0", "y1"],
    valueLabel: "ms",
    series: [{ name: "cells", points }],
    ...more,
  };
}

function drawn(figure: Figure, width = 1_000): Element {
  const page = openPage();
  const svg = drawFigure(figure, width);
  page.document.body.append(svg);
  return svg;
}

/** The texts of a group and where they stand. */
function textsAt(svg: Element, name: string): { text: string; x: number; y: number; fill: string | null }[] {
  return [...svg.querySelectorAll(`[aria-label='${name}'] text`)].map((text) => {
    const [x = 0, y = 0] = (text.getAttribute("transform")?.match(/-?[\d.]+/g) ?? []).map(Number);
    return { text: text.textContent ?? "", x, y, fill: text.getAttribute("fill") };
  });
}

const corners: FigurePoint[] = [
  [0, 0, null, 10],
  [2, 0, null, 20],
  [0, 1, null, 30],
  [2, 1, null, 40],
];

describe("a heat map", () => {
  it("has its first column on the left and its first row below", () => {
    const svg = drawn(aMap(corners));
    const [leftBelow, rightBelow, leftAbove, rightAbove] = rectsOf(svg, "cell");
    expect(leftBelow?.x).toBe(leftAbove?.x);
    expect(rightBelow?.x).toBeGreaterThan(leftBelow?.x as number);
    expect(leftBelow?.y).toBe(rightBelow?.y);
    expect(leftAbove?.y).toBeLessThan(leftBelow?.y as number);
    expect(rightAbove).toMatchObject({ x: rightBelow?.x, y: leftAbove?.y });
  });

  it("names each column and row beside its cells", () => {
    const svg = drawn(aMap(corners));
    const [leftBelow, rightBelow, leftAbove] = rectsOf(svg, "cell");
    const columns = textsAt(svg, "x-axis tick label");
    const rows = textsAt(svg, "y-axis tick label");
    const nearest = (texts: typeof columns, axis: "x" | "y", place: number) =>
      texts.toSorted((a, b) => Math.abs(a[axis] - place) - Math.abs(b[axis] - place))[0]?.text;
    expect(nearest(columns, "x", leftBelow?.x as number)).toBe("x0");
    expect(nearest(columns, "x", rightBelow?.x as number)).toBe("x2");
    expect(nearest(rows, "y", leftBelow?.y as number)).toBe("y0");
    expect(nearest(rows, "y", leftAbove?.y as number)).toBe("y1");
  });

  it("has the first colour for the least, the last for the most, and mixes between", () => {
    const [least, low, high, most] = rectsOf(drawn(aMap(corners)), "cell").map(({ fill }) => fill);
    expect(least).toBe(`color-mix(in srgb, ${ramp[1]} 0%, ${ramp[0]})`);
    expect(most).toMatch(new RegExp(`, ${ramp[8]}\\)$`));
    // A third of eight steps is two steps and two thirds.
    expect(low).toBe(`color-mix(in srgb, ${ramp[3]} 67%, ${ramp[2]})`);
    expect(high).toBe(`color-mix(in srgb, ${ramp[6]} 33%, ${ramp[5]})`);
  });

  it("writes the values into the cells, light on dark and dark on light", () => {
    const texts = textsAt(drawn(aMap(corners)), "text");
    expect(texts.map(({ text }) => text)).toEqual(["10", "20", "30", "40"]);
    expect(texts.map(({ fill }) => fill)).toEqual(["#ffffff", "#ffffff", "#14171c", "#14171c"]);
  });

  it("rounds values to three digits, and leaves them out where there is no room", () => {
    const map = aMap([
      [0, 0, null, 1_234.5],
      [1, 0, null, 0.098765],
    ]);
    expect(textsAt(drawn(map), "text").map(({ text }) => text)).toEqual(["1230", "0.0988"]);
    expect(textsAt(drawn(map, 130), "text")).toEqual([]);
  });

  it("shows a cell without a value as one", () => {
    const svg = drawn(aMap([...corners, [1, 0, null, null]]));
    expect(rectsOf(svg, "cell")[4]?.fill).toBe("var(--none)");
    expect(textsAt(svg, "text")[4]).toMatchObject({ text: "–", fill: "var(--faint)" });
  });

  it("says of the cell that is pointed at its label, its value, or that it was not played", () => {
    const svg = drawn(
      aMap([
        [0, 0, "my label", 10],
        [1, 0, null, 20.25],
        [2, 1, null, null],
      ]),
    );
    const labels = rectsOf(svg, "cell").map(({ x, y, width, height }) =>
      labelAt(svg, x + width / 2, y + height / 2),
    );
    expect(labels).toEqual(["my label", "20.25 ms", "not played"]);
  });
});

describe("the place of a value on the ramp", () => {
  const placesOf = (values: readonly number[], more: Partial<Figure> = {}) => {
    const place = rampPlace(
      aMap(
        values.map((value, x): FigurePoint => [x, 0, null, value]),
        more,
      ),
    );
    return values.map((value) => Number(place(value).toFixed(6)));
  };

  it("goes from 0 for the least to 1 for the most", () => {
    expect(placesOf([10, 20, 30, 50])).toEqual([0, 0.25, 0.5, 1]);
  });

  it("goes by ratios if asked, with what is not positive at the lower end", () => {
    expect(placesOf([1, 10, 100], { logValue: true })).toEqual([0, 0.5, 1]);
    expect(placesOf([0, 1, 10, 100], { logValue: true })).toEqual([0, 0, 0.5, 1]);
  });

  it("goes by a range that several maps share", () => {
    expect(placesOf([10, 20], { valueRange: [0, 40] })).toEqual([0.25, 0.5]);
  });

  it("is the middle where all values are the same", () => {
    expect(placesOf([7, 7])).toEqual([0.5, 0.5]);
  });

  it("takes no account of cells without a value", () => {
    expect(
      valuesOf(
        aMap([
          [0, 0, null, 3],
          [1, 0, null, null],
          [2, 0],
        ]),
      ),
    ).toEqual([3]);
  });

  it("grows lighter from colour to colour", () => {
    const lightness = ramp.map((colour) => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
        Number.parseInt(colour.slice(at, at + 2), 16),
      );
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    expect(lightness).toEqual(lightness.toSorted((a, b) => a - b));
    expect(ramp.length).toBe(9);
  });
});
