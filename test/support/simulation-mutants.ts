import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A text in one file of `src` that stands there once, and what to put in its place. */
export type Edit = readonly [file: string, text: string, instead: string];

/** The simulator, or one in which protocol or driver have a bug. */
export type Simulator = typeof import("../../src/simulation/index.js");

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** Loads the simulator with the production nodes inside it, and with these edits in what they are made of. */
export async function plantInSimulator(edits: readonly Edit[]): Promise<Simulator> {
  const left = new Set(edits);
  const { outputFiles } = await build({
    entryPoints: [`${src}simulation/index.ts`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [
      {
        name: "plant",
        setup: ({ onLoad }) =>
          onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
            const file = relative(src, path).replaceAll("\\", "/");
            let contents = readFileSync(path, "utf8");
            for (const edit of edits.filter(([name]) => name === file)) {
              contents = edited(contents, edit);
              left.delete(edit);
            }
            return { contents, loader: "ts" };
          }),
      },
    ],
  });
  for (const [file] of left) throw new Error(`the simulator does not load ${file}`);
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  return import(`data:text/javascript;base64,${code}`);
}

function edited(contents: string, [file, text, instead]: Edit): string {
  const [before, after, ...more] = contents.split(text);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not hold this exactly once: ${text}`);
  return before + instead + after;
}
