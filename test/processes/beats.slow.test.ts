import { describe, expect, it } from "vitest";
import { quantiles } from "../../src/quantiles.js";
import { beatProcess, machineMs, pathTo, sinceMs, type WatchProcess, watchProcess } from "./support/beats.js";
import { raftbeat, until } from "./support/node.js";

/**
 * Senders have a window of a second in place of four, so that the tests are short. The watcher's own interval stays a second: half of that is what it takes
 * for an absence of its own, and on a busy machine it is soon away for an eighth.
 */
const quick = ["--interval", "1s", "--pause", "750ms"];
const pace = ["--interval", "250ms"];
const windowMs = 1000;

/** A command that runs this script. */
const node = (script: string) => ["--", process.execPath, "-e", script];

/** Each beats in a zone of its own: a zone of one says nothing about the watcher. */
const beat = ({ url }: WatchProcess, id: string, ...more: readonly string[]) =>
  beatProcess(url, id, ...pace, "--zone", id, ...more);

/** How a process may end, what beat's exit code is then, and what the watcher tells. */
const ends: Readonly<Record<string, (watch: WatchProcess) => Promise<readonly string[]>>> = {
  async well(watch) {
    const job = beat(watch, "well", ...node("setTimeout(()=>{},600)"));
    expect(await job.exited).toBe(0);
    await watch.told("left", "well");
    return ["alive", "left"];
  },
  async failed(watch) {
    const job = beat(watch, "failed", ...node("setTimeout(()=>process.exit(7),600)"));
    expect(await job.exited).toBe(7);
    await watch.told("dead", "failed");
    return ["alive", "suspect closed", "dead closed"];
  },
  async asked(watch) {
    const script = "process.on('SIGTERM',()=>process.exit(9));setInterval(()=>{},1000);console.log('ready')";
    const job = beat(watch, "asked", ...node(script));
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
    const job = beat(watch, "killed", "--", "sh", "-c", "sleep 0.6; kill -KILL $$");
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
    expect(dead.monotonicMs - suspected.monotonicMs).toBeGreaterThan(0.9 * windowMs);
    return ["alive", "suspect silence", "dead silence"];
  },
};

describe("raftbeat watch and raftbeat beat", () => {
  it("tell how each of several processes ends", async () => {
    const watch = await watchProcess(...quick);
    const stories = await Promise.all(
      Object.entries(ends).map(async ([id, end]) => ({ id, expected: await end(watch) })),
    );
    for (const { id, expected } of stories) expect(watch.story(id), id).toEqual(expected);
    watch.process.kill("SIGTERM");
    expect(await watch.exited).toBe(0);
  });

  it("suspect a process that is killed within 100 ms, in the middle of five", async () => {
    const watch = await watchProcess(...quick);
    const ids = ["a", "b", "c", "d", "e"];
    const running = ids.map((id) => beat(watch, id));
    for (const id of ids) await watch.told("alive", id);
    const latenciesMs: number[] = [];
    for (const [index, id] of ids.entries()) {
      const killedAtMs = machineMs();
      running[index]?.process.kill("SIGKILL");
      const suspected = await watch.told("suspect", id);
      expect(suspected.reason).toBe("closed");
      latenciesMs.push(sinceMs(killedAtMs, suspected));
    }
    expect(quantiles(latenciesMs)?.p50).toBeLessThan(100);
  });

  it("accuse nobody after the watcher itself was stopped for three windows", async () => {
    const watch = await watchProcess(...quick);
    for (const id of ["a", "b"]) beat(watch, id);
    for (const id of ["a", "b"]) await watch.told("alive", id);
    const stoppedAtMs = machineMs();
    watch.process.kill("SIGSTOP");
    await until(() => machineMs() - stoppedAtMs > 3 * windowMs, "three windows have passed");
    watch.process.kill("SIGCONT");
    const wokenAtMs = machineMs();
    const late = beat(watch, "late");
    await watch.told("alive", "late");
    await until(() => machineMs() - wokenAtMs > 2 * windowMs, "two windows more have passed");
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
});
