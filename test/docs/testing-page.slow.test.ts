import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import * as testing from "../../src/testing/index.js";
import { codeBlocks, read } from "./support/pages.js";

type Test = () => Promise<void>;

/** The test in a block of docs/testing.md, without starting it. */
function testIn(block: string): Test {
  const { code } = transformSync(block, { loader: "ts", format: "cjs" });
  const found: Test[] = [];
  const test = (...given: unknown[]) => void found.push(given.at(-1) as Test);
  const modules: Readonly<Record<string, unknown>> = {
    vitest: { expect, test },
    "raftbeat/testing": testing,
  };
  new Function("require", "module", code)((name: string) => modules[name], { exports: {} });
  expect(found).toHaveLength(1);
  return found[0] as Test;
}

const tests = codeBlocks(read("docs/testing.md"), "ts").filter((code) => code.includes('from "vitest"'));

describe("the tests to paste of docs/testing.md", () => {
  it("are two, and pass", async () => {
    expect(tests).toHaveLength(2);
    for (const block of tests) await testIn(block)();
  });

  it("fail for a service that goes on without a lease", async () => {
    const [takeover = "", random = ""] = tests.map((block) =>
      block
        .replace(/lead\.assertValid\(\d*\);/, "")
        .replace(", { signal: lead.signal }", "")
        .replace("!lead.signal.aborted", "true"),
    );
    await expect(testIn(takeover)()).rejects.toThrow(/The run, drawn: file:/);
    await expect(testIn(random)()).rejects.toThrow(
      /a row of term \d+ after one of term \d+[\s\S]*To play this run again/,
    );
  });
});
