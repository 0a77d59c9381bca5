import { expect, test } from "vitest";
import { esbuildBanner } from "../install/cases/bundlers.js";
import { installCases } from "../install/cases/index.js";
import { jestConfig } from "../install/cases/runners.js";
import { codeBlocks, read, tableOf } from "./support/pages.js";

const page = read("docs/runtimes.md");

test("the table has one row for each case that is tried, with its version, answer and command", () => {
  expect(tableOf(page, "runtimes")).toEqual(
    installCases.map(({ name, what, answer, command }) => [what, answer, command, name]),
  );
});

test("the recipe for Jest is the one that is tried", () => {
  expect(codeBlocks(page, "js")).toContain(jestConfig);
});

test("the banner for esbuild is the one that is tried", () => {
  expect(codeBlocks(page, "sh").join()).toContain(`--banner:js='${esbuildBanner}'`);
});
