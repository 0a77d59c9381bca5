import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withTables } from "../../docs/troubleshooting-tables.js";
import { errorRemedies } from "../../src/errors.js";
import { httpErrors } from "../../src/observability/http/http-errors.js";
import { lossRemedies, refusalRemedies } from "../../src/protocol/data/remedies.js";
import { refusals } from "../../src/protocol/index.js";
import { endRemedies, refusedRemedies } from "../../src/transport/wire/close-remedies.js";
import { read, root, tableOf } from "./support/pages.js";

const page = read("docs/troubleshooting.md");

/** Status and code of every error that the HTTP endpoints answer by themselves. */
function answered(): string[] {
  const folder = "src/observability/http";
  const found = readdirSync(`${root}${folder}`).flatMap((file) =>
    [...read(`${folder}/${file}`).matchAll(/new HttpRefusal\(\s*(\d+),\s*"(\w+)"/g)].map(
      ([, status, code]) => `${status} ${code}`,
    ),
  );
  return [...new Set([...found, "500 internal"])].sort();
}

describe("docs/troubleshooting.md", () => {
  it("is what the source says: if not, run npm run docs:troubleshooting", () => {
    expect(page).toBe(withTables(page));
  });

  it("explains every code, which the compiler holds, in tables that can be read", () => {
    const tables = {
      errors: errorRemedies,
      refusals: refusedRemedies,
      ends: endRemedies,
      http: httpErrors,
      losses: lossRemedies,
      votes: refusalRemedies,
    };
    for (const [name, remedies] of Object.entries(tables)) {
      const rows = tableOf(page, name);
      expect(rows.map(([first]) => first)).toEqual(Object.keys(remedies));
      const width = name === "refusals" || name === "ends" || name === "http" ? 4 : 3;
      for (const row of rows) {
        expect(row, row[0]).toHaveLength(width);
        expect(
          row.filter((cell) => cell === ""),
          row[0],
        ).toEqual([]);
      }
    }
    expect(Object.keys(refusalRemedies)).toEqual([...refusals]);
  });

  it("gives every error of the HTTP endpoints the status with which it is answered, and has no other", () => {
    const explained = Object.entries(httpErrors).map(([code, { status }]) => `${status} ${code}`);
    expect(explained.sort()).toEqual(answered());
  });

  it("would see an explanation that was changed by hand", () => {
    const changed = page.replace("an `AbortSignal` ended the wait", "an `AbortSignal` did");
    expect(changed).not.toBe(page);
    expect(withTables(changed)).toBe(page);
    expect(() => withTables("# Troubleshooting")).toThrow("no place for the table errors");
  });
});
