import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the project. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A file of the project, as text. */
export function read(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

/** Every page that a reader may open, below the project's folder. */
export function pages(): string[] {
  const below = (folder: string) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter(
        (path) => path.endsWith(".md") && !path.includes("node_modules") && !path.startsWith("docs/api"),
      );
  return [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    ...["docs", "simulations", "examples", "bench"].flatMap(below),
  ];
}

/** Rows of the table between `<!-- name -->` and `<!-- /name -->` without its head, each cell trimmed, without backquotes. */
export function tableOf(page: string, name: string): string[][] {
  const section = page.split(`<!-- ${name} -->`)[1]?.split(`<!-- /${name} -->`)[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

/** The code blocks of a page in this language. */
export function codeBlocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, code]) => code as string,
  );
}
