import { describe, expect, it } from "vitest";
import { drawFigure } from "../../../../src/report/browser/figures/draw-figure.js";
import type { Figure, FigureSeries } from "../../../../src/report/pages/figure.js";
import { openPage, the } from "../support/browser-page.js";
import { circlesOf, type Dot, labelAt, linesOf, rectsOf, ticksOf } from "../support/drawing.js";

/** A figure, drawn 1,000 px wide. */
function drawn(figure: Partial<Figure> & Pick<Figure, "kind" | "series">): Element {
  const page = openPage();
  const svg = drawFigure(
    { title: "t", caption: "", xLabel: "time (ms)", yLabel: "height (m)", ...figure },
    1_000,
  );
  page.document.body.append(svg);
  return svg;
}

const rising: FigureSeries = {
  name: "rising",
  points: [
    [10, 0.5],
    [20, 0.9],
    [40, 0.99],
    [80, 1],
  ],
};
const falling: FigureSeries = {
  name: "falling",
  points: [
    [10, 90],
    [40, 20],
  ],
  dashed: true,
};

describe("the axes of a figure", () => {
  it.each(["cdf", "tail", "lines", "scatter"] as const)("grow to the right and up: %s", (kind) => {
    const svg = drawn({ kind, series: [rising] });
    const x = ticksOf(svg, "x");
    const y = ticksOf(svg, "y");
    expect(x.length).toBeGreaterThan(2);
    expect(y.length).toBeGreaterThan(2);
    expect(x.toSorted((a, b) => a.value - b.value)).toEqual(x.toSorted((a, b) => a.place - b.place));
    expect(y.toSorted((a, b) => a.value - b.value)).toEqual(y.toSorted((a, b) => b.place - a.place));
  });

  it("name what they count, the figure its title", () => {
    const svg = drawn({ kind: "lines", series: [rising], title: "A title" });
    expect(svg.getAttribute("aria-label")).toBe("A title");
    expect(the(svg, "[aria-label='x-axis label']").textContent).toBe("time (ms)");
    expect(the(svg, "[aria-label='y-axis label']").textContent).toBe("height (m)");
  });

  it("are logarithmic if asked, each by itself", () => {
    const series: FigureSeries[] = [
      {
        name: "s",
        points: [
          [1, 1],
          [10, 100],
          [100, 10_000],
        ],
      },
    ];
    const placesOf = (figure: Partial<Figure>) => circlesOf(drawn({ kind: "lines", series, ...figure }));
    const isEven = (places: readonly number[]) =>
      Math.abs((places[2] ?? 0) - 2 * (places[1] ?? 0) + (places[0] ?? 0)) < 1;
    const both = placesOf({ logX: true, logY: true });
    expect([isEven(both.map(({ x }) => x)), isEven(both.map(({ y }) => y))]).toEqual([true, true]);
    const onlyX = placesOf({ logX: true });
    expect([isEven(onlyX.map(({ x }) => x)), isEven(onlyX.map(({ y }) => y))]).toEqual([true, false]);
    const neither = placesOf({});
    expect([isEven(neither.map(({ x }) => x)), isEven(neither.map(({ y }) => y))]).toEqual([false, false]);
  });
});

/** Where a tick of this value stands. */
function placeOf(svg: Element, axis: "x" | "y", value: number): number {
  const tick = ticksOf(svg, axis).find((one) => one.value === value);
  if (tick === undefined) throw new Error(`no tick says ${value}`);
  return tick.place;
}

describe("a distribution", () => {
  it("is a stair that steps up where a number is, from 0 to 100 %", () => {
    const svg = drawn({
      kind: "cdf",
      series: [
        {
          name: "s",
          points: [
            [10, 0.25],
            [20, 0.5],
            [40, 1],
          ],
        },
      ],
    });
    const [line] = linesOf(svg);
    const y = (percent: number) => placeOf(svg, "y", percent);
    const x = (ms: number) => placeOf(svg, "x", ms);
    expect(line?.points).toEqual(
      [
        [x(10), y(25)],
        [x(20), y(25)],
        [x(20), y(50)],
        [x(40), y(50)],
        [x(40), y(100)],
      ].map((point) => point.map((number) => expect.closeTo(number as number, 0))),
    );
    expect(y(100)).toBeLessThan(y(0));
  });

  it("of a tail gives each further nine the same room", () => {
    const points = [0, 0.9, 0.99, 0.999, 1].map((share, place): [number, number] => [10 + 10 * place, share]);
    const svg = drawn({ kind: "tail", series: [{ name: "s", points }] });
    const ticks = ticksOf(svg, "y");
    expect(ticks.map(({ value }) => value)).toEqual([0, 90, 99, 99.9]);
    const steps = ticks.slice(1).map(({ place }, index) => (ticks[index]?.place ?? 0) - place);
    for (const step of steps) expect(step).toBeCloseTo(steps[0] as number, 3);
    expect(steps[0]).toBeGreaterThan(50);
    // The greatest number of all has nothing above it.
    const [line] = linesOf(svg);
    expect(line?.points.at(-1)).toEqual([
      expect.closeTo(placeOf(svg, "x", 40), 0),
      expect.closeTo(ticks[3]?.place as number, 0),
    ]);
  });

  it("says of the point that is pointed at how many are not above it", () => {
    const svg = drawn({ kind: "cdf", series: [rising, { ...falling, points: [[30, 0.4]] }], xLabel: "ms" });
    expect(labelAt(svg, placeOf(svg, "x", 20), placeOf(svg, "y", 100) + 35)).toBe(
      "rising\n20 ms: 90 % are not above it",
    );
  });
});

