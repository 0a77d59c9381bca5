import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import { raftbeat, temporaryFolder } from "./support/node.js";

const node = [
  "node",
  "--cluster",
  "c",
  "--id",
  "a",
  "--voters",
  "a=ws://127.0.0.1:7400",
  "--data",
  "/nowhere/at/all",
];

/** What was asked wrongly, and the sentence that says so. */
const wrong: readonly (readonly [string, readonly string[], Record<string, string>, RegExp])[] = [
  ["a flag that does not exist", ["node", "--votres", "a"], {}, /unknown option '--votres'.*--voters/],
  ["a command that does not exist", ["dmeo"], {}, /unknown command 'dmeo'.*demo/],
  ["a setting that is missing", ["node"], {}, /--cluster is missing: .*RAFTBEAT_CLUSTER/],
  [
    "a setting that is no number",
    [...node, "--heartbeat-ms", "fast"],
    {},
    /--heartbeat-ms "fast" must be a number/,
  ],
  [
    "settings that contradict each other",
    [...node, "--heartbeat-ms", "100"],
    {},
    /heartbeatIntervalMs \(100\).*voteHoldMs \(150\)/,
  ],
  [
    "a variable that does not exist",
    node,
    { RAFTBEAT_HEARTBEAT: "5" },
    /RAFTBEAT_HEARTBEAT "5" is no setting/,
  ],
  [
    "a settings file that is not there",
    [...node, "--config", "/nowhere.yaml"],
    {},
    /\/nowhere.yaml cannot be read as the settings file: ENOENT/,
  ],
  ["too few replicas", ["demo", "--replicas", "2"], {}, /--replicas "2" must be a whole number from 3 to 9/],
  ["no kills", ["demo", "--kills", "0"], {}, /--kills "0" must be a whole number from 1/],
  ["half a kill", ["demo", "--kills", "1.5"], {}, /--kills "1.5" must be a whole number/],
  [
    "a signal that is not for this",
    ["demo", "--signal", "HUP"],
    {},
    /--signal "HUP" must be one of KILL, STOP, TERM/,
  ],
  ["an address that is none", ["status", "--url", "localhost"], {}, /--url "localhost" must be an http/],
  [
    "two changes at once",
    ["reconfigure", "--add", "d=ws://h:1", "--remove", "a"],
    {},
    /one change at a time/,
  ],
  ["no change", ["reconfigure"], {}, /one of --add id=address, --remove id and --address id=address/],
];

describe("raftbeat, asked wrongly, says one sentence and exits 2", () => {
  it.each(wrong)("%s", async (_what, args, environment, sentence) => {
    const run = raftbeat(args, environment);
    expect(await run.exited).toBe(2);
    expect(run.stderr()).toMatch(sentence);
    expect(run.stderr()).toMatch(/^raftbeat: .*\n$/);
    expect(run.stdout()).toBe("");
  });
});

describe("raftbeat, when the world is wrong, says one sentence and exits 1", () => {
  it("a folder for votes that is not there", async () => {
    const run = raftbeat(node);
    expect(await run.exited).toBe(1);
    expect(run.stderr()).toMatch(/^raftbeat: .*\/nowhere\/at\/all.*\n$/);
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
