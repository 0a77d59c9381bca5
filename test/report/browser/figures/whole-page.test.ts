import { describe, expect, it, vi } from "vitest";
import type { Figure, FiguresData } from "../../../../src/report/pages/figure.js";
import { openPage, sized, textsOf, the } from "../support/browser-page.js";

const lines: Figure = {
  title: "lines",
  caption: "They rise.",
  kind: "lines",
  xLabel: "x",
  yLabel: "y",
  series: [
    {
      name: "one",
      points: [
        [1, 2],
        [3, 4],
      ],
    },
  ],
};

/** The whole page of some figures, as its script makes it. */
async function opened(data: Partial<FiguresData>) {
  const page = openPage("", `<script type="application/json" id="data"></script>`);
  const whole: FiguresData = { title: "A page", answer: null, figures: [], tables: [], ...data };
  the(page.document, "#data").textContent = JSON.stringify(whole);
  vi.resetModules();
  await import("../../../../src/report/browser/figures/figures.js");
  return page;
}

describe("the page of figures", () => {
  it("has its title, its answer, its figures and then its tables", async () => {
    const { document } = await opened({
      answer: { lead: "Do this", facts: [["gives", "that"]] },
      figures: [lines, { ...lines, title: "more" }],
      tables: [{ title: "All", head: ["a"], rows: [[1]] }],
    });
    expect(textsOf(document, "h1, .lead, h2").map((text) => text.trim())).toEqual([
      "A page",
      "Do this",
      "lines",
      "more",
      "All",
    ]);
    expect(textsOf(document, "figcaption")).toEqual(["They rise.", "They rise."]);
    expect(the(document, "section:last-of-type td").textContent).toBe("1");
  });

  it("draws each figure as wide as there is room, and anew for another width", async () => {
    const page = await opened({ figures: [lines] });
    const drawing = the(page.document, ".drawing");
    page.resized();
    expect(drawing.children.length).toBe(0);
    for (const width of [400, 800]) {
      sized(drawing, { clientWidth: width });
      page.resized();
      expect([...drawing.children].map((svg) => svg.getAttribute("width"))).toEqual([String(width)]);
    }
    const [before] = drawing.children;
    page.resized();
    expect(drawing.children[0]).toBe(before);
  });

  it("complains of a page without data", async () => {
    openPage();
    vi.resetModules();
    await expect(import("../../../../src/report/browser/figures/figures.js")).rejects.toThrow(
      "holds no data",
    );
  });
});