describe("small pictures", () => {
  const panels = ["fast\nmedian 1 ms", "slow"];
  const series: FigureSeries[] = [0, 1].flatMap((panel) => [
    { ...rising, panel, colour: 3 },
    { ...rising, name: "published", panel, colour: 3, dashed: true },
  ]);

  it.each(["cdf", "tail"] as const)(
    "have each curve in their own, in one colour and on the same axes: %s",
    (kind) => {
      const svg = drawn({ kind, series, panels });
      const lines = linesOf(svg);
      expect(lines.map(({ stroke, isDashed }) => [stroke, isDashed])).toEqual([
        ["var(--s3)", false],
        ["var(--s3)", true],
        ["var(--s3)", false],
        ["var(--s3)", true],
      ]);
      // The same numbers: what differs is where the picture stands.
      expect(lines[2]?.points).toEqual(lines[0]?.points);
      for (const title of ["fast", "median 1 ms", "slow"]) expect(svg.textContent).toContain(title);
      expect(svg.textContent).toContain("time (ms)");
      expect(svg.textContent).toContain("height (m)");
    },
  );

  it("stand in as many columns as there is room for", () => {
    openPage();
    const heights = [1_000, 400].map((width) =>
      Number(
        drawFigure(
          {
            title: "t",
            caption: "",
            xLabel: "",
            yLabel: "",
            kind: "cdf",
            series: [],
            panels: ["a", "b", "c", "d"],
          },
          width,
        ).getAttribute("height"),
      ),
    );
    expect(heights[1]).toBeGreaterThan((heights[0] ?? 0) + 150);
  });
});

describe("lines and dots", () => {
  const several = [rising, falling];

  it("are where their numbers are", () => {
    const svg = drawn({ kind: "lines", series: [{ ...falling, dashed: false }] });
    const expected = [
      [10, 90],
      [40, 20],
    ].map(
      ([x = 0, y = 0]): Dot => ({
        x: placeOf(svg, "x", x),
        y: placeOf(svg, "y", y),
        r: 3,
        fill: "var(--s0)",
      }),
    );
    expect(circlesOf(svg)).toEqual(
      expected.map((dot) => ({ ...dot, x: expect.closeTo(dot.x, 0), y: expect.closeTo(dot.y, 0) })),
    );
    expect(linesOf(svg)[0]?.points).toEqual(
      expected.map(({ x, y }) => [expect.closeTo(x, 0), expect.closeTo(y, 0)]),
    );
  });

  it("have a colour for each series; one that is dashed has no dots", () => {
    const svg = drawn({ kind: "lines", series: several });
    expect(linesOf(svg).map(({ stroke, isDashed, points }) => [stroke, isDashed, points.length])).toEqual([
      ["var(--s0)", false, 4],
      ["var(--s1)", true, 2],
    ]);
    expect(circlesOf(svg).map(({ fill }) => fill)).toEqual([0, 0, 0, 0].map((place) => `var(--s${place})`));
  });

  it("begin their colours again after eight", () => {
    const series = Array.from(
      { length: 9 },
      (_, place): FigureSeries => ({ name: `${place}`, points: [[place, place]] }),
    );
    const fills = circlesOf(drawn({ kind: "lines", series })).map(({ fill }) => fill);
    expect(fills[8]).toBe(fills[0]);
    expect(new Set(fills).size).toBe(8);
  });

  it("say of what is pointed at its label, or its numbers", () => {
    const svg = drawn({
      kind: "lines",
      series: [
        {
          name: "s",
          points: [
            [10, 90],
            [40, 20, "my label"],
          ],
        },
      ],
    });
    const [first, second] = circlesOf(svg) as [Dot, Dot];
    expect(labelAt(svg, first.x, first.y)).toBe("10 time (ms)\n90 height (m)");
    expect(labelAt(svg, second.x, second.y)).toBe("my label");
    const [one] = circlesOf(drawn({ kind: "lines", series: several })) as [Dot];
    expect(labelAt(the(document, "svg"), one.x, one.y)).toBe("rising\n10 time (ms)\n0.5 height (m)");
  });

  it("of a scatter plot are joined only where a series is dashed", () => {
    const svg = drawn({ kind: "scatter", series: several });
    expect(linesOf(svg).map(({ stroke, isDashed }) => [stroke, isDashed])).toEqual([["var(--s1)", true]]);
    expect(circlesOf(svg).length).toBe(6);
  });
});

