import { describe, expect, it } from "vitest";
import { quantiles } from "../../src/quantiles.js";
import { beatProcess, machineMs, pathTo, sinceMs, watchProcess } from "./support/beats.js";
import { raftbeat, until } from "./support/node.js";

/** Prints what was measured, in milliseconds. */
function tell(figures: Readonly<Record<string, readonly number[]>>): void {
  const rounded = Object.entries(figures).map(([name, ms]) => [
    name,
    ms.map((each) => Math.round(each * 10) / 10),
  ]);
  console.log(JSON.stringify(Object.fromEntries(rounded)));
}

/** At the defaults: a beat a second, a pause of three. */
describe("raftbeat watch at its defaults", () => {
  it("hears a first beat within 1.1 s once Node.js has started, suspects a killed process at once, and declares it dead 4 s later", async () => {
    const watch = await watchProcess();
    const figures: Record<"start" | "alive" | "suspect" | "dead", number[]> = {
      start: [],
      alive: [],
      suspect: [],
      dead: [],
    };
    for (let round = 0; round < 10; round++) {
      const id = `p${round}`;
      // How long it takes to start at all, on this machine just now.
      const startedAtMs = machineMs();
      await raftbeat(["--version"]).exited;
      figures.start.push(machineMs() - startedAtMs);
      const beganAtMs = machineMs();
      const beat = beatProcess(watch.url, id, "--zone", id);
      figures.alive.push(sinceMs(beganAtMs, await watch.told("alive", id)));
      const killedAtMs = machineMs();
      beat.process.kill("SIGKILL");
      const suspected = await watch.told("suspect", id);
      expect(suspected.reason).toBe("closed");
      figures.suspect.push(sinceMs(killedAtMs, suspected));
    }
    for (let round = 0; round < 10; round++) {
      const suspected = await watch.told("suspect", `p${round}`);
      figures.dead.push(sinceMs(suspected.monotonicMs, await watch.told("dead", `p${round}`)));
    }
    tell(figures);
    const startMs = quantiles(figures.start)?.p50 ?? 0;
    expect(quantiles(figures.alive)?.p50).toBeLessThan(startMs + 1100);
    expect(quantiles(figures.suspect)?.p50).toBeLessThan(100);
    expect(quantiles(figures.dead)?.min).toBeGreaterThan(3990);
    expect(quantiles(figures.dead)?.p50).toBeLessThan(4200);
  }, 120_000);

  it("suspects a process that is stopped, and one whose path goes silent, after 4 s, and declares them dead after 8 s", async () => {
    const watch = await watchProcess();
    const path = await pathTo(watch.port);
    const stopped = beatProcess(watch.url, "stopped", "--zone", "stopped");
    beatProcess(path.url, "cut", "--zone", "cut");
    for (const id of ["stopped", "cut"]) await watch.told("alive", id);
    const fromMs = machineMs();
    stopped.process.kill("SIGSTOP");
    path.freeze();
    path.freezeNew();
    const figures: Record<string, number[]> = { stopped: [], cut: [] };
    for (const id of ["stopped", "cut"])
      for (const event of ["suspect", "dead"])
        figures[id]?.push(sinceMs(fromMs, await watch.told(event, id)));
    tell(figures);
    for (const [suspectMs = 0, deadMs = 0] of Object.values(figures)) {
      // The last beat went up to a second before.
      expect(suspectMs).toBeGreaterThan(2900);
      expect(suspectMs).toBeLessThan(5000);
      expect(deadMs - suspectMs).toBeGreaterThan(3990);
      expect(deadMs - suspectMs).toBeLessThan(5000);
    }
  }, 60_000);

  it("accuses nobody after it was stopped for 20 s", async () => {
    const watch = await watchProcess();
    for (const id of ["a", "b", "c"]) beatProcess(watch.url, id);
    for (const id of ["a", "b", "c"]) await watch.told("alive", id);
    watch.process.kill("SIGSTOP");
    const stoppedAtMs = machineMs();
    await until(() => machineMs() - stoppedAtMs > 20_000, "20 s have passed");
    watch.process.kill("SIGCONT");
    const wokenAtMs = machineMs();
    await until(() => machineMs() - wokenAtMs > 10_000, "10 s more have passed");
    for (const id of ["a", "b", "c"]) expect(watch.story(id)).toEqual(["alive"]);
  }, 90_000);
});
