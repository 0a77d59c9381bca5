import { readFileSync } from "node:fs";
import { packageFile } from "../../built-file.js";

/** The version of this package. */
export function version(): string {
  const text = readFileSync(packageFile("package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
