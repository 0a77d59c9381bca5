import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distributionPoints } from "../../src/report/pages/distribution-points.js";
import { figuresPage } from "../../src/report/pages/figures-page.js";
import { temporaryFolder } from "../processes/support/node.js";
import { browserPath, launch } from "./support/chromium.js";
import { sampleAnswer, sampleFigures, sampleTables } from "./support/sample-figures.js";

const why = browserPath === null ? " (skipped: no Chromium found; install one or set CHROMIUM_PATH)" : "";

describe.skipIf(browserPath === null)(`a page of figures in a browser${why}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** The sample page so wide, from a file, with all that its console said. */
  async function opened(width: number, colorScheme: "light" | "dark" = "light") {
    const file = join(temporaryFolder(), "figures.html");
    writeFileSync(file, figuresPage("Sample <figures>", sampleFigures, sampleTables, sampleAnswer));
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) problems.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    await drawn(page, width);
    return { page, problems, close: () => context.close() };
  }

  /** Waits until every figure is as wide as its place. */
  async function drawn(page: Page, width: number): Promise<void> {
    // In the page's own words: the DOM is not among this project's types.
    await page.waitForFunction(`{
      const drawings = [...document.querySelectorAll(".drawing")];
      const isDrawn = (drawing) => {
        const width = drawing.querySelector("svg.plot")?.getAttribute("width");
        return Number(width) === drawing.clientWidth && drawing.clientWidth <= ${width};
      };
      drawings.length === ${sampleFigures.length} && drawings.every(isDrawn);
    }`);
  }

  const isTooWide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";

  it("draws each figure, names its axes with their units, and asks nobody for anything", async () => {
    const { page, problems, close } = await opened(1200);
    expect(await page.title()).toBe("Sample <figures>");
    for (const [index, { title, xLabel, yLabel }] of sampleFigures.entries()) {
      const figure = page.locator("section").nth(index);
      expect(await figure.locator("h2").textContent()).toBe(title);
      expect(await figure.locator("svg.plot").count()).toBe(1);
      const drawing = (await figure.locator("svg.plot").textContent()) ?? "";
      expect(drawing).toContain(xLabel);
      expect(drawing).toContain(yLabel);
    }
    const answer = page.locator("h1 + header.answer");
    expect((await answer.locator("p").textContent())?.trim()).toBe(sampleAnswer.lead);
    expect(await answer.locator("dt").allTextContents()).toEqual(["gives", "binds", ""]);
    expect(await answer.locator("dd").allTextContents()).toEqual(sampleAnswer.facts.map(([, text]) => text));
    const tail = (await page.locator("section").nth(1).locator("svg.plot").textContent()) ?? "";
    for (const nines of ["0 %", "90 %", "99 %", "99.9 %"]) expect(tail).toContain(nines);
    expect(await page.evaluate(isTooWide)).toBe(false);
    expect(problems).toEqual([]);
    await close();
  });

  it("fits a page of 400 px, with letters as large as on a wide one, and is drawn anew for another width", async () => {
    const { page, problems, close } = await opened(400);
    expect(await page.evaluate(isTooWide)).toBe(false);
    const sizes = await page.$$eval("svg.plot", (drawings) =>
      drawings.map((drawing) => drawing.clientWidth / Number(drawing.getAttribute("viewBox")?.split(" ")[2])),
    );
    // Drawn at its own size: one that was shrunk to fit would be below 1.
    for (const scale of sizes) expect(scale).toBeCloseTo(1, 1);
    await page.setViewportSize({ width: 800, height: 900 });
    await drawn(page, 800);
    expect(problems).toEqual([]);
    await close();
  });

  it("is light or dark as the reader has it, with letters to be read on either", async () => {
    const contrasts: number[] = [];
    const papers: string[] = [];
    for (const scheme of ["light", "dark"] as const) {
      const { page, problems, close } = await opened(800, scheme);
      const paper = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      const ink = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('svg.plot text')).fill",
      );
      papers.push(paper);
      contrasts.push(contrast(paper, ink));
      expect(problems).toEqual([]);
      await close();
    }
    expect(papers[0]).not.toBe(papers[1]);
    for (const ratio of contrasts) expect(ratio).toBeGreaterThan(4.5);
  });

  it("shows the numbers of the cell that is pointed at", async () => {
    const { page, close } = await opened(1200);
    const map = page.locator("section").nth(4);
    await map.scrollIntoViewIfNeeded();
    const cell = map.locator("svg.plot [aria-label=cell] rect").nth(7);
    await cell.hover();
    const shown = map.locator("svg.plot [aria-label=tip]");
    await shown.getByText("heartbeat 20 ms").waitFor();
    expect(await shown.textContent()).toContain("timeout 100 ms");
    expect(await shown.textContent()).toContain("mean 12.5 ms");
    const points = page.locator("section").nth(5);
    await points.scrollIntoViewIfNeeded();
    await points.locator("svg.plot [aria-label=dot] circle").nth(11).hover();
    await points.locator("svg.plot [aria-label=tip]").getByText("combination 11").waitFor();
    await close();
  });

  it("gives the numbers by keyboard, as a table that can be scrolled", async () => {
    const { page, close } = await opened(400);
    await page.locator("summary").nth(4).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    expect(await focused.getAttribute("aria-label")).toBe("Mean recovery: the numbers");
    expect(await focused.locator("tbody tr").count()).toBe(30);
    expect(await focused.locator("tbody tr").nth(1).locator("td").allTextContents()).toEqual([
      "20",
      "50",
      "50",
    ]);
    expect(await page.evaluate(isTooWide)).toBe(false);
    await close();
  });
});

describe("a page of figures", () => {
  it("carries the licences of what it is drawn with", () => {
    const page = figuresPage("t", []);
    expect(page).toContain("Copyright 2020-2025 Observable, Inc.");
    expect(page).toContain("Copyright 2010-2026 Mike Bostock");
    expect(page).toContain("this permission notice appear in all copies");
  });
});

describe("the points of a distribution", () => {
  it("are all of a few numbers", () => {
    expect(distributionPoints([3, 1, 2, 4])).toEqual([
      [1, 0.25],
      [2, 0.5],
      [3, 0.75],
      [4, 1],
    ]);
  });

  it("keep the ends and the far tail of many", () => {
    const points = distributionPoints(Array.from({ length: 100_000 }, (_, index) => index + 1));
    expect(points.length).toBeLessThanOrEqual(242);
    expect(points[0]).toEqual([1, 1e-5]);
    expect(points.at(-1)).toEqual([100_000, 1]);
    const beyond = points.filter(([, share]) => share > 0.999);
    expect(beyond.length).toBeGreaterThan(20);
    for (const [x, share] of points) expect(share).toBeCloseTo(x / 100_000, 9);
  });
});

/** The contrast ratio of two colours, as WCAG 2 has it. */
function contrast(one: string, other: string): number {
  const [a = 0, b = 0] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
