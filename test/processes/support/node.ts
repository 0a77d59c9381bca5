import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { builtFile } from "../../../src/built-file.js";
import type { NodeLine } from "../../../src/observability/node-event.js";

/** The compiled program. */
export const program = fileURLToPath(builtFile("cli/main.js"));

/** The arguments of a node that are all right but for the folder, which is not there. */
export const nodeWithoutFolder: readonly string[] = [
  "node",
  "--cluster",
  "c",
  "--id",
  "a",
  "--voters",
  "a=ws://127.0.0.1:7400",
  "--data",
  "/dev/null/below",
];

/** A process of `raftbeat` with what it has said so far. */
export interface Running {
  readonly process: ChildProcess;
  readonly lines: NodeLine[];
  stdout(): string;
  stderr(): string;
  /** Resolves once a line, said or to come, is as asked. */
  line(matches: (line: NodeLine) => boolean, what: string): Promise<NodeLine>;
  /** The exit code once it has ended and everything was read; null after a signal. */
  readonly exited: Promise<number | null>;
}

/** Starts `raftbeat` with these arguments; it is killed when the test ends. */
export function raftbeat(args: readonly string[], environment: Record<string, string> = {}): Running {
  return run([program, ...args], environment);
}

/**
 * Starts Node with these arguments; it is killed when the test ends.
 * @param user its user and group; default: those of the test
 */
export function run(
  args: readonly string[],
  environment: Record<string, string> = {},
  user: { readonly uid?: number; readonly gid?: number } = {},
): Running {
  return runProgram(process.execPath, args, { env: { ...process.env, ...environment }, ...user });
}

/** Starts any program that prints lines; it is killed when the test ends. */
export function runProgram(command: string, args: readonly string[], options: SpawnOptions): Running {
  const child = spawn(command, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: NodeLine[] = [];
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (text) => {
    stdout += `${text}\n`;
    if (text.startsWith("{")) lines.push(JSON.parse(text) as NodeLine);
  });
  const exited = once(child, "close").then(([code]) => code as number | null);
  return {
    process: child,
    lines,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    async line(matches, what) {
      await until(
        () => lines.some(matches) || child.exitCode !== null,
        () => `${what}; it said ${stdout}${stderr}`,
      );
      const found = lines.find(matches);
      if (found === undefined) throw new Error(`ended without ${what}; it said ${stdout}${stderr}`);
      return found;
    },
  };
}

/** Resolves once the condition holds; looks often. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  withinMs = 25_000,
): Promise<void> {
  const endAtMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > endAtMs)
      throw new Error(`not within ${withinMs} ms: ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
