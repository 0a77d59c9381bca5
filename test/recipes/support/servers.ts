import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../../src/cli/demo/free-ports.js";
import { until } from "../../processes/support/node.js";
import { path } from "./tools.js";

/** A server that a test has started, in a folder of its own. */
export interface Server {
  readonly port: number;
  readonly process: ChildProcess;
  /** Ends it by this signal, and waits until it has ended. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it runs as nobody. */
const nobody: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

function giveAway(folder: string): void {
  if (nobody.uid !== undefined && nobody.gid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
}

/** A folder that the server may write; removed by `remove`. */
export function serverFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-recipe-"));
  giveAway(folder);
  chmodSync(folder, 0o700);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Starts a PostgreSQL that trusts this machine, with an empty database. */
export async function startPostgres(folder: string): Promise<Server & { readonly url: string }> {
  const [port = 0] = await freePorts(1, Math.random);
  const data = join(folder, "data");
  const options = ["--no-sync", "--auth=trust", "--username=recipe", "--encoding=UTF8", "--locale=C"];
  execFileSync(path("initdb"), ["-D", data, ...options], { ...nobody, cwd: folder, stdio: "ignore" });
  const settings = ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", folder];
  // Nothing here pulls the plug; and the order of commits can be asked for.
  const quick = ["-c", "fsync=off", "-c", "track_commit_timestamp=on"];
  const server = await startServer(path("postgres"), [...settings, ...quick], port, folder);
  return { ...server, url: `postgres://recipe@127.0.0.1:${port}/postgres` };
}

/** Starts a Redis with these options besides its port and its folder. */
export async function startRedis(
  folder: string,
  ...options: readonly string[]
): Promise<Server & { readonly url: string; readonly data: string }> {
  const [port = 0] = await freePorts(1, Math.random);
  const data = join(folder, `redis-${port}`);
  mkdirSync(data);
  giveAway(data);
  return restartRedis(data, port, ...options);
}

/** Starts a Redis again on what it has written. */
export async function restartRedis(
  data: string,
  port: number,
  ...options: readonly string[]
): Promise<Server & { readonly url: string; readonly data: string }> {
  const settings = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", data, "--save", "", ...options];
  const server = await startServer(path("redis-server"), settings, port, data);
  return { ...server, data, url: `redis://127.0.0.1:${port}` };
}

async function startServer(
  program: string,
  args: readonly string[],
  port: number,
  folder: string,
): Promise<Server> {
  const child = spawn(program, args, { ...nobody, cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  // A test that fails ends no server.
  const onExit = () => child.kill("SIGKILL");
  process.once("exit", onExit);
  child.once("exit", () => process.off("exit", onExit));
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  const ended = once(child, "exit");
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
      return /ready to accept connections/i.test(said);
    },
    () => `${program} is ready; it said ${said}`,
  );
  return {
    port,
    process: child,
    async end(signal = "SIGKILL") {
      child.kill(signal);
      await ended;
    },
  };
}
