import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

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
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
}
