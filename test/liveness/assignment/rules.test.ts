import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { claims } from "./claims/all.js";
import { ruleOf } from "./claims/claim.js";
import { rules } from "./support/play.js";

describe("work assignment", () => {
  it.each(claims)("$title", ({ prove }) => prove(rules));
});

describe("docs/assignment.md", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const page = readFileSync(`${root}docs/assignment.md`, "utf8");
  const headings = [...page.matchAll(/^### (W[SL]?\d+)$/gm)].map(([, name]) => name as string);

  it("has a claim for each rule that is built, and a rule for each claim", () => {
    // Relays pass on what the rules do not see.
    const rules = headings.filter((name) => /^W\d/.test(name) && name !== "W16");
    expect([...new Set(claims.map(ruleOf))].sort()).toEqual(rules.sort());
  });

  it("has a heading for each rule that code and tests cite", () => {
    const files = [`${root}src/liveness/assignment/`, `${root}test/liveness/assignment/`].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${folder}${name}`),
    );
    const cited = files.flatMap((file) => readFileSync(file, "utf8").match(/\bW[SL]?\d+\b/g) ?? []);
    expect(cited.length).toBeGreaterThan(50);
    expect([...new Set(cited)].filter((name) => !headings.includes(name))).toEqual([]);
  });
});
