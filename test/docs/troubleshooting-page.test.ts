import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { refusals } from "../../src/protocol/index.js";
import { read, root, tableOf } from "./support/pages.js";

const page = read("docs/troubleshooting.md");

/** First cells of a table, sorted. */
function named(table: string): string[] {
  return tableOf(page, table)
    .map(([name = ""]) => name)
    .sort();
}

/** The members of a union of strings that is declared in a file. */
function unionIn(file: string, type: string): string[] {
  const declaration = new RegExp(`type ${type} =([^;]*);`).exec(read(file))?.[1] ?? "";
  return [...declaration.matchAll(/"(\w+)"/g)].map(([, name]) => name as string).sort();
}

/** Close codes by reason. */
function closeCodes(): Record<string, string> {
  const object = /const closeCodes = \{([^}]*)\}/.exec(read("src/transport/wire/close-reason.ts"))?.[1] ?? "";
  return Object.fromEntries(
    [...object.matchAll(/(\w+): (\d+)/g)].map(([, name, code]) => [name as string, code as string]),
  );
}

/** Status and code of every error that the HTTP endpoints answer by themselves. */
function httpErrors(): string[] {
  const folder = "src/observability/http";
  const found = readdirSync(`${root}${folder}`).flatMap((file) =>
    [...read(`${folder}/${file}`).matchAll(/new HttpRefusal\(\s*(\d+),\s*"(\w+)"/g)].map(
      ([, status, code]) => `${status} ${code}`,
    ),
  );
  return [...new Set([...found, "500 internal"])].sort();
}

describe("docs/troubleshooting.md", () => {
  it("explains every error code, and no other", () => {
    const codes = unionIn("src/errors.ts", "ErrorCode");
    expect(codes.length).toBeGreaterThan(10);
    expect(named("errors")).toEqual(codes);
  });

  it("explains every reason of a closed or refused connection with its close code, and no other", () => {
    const codes = closeCodes();
    expect(Object.keys(codes).length).toBeGreaterThan(10);
    const rows = [...tableOf(page, "refusals"), ...tableOf(page, "ends")];
    expect(
      Object.fromEntries(rows.filter(([, code]) => code !== "-").map(([name, code]) => [name, code])),
    ).toEqual(codes);
    const others = rows.filter(([, code]) => code === "-").map(([name]) => name);
    expect(others.sort()).toEqual(
      [
        ...unionIn("src/transport/wire/close-reason.ts", "RefusalReason"),
        ...unionIn("src/transport/wire/close-reason.ts", "CloseReason"),
      ]
        .filter((name) => codes[name] === undefined)
        .sort(),
    );
  });

  it("explains every error of the HTTP endpoints with its status, and no other", () => {
    const rows = tableOf(page, "http").map(([status, code]) => `${status} ${code}`);
    expect(rows.sort()).toEqual(httpErrors());
  });

  it("explains every reason of a lost leadership, and no other", () => {
    expect(named("losses")).toEqual(unionIn("src/protocol/data/node.ts", "LossReason"));
  });

  it("explains every refusal of a vote or heartbeat, and no other", () => {
    expect(named("votes")).toEqual([...refusals].sort());
  });

  it("says for each what it means and what to do", () => {
    for (const table of ["errors", "refusals", "http", "votes"])
      for (const row of tableOf(page, table))
        expect(
          row.filter((cell) => cell === ""),
          row[0],
        ).toEqual([]);
  });
});
