import { describe, expect, it, onTestFinished, vi } from "vitest";
import { planBeat } from "../../../src/cli/beats/beat-plan.js";
import { planWatch } from "../../../src/cli/beats/watch-plan.js";

const watch = (flags: Record<string, unknown>, environment: Record<string, string> = {}) =>
  planWatch({ flags, environment, file: null });

describe("raftbeat watch", () => {
  it("listens on this machine alone where no host is named and nothing keeps strangers out", () => {
    expect(watch({ listen: "7500" })).toMatchObject({
      listen: { host: "127.0.0.1", port: 7500 },
      warnings: [],
    });
    expect(watch({ listen: "7500" }, { RAFTBEAT_TOKEN: "x" })).toMatchObject({
      listen: { host: null, port: 7500 },
      warnings: [],
    });
  });

  it("warns where it is open to all by name, and of a token that can be read", () => {
    expect(watch({ listen: "0.0.0.0:7500" }).warnings).toEqual([
      "--listen 0.0.0.0:7500 is open to all: every process that reaches it can beat, under any name. Give --token-file to all, or listen at 127.0.0.1",
    ]);
    expect(watch({ listen: "[::1]:7500" }).warnings).toEqual([]);
    expect(watch({ listen: "7500", token: "x" }).warnings).toEqual([
      "--token can be read by everybody on this machine (ps): use --token-file or RAFTBEAT_TOKEN",
    ]);
  });

  it("takes durations in any unit, from flags and from the environment", () => {
    const {
      detector,
      deadAfterMs,
      expect: expected,
    } = watch(
      { listen: "7500", interval: "1.5s", pause: "2m", expect: "a,b" },
      { RAFTBEAT_DEAD_AFTER: "250", RAFTBEAT_DETECTOR: "missed" },
    );
    expect(detector).toMatchObject({ name: "missed", intervalMs: 1500, pauseMs: 120_000 });
    expect(deadAfterMs).toBe(250);
    expect(expected).toEqual(["a", "b"]);
    expect(watch({ listen: "7500" }).detector).toMatchObject({
      name: "nfdE",
      intervalMs: 1000,
      pauseMs: 3000,
    });
  });
});

describe("raftbeat beat", () => {
  it("takes its settings from flags and from the environment, and the command as it is", () => {
    const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    onTestFinished(() => said.mockRestore());
    const environment = { RAFTBEAT_TO: "ws://127.0.0.1:7500", RAFTBEAT_ZONE: "z", RAFTBEAT_LISTEN: "7400" };
    const plan = planBeat({ flags: { id: "a", interval: "500ms" }, environment, file: null }, [
      "node",
      "--x",
    ]);
    expect(plan).toMatchObject({
      to: "ws://127.0.0.1:7500",
      id: "a",
      intervalMs: 500,
      zone: "z",
      command: ["node", "--x"],
      token: undefined,
      tls: undefined,
    });
    expect(said).not.toHaveBeenCalled();
  });
});
