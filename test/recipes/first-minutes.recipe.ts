import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { codeBlocks, read, root } from "../docs/support/pages.js";
import { temporaryFolder, until } from "../processes/support/node.js";
import { serverFolder, startPostgres } from "./support/servers.js";
import { describeWith } from "./support/tools.js";

/**
 * A newcomer's first minutes, from an empty folder, with the commands of the pages word for word; but for `npm install raftbeat`, which takes
 * the packed package. Each test prints how long it took.
 */

/** Shells that a test has started; each has a process group with all that it started. */
const shells: ChildProcess[] = [];

afterEach(async () => {
  for (const shell of shells.splice(0)) {
    try {
      process.kill(-(shell.pid ?? 0), "SIGKILL");
    } catch {
      // All of it has ended.
    }
    if (shell.exitCode === null && shell.signalCode === null) await once(shell, "exit");
  }
});

/** Starts commands in a folder; gives what they have said so far. */
function play(folder: string, commands: string, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(folder, "commands.sh"), `set -euo pipefail\n${commands}\nwait\n`);
  const shell = spawn("bash", ["commands.sh"], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  shells.push(shell);
  let said = "";
  for (const stream of [shell.stdout, shell.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  return { shell, said: () => said };
}

/** An empty folder, and the packed package beside it. */
function emptyFolder(): { readonly folder: string; withPackage(commands: string): string } {
  const place = temporaryFolder();
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", place], {
      cwd: root,
      encoding: "utf8",
    }),
  ) as [{ filename: string }];
  const folder = join(place, "service");
  mkdirSync(folder);
  const withPackage = (commands: string) => {
    expect(commands).toContain("npm install raftbeat");
    return commands.replace("npm install raftbeat", `npm install ${join(place, packed.filename)}`);
  };
  return { folder, withPackage };
}

function tell(what: string, sinceMs: number): void {
  process.stdout.write(
    `from an empty folder to ${what}: ${((performance.now() - sinceMs) / 1000).toFixed(1)} s\n`,
  );
}

describe("the README", () => {
  it("leads from an empty folder to a leader, and to the next when that is killed", async () => {
    const { folder, withPackage } = emptyFolder();
    const inService = read("README.md").split("\n## In your service\n")[1]?.split("\n## ")[0] ?? "";
    const [install = "", start = ""] = codeBlocks(inService, "sh");
    const [service = ""] = codeBlocks(inService, "ts");
    const sinceMs = performance.now();
    const installing = play(folder, withPackage(install));
    await once(installing.shell, "exit");
    expect(installing.shell.exitCode, installing.said()).toBe(0);
    writeFileSync(join(folder, "service.js"), service);
    const running = play(folder, start.replace("& done", "& echo $!; done"));
    const charges = () =>
      [...running.said().matchAll(/^([abc]) charges an invoice, fencing token (\d+)$/gm)].map(
        ([, id = "", token]) => ({ id, token: Number(token) }),
      );
    await until(() => charges().length > 0, running.said);
    tell("a leader", sinceMs);
    const [first] = charges();
    const pids = [...running.said().matchAll(/^(\d+)$/gm)].map(([pid]) => Number(pid));
    expect(pids).toHaveLength(3);
    process.kill(pids["abc".indexOf(first?.id ?? "")] ?? 0);
    await until(() => charges().some(({ id }) => id !== first?.id), running.said);
    const next = charges().find(({ id }) => id !== first?.id);
    expect(next?.token).toBeGreaterThan(first?.token ?? Number.POSITIVE_INFINITY);
  });
});

describeWith(["initdb", "postgres"], "docs/fencing.md", () => {
  it("leads from an empty folder to three services whose leader writes to PostgreSQL, fenced", async () => {
    const place = serverFolder();
    const postgres = await startPostgres(place.folder);
    try {
      const { folder, withPackage } = emptyFolder();
      const chapter = read("docs/fencing.md").split("\n### Try it with PostgreSQL\n")[1] ?? "";
      const [commands = ""] = codeBlocks(chapter, "sh");
      const sinceMs = performance.now();
      const running = play(folder, withPackage(commands), { DATABASE_URL: postgres.url });
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      const written = async (): Promise<{ term: string; by: string }[]> => {
        const { rows } = await client.query(
          "SELECT term, issued_by AS by FROM invoice WHERE term = (SELECT term FROM fence) ORDER BY number",
        );
        return rows;
      };
      let rows: Awaited<ReturnType<typeof written>> = [];
      await until(
        async () => {
          // There is no table before there is a leader.
          rows = await written().catch(() => []);
          return rows.length > 0;
        },
        running.said,
        90_000,
      );
      tell("the first fenced write in PostgreSQL", sinceMs);
      expect(rows[0]?.by).toMatch(/^[abc]$/);
      await client.end();
    } finally {
      for (const shell of shells) process.kill(-(shell.pid ?? 0), "SIGKILL");
      shells.length = 0;
      await postgres.end();
      place.remove();
    }
  });
});
