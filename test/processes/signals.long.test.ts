import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import { machineMs } from "../../src/runtime/system-ports.js";
import { startCluster } from "./support/cluster.js";
import { program, run, temporaryFolder, until } from "./support/node.js";

/** A busy machine holds nobody up for so long that the leader changes once more. */
const unhurried = ["--timing", "laptop"];

describe("a leader among real processes", () => {
  it("is replaced in a higher term after SIGKILL, and comes back as a follower", async () => {
    const cluster = await startCluster(undefined, { extra: unhurried });
    const leader = await cluster.settled();
    const { term } = await cluster.status(leader);
    cluster.node(leader).process.kill("SIGKILL");
    await cluster.node(leader).exited;
    const others = cluster.ids.filter((id) => id !== leader);
    const next = await cluster.settled(others);
    expect((await cluster.status(next)).term).toBeGreaterThan(term);
    cluster.start(leader);
    expect(await cluster.settled()).toBe(next);
  });

  it("says first of all, when woken by SIGCONT, that it leads no longer", async () => {
    const cluster = await startCluster(undefined, { extra: [...unhurried, "--lease-log"] });
    const leader = await cluster.settled();
    const { process: stopped, line, lines } = cluster.node(leader);
    const others = cluster.ids.filter((id) => id !== leader);
    const stoppedAtMs = machineMs();
    stopped.kill("SIGSTOP");
    const next = await cluster.settled(others);
    // A failover can be quicker than what a node calls a stall.
    await until(() => machineMs() - stoppedAtMs > 1000, "it was stopped for longer than any lease");
    const wokenAtMs = machineMs();
    stopped.kill("SIGCONT");
    // A busy machine may have stalled it before, too.
    const woke = await line(
      ({ event, monotonicMs }) => event === "stalled" && monotonicMs >= wokenAtMs,
      "a word on the stall",
    );
    expect(woke).toMatchObject({ event: "stalled", isLeader: false });
    const after = lines.filter(({ monotonicMs }) => monotonicMs >= wokenAtMs).map(({ event }) => event);
    // Stopped while it waited for messages, Node reads those first, and the loss is told before the stall: both say that it leads no longer.
    expect(["stalled", "lost"]).toContain(after[0]);
    expect(await cluster.settled()).toBe(next);
    expect(lines.filter(({ event, monotonicMs }) => event === "lease" && monotonicMs >= wokenAtMs)).toEqual(
      [],
    );
  });

  it("is told so by its first isLeader after SIGCONT, before anything else is processed", async () => {
    const cluster = await startCluster(["a", "b", "c"], { outsiders: ["c"] });
    const spinner = fileURLToPath(new URL("./support/spinner.mjs", import.meta.url));
    const folder = temporaryFolder();
    const stopped = run([spinner, "c", JSON.stringify(cluster.voters), folder]);
    await stopped.line(({ event }) => event === "started", "its start");
    const elected = () => stopped.lines.some(({ event }) => event === "elected");
    await until(async () => {
      const statuses = await Promise.all(["a", "b"].map((id) => cluster.status(id).catch(() => null)));
      const leader = statuses.find((status) => status?.isLeader)?.id;
      // Refused until c is ready for it.
      if (leader !== undefined)
        await fetch(`${cluster.url(leader)}/transfer`, { method: "POST", body: '{"to":"c"}' });
      return elected();
    }, "c leads");
    const stoppedAtMs = machineMs();
    stopped.process.kill("SIGSTOP");
    await cluster.settled(["a", "b"]);
    await until(() => machineMs() - stoppedAtMs > 1000, "it was stopped for longer than any lease");
    stopped.process.kill("SIGCONT");
    const woke = await stopped.line(({ event }) => event === "stalled", "its waking");
    expect(woke).toMatchObject({ isLeader: false });
  });

  it("hands over on SIGTERM in less time than any election timeout, and exits 0", async () => {
    const cluster = await startCluster(undefined, { extra: unhurried });
    const leader = await cluster.settled();
    const node = cluster.node(leader);
    node.process.kill("SIGTERM");
    expect(await node.exited).toBe(0);
    const next = await cluster.settled(cluster.ids.filter((id) => id !== leader));
    const lost = await node.line(({ event }) => event === "lost", "the loss");
    const gained = await cluster.node(next).line(({ event }) => event === "elected", "the gain");
    expect(gained.monotonicMs - lost.monotonicMs).toBeGreaterThan(0);
    expect(gained.monotonicMs - lost.monotonicMs).toBeLessThan(900);
    const last = node.lines.map(({ event }) => event).filter((event) => event !== "leader");
    expect(last.slice(-3)).toEqual(["stopping", "lost", "stopped"]);
  });

  it("ends with its parent where told to", async () => {
    const cluster = await startCluster(["a"]);
    await cluster.settled();
    const node = cluster.node("a");
    node.process.stdin?.end();
    expect(await node.exited).toBe(0);
    expect(node.lines.map(({ event }) => event)).toContain("stopping");
  });

  it("ends at once where its input is a file, which ends but never closes", async () => {
    const [port] = await freePorts(1, Math.random);
    const settings = ["--cluster", "c", "--id", "a", "--voters", `a=ws://127.0.0.1:${port}`];
    const { status } = spawnSync(
      process.execPath,
      [program, "node", ...settings, "--data", join(temporaryFolder(), "a"), "--while-stdin"],
      { stdio: "ignore", timeout: 15_000 },
    );
    expect(status).toBe(0);
  });
});
