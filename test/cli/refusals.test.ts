import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeWithoutFolder as node, temporaryFolder } from "../processes/support/node.js";
import { raftbeatHere } from "./support/in-process.js";

/** What was asked wrongly, and the sentence that says so. */
const wrong: readonly (readonly [string, readonly string[], Record<string, string>, RegExp])[] = [
  ["a flag that does not exist", ["node", "--votres", "a"], {}, /unknown option '--votres'.*--voters/],
  ["a command that does not exist", ["dmeo"], {}, /unknown command 'dmeo': did you mean demo\?/],
  ["a flag like no other", ["node", "--xyz"], {}, /unknown option '--xyz': see raftbeat node --help/],
  [
    "a flag that must be there",
    ["sweep", "rejoin"],
    {},
    /--vary <path=values> is missing: see raftbeat sweep --help/,
  ],
  ["an argument that must be there", ["study"], {}, /<name> is missing: see raftbeat study --help/],
  [
    "arguments that nobody takes",
    ["demo", "x"],
    {},
    /too many arguments: 1, and at most 0 are taken: see raftbeat demo/,
  ],
  [
    "a flag without its value",
    ["node", "--id"],
    {},
    /--id <id> is given without its value: see raftbeat node --help/,
  ],
  [
    "a value that is none of a few",
    ["explore", "--from", "moon"],
    {},
    /--from <start>: moon must be one of fresh, led, torn\n/,
  ],
  [
    "a value that is no number",
    ["explore", "--depth", "x"],
    {},
    /--depth <count>: x is no whole number from 0\n/,
  ],
  ["a watcher without a place", ["watch"], {}, /--listen is missing: .*RAFTBEAT_LISTEN/],
  ["beats to nowhere", ["beat", "--id", "a"], {}, /--to is missing: .*RAFTBEAT_TO/],
  [
    "beats to what is no WebSocket",
    ["beat", "--id", "a", "--to", "http://x"],
    {},
    /--to "http:\/\/x" must be a ws:\/\/ or wss:\/\/ address/,
  ],
  [
    "a duration that is none",
    ["watch", "--listen", "7500", "--interval", "fast"],
    {},
    /--interval "fast" must be a duration from 1ms to 24h, such as 500ms/,
  ],
  [
    "a detector that there is not",
    ["watch", "--listen", "7500", "--detector", "phi"],
    {},
    /--detector "phi" must be one of missed, nfdS, nfdE/,
  ],
  ["a setting that is missing", ["node"], {}, /--cluster is missing: .*RAFTBEAT_CLUSTER/],
  [
    "a setting that is no number",
    [...node, "--heartbeat-ms", "fast"],
    {},
    /--heartbeat-ms "fast" must be a number/,
  ],
  [
    "settings that contradict each other",
    [...node, "--heartbeat-ms", "300"],
    {},
    /heartbeatIntervalMs \(300\).*voteHoldMs \(500\)/,
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

/** A scenario that can be played. */
function scenarioFile(): string {
  const file = join(temporaryFolder(), "scenario.json");
  const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };
  const start = { start: "crash-phase", settleMs: 100, until: "announced" };
  writeFileSync(file, JSON.stringify({ cluster: { nodes: 3 }, timing, ...start }));
  return file;
}

describe("raftbeat, asked wrongly, says one sentence and exits 2", () => {
  it.each(wrong)("%s", async (_what, args, environment, sentence) => {
    const { exitCode, stdout, stderr } = await raftbeatHere(args, environment);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^raftbeat: .*\n$/);
  });
});

describe("raftbeat advise", () => {
  it.each([
    [[], "the network is not known: give --rtt p50,p99, --network"],
    [["--rtt", "5"], "5 must be two numbers such as 0.5,2"],
    [["--network", "moon"], "moon is none of lan, oneRegion"],
    [["--network", "lan", "--messages", "0.001"], "messages per follower 0.001: a timeout of three"],
    [
      ["--network", "lan", "--html", "/no/such/folder/x.html"],
      "--html /no/such/folder/x.html: cannot be written",
    ],
    [["--network", "lan", "--loss", "2"], "loss 2: must be a share from 0 to 0.5"],
    [
      ["--network", "lan", "--present", "200,150-300"],
      "--present: heartbeatIntervalMs (200) must be at most half",
    ],
    [["--network", "lan", "--from", "http://127.0.0.1:1"], "--from and --network: give one of them"],
    [["--from", "ftp://x"], "ftp://x must be an http:// or https:// address"],
  ])("refuses %j with exit code 2 and one sentence", async (args, why) => {
    const { exitCode, stdout, stderr } = await raftbeatHere(["advise", "--quick", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(why);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("says who does not answer", async () => {
    const { exitCode, stderr } = await raftbeatHere(["advise", "--from", "http://127.0.0.1:1"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("--from: nothing was measured: http://127.0.0.1:1");
  });
});

describe("raftbeat sweep", () => {
  it.each([
    [["--vary", "timing.heartbeat=1"], "--vary timing.heartbeat=1"],
    [["--vary", "network.loss=2"], "--vary network.loss=2: network.loss"],
    [["--vary", "timing.heartbeatIntervalMs=200,300"], "no combination can be played"],
    [["--vary", "network.loss=0", "--min-runs", "20000"], "--min-runs 20000 is above --runs 10000"],
    [["--vary", "network.loss=0", "--metric", "luck"], "luck is none of recoveryMs"],
    [
      ["--vary", "network.loss=0", "--csv", "/no/such/folder/a.csv"],
      "/no/such/folder/a.csv: cannot be written",
    ],
    [[], "--vary"],
  ])("refuses %j with exit code 2 and one sentence", async (args, why) => {
    const { exitCode, stdout, stderr } = await raftbeatHere(["sweep", scenarioFile(), ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(why);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("raftbeat simulate", () => {
  const wrong: [string, (file: string) => string[], RegExp][] = [
    [
      "a page that cannot be written",
      (file) => [file, "--html", "/nowhere/x.html"],
      /^raftbeat: --html \/nowhere\/x\.html: cannot be written: ENOENT.*\n$/,
    ],
    [
      "a trace that cannot be written",
      (file) => [file, "--trace", "/nowhere/x"],
      /^raftbeat: --trace \/nowhere\/x: cannot be written: ENOENT.*\n$/,
    ],
    [
      "a scenario that is not there",
      () => ["/nowhere.yaml"],
      /^raftbeat: \/nowhere\.yaml: cannot be read: ENOENT.*\n$/,
    ],
    ["a seed that is none", (file) => [file, "--seed", "x"], /x is no whole number/],
    [
      "a mode nobody knows",
      (file) => [file, "--protocol", "speed=true"],
      /speed=true is not like preVote=false; the modes are preVote/,
    ],
  ];
  it.each(wrong)("exits with 2 and one sentence for %s", async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await raftbeatHere(["simulate", ...args(scenarioFile())]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });
});
