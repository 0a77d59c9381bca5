import type { InstallCase } from "../case.js";
import { electAsCommonJs, electAsModule } from "../elect.js";
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
    name: "jest-commonjs",
    what: `Jest ${versions.jest}, CommonJS`,
    answer: "works with a recipe",
    command: "npx jest",
    quick: true,
    run(folder) {
      const babel = `@babel/plugin-transform-modules-commonjs@${versions.babelModules}`;
      folder.install([`jest@${versions.jest}`, babel], {});
      folder.write("elect.test.js", testFile("", electAsCommonJs));
      folder.write("jest.config.js", jestConfig);
      folder.run("npx", ["--no-install", "jest"]);
    },
  },
  {
    name: "jest-esm",
    what: `Jest ${versions.jest}, ES modules`,
    answer: "works with a recipe",
    command: "NODE_OPTIONS=--experimental-vm-modules npx jest",
    quick: false,
    run(folder) {
      folder.install([`jest@${versions.jest}`]);
      folder.write("elect.test.mjs", testFile("", electAsModule));
      folder.write("jest.config.mjs", 'export default { transform: {}, testMatch: ["**/*.test.mjs"] };\n');
      folder.run("npx", ["--no-install", "jest"], { NODE_OPTIONS: "--experimental-vm-modules" });
    },
  },
];
