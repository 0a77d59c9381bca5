/**
 * Writes the tables of `troubleshooting.md` anew from where the codes stand in the source: `npm run docs:troubleshooting`. A code without an
 * explanation does not compile, and a test holds the page to this.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { errorRemedies, type Remedy } from "../src/errors.js";
import { httpErrors } from "../src/observability/http/http-errors.js";
import { lossRemedies, refusalRemedies } from "../src/protocol/data/remedies.js";
import { closeCodeOf, isSentCloseReason } from "../src/transport/wire/close-reason.js";
import { endRemedies, refusedRemedies } from "../src/transport/wire/close-remedies.js";

type Remedies = Readonly<Record<string, Remedy>>;

const page = fileURLToPath(new URL("troubleshooting.md", import.meta.url));

/** A table of Markdown: the name, what comes between, the cause, the remedy. */
function table(
  first: string,
  remedies: Remedies,
  second?: { head: string; of(name: string): string },
): string {
  const row = (cells: readonly (string | undefined)[]) =>
    `| ${cells.filter((cell) => cell !== undefined).join(" | ")} |`;
  const head = [first, second?.head, "what it means", "what to do"];
  return [
    row(head),
    row(head.map((cell) => (cell === undefined ? undefined : "---"))),
    ...Object.entries(remedies).map(([name, { cause, remedy }]) =>
      row([`\`${name}\``, second?.of(name), cause, remedy]),
    ),
  ].join("\n");
}

const closeCode = {
  head: "close code",
  of: (reason: string) => (isSentCloseReason(reason) ? String(closeCodeOf(reason)) : "-"),
};

const status = {
  head: "status",
  of: (code: string) => String(httpErrors[code as keyof typeof httpErrors].status),
};

/** Every table by the name in its comments on the page. */
const tables: Readonly<Record<string, string>> = {
  errors: table("code", errorRemedies),
  refusals: table("reason", refusedRemedies, closeCode),
  ends: table("reason", endRemedies, closeCode),
  http: table("code", httpErrors, status),
  losses: table("reason", lossRemedies),
  votes: table("name", refusalRemedies),
};

/** The page with its tables made anew. @throws where the page has no place for a table */
export function withTables(text: string): string {
  return Object.entries(tables).reduce((before, [name, lines]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`);
    if (!place.test(before)) throw new Error(`troubleshooting.md has no place for the table ${name}`);
    return before.replace(place, (_, begin: string, end: string) => `${begin}\n${lines}\n${end}`);
  }, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(page, withTables(readFileSync(page, "utf8")));
