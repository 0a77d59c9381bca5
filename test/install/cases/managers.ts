import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstallCase } from "../case.js";
import { assertElected, electAsModule, printIt } from "../elect.js";
import type { Folder } from "../folder.js";
import { bunProgram, pnpmProgram, yarnProgram } from "../tools.js";
import { versions } from "../versions.js";

function prepared(folder: Folder): void {
  folder.writeJson("package.json", { name: "user", private: true, type: "module" });
  folder.write("elect.mjs", electAsModule + printIt);
}

function yarn(linker: "node-modules" | "pnp"): InstallCase["run"] {
  return async (folder) => {
    const program = await yarnProgram();
    const env = { YARN_NODE_LINKER: linker, YARN_ENABLE_TELEMETRY: "0", YARN_ENABLE_IMMUTABLE_INSTALLS: "0" };
    prepared(folder);
    folder.write("yarn.lock", "");
    await folder.run(process.execPath, [program, "add", `raftbeat@file:${folder.tarball}`], env);
    if (existsSync(join(folder.path, "node_modules")) !== (linker === "node-modules"))
      throw new Error(`Yarn did not install as ${linker} does`);
    assertElected(await folder.run(process.execPath, [program, "node", "elect.mjs"], env));
  };
}

/** Package managers. */
export const managers: readonly InstallCase[] = [
  {
    name: "npm",
    what: "npm, the one of Node.js",
    answer: "works",
    command: "npm install raftbeat",
    quick: true,
    async run(folder) {
      await folder.install();
      folder.write("elect.mjs", electAsModule + printIt);
      assertElected(await folder.run("node", ["elect.mjs"]));
    },
  },
  {
    name: "pnpm",
    what: `pnpm ${versions.pnpm}`,
    answer: "works",
    command: "pnpm add raftbeat",
    quick: true,
    async run(folder) {
      const program = await pnpmProgram();
      prepared(folder);
      await folder.run(process.execPath, [program, "add", folder.tarball]);
      assertElected(await folder.run("node", ["elect.mjs"]));
    },
  },
  {
    name: "yarn",
    what: `Yarn ${versions.yarn}, node-modules`,
    answer: "works",
    command: "yarn add raftbeat",
    quick: false,
    run: yarn("node-modules"),
  },
  {
    name: "yarn-pnp",
    what: `Yarn ${versions.yarn}, Plug'n'Play`,
    answer: "works",
    command: "yarn add raftbeat, then yarn node elect.mjs",
    quick: true,
    run: yarn("pnp"),
  },
  {
    name: "bun-add",
    what: `Bun ${versions.bun} as package manager`,
    answer: "works",
    command: "bun add raftbeat",
    quick: true,
    async run(folder) {
      prepared(folder);
      await folder.run(await bunProgram(), ["add", folder.tarball]);
      assertElected(await folder.run("node", ["elect.mjs"]));
    },
  },
];
