import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseScenario, playRun } from "../../src/simulation/index.js";
import { browserPath, launch } from "../report/support/chromium.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The whole library `raftbeat/simulation` as one script. @throws where it imports a module of Node.js */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}src/simulation/index.ts`],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "simulation",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

describe("raftbeat/simulation", () => {
  it("bundles for a browser: it imports no module of Node.js, and no process is asked for", async () => {
    const script = await bundled();
    expect(script.length).toBeGreaterThan(50_000);
    expect(script).not.toMatch(/"node:|\brequire\(|\bprocess\.(?:env|pid|stdout|hrtime)|\bBuffer\b/);
  });

  it.skipIf(browserPath === null)(
    "plays a scenario in Chromium to the hash that it has in Node.js",
    async () => {
      const script = await bundled();
      const documents = ["leader-crash", "swizzle-clog", "stranger"].map((name) =>
        parse(readFileSync(`${root}simulations/${name}.yaml`, "utf8")),
      );
      const here = documents.map((document) => playRun(parseScenario(document), 1).traceHash);
      expect(new Set(here).size).toBe(documents.length);
      const browser = await launch();
      try {
        const page = await browser.newPage();
        await page.setContent("<!doctype html><title>simulation</title>");
        await page.addScriptTag({ content: script });
        const there = await page.evaluate(`
        ${JSON.stringify(documents)}.map((document) =>
          simulation.playRun(simulation.parseScenario(document), 1).traceHash)
      `);
        expect(there).toEqual(here);
      } finally {
        await browser.close();
      }
    },
  );
});
