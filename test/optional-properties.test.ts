import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../src/", import.meta.url));

/** Not part of the library: the program with its settings, and the scripts of the pages. */
const notPublic = /^(cli|settings|report\/browser)\//;

/** An optional property of an object type, to the end of its type; parameters follow a parenthesis or a comma. */
const optionalProperty = /(?<=[{;/]\s*)(?:readonly )?\w+\?: (?:[^;{}]|\{[^{}]*\})*(?=[;}])/g;

function strictOnes(text: string): string[] {
  return [...text.matchAll(optionalProperty)]
    .map(([property]) => property.trim())
    .filter((property) => !/\b(undefined|unknown)\b/.test(property));
}

test("a property that does not accept undefined is found", () => {
  expect(strictOnes("interface A {\n  /** What. */\n  readonly a?: number;\n}")).toEqual([
    "readonly a?: number",
  ]);
  expect(strictOnes("f(options: { readonly a?: number } = {}): void;")).toEqual(["readonly a?: number"]);
  expect(strictOnes("interface A {\n  readonly a?: number | undefined;\n}\nf(a?: number): void;")).toEqual(
    [],
  );
});

test("every optional property accepts undefined, as `exactOptionalPropertyTypes` of a service asks for it", () => {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts") && !notPublic.test(name));
  const strict = files.flatMap((file) =>
    strictOnes(readFileSync(`${src}${file}`, "utf8")).map((property) => `${file}: ${property}`),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(strict).toEqual([]);
});
