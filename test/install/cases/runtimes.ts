import { join } from "node:path";
import type { InstallCase } from "../case.js";
import { assertElected, electAsCommonJs, electAsModule, printIt } from "../elect.js";
import type { Folder } from "../folder.js";

function elects(folder: Folder, runtime: string, args: readonly string[] = []): void {
  folder.install();
  folder.write("elect.mjs", electAsModule + printIt);
  folder.write("elect.cjs", electAsCommonJs + printIt);
  for (const file of ["elect.mjs", "elect.cjs"]) assertElected(folder.run(runtime, [...args, file]));
}

function onNode(major: string): InstallCase {
  return {
    name: `node-${major}`,
    what: `Node.js ${major}`,
    answer: "works",
    command: "node elect.mjs, node elect.cjs",
    quick: true,
    run(folder) {
      const name = `node-${process.platform}-${process.arch}`;
      elects(folder, join(folder.tool(name, major), "bin/node"));
    },
  };
}

/** Runtimes: a program of ES modules, and one that calls `require("raftbeat")`. */
export const runtimes: readonly InstallCase[] = [onNode("20")];
