import { writeFileSync } from "node:fs";
import { join } from "node:path";
import PQueue from "p-queue";
import { describe, expect, it } from "vitest";
import { makeAuthority } from "../support/certificates.js";
import { beatProcess, machineMs, pathTo, type WatchProcess, watchProcess } from "./support/beats.js";
import { raftbeat, temporaryFolder, until } from "./support/node.js";

/**
 * Senders beat four times a second, so that their window is shorter than at the defaults. The watcher's own interval is longer: half of it counts as an absence
 * of its own, after which it takes no close for a hint, and a busy machine keeps it away for an eighth of a second soon.
 */
const quick = ["--interval", "2s", "--pause", "2s", "--dead-after", "500ms"];
const pace = ["--interval", "250ms"];
const windowMs = 2250;
const deadAfterMs = 500;

/** A command that runs until its input has a line. */
const untilTold = (then: string) => ["--", "sh", "-c", `read line; ${then}`];

/** Each beats in a zone of its own: a zone of one says nothing about the watcher. */
const beat = ({ url }: WatchProcess, id: string, ...more: readonly string[]) =>
  beatProcess(url, id, ...pace, "--zone", id, ...more);

/** How a process may end, what beat's exit code is then, and what the watcher tells. */
const ends: Readonly<Record<string, (watch: WatchProcess) => Promise<readonly string[]>>> = {
  async well(watch) {
    const job = beat(watch, "well", ...untilTold("exit 0"));
    await watch.told("alive", "well");
    job.process.stdin?.write("end\n");
    expect(await job.exited).toBe(0);
    await watch.told("left", "well");
    return ["alive", "left"];
  },
  async failed(watch) {
    const job = beat(watch, "failed", ...untilTold("exit 7"));
    await watch.told("alive", "failed");
    job.process.stdin?.write("end\n");
    expect(await job.exited).toBe(7);
    await watch.told("dead", "failed");
    return ["alive", "suspect closed", "dead closed"];
  },
  async asked(watch) {
    const job = beat(
      watch,
      "asked",
      "--",
      "sh",
      "-c",
      "trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done",
    );
    await watch.told("alive", "asked");
    await until(() => job.stdout().includes("ready"), "the command is ready");
    job.process.kill("SIGTERM");
    expect(await job.exited).toBe(9);
    await watch.told("left", "asked");
    return ["alive", "left"];
  },
  async alone(watch) {
    const alone = beat(watch, "alone");
    await watch.told("alive", "alone");
    alone.process.kill("SIGINT");
    expect(await alone.exited).toBe(0);
    await watch.told("left", "alone");
    return ["alive", "left"];
  },
  async killed(watch) {
    const job = beat(watch, "killed", ...untilTold("kill -KILL $$"));
    await watch.told("alive", "killed");
    job.process.stdin?.write("end\n");
    expect(await job.exited).toBe(137);
    await watch.told("dead", "killed");
    return ["alive", "suspect closed", "dead closed"];
  },
  async missing(watch) {
    const missing = beat(watch, "missing", "--", "no-such-command");
    expect(await missing.exited).toBe(127);
    expect(missing.stderr()).toBe(
      "raftbeat: no-such-command cannot be run (ENOENT): check the command after --\n",
    );
    return [];
  },
  async "killed-itself"(watch) {
    const alone = beat(watch, "killed-itself");
    await watch.told("alive", "killed-itself");
    alone.process.kill("SIGKILL");
    await watch.told("dead", "killed-itself");
    return ["alive", "suspect closed", "dead closed"];
  },
  async stopped(watch) {
    const stopped = beat(watch, "stopped");
    await watch.told("alive", "stopped");
    stopped.process.kill("SIGSTOP");
    await watch.told("dead", "stopped");
    return ["alive", "suspect silence", "dead silence"];
  },
  async cut(watch) {
    const path = await pathTo(watch.port);
    beatProcess(path.url, "cut", ...pace, "--zone", "cut");
    await watch.told("alive", "cut");
    path.freeze();
    path.freezeNew();
    const dead = await watch.told("dead", "cut");
    const suspected = await watch.told("suspect", "cut");
    expect(suspected.silentMs).toBeGreaterThan(0.7 * windowMs);
    expect(dead.monotonicMs - suspected.monotonicMs).toBeGreaterThan(0.9 * deadAfterMs);
    return ["alive", "suspect silence", "dead silence"];
  },
};

describe("raftbeat watch and raftbeat beat", { timeout: 90_000 }, () => {
  it("tell how each of several processes ends", async () => {
    const watch = await watchProcess(...quick);
    // A few at a time: Node takes a core for a while to start.
    const queue = new PQueue({ concurrency: 3 });
    const stories = await queue.addAll(
      Object.entries(ends).map(([id, end]) => async () => ({ id, expected: await end(watch) })),
    );
    for (const { id, expected } of stories) expect(watch.story(id), id).toEqual(expected);
    watch.process.kill("SIGTERM");
    expect(await watch.exited).toBe(0);
  });

  it("accuse nobody after the watcher itself was stopped for two windows", async () => {
    const watch = await watchProcess(...quick);
    for (const id of ["a", "b"]) beat(watch, id);
    for (const id of ["a", "b"]) await watch.told("alive", id);
    const stoppedAtMs = machineMs();
    watch.process.kill("SIGSTOP");
    await until(() => machineMs() - stoppedAtMs > 2 * windowMs, "two windows have passed");
    watch.process.kill("SIGCONT");
    const wokenAtMs = machineMs();
    const late = beat(watch, "late");
    await watch.told("alive", "late");
    await until(() => machineMs() - wokenAtMs > 1.3 * windowMs, "a window more has passed");
    late.process.kill("SIGTERM");
    await watch.told("left", "late");
    for (const id of ["a", "b"]) expect(watch.story(id)).toEqual(["alive"]);
  });

  it("keep out who does not have the token", async () => {
    const watch = await watchProcess(...quick, "--token", "right");
    const stranger = raftbeat(["beat", "--to", watch.url, "--id", "stranger"], { RAFTBEAT_TOKEN: "wrong" });
    const friend = raftbeat(["beat", "--to", watch.url, "--id", "friend"], { RAFTBEAT_TOKEN: "right" });
    await watch.told("alive", "friend");
    await until(() => stranger.stderr().includes("wrongToken"), "a refusal");
    expect(watch.story("stranger")).toEqual([]);
    expect(friend.stderr()).toBe("");
  });

  it("know each other by certificates: the sender's names its id, the watcher's its host", async () => {
    const folder = temporaryFolder();
    const authority = await makeAuthority();
    const flagsFor = async (name: string) => {
      const { cert, key, ca } = await authority.issue({ dns: [name] });
      return Object.entries({ cert, key, ca }).flatMap(([what, text]) => {
        const file = join(folder, `${name}-${what}.pem`);
        writeFileSync(file, String(text));
        return [`--tls-${what}`, file];
      });
    };
    const watch = await watchProcess(...quick, ...(await flagsFor("localhost")));
    const url = `wss://localhost:${watch.port}`;
    const own = await flagsFor("a");
    beatProcess(url, "a", ...own);
    const liar = beatProcess(url, "b", ...own);
    await watch.told("alive", "a");
    await until(() => liar.stderr().includes("wrongCertificate"), "a refusal");
    expect(watch.story("b")).toEqual([]);
  });
});
