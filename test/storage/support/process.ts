import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { onTestFinished, vi } from "vitest";
import { nobody } from "../../../src/protocol/index.js";

/** A real process with vote stores. */
export interface StoreProcess {
  readonly child: ChildProcess;
  /** What it has said so far. */
  said(): string;
  /** Resolves once it has said this. */
  saying(text: string): Promise<void>;
  /** Kills it with SIGKILL; resolves once it is gone and all that it said is known. */
  kill(): Promise<void>;
}

let script: string | undefined;

/** `child.mjs` as one file: hundreds of processes need not each look for its modules. */
function bundled(): string {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-child-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, "child.mjs");
  const entry = fileURLToPath(new URL("child.mjs", import.meta.url));
  buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
  });
  return outfile;
}

/**
 * Starts `child.mjs`, which opens a store in each directory, and writes on and on in the mode `write`.
 * @param launcher a command that runs the process, such as `unshare`
 */
export function startStoreProcess(
  mode: "hold" | "write",
  directories: readonly string[],
  launcher: readonly string[] = [],
): StoreProcess {
  script ??= bundled();
  const [command, ...args] = [...launcher, process.execPath, script, mode, ...directories];
  const child = spawn(command as string, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, DIGEST: nobody.id.digest },
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = () => {
    child.kill("SIGKILL");
    return gone;
  };
  onTestFinished(kill);
  return {
    child,
    said: () => said,
    saying: (text) =>
      vi.waitFor(
        () => {
          if (!said.includes(text)) throw new Error(`the store process said ${JSON.stringify(said)}`);
        },
        { timeout: 10_000, interval: 5 },
      ),
    kill,
  };
}
