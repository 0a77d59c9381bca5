/**
 * Makes every page that the commands write with `--html`, and a picture of each at 1200 and 400 px, light and dark:
 * `npm run pages:look -- --out DIR [--only WORD]`. `index.html` in that folder has all pictures of a page side by side.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { browserPath, launch } from "./support/chromium.js";

/** The pages by name, with the arguments that make each; few trials, since the look of a page does not depend on them. */
const pages: Readonly<Record<string, readonly string[]>> = {
  "run-crash": ["simulate", "simulations/leader-crash.yaml", "--runs", "1"],
  "run-roles": ["simulate", "simulations/howard-abraham-1.yaml", "--runs", "1"],
  "run-many-faults": ["simulate", "simulations/swizzle-clog.yaml", "--runs", "1"],
  "run-restarts": ["simulate", "simulations/rolling-restart.yaml", "--runs", "1"],
  "run-observers": ["simulate", "simulations/stranger.yaml", "--runs", "1"],
  "run-violation": ["simulate", "simulations/amnesia.yaml", "--runs", "5"],
  "run-hundred": ["simulate", "simulations/paused-leader.yaml", "--runs", "100"],
  "run-several": [
    "simulate",
    "simulations/quorum-loss.yaml",
    "simulations/majorities-ring.yaml",
    "simulations/flapping-link.yaml",
    "--runs",
    "20",
  ],
  "advise-quick": ["advise", "--network", "oneRegion", "--quick"],
  "advise-played": [
    ...["advise", "--network", "lan", "--present", "100,1000-2000"],
    ...["--runs", "100", "--quiet-minutes", "2"],
  ],
  "sweep-one": [
    ...["sweep", "simulations/leader-crash.yaml", "--runs", "100", "--quiet-minutes", "1"],
    ...["--vary", "network.loss=0..0.4/5"],
  ],
  "sweep-two": [
    ...["sweep", "simulations/studies/sweep-lan.yaml", "--runs", "100", "--quiet-minutes", "1"],
    ...["--vary", "timing.heartbeatIntervalMs=10,20,50,100,200"],
    ...["--vary", "timing.electionTimeout.minMs=100..1600/5log"],
  ],
  "sweep-three": [
    ...["sweep", "simulations/studies/sweep-lan.yaml", "--runs", "100", "--quiet-minutes", "1"],
    ...["--vary", "timing.heartbeatIntervalMs=10,50", "--vary", "network.loss=0,0.1,0.3"],
    ...["--vary", "timing.electionTimeout.minMs=100..1600/5log"],
  ],
  "study-raft-figure-16": ["study", "raft-figure-16", "--trials", "200"],
  "study-raft-figure-16-production": ["study", "raft-figure-16-production", "--trials", "200"],
  "study-thesis-wan": ["study", "thesis-wan", "--trials", "200"],
  "study-refloated": ["study", "refloated", "--trials", "200"],
  "study-split-votes": ["study", "split-votes", "--trials", "200"],
  "study-prevote-cost": ["study", "prevote-cost", "--trials", "50"],
  "study-quorum-timeout": ["study", "quorum-timeout", "--trials", "50"],
  "study-transport": ["study", "transport", "--trials", "50"],
  "study-pauses": ["study", "pauses", "--trials", "10"],
  "study-open-questions": ["study", "open-questions", "--trials", "10"],
  "study-detectors": ["study", "detectors", "--beats", "50000"],
  "study-chen-2002": ["study", "chen-2002", "--beats", "100000"],
  "study-hayashibara-2004": ["study", "hayashibara-2004", "--beats", "100000"],
  "study-bertier-2002": ["study", "bertier-2002", "--beats", "100000"],
  "study-loopback": ["study", "loopback", "--trials", "10"],
};

const looks = [1200, 400].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

const { out = "pages", only = "" } = parseArgs({
  options: { out: { type: "string" }, only: { type: "string" } },
}).values;
const folder = resolve(out);
const names = Object.keys(pages).filter((name) => name.includes(only));
if (browserPath === null)
  throw new Error("no Chromium was found: install one, or set CHROMIUM_PATH to its file");
if (names.length === 0)
  throw new Error(`--only ${only}: no page has it in its name; there are ${Object.keys(pages).join(", ")}`);
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const name of names) {
  make(name);
  const problems = await shoot(browser, name);
  console.log([name, ...problems].join("\n  "));
  if (problems.length > 0) process.exitCode = 1;
}
await browser.close();
writeFileSync(join(folder, "index.html"), index());

/** Has the built command write the page. A command exits 1 where the scenario is not as expected, and writes all the same. */
function make(name: string): void {
  const args = ["dist/cli/main.js", ...(pages[name] ?? []), "--html", join(folder, `${name}.html`)];
  try {
    writeFileSync(
      join(folder, `${name}.txt`),
      execFileSync(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }),
    );
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: Buffer };
    if (status !== 1 || stdout === undefined) throw error;
    writeFileSync(join(folder, `${name}.txt`), stdout);
  }
}

/** @returns what is wrong with the page: what it asked the network for, complained of, or how much wider than the screen it is */
async function shoot(on: Browser, name: string): Promise<string[]> {
  const problems: string[] = [];
  const address = pathToFileURL(join(folder, `${name}.html`)).href;
  for (const { width, colorScheme } of looks) {
    const page = await on.newPage({ colorScheme, viewport: { width, height: 900 } });
    page.on("console", (message) => void problems.push(message.text()));
    page.on("pageerror", (error) => void problems.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== address) problems.push(`asks for ${request.url()}`);
    });
    await page.goto(address);
    await page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
    );
    const scrollWidth = await page.evaluate<number>("document.documentElement.scrollWidth");
    if (scrollWidth > width) problems.push(`${scrollWidth} px wide on a screen of ${width} px`);
    await page.screenshot({ path: join(folder, pictureOf(name, width, colorScheme)), fullPage: true });
    await page.close();
  }
  return problems;
}

function pictureOf(name: string, width: number, scheme: string): string {
  return `${name}-${width}-${scheme}.png`;
}

function index(): string {
  const sections = names.map((name) => {
    const pictures = looks.map(({ width, colorScheme }) => {
      const picture = pictureOf(name, width, colorScheme);
      return `<a href="${picture}"><img src="${picture}" width="${width / 2}" alt="${picture}"></a>`;
    });
    return `<h2><a href="${name}.html">${name}</a></h2>\n<p>${(pages[name] ?? []).join(" ")}</p>\n<div style="display:flex;gap:8px;align-items:start">${pictures.join("")}</div>`;
  });
  return `<!doctype html>\n<meta charset="utf-8">\n<title>All pages</title>\n${sections.join("\n")}\n`;
}
