import { readFileSync } from "node:fs";
import { codeBlocks } from "../../docs/support/pages.js";
import type { InstallCase } from "../case.js";
import type { Folder } from "../folder.js";
import { versions } from "../versions.js";

const root = new URL("../../../", import.meta.url);

function subPaths(): string[] {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { exports: object };
  return Object.keys(exports).filter((path) => !path.endsWith(".json"));
}

/** Every sub-path imported; optional properties may be undefined. */
function everySubPath(): string {
  const imports = subPaths().map(
    (path, index) => `import * as part${index} from "raftbeat${path.slice(1)}";`,
  );
  const parts = subPaths().map((_, index) => `part${index}`);
  return `${imports.join("\n")}
import { createElector, memoryVoteStore, type ElectorOptions } from "raftbeat";
const options: ElectorOptions = {
  cluster: "types", id: "a", voters: { a: "ws://a" }, store: memoryVoteStore({ unsafeForgetsVotes: true }),
  token: undefined, timing: undefined, health: undefined, metadata: undefined, listen: { port: 0, host: undefined },
};
export const all = [createElector, options, ${parts.join(", ")}];
`;
}

const changes = [
  ['"skipLibCheck": true', '"skipLibCheck": false'],
  ['"types": []', '"types": ["node"]'],
] as const;

/** The settings of `tsc --init`, with the types of packages checked, too, and those of Node.js. */
async function initialised(folder: Folder, version: string): Promise<void> {
  await folder.install([`typescript@${version}`, "@types/node@20", `vitest@${versions.vitest}`]);
  await folder.run("npx", ["--no-install", "tsc", "--init"]);
  let settings = readFileSync(`${folder.path}/tsconfig.json`, "utf8");
  for (const [made, changed] of changes) {
    if (!settings.includes(made))
      throw new Error(`tsc --init of TypeScript ${version} no longer writes ${made}`);
    settings = settings.replace(made, changed);
  }
  folder.write("tsconfig.json", settings);
}

function compilesReadme(version: string): InstallCase["run"] {
  return async (folder) => {
    await initialised(folder, version);
    const blocks = codeBlocks(readFileSync(new URL("README.md", root), "utf8"), "ts");
    if (blocks.length === 0) throw new Error("the README has no example");
    for (const [index, code] of blocks.entries()) folder.write(`readme-${index}.ts`, code);
    folder.write("every.ts", everySubPath());
    await folder.run("npx", ["--no-install", "tsc", "--noEmit"]);
    // A CommonJS service finds the types, too.
    folder.write("common.cts", 'import raftbeat = require("raftbeat");\nexport = raftbeat.createElector;\n');
    await folder.run("npx", ["--no-install", "tsc", "--noEmit"]);
  };
}

function resolves(module: string, moduleResolution: string): InstallCase["run"] {
  return async (folder) => {
    await folder.install([`typescript@${versions.typescript5}`, "@types/node@20"]);
    folder.write("every.ts", everySubPath());
    folder.writeJson("tsconfig.json", {
      compilerOptions: {
        module,
        moduleResolution,
        target: "es2022",
        strict: true,
        noEmit: true,
        types: ["node"],
      },
    });
    await folder.run("npx", ["--no-install", "tsc", "-p", "."]);
  };
}

/** Compilers of TypeScript. */
export const compilers: readonly InstallCase[] = [
  {
    name: "typescript-5",
    what: `TypeScript ${versions.typescript5}`,
    answer: "works",
    command: "npx tsc --init && npx tsc --skipLibCheck false",
    quick: true,
    run: compilesReadme(versions.typescript5),
  },
  {
    name: "typescript-7",
    what: `TypeScript ${versions.typescript7}`,
    answer: "works",
    command: "npx tsc --init && npx tsc --skipLibCheck false",
    quick: true,
    run: compilesReadme(versions.typescript7),
  },
  {
    name: "node10-types",
    what: "TypeScript 5, moduleResolution node10",
    answer: "works",
    command: "npx tsc --module es2022 --moduleResolution node10",
    quick: false,
    run: resolves("es2022", "node10"),
  },
  {
    name: "bundler-types",
    what: "TypeScript 5, moduleResolution bundler",
    answer: "works",
    command: "npx tsc --module es2022 --moduleResolution bundler",
    quick: false,
    run: resolves("es2022", "bundler"),
  },
  {
    name: "node16-types",
    what: "TypeScript 5, moduleResolution node16",
    answer: "works",
    command: "npx tsc --module node16 --moduleResolution node16",
    quick: false,
    run: resolves("node16", "node16"),
  },
];
