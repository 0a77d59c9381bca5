import { describe, expect, it } from "vitest";
import { beatProcess, machineMs, pathTo, sinceMs, watchProcess } from "./support/beats.js";
import { until } from "./support/node.js";

/** At the defaults: a beat a second, a pause of three. */
describe("raftbeat watch at its defaults", () => {
  it("suspects a killed process at once and declares it dead 4 s later; one that goes silent after 4 and 8 s", async () => {
    const watch = await watchProcess();
    const path = await pathTo(watch.port);
    const killed = beatProcess(watch.url, "killed");
    const stopped = beatProcess(watch.url, "stopped");
    beatProcess(path.url, "cut");
    for (const id of ["killed", "stopped", "cut"]) await watch.told("alive", id);
    const fromMs = machineMs();
    killed.process.kill("SIGKILL");
    stopped.process.kill("SIGSTOP");
    path.freeze();
    path.freezeNew();
    for (const id of ["killed", "stopped", "cut"]) await watch.told("dead", id);
    const at = async (event: string, id: string) => sinceMs(fromMs, await watch.told(event, id));
    const figures = {
      killed: [await at("suspect", "killed"), await at("dead", "killed")],
      stopped: [await at("suspect", "stopped"), await at("dead", "stopped")],
      cut: [await at("suspect", "cut"), await at("dead", "cut")],
    };
    console.log(JSON.stringify(figures));
    expect(figures.killed[0]).toBeLessThan(1000);
    for (const id of ["stopped", "cut"] as const) {
      // The last beat went up to a second before.
      expect(figures[id][0]).toBeGreaterThan(2900);
      expect(figures[id][0]).toBeLessThan(5500);
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
