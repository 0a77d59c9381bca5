/**
 * Packs the package and uses it as newcomers do, each in an empty folder: `npm run test:install -- [--quick] [part of a name ...]`.
 * Needs the npm registry.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { installCases } from "./cases/index.js";
import { Folder } from "./folder.js";

const args = process.argv.slice(2);
const parts = args.filter((arg) => arg !== "--quick");
const chosen = installCases
  .filter(({ quick }) => quick || !args.includes("--quick"))
  .filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
if (chosen.length === 0)
  throw new Error(
    `no case has ${parts.join(" or ")} in its name: ${installCases.map(({ name }) => name).join(", ")}`,
  );

const work = mkdtempSync(join(tmpdir(), "raftbeat-install-"));
try {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", work], { cwd: root });
  const tarball = join(work, readdirSync(work).find((name) => name.endsWith(".tgz")) ?? "");
  const table: string[] = [];
  for (const [index, { name, what, answer, command, run }] of chosen.entries()) {
    process.stderr.write(`${index + 1}/${chosen.length} ${name} ...`);
    const beganMs = performance.now();
    let found: string = answer;
    try {
      run(new Folder(join(work, name), tarball, join(work, "tools")));
    } catch (error) {
      found = "FAILED";
      process.exitCode = 1;
      process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
    }
    rmSync(join(work, name), { recursive: true, force: true });
    const seconds = Math.round((performance.now() - beganMs) / 1000);
    process.stderr.write(` ${found} (${seconds} s)\n`);
    table.push(
      `${name.padEnd(18)} ${what.padEnd(36)} ${found.padEnd(20)} ${String(seconds).padStart(3)} s  ${command}`,
    );
  }
  process.stdout.write(`${table.join("\n")}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
