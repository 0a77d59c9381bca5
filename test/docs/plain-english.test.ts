import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pages, read, root } from "./support/pages.js";

/** Words that stand where a sentence should name its subject or object. */
const nameless = /\b(?:whoever|whomever)\b/i;

/** Every docstring below `src`, by its file. */
function docstrings(): { readonly file: string; readonly text: string }[] {
  return readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const comments = read(`src/${name}`).match(/\/\*\*[\s\S]*?\*\//g) ?? [];
      return comments.map((comment) => ({
        file: `src/${name}`,
        text: comment.replaceAll(/\s*\n\s*\*\s?/g, " "),
      }));
    });
}

describe("the documentation", () => {
  it("names who does what to whom: no page and no docstring says whoever", () => {
    const lines = pages()
      .filter((page) => page !== "CHANGELOG.md" && !page.startsWith("simulations/"))
      .flatMap((page) =>
        read(page)
          .split("\n")
          .map((line) => `${page}: ${line}`),
      );
    expect(lines.filter((line) => nameless.test(line))).toEqual([]);
    expect(docstrings().filter(({ text }) => nameless.test(text))).toEqual([]);
  });

  it("tells errors and defaults of a docstring in tags, not in prose", () => {
    const all = docstrings();
    expect(all.length).toBeGreaterThan(1000);
    const prose = all.filter(({ text }) =>
      /\bErrors(?: of this call)?:|\bErrors as\b|\bDefault:|\(default:? /.test(text),
    );
    expect(prose).toEqual([]);
  });

  it("names a known code in every @throws of a RaftbeatError", () => {
    const declaration = /type ErrorCode =([^;]*);/.exec(read("src/errors.ts"))?.[1] ?? "";
    const codes = [...declaration.matchAll(/"(\w+)"/g)].map(([, code]) => code as string);
    const thrown = docstrings().flatMap(({ file, text }) =>
      [...text.matchAll(/@throws RaftbeatError ([^@]*)/g)].map(([, what]) => ({
        file,
        what: what as string,
      })),
    );
    expect(thrown.length).toBeGreaterThan(40);
    const nameless = thrown.filter(
      ({ what }) => !codes.some((code) => what.includes(`\`${code}\``)) && !/\bas\b/.test(what),
    );
    expect(nameless).toEqual([]);
  });
});
