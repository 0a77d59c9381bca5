import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** An installed Chromium: `CHROMIUM_PATH`, or what is on the path; null if there is none. */
export const browserPath: string | null = findBrowser();

function findBrowser(): string | null {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = [...PATH.split(delimiter), "/usr/bin"];
  const places = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const isThere = (path: string) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  if (CHROMIUM_PATH !== undefined) return CHROMIUM_PATH;
  return places.find(isThere) ?? null;
}

/** Starts the browser, headless. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath as string,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run"],
  });
}

/** A page that is open, and what it complained of or asked the network for. */
export interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** The instant that the page shows. */
  now(): Promise<number>;
}

/** Opens HTML from a file:// address; the file is removed when the test ends. */
export async function open(
  browser: Browser,
  html: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-page-"));
  const path = join(folder, "page.html");
  writeFileSync(path, html);
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  onTestFinished(async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const address = pathToFileURL(path).href;
  page.on("console", (message) => void complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => void complaints.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== address) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await page.waitForFunction(`document.querySelector("#now")?.textContent`);
  return { page, complaints, now: async () => Number.parseFloat((await page.textContent("#now")) ?? "") };
}
