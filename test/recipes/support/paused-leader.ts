import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { freePorts } from "../../../src/cli/demo/free-ports.js";
import { type Running, run, temporaryFolder, until } from "../../processes/support/node.js";

/** The variables of three replicas on this machine, by their ids, with what else they need. */
export async function threeReplicas(
  others: Readonly<Record<string, string>>,
): Promise<Map<string, Record<string, string>>> {
  const ids = ["a", "b", "c"];
  const ports = await freePorts(ids.length, Math.random);
  const voters = ids.map((id, index) => `${id}=ws://127.0.0.1:${ports[index]}`).join(",");
  const folder = temporaryFolder();
  return new Map(
    ids.map((id) => {
      mkdirSync(join(folder, id));
      const own = { RAFTBEAT_ID: id, RAFTBEAT_DATA: join(folder, id), RAFTBEAT_VOTERS: voters };
      return [id, { RAFTBEAT_CLUSTER: "recipe", RAFTBEAT_TIMING: "laptop", ...own, ...others }];
    }),
  );
}

/** Starts a file of the project as a process that compiles it. */
export function start(file: string, environment: Record<string, string>): Running {
  return run(["--import", "tsx", fileURLToPath(new URL(`../../../${file}`, import.meta.url))], environment);
}

/**
 * Plays the story of fencing with three careless writers: the leader checks its lease and is stopped (SIGSTOP); another leads and writes;
 * the first wakes up and writes. Gives what it said then, and the terms of both.
 */
export async function pausedLeader(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly said: string; readonly before: number; readonly after: number }> {
  const writers = new Map<string, Running>();
  for (const [id, variables] of await threeReplicas(environment))
    writers.set(id, start("test/recipes/support/careless-writer.ts", variables));
  const all = [...writers.values()];
  const heard = () => all.map((writer) => writer.stdout() + writer.stderr()).join("");
  const mayWrite = (text: string) => [...text.matchAll(/^(\w) may write in term (\d+)$/gm)];

  await until(
    () => mayWrite(heard()).length > 0,
    () => `a leader; they said ${heard()}`,
    60_000,
  );
  const [, first = "", before] = mayWrite(heard())[0] ?? [];
  const paused = writers.get(first) as Running;
  paused.process.kill("SIGSTOP");
  try {
    const others = all.filter((writer) => writer !== paused);
    const newer = () =>
      others.flatMap((writer) => mayWrite(writer.stdout()).map((match) => ({ writer, match })));
    await until(
      () => newer().length > 0,
      () => `a second leader; they said ${heard()}`,
      60_000,
    );
    const [found] = newer();
    const second = found?.writer as Running;
    second.process.stdin?.write("1\n");
    await until(
      () => second.stdout().includes("wrote 1"),
      () => `its write; they said ${heard()}`,
    );
    paused.process.stdin?.write("2\n");
    paused.process.kill("SIGCONT");
    await until(
      () => /was refused|wrote/.test(paused.stdout()),
      () => `the late write; they said ${heard()}`,
    );
    const after = Number(found?.match[2]);
    expect(after).toBeGreaterThan(Number(before));
    return { said: paused.stdout(), before: Number(before), after };
  } finally {
    for (const { process } of all) process.kill("SIGKILL");
  }
}
