import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import type { DemoEvent } from "../../src/cli/demo/event.js";
import { raftbeat, until } from "./support/node.js";

function demo(...args: string[]) {
  return raftbeat(["demo", ...args]);
}

function events(stdout: string): DemoEvent[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as DemoEvent);
}

/** The folder of a demo's votes, once it has told it. */
async function folderOf(run: ReturnType<typeof demo>): Promise<string> {
  await until(() => /raftbeat-demo-\w+/.test(run.stdout()), "the demo names its folder");
  return /raftbeat-demo-\w+/.exec(run.stdout())?.[0] ?? "";
}

/** Command lines of the processes that name this folder: replicas and cleanup. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((processId) => {
      try {
        return [readFileSync(`/proc/${processId}/cmdline`, "utf8")];
      } catch {
        return [];
      }
    })
    .filter((command) => command.includes(folder));
}

/** Holds what a demo told to what must be so after two signals. */
function judge(signal: "KILL" | "STOP" | "TERM", told: readonly DemoEvent[]): void {
  const figure = expect.any(Number);
  expect(told.at(-1)).toEqual({
    event: "summary",
    replicas: 3,
    kills: 2,
    signal,
    failoverMs: { min: figure, p50: figure, p90: figure, max: figure },
    leadersPerTermMax: 1,
    leaseOverlapMs: 0,
  });
  expect(told.filter(({ event }) => event === "killed")).toHaveLength(2);
  const woke = told.filter((event) => event.event === "woke");
  expect(woke.length).toBeGreaterThanOrEqual(signal === "STOP" ? 2 : 0);
  // A machine may halt any process for a moment, and a leader may lead on after it: only what was stopped has been replaced.
  const stopped = new Set<string>();
  for (const event of signal === "STOP" ? told : [])
    if (event.event === "killed") stopped.add(event.id);
    else if (event.event === "woke" && stopped.delete(event.id)) expect(event.isLeader).toBe(false);
  expect([...stopped]).toEqual([]);
}

describe("raftbeat demo", () => {
  it("gets a new leader after each SIGKILL, SIGSTOP and SIGTERM, one a term, with leases that never overlap", async () => {
    const runs = (["KILL", "STOP", "TERM"] as const).map((signal) => ({
      signal,
      run: demo("--kills", "2", "--pause-ms", "100", "--signal", signal, "--json"),
    }));
    await Promise.all(runs.map(({ run }) => run.exited));
    for (const { signal, run } of runs) {
      expect(await run.exited).toBe(0);
      judge(signal, events(run.stdout()));
    }
  });

  it.runIf(process.platform === "linux")(
    "leaves no process and no file behind, interrupted or killed, with a replica stopped",
    async () => {
      const runs = [
        { end: "SIGINT", exitCode: 130, run: demo("--signal", "STOP", "--pause-ms", "0", "--kills", "1000") },
        {
          end: "SIGKILL",
          exitCode: null,
          run: demo("--signal", "STOP", "--pause-ms", "0", "--kills", "1000"),
        },
      ] as const;
      await Promise.all(
        runs.map(async ({ end, exitCode, run }) => {
          const folder = await folderOf(run);
          await until(() => /SIGSTOP to [abc] /.test(run.stdout()), "a replica is stopped");
          expect(processesOf(folder)).not.toEqual([]);
          run.process.kill(end);
          expect(await run.exited).toBe(exitCode);
          await until(() => processesOf(folder).length === 0, `no process of ${folder} is left`);
          await until(() => !readdirSync(tmpdir()).includes(folder), `${folder} is gone`);
        }),
      );
    },
  );

  it("draws without colours where nobody sees them", async () => {
    const run = demo("--kills", "1", "--pause-ms", "0");
    expect(await run.exited).toBe(0);
    expect(run.stdout()).not.toContain("\u001b");
    expect(run.stdout()).toMatch(/SIGKILL to [abc] {2}\(1\)\n/);
    expect(run.stdout()).toMatch(/leaders in a term {3}at most 1/);
    expect(run.stdout()).toMatch(/leases overlapping {2}0 ms/);
  });
});
