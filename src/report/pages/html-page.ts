import { readFileSync } from "node:fs";
import { builtFile } from "../../built-file.js";

/** The pages there are: each a script of its own, bundled from `page/NAME.ts` when the package is built. */
export type PageName = "run" | "figures";

/** One self-contained HTML file: it needs no network and opens from a file:// address. @param data is JSON; the page's script reads it */
export function htmlPage(page: PageName, title: string, style: string, data: unknown): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
<body>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${scriptOf(page).replaceAll("</script", "<\\/script")}</script>
</body>
</html>
`;
}

function scriptOf(page: PageName): string {
  return readFileSync(builtFile(`report/browser/${page}/${page}.js`), "utf8");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
