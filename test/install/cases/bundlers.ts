import type { InstallCase } from "../case.js";
import { assertElected, electAsModule, printIt } from "../elect.js";
import type { Folder } from "../folder.js";
import { versions } from "../versions.js";

const forBrowser = `import { step } from "raftbeat/protocol";
import * as simulation from "raftbeat/simulation";
globalThis.kept = [step, simulation];
`;

async function prepared(folder: Folder, packages: readonly string[]): Promise<void> {
  await folder.install(packages);
  folder.write("service.mjs", electAsModule + printIt);
  folder.write("browser.mjs", forBrowser);
}

/** The bundle alone, away from every package. */
async function runsAlone(folder: Folder, bundle: string): Promise<void> {
  await folder.run("rm", ["-r", "node_modules"]);
  assertElected(await folder.run("node", [bundle]));
}

/** Gives an ES module the `require` that `ws` calls. */
export const esbuildBanner =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Bundlers: a service in one file, and the parts that run in a browser. */
export const bundlers: readonly InstallCase[] = [
  {
    name: "esbuild",
    what: `esbuild ${versions.esbuild}`,
    answer: "works with a recipe",
    command: "npx esbuild --bundle --platform=node --format=esm, with the banner below",
    quick: true,
    async run(folder) {
      await prepared(folder, [`esbuild@${versions.esbuild}`]);
      const bundle = ["--no-install", "esbuild", "--bundle", "--format=esm"];
      await folder.run("npx", [...bundle, "browser.mjs", "--platform=browser", "--outfile=browser.js"]);
      await folder.run("npx", [
        ...bundle,
        "service.mjs",
        "--platform=node",
        `--banner:js=${esbuildBanner}`,
        "--outfile=out.mjs",
      ]);
      await runsAlone(folder, "out.mjs");
    },
  },
  {
    name: "vite",
    what: `Vite ${versions.vite}`,
    answer: "works",
    command: "npx vite build --ssr service.mjs, with ssr.noExternal",
    quick: true,
    async run(folder) {
      await prepared(folder, [`vite@${versions.vite}`]);
      folder.write("vite.config.mjs", "export default { ssr: { noExternal: true } };\n");
      folder.write("index.html", '<script type="module" src="./browser.mjs"></script>\n');
      await folder.run("npx", ["--no-install", "vite", "build", "--outDir", "web"]);
      await folder.run("npx", ["--no-install", "vite", "build", "--ssr", "service.mjs", "--outDir", "out"]);
      await runsAlone(folder, "out/service.js");
    },
  },
  {
    name: "rollup",
    what: `Rollup ${versions.rollup}`,
    answer: "works",
    command: "npx rollup --config, with the plugins node-resolve and commonjs",
    quick: false,
    async run(folder) {
      const plugins = ["@rollup/plugin-node-resolve@16", "@rollup/plugin-commonjs@29"];
      await prepared(folder, [`rollup@${versions.rollup}`, ...plugins]);
      folder.write(
        "rollup.config.mjs",
        `import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
export default [
  { input: "service.mjs", output: { file: "out.mjs" }, plugins: [nodeResolve(), commonjs()] },
  { input: "browser.mjs", output: { file: "browser.js" }, plugins: [nodeResolve({ browser: true }), commonjs()] },
];
`,
      );
      await folder.run("npx", ["--no-install", "rollup", "--config"]);
      await runsAlone(folder, "out.mjs");
    },
  },
  {
    name: "webpack",
    what: `webpack ${versions.webpack}`,
    answer: "works",
    command: "npx webpack, target: node20",
    quick: true,
    async run(folder) {
      await prepared(folder, [`webpack@${versions.webpack}`, "webpack-cli@6"]);
      folder.write(
        "webpack.config.mjs",
        `const common = { mode: "production", performance: { hints: false } };
export default [
  { ...common, name: "service", entry: "./service.mjs", target: "node20", output: { filename: "service.cjs" } },
  { ...common, name: "browser", entry: "./browser.mjs", target: "web", output: { filename: "browser.js" } },
];
`,
      );
      await folder.run("npx", ["--no-install", "webpack"]);
      await runsAlone(folder, "dist/service.cjs");
    },
  },
];
