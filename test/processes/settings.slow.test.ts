import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import { nodeWithoutFolder as node, raftbeat, temporaryFolder } from "./support/node.js";

describe("raftbeat, asked wrongly, says one sentence and exits 2", () => {
  it.each([
    ["a command that does not exist", ["dmeo"], /unknown command 'dmeo'.*demo/],
    [
      "settings that contradict each other",
      [...node, "--heartbeat-ms", "300"],
      /heartbeatIntervalMs \(300\)/,
    ],
  ])("%s", async (_what, args, sentence) => {
    const run = raftbeat(args);
    expect(await run.exited).toBe(2);
    expect(run.stderr()).toMatch(sentence);
    expect(run.stderr()).toMatch(/^raftbeat: .*\n$/);
    expect(run.stdout()).toBe("");
  });
});

describe("raftbeat, when the world is wrong, says one sentence and exits 1", () => {
  it("a folder for votes that cannot be made", async () => {
    const run = raftbeat(node);
    expect(await run.exited).toBe(1);
    expect(run.stderr()).toMatch(/^raftbeat: .*\/dev\/null\/below.*\n$/);
  });

  it("a folder for votes that is a file", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const run = raftbeat([...node.slice(0, -1), file]);
    expect(await run.exited).toBe(1);
    expect(run.stderr()).toMatch(/^raftbeat: .*file.*\n$/);
  });

  it.runIf(process.getuid?.() !== 0)("a folder for votes that may not be written", async () => {
    const folder = join(temporaryFolder(), "votes");
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    const run = raftbeat([...node.slice(0, -1), folder]);
    expect(await run.exited).toBe(1);
    expect(run.stderr()).toMatch(/^raftbeat: .*votes.*\n$/);
  });

  it("no node at the address asked", async () => {
    const [port] = await freePorts(1, Math.random);
    const run = raftbeat(["transfer", "--url", `http://127.0.0.1:${port}`]);
    expect(await run.exited).toBe(1);
    expect(run.stderr()).toMatch(/^raftbeat: no node answers: .*ECONNREFUSED.*--url.*\n$/);
  });

  it("nobody who reads what it prints, from the first line on", async () => {
    const [port] = await freePorts(1, Math.random);
    const settings = ["--cluster", "c", "--id", "a", "--voters", `a=ws://127.0.0.1:${port}`];
    // A token among the flags is warned of before there is a node.
    const run = raftbeat(["node", ...settings, "--data", join(temporaryFolder(), "a"), "--token", "x"]);
    run.process.stdout?.destroy();
    expect(await run.exited).toBe(1);
    expect(run.stderr()).toBe("");
  });

  it("a disk that is full when a vote is to be kept: the node ends rather than forget it", async () => {
    const [port] = await freePorts(1, Math.random);
    const preload = fileURLToPath(new URL("./support/full-disk.mjs", import.meta.url));
    const settings = ["--cluster", "c", "--id", "a", "--voters", `a=ws://127.0.0.1:${port}`];
    const run = raftbeat(["node", ...settings, "--data", join(temporaryFolder(), "a"), "--json"], {
      NODE_OPTIONS: `--import=${preload}`,
      FULL_AFTER_WRITES: "2",
    });
    expect(await run.exited).toBe(1);
    expect(run.lines.map(({ event }) => event)).toContain("started");
    expect(run.lines.map(({ event }) => event)).not.toContain("elected");
    expect(run.lines.at(-1)).toMatchObject({ event: "failed", code: "storeFailed" });
    expect(run.stderr()).toMatch(/^raftbeat: .*no space left.*\n$/i);
  });
});
