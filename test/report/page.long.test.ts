import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPage } from "../../src/report/pages/run-page.js";
import { longestRecording } from "../../src/report/recording/recording.js";
import type { ScenarioReport } from "../../src/report/recording/run-data.js";
import { open } from "./support/browser.js";
import { browserPath, launch } from "./support/chromium.js";
import { reported } from "./support/run.js";

const reason = browserPath === null ? " (skipped: no Chromium found; install one or set CHROMIUM_PATH)" : "";

// What runs in the browser stands in strings: these tests are compiled without the browser's types.
const instant = 'Number.parseFloat(document.querySelector("#now").textContent)';
const twoFrames = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))";

describe.skipIf(browserPath === null)(`the page of a run in a browser${reason}`, () => {
  let browser: Browser;
  let cut: ScenarioReport;
  let html: string;

  beforeAll(async () => {
    cut = reported({
      name: "cut <b>off</b>",
      runs: 8,
      faults: [{ at: 0, do: "cut", between: ["leader", "follower1"] }],
    });
    html = runPage([cut, reported({ name: "crash", faults: [{ at: 0, do: "crash", nodes: "leader" }] })]);
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it("opens from a file without a complaint and without a request, and shows links that are cut", async () => {
    const { page, complaints } = await open(browser, html);
    expect(await page.textContent("h1")).toBe("cut <b>off</b>");
    expect(await page.locator("figure svg").count()).toBe(6);
    expect(await page.locator("#topology line.cut").count()).toBe(1);
    expect(await page.locator("#topology circle.lease").count()).toBe(1);
    await page.locator("#scrub").fill("0");
    await page.waitForFunction(`document.querySelectorAll("#topology line.cut").length === 0`);
    expect(await page.textContent("#topology-words")).toContain("n1 follower t0");
    await page.selectOption("#scenario", "1");
    expect(await page.textContent("h1")).toBe("crash");
    expect(await page.locator("figure svg").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("plays and pauses with space", async () => {
    const { page, now } = await open(browser, html);
    const before = await now();
    await page.keyboard.press(" ");
    await page.waitForFunction(`${instant} > ${before}`);
    expect(await page.getAttribute("#play", "aria-label")).toBe("Pause");
    await page.keyboard.press(" ");
    expect(await page.getAttribute("#play", "aria-label")).toBe("Play");
    // A frame that was asked for before may still be drawn.
    await page.evaluate(twoFrames);
    const paused = await now();
    await page.evaluate(twoFrames);
    expect(await now()).toBe(paused);
  });

  it("moves the instant with arrow keys, the slider and a click", async () => {
    const { page, now } = await open(browser, html);
    const settled = (text: string) =>
      page.waitForFunction(`document.querySelector("#now").textContent !== ${JSON.stringify(text)}`);
    for (const move of [
      () => page.keyboard.press("ArrowRight"),
      () => page.locator("#scrub").fill("9000"),
      () => page.click("#diagram", { position: { x: 300, y: 100 } }),
    ]) {
      const before = (await page.textContent("#now")) ?? "";
      await move();
      await settled(before);
    }
    const clicked = await now();
    await page.focus("#diagram");
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(`${instant} < ${clicked}`);
  });

  it("tells by pointer and by key why a vote was refused", async () => {
    const { page } = await open(browser, html);
    await page.focus("#diagram");
    for (let press = 0; press < 60; press++) {
      if ((await page.textContent("#details"))?.includes("refused")) break;
      await page.keyboard.press("n");
      await page.evaluate(twoFrames);
    }
    expect(await page.textContent("#details")).toMatch(
      /pre-vote reply.*refused.*holds its vote.*\(voteHold\).*knows n\d as the leader/s,
    );

    // Where the chosen message is follows from what is in view: the pointer looks for it.
    for (let press = 0; press < 8; press++) await page.keyboard.press("+");
    await page.evaluate(twoFrames);
    const hint = await page.evaluate<string>(`{
      const canvas = document.querySelector("#diagram");
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const told = (x, y) => {
        canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: left + x, clientY: top + y }));
        return document.querySelector(".hint").textContent;
      };
      const places = [];
      for (let y = 50; y < height; y += 4) for (let x = 0.3; x < 0.9; x += 0.02) places.push([x * width, y]);
      const found = places.find(([x, y]) => told(x, y).includes("refused:"));
      found === undefined ? "" : told(...found);
    }`);
    expect(hint).toMatch(/refused: the answering node holds its vote/);
  });

  it("says the same in a list that keys walk through", async () => {
    const { page, now } = await open(browser, html);
    await page.focus("#events");
    await page.keyboard.press("Home");
    const first = await page.textContent("#events .active");
    await page.keyboard.press("ArrowDown");
    expect(await page.textContent("#events .active")).not.toBe(first);
    await page.keyboard.press("End");
    await page.waitForFunction(`${instant} > 5`);
    expect(await now()).toBeGreaterThan(5);
    expect(await page.locator("#events .row").count()).toBeLessThan(60);
  });

  it("goes to the instant that the address names, and back and forward", async () => {
    const { page } = await open(browser, html);
    const shows = (text: string) =>
      page.waitForFunction(`document.querySelector("#now").textContent === ${JSON.stringify(text)}`);
    await page.evaluate('location.hash = "#t=250ms&scenario=crash"');
    await shows("0.250 s");
    expect(await page.textContent("h1")).toBe("crash");
    expect(await page.evaluate("document.querySelector('#run').getBoundingClientRect().top")).toBeLessThan(
      300,
    );
    await page.locator(".plain a").first().click();
    await shows("0.000 s");
    expect(await page.textContent("#details")).toContain("fault: crash");
    await page.goBack();
    await shows("0.250 s");
    await page.goForward();
    await shows("0.000 s");
  });

  it.each([
    { width: 400, colorScheme: "dark", ground: "rgb(13, 15, 18) 21,24,28" },
    { width: 1200, colorScheme: "light", ground: "rgb(243, 244, 246) 255,255,255" },
  ] as const)(
    "needs no scrolling to the side at $width px, is $colorScheme, and prints on white",
    async ({ width, colorScheme, ground }) => {
      const { page } = await open(browser, html, { colorScheme, viewport: { width, height: 800 } });
      const colours = () =>
        page.evaluate<string>(`{
        const { data } = document.querySelector("#diagram").getContext("2d").getImageData(1, 1, 1, 1);
        getComputedStyle(document.body).backgroundColor + " " + [...data].slice(0, 3).join();
      }`);
      const scrollWidth = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(scrollWidth).toBeLessThanOrEqual(width);
      expect((await page.locator("#diagram").boundingBox())?.width).toBeGreaterThan(width * 0.8);
      expect(await colours()).toBe(ground);
      await page.emulateMedia({ media: "print", colorScheme });
      await page.waitForFunction('getComputedStyle(document.body).backgroundColor === "rgba(0, 0, 0, 0)"');
      await page.evaluate(twoFrames);
      expect(await colours()).toContain("255,255,255");
    },
  );

  it("opens 100,000 events soon, answers keys while it shows them all, and says that it was cut off", async () => {
    const many = reported({
      timing: { heartbeatIntervalMs: 10, electionTimeout: { minMs: 100, maxMs: 200 } },
      network: { latency: 1 },
      observeMs: 140_000,
      faults: [{ every: 5_000, for: 500, do: "isolate", nodes: "leader" }],
    });
    expect(many.recording.isCutOff).toBe(true);
    expect(many.recording.messages.sentMs.length).toBeGreaterThan(0.9 * longestRecording);
    const startedMs = performance.now();
    const { page, complaints } = await open(browser, runPage([many]));
    const openMs = performance.now() - startedMs;
    expect(openMs).toBeLessThan(6_000);
    expect(await page.textContent("#cut-off")).toContain("cut off");
    await page.focus("#diagram");
    await page.keyboard.press("0");
    await page.keyboard.press("m");
    const frameMs = await page.evaluate<number>(`(async () => {
      const canvas = document.querySelector("#diagram");
      const fromMs = performance.now();
      for (let frame = 0; frame < 20; frame++) {
        canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return (performance.now() - fromMs) / 20;
    })()`);
    if (process.env["RAFTBEAT_FIGURES"] !== undefined) console.log({ openMs, frameMs });
    expect(frameMs).toBeLessThan(250);
    expect(await page.textContent("#thinned")).toMatch(/\d+ of \d+ messages in view are drawn/);
    expect(complaints).toEqual([]);
  });
});
