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
import PQueue from "p-queue";
import type { InstallCase } from "./case.js";
import { installCases } from "./cases/index.js";
import { Folder } from "./folder.js";

/** A case waits for the registry as often as for a processor. */
const sideBySideCount = 2;

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
  const queue = new PQueue({ concurrency: sideBySideCount });
  const rows = chosen.map((one) => queue.add(() => rowOf(one, new Folder(join(work, one.name), tarball))));
  process.stdout.write(`${(await Promise.all(rows)).join("\n")}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Tries one case, removes its folder, and says how it went. */
async function rowOf({ name, what, answer, command, run }: InstallCase, folder: Folder): Promise<string> {
  const beganMs = performance.now();
  let found: string = answer;
  try {
    await run(folder);
  } catch (error) {
    found = "FAILED";
    process.exitCode = 1;
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
  }
  rmSync(folder.path, { recursive: true, force: true });
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  process.stderr.write(`${name}: ${found} (${seconds} s)\n`);
  return `${name.padEnd(18)} ${what.padEnd(38)} ${found.padEnd(20)} ${String(seconds).padStart(3)} s  ${command}`;
}
