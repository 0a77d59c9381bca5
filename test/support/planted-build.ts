import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/** A text that stands once in one file of a folder, in whatever lines, and what to put in its place. */
export type Edit = readonly [file: string, text: string, instead: string];

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/**
 * Loads `entry` of `src` anew with everything it imports, as one module, and with these edits in it; with no edits, as it is.
 * @param folder what the files of the edits are relative to, inside `src`
 */
export async function planted<Module>(
  entry: string,
  edits: readonly Edit[],
  folder: string,
): Promise<Module> {
  const left = new Set(edits);
  const { outputFiles } = await build({
    entryPoints: [`${src}${entry}`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    // The module has no file of its own; what asks for files beside it finds those of the entry.
    define: { "import.meta.url": JSON.stringify(pathToFileURL(`${src}${entry}`).href) },
    // Packages that are no modules ask for those of Node by `require`.
    banner: {
      js: `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(src)});`,
    },
    plugins: [
      {
        name: "plant",
        setup: ({ onLoad }) =>
          onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
            const file = relative(`${src}${folder}`, path).replaceAll("\\", "/");
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
  for (const [file] of left) throw new Error(`${entry} does not load ${file}`);
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  return import(`data:text/javascript;base64,${code}`);
}

function edited(contents: string, [file, text, instead]: Edit): string {
  const found = [...contents.matchAll(asFormatted(text))];
  const [place] = found;
  if (place === undefined || found.length > 1)
    throw new Error(`${file} does not hold this exactly once: ${text}`);
  return contents.slice(0, place.index) + instead + contents.slice(place.index + place[0].length);
}

/** Finds the text however a formatter breaks its lines: between two tokens there may be any space, and before a bracket that closes a comma. */
export function asFormatted(text: string): RegExp {
  const all = text.match(/\w+|[^\w\s]/g) ?? [];
  const tokens = all.filter((token, index) => token !== "," || !/^[)\]}]/.test(all[index + 1] ?? ""));
  let pattern = "";
  let before = "";
  for (const token of tokens) {
    const closes = /[)\]}]/.test(token) && !/[,([{]/.test(before);
    const gap = /\w/.test(before) && /\w/.test(token) ? "\\s+" : "\\s*";
    if (pattern !== "") pattern += closes ? "\\s*,?\\s*" : gap;
    pattern += /\w/.test(token) ? token : `\\${token}`;
    before = token;
  }
  const trimmed = text.trim();
  return new RegExp(`${/^\w/.test(trimmed) ? "\\b" : ""}${pattern}${/\w$/.test(trimmed) ? "\\b" : ""}`, "g");
}
