import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { pages, read, root } from "./support/pages.js";

/** The anchors that a page's headings have on GitHub. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(page).matchAll(/^#+ (.*)$/gm)) {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function withoutCode(page: string): string {
  return page
    .replaceAll(/^```.*?^```$/gms, "")
    .replaceAll(/`[^`\n]*`/g, (code) => (code.includes("](") ? "" : code));
}

/** Links, pictures and sources of a page that lead to files of the project. */
function linksOf(page: string): string[] {
  const text = withoutCode(page);
  const links = [...text.matchAll(/\]\(([^()\s]+)\)/g), ...text.matchAll(/(?:src|srcset)="([^"]+)"/g)];
  return links.map(([, target]) => target as string).filter((target) => !/^[a-z]+:/.test(target));
}

/** Why a link of a page leads nowhere, or null. */
function problemOf(from: string, target: string): string | null {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? from : normalize(join(dirname(from), path));
  if (!existsSync(`${root}${file}`)) return `${from}: ${target}: there is no such file`;
  if (anchor === undefined) return null;
  if (statSync(`${root}${file}`).isDirectory()) return `${from}: ${target}: a folder has no anchors`;
  return anchorsOf(read(file)).has(anchor) ? null : `${from}: ${target}: there is no such heading`;
}

describe("the pages", () => {
  it("link only to files and headings that are there", () => {
    const problems = pages().flatMap((page) => linksOf(read(page)).map((target) => problemOf(page, target)));
    expect(problems.length).toBeGreaterThan(50);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
  });

  it("are each reached from the README by links", () => {
    const reached = new Set<string>();
    const visit = (page: string): void => {
      if (reached.has(page) || !page.endsWith(".md") || !existsSync(`${root}${page}`)) return;
      reached.add(page);
      for (const target of linksOf(read(page))) {
        const [path = ""] = target.split("#");
        if (path !== "") visit(normalize(join(dirname(page), path)));
      }
    };
    visit("README.md");
    expect(pages().filter((page) => !reached.has(page) && page !== "CHANGELOG.md")).toEqual([]);
  });

  it("see a link that leads nowhere, and a heading that is not there", () => {
    expect(problemOf("README.md", "docs/nowhere.md")).toContain("no such file");
    expect(problemOf("README.md", "docs/settings.md#nowhere")).toContain("no such heading");
    expect(problemOf("README.md", "docs/settings.md#timing")).toBeNull();
    expect(linksOf("see [a](b.md#c) and ![d](e.svg), but not `[f](g.md)`")).toEqual(["b.md#c", "e.svg"]);
  });
});

describe("the README", () => {
  const readme = read("README.md");

  // Elections, and failure detection without them: two subjects, each with what it is, an example and how it compares.
  it("is at most 165 lines long", () => {
    expect(readme.split("\n").length - 1).toBeLessThanOrEqual(165);
  });

  it("says what it is, how to see it work, a failover, an example, and the guarantees, in this order", () => {
    const headings = [...withoutCode(readme).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.slice(0, 7)).toEqual([
      "raftbeat",
      "See it work",
      "A failover",
      "In your service",
      "Test it against partitions in two seconds",
      "Is that process still alive?",
      "What it guarantees",
    ]);
  });

  it("leads to a page that names every example", () => {
    const named = linksOf(read("examples/README.md")).filter((path) => path.endsWith(".ts"));
    expect(linksOf(readme)).toContain("examples/README.md");
    expect(named.sort()).toEqual(
      readdirSync(`${root}examples`)
        .filter((name) => name.endsWith(".ts"))
        .sort(),
    );
  });
});
