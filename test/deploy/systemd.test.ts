import { describe, expect, it } from "vitest";
import { electorDefaults } from "../../src/elector/options/options.js";
import { closeLimitMs } from "../../src/elector/ports/ports-in-time.js";
import { presets } from "../../src/protocol/index.js";
import { planNode } from "../../src/settings/node-plan.js";
import { codeBlocks, read } from "../docs/support/pages.js";
import { environmentIn, unit } from "./support/unit.js";

describe("docs/deploy/raftbeat.service", () => {
  it("waits longer for a stop than it can take with the slowest preset", () => {
    const slowest = Math.max(...Object.values(presets).map(({ electionTimeout }) => electionTimeout.maxMs));
    const stopMs = electorDefaults.drainTimeoutMs + 4 * slowest + 2 * closeLimitMs;
    expect(stopMs).toBe(52_000);
    expect(Number(unit.get("TimeoutStopSec")?.[0]) * 1000).toBeGreaterThan(stopMs);
    expect(read("docs/deploy/raftbeat.service")).toContain("= 52 s");
  });

  it("starts a node by the settings file of the page", () => {
    const [file = ""] = codeBlocks(read("docs/operations.md"), "ini");
    const environment = {
      ...environmentIn(unit.get("Environment") ?? []),
      ...environmentIn(file.split("\n")),
    };
    const { RAFTBEAT_TOKEN_FILE: tokenFile, ...others } = environment;
    expect(tokenFile).toBe("/etc/raftbeat/token");
    const plan = planNode({
      flags: {},
      environment: { ...others, RAFTBEAT_TOKEN: "in its place" },
      file: null,
    });
    expect(plan).toMatchObject({ warnings: [], join: false });
    const [folder = ""] = unit.get("StateDirectory") ?? [];
    expect(plan.data.startsWith(`/var/lib/${folder}/`)).toBe(true);
    expect(unit.get("ExecStart")).toEqual(["/usr/local/bin/raftbeat node"]);
  });

  it("tells systemd nothing that is not so, and asks for memory that the compiler of Node.js needs", () => {
    // A node sends no notification, and SIGHUP stops a node that has no file to read again.
    expect(unit.get("Type")).toEqual(["exec"]);
    expect(unit.has("WatchdogSec")).toBe(false);
    expect(unit.has("MemoryDenyWriteExecute")).toBe(false);
    expect(unit.get("ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
    expect(environmentIn(unit.get("Environment") ?? [])).toHaveProperty("RAFTBEAT_TOKEN_FILE");
  });
});
