import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NodeLine } from "../../observability/node-event.js";

/** The processes of a demo: nodes of one cluster on loopback, each with a folder of its own. */
export interface Replicas {
  readonly ids: readonly string[];
  start(id: string): void;
  signal(id: string, signal: NodeJS.Signals): void;
  /** True from `start` to the end of the process. */
  isRunning(id: string): boolean;
  /** The ids of all processes that run. */
  processIds(): number[];
}

/** What is told of the processes. */
export interface ReplicaHandlers {
  /** One printed a line. */
  onLine(line: NodeLine): void;
  /** One ended; `said` is the last it said on standard error. */
  onExit(id: string, exitCode: number | null, said: string): void;
}

/** The compiled program, beside this file. */
const program = fileURLToPath(new URL("../main.js", import.meta.url));

/** Prepares one replica for each port; none is started. */
export function createReplicas(
  folder: string,
  ports: readonly number[],
  timing: readonly string[],
  handlers: ReplicaHandlers,
): Replicas {
  const ids = ports.map((_, index) => String.fromCharCode("a".charCodeAt(0) + index));
  const voters = ids.map((id, index) => `${id}=ws://127.0.0.1:${ports[index]}`).join(",");
  const running = new Map<string, ChildProcess>();

  function start(id: string): void {
    const data = join(folder, id);
    mkdirSync(data, { recursive: true });
    const settings = ["--cluster", "demo", "--id", id, "--voters", voters, "--data", data, ...timing];
    const child = spawn(
      process.execPath,
      [program, "node", ...settings, "--json", "--lease-log", "--while-stdin"],
      { stdio: ["pipe", "pipe", "pipe"], env: ownEnvironment() },
    );
    running.set(id, child);
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-2000);
    });
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = parse(text);
      if (line !== null) handlers.onLine(line);
    });
    child.once("error", (error) => {
      said = error.message;
    });
    // `close` comes after the last line was read, and also where the process could not be started.
    child.once("close", (exitCode) => {
      if (running.get(id) === child) running.delete(id);
      handlers.onExit(id, exitCode, said.trim());
    });
  }

  return {
    ids,
    start,
    signal: (id, signal) => void running.get(id)?.kill(signal),
    isRunning: (id) => running.has(id),
    processIds: () => [...running.values()].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
  };
}

/** This process's environment without what would set up the replicas otherwise. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("RAFTBEAT_")));
}

function parse(text: string): NodeLine | null {
  try {
    return JSON.parse(text) as NodeLine;
  } catch {
    return null;
  }
}