describe("a marked series of a scatter plot", () => {
  const marked = (name: string, x: number, y: number): FigureSeries => ({
    name,
    points: [[x, y]],
    marked: true,
  });
  const series = [rising, marked("left", 10, 0.6), marked("right", 80, 0.7)];

  it("has larger dots in its colour", () => {
    const large = circlesOf(drawn({ kind: "scatter", series })).filter(({ r }) => r === 7);
    expect(large.map(({ fill }) => fill)).toEqual(["var(--s1)", "var(--s2)"]);
  });

  it("has its name beside them, towards the middle, the higher one above the other", () => {
    const svg = drawn({ kind: "scatter", series });
    const names = [...svg.querySelectorAll("g[aria-label=text]")].map((group) => ({
      text: group.textContent,
      anchor: group.getAttribute("text-anchor"),
      shift: (group.getAttribute("transform")?.match(/-?[\d.]+/g) ?? []).map(Number),
    }));
    expect(names.map(({ text, anchor }) => [text, anchor])).toEqual([
      ["right", "end"],
      ["left", "start"],
    ]);
    expect(names.map(({ shift }) => Math.sign(shift[0] ?? 0))).toEqual([-1, 1]);
    expect(names[0]?.shift[1]).toBeLessThan(names[1]?.shift[1] as number);
  });

  it("takes the middle of a log axis by ratios", () => {
    const wide = [marked("a", 1, 1), marked("b", 1_000, 1), marked("c", 100, 1)];
    const anchorOfC = (logX: boolean) =>
      [...drawn({ kind: "scatter", series: wide, logX }).querySelectorAll("g[aria-label=text]")]
        .find(({ textContent }) => textContent === "c")
        ?.getAttribute("text-anchor");
    expect([anchorOfC(true), anchorOfC(false)]).toEqual(["end", "start"]);
  });
});

describe("bars", () => {
  const bars = {
    kind: "bars",
    xNames: ["one", "two"],
    series: [
      {
        name: "a",
        points: [
          [0, 10],
          [1, 20],
        ],
      },
      {
        name: "b",
        points: [
          [0, 40],
          [1, 30],
        ],
      },
    ],
  } as const satisfies Partial<Figure>;

  it("are as high as their numbers, from zero up", () => {
    const svg = drawn(bars);
    const zero = placeOf(svg, "y", 0);
    const unit = (zero - placeOf(svg, "y", 40)) / 40;
    expect(unit).toBeGreaterThan(1);
    const rects = rectsOf(svg, "bar");
    expect(rects.map(({ height }) => Math.round(height / unit))).toEqual([10, 40, 20, 30]);
    for (const { y, height } of rects) expect(y + height).toBeCloseTo(zero, 3);
  });

  it("stand in groups in the order of the names, in each the series side by side in their colours", () => {
    const svg = drawn(bars);
    const rects = rectsOf(svg, "bar");
    expect(rects.map(({ fill }) => fill)).toEqual(["var(--s0)", "var(--s1)", "var(--s0)", "var(--s1)"]);
    expect(rects.map(({ x }) => x)).toEqual(rects.map(({ x }) => x).sort((a, b) => a - b));
    const names = [...svg.querySelectorAll("[aria-label='fx-axis tick label'] text")].map(
      ({ textContent }) => textContent,
    );
    expect(names).toEqual(["one", "two"]);
  });

  it("begin below the least where they are logarithmic", () => {
    const rects = rectsOf(drawn({ ...bars, logY: true }), "bar");
    // From half of the least on: 10 is one doubling, 40 three, 20 two.
    const doubling = rects[0]?.height as number;
    expect(rects.map(({ height }) => Math.round((100 * height) / doubling) / 100)).toEqual([
      1,
      3,
      2,
      expect.closeTo(Math.log2(6), 1),
    ]);
  });

  it("name themselves where they are pointed at", () => {
    const page = openPage();
    const svg = drawFigure({ title: "", caption: "", xLabel: "mode", yLabel: "height (m)", ...bars }, 1_000);
    page.document.body.append(svg);
    const labels = rectsOf(svg, "bar").map(({ x, y, width }) =>
      labelAt(svg, x + width / 2, y + 5, page.frame),
    );
    expect(labels).toEqual([
      "a\none: 10 height (m)",
      "b\none: 40 height (m)",
      "a\ntwo: 20 height (m)",
      "b\ntwo: 30 height (m)",
    ]);
  });

  it("have their names aslant where they are too long to stand beside each other", () => {
    const rotations = (xNames: readonly string[]) =>
      drawn({ ...bars, xNames })
        .querySelector("[aria-label='fx-axis tick label'] text")
        ?.getAttribute("transform");
    expect(rotations(["one", "two"])).not.toContain("rotate");
    expect(rotations(["n".repeat(70), "m".repeat(70)])).toContain("rotate(-40)");
  });
});

describe("the size of a figure", () => {
  it.each([
    [400, 280],
    [700, 350],
    [1_000, 430],
  ])("of %i px is as high as its width allows: %i px", (width, height) => {
    openPage();
    const svg = drawFigure(
      { title: "", caption: "", kind: "lines", xLabel: "", yLabel: "", series: [rising] },
      width,
    );
    expect([svg.getAttribute("width"), svg.getAttribute("height")]).toEqual([String(width), String(height)]);
  });
});
