import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { builtFile } from "../../../src/built-file.js";

const main = fileURLToPath(builtFile("cli/main.js"));
const scenario = fileURLToPath(new URL("../../../simulations/swizzle-clog.yaml", import.meta.url));

function summary(...flags: readonly string[]): Record<string, unknown> {
  const args = [main, "simulate", scenario, "--runs", "21", "--json", ...flags];
  const { wallMs, ...rest } = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  expect(wallMs).toBeGreaterThan(0);
  return rest;
}

describe("worker threads", () => {
  it("change nothing that a seed determines", () => {
    const alone = summary();
    expect(alone["runs"]).toBe(21);
    expect(summary("--workers", "2")).toEqual(alone);
    expect(summary("--workers", "2", "--seed", "99")["traceHash"]).not.toBe(alone["traceHash"]);
  });
});
