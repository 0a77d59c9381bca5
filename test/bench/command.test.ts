import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { aCluster, leaderAfterSteps } from "../../bench/baselines/simulated.js";
import { startChild } from "../../bench/processes/child.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function bench(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "bench/main.ts", ...args], { cwd: root });
  let [out, error] = ["", ""];
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    error += data;
  });
  const [code] = await once(child, "close");
  return { code, out, error };
}

describe("npm run bench", () => {
  it("ends well with one JSON object a row where the heap does not grow", async () => {
    const { code, out } = await bench("simulator-memory", "--events", "4000", "--nodes", "3", "--json");
    const row = JSON.parse(out);
    expect(row).toMatchObject({ bench: "simulator-memory", nodes: 3, ok: true });
    expect(row.events).toBeGreaterThanOrEqual(4000);
    expect(code).toBe(0);
  });

  it("refuses a count that is none, and measures nothing", async () => {
    const { code, out, error } = await bench("stalls", "--rounds", "0");
    expect([code, out]).toEqual([1, ""]);
    expect(error).toContain("must be a whole number from 1");
  });
});

describe("a child of a bench", () => {
  const start = (...args: readonly string[]) => {
    const child = startChild("../../test/bench/support-child.mjs", args);
    onTestFinished(() => child.end());
    return child;
  };

  it("is heard by kind, each message once, whichever came first", async () => {
    const child = start("first", "second", "first");
    expect(await child.next("second")).toEqual({ kind: "second" });
    expect(await child.next("first")).toEqual({ kind: "first" });
    expect(await child.next("first")).toEqual({ kind: "first" });
    await expect(child.next("second", 1)).rejects.toThrow('said no "second" within 1 ms');
    child.send({ say: "third" });
    expect(await child.next("third")).toEqual({ kind: "third" });
  });

  it("that ends before it says something is an error, and what it said before is not lost", async () => {
    const child = start("first", "end");
    await expect(child.next("second")).rejects.toThrow('ended before it said "second"');
    expect(await child.next("first")).toEqual({ kind: "first" });
  });

  it("is gone once it was ended", async () => {
    const child = start("first");
    await child.next("first");
    await child.end();
    expect(child.process.signalCode).toBe("SIGKILL");
    await child.end();
  });
});

describe("the cluster that the simulator is measured with", () => {
  it("is stepped until somebody leads", () => {
    const cluster = aCluster(3);
    cluster.boot();
    const leader = leaderAfterSteps(cluster);
    expect(leader.toldTerm).toBe(1);
    const { eventCount } = cluster;
    expect(leaderAfterSteps(cluster)).toBe(leader);
    expect(cluster.eventCount).toBe(eventCount);
    cluster.crash(leader);
    expect(leaderAfterSteps(cluster)).not.toBe(leader);
  });
});
