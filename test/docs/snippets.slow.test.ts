import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codeBlocks, pages, read, root } from "./support/pages.js";

/** What the examples take from the service of a reader. */
const ofTheReader = `
  type Effect = import("raftbeat/protocol").Effect;
  type TransportHarness = import("raftbeat/testing").TransportHarness;
  const node: import("raftbeat/observability").ObservedElector;
  const log: { info(event: object): void };
  function test(name: string, run: () => Promise<void>): void;
  function myHarness(): TransportHarness;
  function myTransport(): TransportHarness["make"];
  function myStore(name: string): import("raftbeat").VoteStore;
  const createServer: typeof import("node:http").createServer;
  const writeFileSync: typeof import("node:fs").writeFileSync;
  const elector: Elector;
  const options: ElectorOptions;
  const signal: AbortSignal;
  const url: string;
  const token: string;
  const voters: Readonly<Record<string, string>>;
  function work(term: number): Promise<void>;
  const currentSecret: string;
  const nextSecret: string;
  const row: unknown;
  const files: { readonly ca: string; readonly cert: string; readonly key: string };
  const storage: { write(row: unknown, options: { fencingToken: number; signal: AbortSignal }): Promise<void> };
  function render(status: ElectorStatus): void;
  function chargeNextInvoice(options: { fencingToken: number; signal: AbortSignal }): Promise<void>;
`;

/** Declares what the examples of a docstring need not import: every public value, and what belongs to the reader. */
async function surroundings(): Promise<string> {
  const values = new Map<string, string>();
  for (const [module, [file = ""]] of Object.entries(subPaths()))
    for (const name of Object.keys(await import(file)))
      if (!values.has(name)) values.set(name, `  const ${name}: typeof import("${module}").${name};`);
  return `import type { Elector, ElectorOptions, ElectorStatus } from "raftbeat";
declare global {
${[...values.values()].join("\n")}
${ofTheReader}
}
`;
}

/** The examples of a docstring, with or without a fence. */
function examplesIn(comment: string): string[] {
  const text = comment.replace(/^\/\*\*|\*\/$/g, "").replaceAll(/^[ \t]*\* ?/gm, "");
  return text
    .split(/^@example\b[ \t]*\n?/m)
    .slice(1)
    .map((after) => after.split(/^@\w/m)[0] as string)
    .flatMap((code) => (code.includes("```") ? codeBlocks(code, "ts") : [code]))
    .map((code) => `${code.trimEnd()}\n`);
}

/** The examples of the pages and of the docstrings, by where they stand. */
function examples(): Map<string, string> {
  const found = new Map<string, string>();
  for (const page of pages())
    for (const [index, code] of codeBlocks(read(page), "ts").entries())
      found.set(`${page} ${index + 1}`, code);
  const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  for (const source of sources)
    for (const [comment] of read(`src/${source}`).matchAll(/\/\*\*[\s\S]*?\*\//g))
      for (const code of examplesIn(comment)) found.set(`src/${source} ${found.size}`, code);
  return found;
}

/** Where each sub-path of the package is, in its sources. */
function subPaths(): Record<string, readonly string[]> {
  const { name, exports } = JSON.parse(read("package.json")) as {
    readonly name: string;
    readonly exports: Record<string, { readonly types?: string } | string>;
  };
  const entries = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" || target.types === undefined
      ? []
      : [
          [
            name + path.slice(1),
            [target.types.replace("./dist/", `${root}src/`).replace(".d.ts", ".ts")],
          ] as const,
        ],
  );
  return Object.fromEntries(entries);
}

describe("the examples in pages and docstrings", () => {
  it("are found in a docstring with and without a fence", () => {
    expect(examplesIn("/**\n * What.\n * @example\n * a();\n * b();\n * @throws x\n */")).toEqual([
      "a();\nb();\n",
    ]);
    expect(examplesIn("/**\n * What.\n *\n * @example\n * ```ts\n * a();\n * ```\n */")).toEqual(["a();\n"]);
    expect(examplesIn("/**\n * What.\n * @example a();\n */")).toEqual(["a();\n"]);
    expect(examplesIn("/** What. */")).toEqual([]);
  });

  it("are TypeScript that compiles against the public names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "raftbeat-examples-"));
    try {
      const all = [...examples()];
      expect(all.length).toBeGreaterThan(5);
      for (const [index, [, code]] of all.entries())
        writeFileSync(join(folder, `${index}.mts`), `${code}\nexport {};\n`);
      writeFileSync(join(folder, "surroundings.mts"), await surroundings());
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({
          extends: `${root}tsconfig.json`,
          compilerOptions: {
            paths: { ...subPaths(), vitest: [`${root}node_modules/vitest/dist/index.d.ts`] },
            typeRoots: [`${root}node_modules/@types`],
            noUnusedLocals: false,
            isolatedModules: false,
          },
          include: ["*.mts"],
          exclude: [],
        }),
      );
      const { stdout } = spawnSync("npx", ["tsc", "-p", folder, "--noEmit", "--pretty", "false"], {
        cwd: root,
        encoding: "utf8",
      });
      const problems = stdout.split("\n").filter((line) => line !== "");
      const named = problems.map((line) =>
        line.replace(/^.*?(\d+)\.mts/, (_, index) => all[Number(index)]?.[0] ?? index),
      );
      expect(named).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
