import type { InstallCase } from "../case.js";
import { assertElected, electAsCommonJs, electAsModule, printIt } from "../elect.js";
import type { Folder } from "../folder.js";
import { bunProgram, denoProgram, nodeProgram } from "../tools.js";
import { versions } from "../versions.js";

async function elects(folder: Folder, runtime: string, args: readonly string[] = []): Promise<void> {
  await folder.install();
  folder.write("elect.mjs", electAsModule + printIt);
  folder.write("elect.cjs", electAsCommonJs + printIt);
  for (const file of ["elect.mjs", "elect.cjs"]) assertElected(await folder.run(runtime, [...args, file]));
}

/** The demo starts its processes with the runtime that it runs on. */
async function demonstrates(folder: Folder, runtime: string, args: readonly string[]): Promise<void> {
  const demo = ["demo", "--replicas", "3", "--kills", "1", "--timing", "wan", "--json"];
  const printed = await folder.run(runtime, [...args, ...demo]);
  const last = printed.trim().split("\n").at(-1) ?? "";
  const { leadersPerTermMax, leaseOverlapMs } = JSON.parse(last) as Record<string, unknown>;
  if (leadersPerTermMax !== 1 || leaseOverlapMs !== 0) throw new Error(`the demo ended with ${last}`);
}

function onNode(major: string): InstallCase {
  return {
    name: `node-${major}`,
    what: `Node.js ${major}`,
    answer: "works",
    command: "node elect.mjs, node elect.cjs",
    quick: major !== "22",
    async run(folder) {
      await elects(folder, await nodeProgram(major));
    },
  };
}

/** Runtimes: a program of ES modules, one that calls `require("raftbeat")`, and the demo. */
export const runtimes: readonly InstallCase[] = [
  onNode("20"),
  onNode("22"),
  onNode("24"),
  {
    name: "bun",
    what: `Bun ${versions.bun}`,
    answer: "works",
    command: "bun elect.mjs, bunx --bun raftbeat demo",
    quick: true,
    async run(folder) {
      const bun = await bunProgram();
      await elects(folder, bun);
      await demonstrates(folder, bun, ["x", "--bun", "raftbeat"]);
    },
  },
  {
    name: "deno",
    what: `Deno ${versions.deno}`,
    answer: "works",
    command: "deno run -A elect.mjs, deno run -A node_modules/raftbeat/dist/cli/main.js demo",
    quick: true,
    async run(folder) {
      const deno = await denoProgram();
      await elects(folder, deno, ["run", "-A"]);
      await demonstrates(folder, deno, ["run", "-A", "node_modules/raftbeat/dist/cli/main.js"]);
    },
  },
];
