import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Folder, npmInstall } from "./folder.js";
import { versions } from "./versions.js";

/** Runtimes and package managers stay here from run to run: they are not what is tried. */
const toolsPath = join(tmpdir(), "raftbeat-install-tools");

const installing = new Map<string, Promise<string>>();

/** The folder of an installed package, which all cases share. */
function tool(name: string, version: string): Promise<string> {
  const key = `${name.replace("/", "-")}-${version}`;
  const path = installing.get(key) ?? installed(key, name, version);
  installing.set(key, path);
  return path;
}

async function installed(key: string, name: string, version: string): Promise<string> {
  const path = join(toolsPath, key);
  if (!existsSync(path)) {
    mkdirSync(toolsPath, { recursive: true });
    // A folder that has its name is whole.
    const begun = mkdtempSync(`${path}.`);
    const args = ["--ignore-scripts", "--no-save", "--force", `${name}@${version}`];
    await new Folder(begun, "").run("npm", [...npmInstall, "--prefix", begun, ...args]);
    if (existsSync(path)) rmSync(begun, { recursive: true });
    else renameSync(begun, path);
  }
  return join(path, "node_modules", name);
}

/** Node.js of a major version, as npm carries it. */
export async function nodeProgram(major: string): Promise<string> {
  return join(await tool(`node-${process.platform}-${process.arch}`, major), "bin/node");
}

/** Bun for this platform: the package that `npm install bun` chooses. */
export async function bunProgram(): Promise<string> {
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  return join(await tool(`@oven/bun-${process.platform}-${arch}`, versions.bun), "bin/bun");
}

/** Deno for this platform: the package that `npm install deno` chooses. */
export async function denoProgram(): Promise<string> {
  const platform =
    process.platform === "linux" ? `linux-${process.arch}-glibc` : `${process.platform}-${process.arch}`;
  return join(await tool(`@deno/${platform}`, versions.deno), "deno");
}

/** A program of JavaScript. */
export async function pnpmProgram(): Promise<string> {
  return join(await tool("pnpm", versions.pnpm), "bin/pnpm.cjs");
}

/** A program of JavaScript. */
export async function yarnProgram(): Promise<string> {
  return join(await tool("@yarnpkg/cli-dist", versions.yarn), "bin/yarn.js");
}
