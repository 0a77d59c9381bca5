import { describe, expect, it } from "vitest";
import { distributions } from "../../../../src/report/browser/run/distributions.js";
import type { ScenarioReport } from "../../../../src/report/recording/run-data.js";
import { openPage, textsOf, the } from "../support/browser-page.js";
import { linesOf, rectsOf, ticksOf } from "../support/drawing.js";

type Numbers = Partial<ScenarioReport["distributions"]>;

/** How the numbers of some runs are shown. */
function shownOf(numbers: Numbers, runs = 10): HTMLElement | null {
  openPage();
  return distributions({
    verdict: { failed: [], violations: [], runs, seed: 1 },
    distributions: { recoveryMs: [], firstElectionMs: [], availability: [], ...numbers },
  } as unknown as ScenarioReport);
}

function figureOf(numbers: Numbers): { histogram: Element; curve: Element; words: string } {
  const root = shownOf(numbers);
  const [histogram, curve] = root?.querySelectorAll("svg") ?? [];
  if (root === null || histogram === undefined || curve === undefined) throw new Error("nothing is shown");
  return { histogram, curve, words: the(root, "figcaption").textContent ?? "" };
}

const oneToTen = [7, 3, 10, 1, 9, 2, 8, 5, 4, 6];

describe("the distributions of a scenario's runs", () => {
  it.each([
    [oneToTen, "least 1.00, median 5.00, 90 % within 9.00, most 10.00 ms"],
    [[4], "least 4.00, median 4.00, 90 % within 4.00, most 4.00 ms"],
    [[1, 2], "least 1.00, median 1.00, 90 % within 2.00, most 2.00 ms"],
    [[3, 1, 2], "least 1.00, median 2.00, 90 % within 3.00, most 3.00 ms"],
    [
      Array.from({ length: 11 }, (_, index) => 100 * (index + 1)),
      "least 100, median 600, 90 % within 1000, most 1100 ms",
    ],
  ])("say the quantiles of %j in words, each a number that occurred", (recoveryMs, words) => {
    expect(figureOf({ recoveryMs }).words).toBe(`Recovery of ${recoveryMs.length} runs: ${words}`);
  });

  it("count the runs that did not come to it apart", () => {
    expect(figureOf({ recoveryMs: [5, null, 7, null, null] }).words).toBe(
      "Recovery of 2 runs: least 5.00, median 5.00, 90 % within 7.00, most 7.00 ms; 3 runs did not come to it",
    );
  });

  it("give availability in percent", () => {
    expect(figureOf({ availability: [0.5, 1] }).words).toContain(
      "least 50.00, median 50.00, 90 % within 100, most 100 %",
    );
  });

  it("have a figure for each measure that has numbers, and are not there for a single run", () => {
    const root = shownOf({ recoveryMs: [1, 2], firstElectionMs: [3, 4], availability: [null, null] });
    expect(textsOf(root as HTMLElement, "h3")).toEqual(["Recovery", "First election"]);
    expect(the(root as HTMLElement, "h2").textContent).toBe("How 10 runs spread");
    expect(shownOf({ recoveryMs: [1] }, 1)).toBeNull();
  });

  it("draw as a histogram how many runs there are around each value", () => {
    const { histogram } = figureOf({ recoveryMs: [10, 10, 10, 20, 30, 30] });
    const rects = rectsOf(histogram, "rect").filter(({ height }) => height > 1);
    const ticks = ticksOf(histogram, "y");
    const unit =
      ((ticks[0]?.place ?? 0) - (ticks.at(-1)?.place ?? 0)) /
      ((ticks.at(-1)?.value ?? 0) - (ticks[0]?.value ?? 0));
    expect(rects.map(({ height }) => Math.round(height / unit))).toEqual([3, 1, 2]);
    expect(rects.map(({ x }) => x)).toEqual(rects.map(({ x }) => x).toSorted((a, b) => a - b));
    expect(histogram.getAttribute("aria-label")).toMatch(
      /^Recovery of 6 runs: .* \(histogram, the median dashed\)$/,
    );
  });

  it("draw a dashed line at the median of the histogram", () => {
    const { histogram } = figureOf({ recoveryMs: [8, 3, 4, 2, 1, 5, 6, 7] });
    const dashed = the<Element>(histogram, "[stroke-dasharray] line, line[stroke-dasharray]");
    const median = ticksOf(histogram, "x").find(({ value }) => value === 4);
    expect(Number(dashed.getAttribute("x1"))).toBeCloseTo(median?.place as number, 0);
  });

  it("draw as a rising stair which share of the runs is not above each value", () => {
    const { curve } = figureOf({ recoveryMs: [1, 2, 3, 4] });
    const x = ticksOf(curve, "x");
    const y = ticksOf(curve, "y");
    const at = (value: number) => x.find((tick) => tick.value === value)?.place as number;
    const [zero, one] = [y.find(({ value }) => value === 0), y.find(({ value }) => value === 100)];
    const height = (share: number) => (zero?.place ?? 0) + share * ((one?.place ?? 0) - (zero?.place ?? 0));
    const points = linesOf(curve)[0]?.points ?? [];
    const corners = [
      [at(1), height(0)],
      [at(1), height(0.25)],
      [at(2), height(0.25)],
      [at(2), height(0.5)],
      [at(3), height(0.5)],
      [at(3), height(0.75)],
      [at(4), height(0.75)],
      [at(4), height(1)],
    ];
    // The first step stands on its own spot.
    expect(points.slice(-7)).toEqual(
      corners.slice(1).map((corner) => corner.map((number) => expect.closeTo(number as number, 0))),
    );
    expect(points[0]).toEqual([expect.closeTo(at(1), 0), expect.closeTo(height(0), 0)]);
    expect(height(1)).toBeLessThan(height(0));
  });

  it("draw 400 steps of many runs, the last of them at the most and at all", () => {
    const recoveryMs = Array.from({ length: 5_000 }, (_, index) => index + 1);
    const { curve } = figureOf({ recoveryMs });
    const points = linesOf(curve)[0]?.points ?? [];
    expect(points.length).toBeLessThan(810);
    expect(points.length).toBeGreaterThan(790);
    const top = ticksOf(curve, "y").find(({ value }) => value === 100);
    expect(points.at(-1)?.[1]).toBeCloseTo(top?.place as number, 0);
  });

  it("have some room where all numbers are the same", () => {
    const { curve } = figureOf({ recoveryMs: [5, 5, 5] });
    expect(ticksOf(curve, "x").map(({ value }) => value)).toContain(5);
    expect(linesOf(curve)[0]?.points.flat().every(Number.isFinite)).toBe(true);
  });
});
