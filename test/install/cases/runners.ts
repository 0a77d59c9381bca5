import type { InstallCase } from "../case.js";
import { electAsCommonJs, electAsModule } from "../elect.js";
import { bunProgram } from "../tools.js";
import { versions } from "../versions.js";

const timeoutMs = 90_000;

/** The test file of a runner; a runner that fails a test ends with an exit code that is not 0. */
function testFile(begin: string, elect: string): string {
  return `${begin}${elect}
test("one leader", async () => {
  if (!(await elect()).startsWith("one leader")) throw new Error("none");
}, ${timeoutMs});
`;
}

/** The packages that Jest has to compile: raftbeat and what it loads are ES modules. */
export const jestConfig = `module.exports = {
  transform: { "\\\\.m?js$": ["babel-jest", { plugins: ["@babel/plugin-transform-modules-commonjs"] }] },
  transformIgnorePatterns: [],
};
`;

/** Test runners. */
export const runners: readonly InstallCase[] = [
  {
    name: "vitest",
    what: `Vitest ${versions.vitest}`,
    answer: "works",
    command: "npx vitest run",
    quick: true,
    async run(folder) {
      await folder.install([`vitest@${versions.vitest}`]);
      folder.write("elect.test.mjs", testFile('import { test } from "vitest";\n', electAsModule));
      await folder.run("npx", ["--no-install", "vitest", "run"]);
    },
  },
  {
    name: "jest-commonjs",
    what: `Jest ${versions.jest}, CommonJS`,
    answer: "works with a recipe",
    command: "npx jest",
    quick: true,
    async run(folder) {
      const babel = `@babel/plugin-transform-modules-commonjs@${versions.babelModules}`;
      await folder.install([`jest@${versions.jest}`, babel], {});
      folder.write("elect.test.js", testFile("", electAsCommonJs));
      folder.write("jest.config.js", jestConfig);
      await folder.run("npx", ["--no-install", "jest"]);
    },
  },
  {
    name: "jest-esm",
    what: `Jest ${versions.jest}, ES modules`,
    answer: "works with a recipe",
    command: "NODE_OPTIONS=--experimental-vm-modules npx jest",
    quick: false,
    async run(folder) {
      await folder.install([`jest@${versions.jest}`]);
      folder.write("elect.test.mjs", testFile("", electAsModule));
      folder.write("jest.config.mjs", 'export default { transform: {}, testMatch: ["**/*.test.mjs"] };\n');
      await folder.run("npx", ["--no-install", "jest"], { NODE_OPTIONS: "--experimental-vm-modules" });
    },
  },
  {
    name: "node-test",
    what: "node:test",
    answer: "works",
    command: "node --test",
    quick: false,
    async run(folder) {
      await folder.install();
      const begin =
        'import { test as given } from "node:test";\nconst test = (name, run) => given(name, run);\n';
      folder.write("elect.test.mjs", testFile(begin, electAsModule));
      await folder.run("node", ["--test"]);
    },
  },
  {
    name: "bun-test",
    what: `Bun ${versions.bun} test`,
    answer: "works",
    command: "bun test",
    quick: false,
    async run(folder) {
      await folder.install();
      folder.write("elect.test.mjs", testFile('import { test } from "bun:test";\n', electAsModule));
      await folder.run(await bunProgram(), ["test"]);
    },
  },
];
