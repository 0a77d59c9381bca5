import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { claims } from "../protocol/rules/all.js";
import { ruleOf } from "../protocol/rules/rule.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = read("docs/protocol.md");
const headings = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, title]) => title as string);
const names = headings.filter((title) => /^(?:Rule \d+|[IL]\d+)$/.test(title));

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Every rule, invariant and liveness promise that a text cites, by the heading it should have: `rules 4 to 6` cites three. */
function citedIn(text: string): string[] {
  // Comments and prose go on in the next line.
  const prose = text.replaceAll(/\s*\n\s*(?:\*|\/\/|#)?\s*/g, " ");
  const rules = [...prose.matchAll(/\brules? (\d+(?:(?:, | and | or | to )\d+)*)/gi)].flatMap(([, list]) =>
    (list as string).split(/, | and | or /).flatMap((part) => {
      const [from, to] = part.split(" to ").map(Number) as [number, number?];
      return Array.from({ length: (to ?? from) - from + 1 }, (_, index) => `Rule ${from + index}`);
    }),
  );
  return [...rules, ...[...prose.matchAll(/\b[IL]\d+\b/g)].map(([name]) => name)];
}

describe("docs/protocol.md", () => {
  it("is read right: single rules, lists and ranges are found, also over the end of a line", () => {
    expect(citedIn("(rule 9)")).toEqual(["Rule 9"]);
    expect(citedIn(" * so (rules 1, 4 to 6\n * and 21) says I4")).toEqual(
      [1, 4, 5, 6, 21].map((rule) => `Rule ${rule}`).concat("I4"),
    );
  });

  it("has one heading for each rule, invariant and promise of liveness", () => {
    expect(new Set(names).size).toBe(names.length);
    for (let each = 1; each <= 7; each++) expect(names).toContain(`I${each}`);
    for (let each = 1; each <= 4; each++) expect(names).toContain(`L${each}`);
  });

  it("has a heading for whatever code, tests, scenarios and docs cite", () => {
    const files = [
      ...filesBelow("src", /\.ts$/),
      ...filesBelow("test", /\.ts$/),
      ...filesBelow("simulations", /\.(?:md|yaml)$/),
      ...filesBelow("docs", /\.md$/),
      ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"],
    ];
    const known = new Set(names);
    const citations = files.flatMap((path) => citedIn(read(path)).map((name) => ({ path, name })));
    for (const from of ["src/protocol/algorithms/lease.ts", "simulations/README.md"])
      expect(citations.filter(({ path }) => path === from)).not.toEqual([]);
    expect(citations.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  it("has a claim for each rule, and a rule for each claim", () => {
    const claimed = new Set(claims.map(ruleOf).filter((rule) => rule > 0));
    const rules = names.filter((name) => name.startsWith("Rule")).map((name) => Number(name.slice(5)));
    expect([...claimed].sort((a, b) => a - b)).toEqual(rules);
  });

  it("links only to headings that it has", () => {
    const anchors = headings.map(
      (title) => `#${title.toLowerCase().replaceAll(" ", "-").replaceAll(",", "")}`,
    );
    for (const text of [page, read("README.md"), read("ARCHITECTURE.md")])
      for (const [, anchor] of text.matchAll(/\]\((?:docs\/protocol\.md)?(#[^)]+)\)/g))
        expect(anchors, anchor).toContain(anchor);
  });
});
