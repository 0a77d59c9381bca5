import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { planClient } from "../../src/cli/settings/client-plan.js";
import { readSettingsFile } from "../../src/cli/settings/settings-file.js";
import type { ElectorOptions } from "../../src/elector/api.js";
import { resolveOptions } from "../../src/elector/options/options.js";
import { planNode } from "../../src/settings/node-plan.js";
import { nodeSettings } from "../../src/settings/node-settings.js";
import { readScenario } from "../../src/simulation/scenario/scenario-file.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";

/**
 * What a person may get wrong, for each kind of schema, at each door: the whole sentence that is said. It names the place, the value, what
 * is allowed, and where it is not plain, what to do.
 */

const folder = mkdtempSync(join(tmpdir(), "raftbeat-wrong-"));
afterAll(() => rmSync(folder, { recursive: true }));

function said(wrong: () => unknown): string {
  try {
    wrong();
  } catch (error) {
    expect(error).toMatchObject({ code: "invalidSettings" });
    return (error as Error).message.replaceAll(`${folder}/`, "");
  }
  return "nothing was wrong";
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const lan = "cluster: { nodes: 3 }\n";

/** The kind of schema, a scenario, and what is said of it. */
const scenarios: readonly (readonly [kind: string, text: string, sentence: string])[] = [
  ["map", "- 1\n", "s.yaml: a scenario is a map of keys, such as cluster: { nodes: 3 }, and this is [1]"],
  ["missing key", "runs: 3\n", "s.yaml: cluster: must be given, such as cluster: { nodes: 3 }"],
  [
    "unknown key",
    `${lan}observeMS: 5\n`,
    "s.yaml:2: observeMS: is not a known key (its value is 5): did you mean observeMs?",
  ],
  [
    "unknown key like no other",
    `${lan}xylophone: 5\n`,
    "s.yaml:2: xylophone: is not a known key (its value is 5): leave it out",
  ],
  ["text", `${lan}name: 5\n`, "s.yaml:2: name: must be text (it is 5)"],
  ["number", `${lan}observeMs: long\n`, 's.yaml:2: observeMs: must be a number (it is "long")'],
  ["number that is none", `${lan}observeMs: .nan\n`, "s.yaml:2: observeMs: must be a number (it is NaN)"],
  ["number above", `${lan}observeMs: 0\n`, "s.yaml:2: observeMs: must be above 0 (it is 0)"],
  ["number at least", `${lan}runs: 0\n`, "s.yaml:2: runs: must be at least 1 (it is 0)"],
  ["number at most", `${lan}network:\n  loss: 2\n`, "s.yaml:3: network.loss: must be at most 1 (it is 2)"],
  ["whole number", `${lan}seed: 1.5\n`, "s.yaml:2: seed: must be a whole number (it is 1.5)"],
  [
    "yes or no",
    `${lan}protocol: { preVote: maybe }\n`,
    's.yaml:2: protocol.preVote: must be true or false (it is "maybe")',
  ],
  [
    "one of a few",
    `${lan}start: late\n`,
    's.yaml:2: start: must be one of settled, fresh, crash-phase (it is "late")',
  ],
  ["list", `${lan}faults: crash\n`, 's.yaml:2: faults: must be a list (it is "crash")'],
  [
    "list that is too short",
    `${lan}faults:\n  - { at: 0, do: partition, groups: [] }\n`,
    "s.yaml:3: faults.0.groups: must have at least 1 entry (it is [])",
  ],
  [
    "pair",
    `${lan}faults: [{ at: 0, do: cut, between: [leader] }]\n`,
    "s.yaml:2: faults.0.between.1: must be a node's id, leader, follower1, followers, all, or a list of these (it is missing)",
  ],
  [
    "one of several maps",
    `${lan}expect: [{ recover: true }]\n`,
    's.yaml:2: expect.0: must be one of { recovers, byMs }, { newLeader: who }, { leaderChanges: { max } }, { termGrowth: { max } }, { availability: { min } }, { leaders: { min: 0 or 1, max, after } }, { violations: none or [names] } (it is {"recover":true})',
  ],
  [
    "map with a key that decides",
    `${lan}faults:\n  - at: 0\n    do: crash\n`,
    "s.yaml:3: faults.0.nodes: must be given, such as nodes: leader",
  ],
  [
    "rule of a map",
    `${lan}faults: [{ do: heal }]\n`,
    's.yaml:2: faults.0: must say exactly one of at, every and random (it is {"do":"heal"})',
  ],
  [
    "rule of a pair",
    `${lan}network: { latency: { uniform: [5, 1] } }\n`,
    "s.yaml:2: network.latency.uniform: must be [from, to] with from at most to (it is [5,1])",
  ],
  [
    "map by id",
    `${lan}timing: { nodes: [1] }\n`,
    's.yaml:2: timing: must be the name of a preset (lan, cloud, laptop, wan), or { heartbeatIntervalMs, electionTimeout: { minMs, maxMs } } with positive numbers, or { default, nodes: { id: timing } } (it is {"nodes":[1]})',
  ],
  [
    "name of a node",
    `${lan}faults: [{ at: 0, do: crash, nodes: n7 }]\n`,
    "s.yaml:2: faults.0.nodes: nobody is called n7; the nodes are n1, n2, n3",
  ],
  ["no YAML", `${lan}runs: [1\n`, "s.yaml:3: is no YAML: "],
  ["key twice", `${lan}runs: 1\nruns: 2\n`, "s.yaml:3: holds a key twice: leave one of them out"],
];

const enough = { cluster: "c", id: "a", voters: "a=ws://h:1", data: "d" };

/** The kind of schema, where it is given, and what is said of it. */
const settings: readonly (readonly [kind: string, given: Given, sentence: string])[] = [
  [
    "missing setting",
    { flags: { data: undefined } },
    "--data is missing: give the folder where its votes are kept (or RAFTBEAT_DATA, or data in the settings file)",
  ],
  ["id in a flag", { flags: { id: "a b" } }, '--id "a b" must be 1 to 64 characters of A-Z a-z 0-9 . _ -'],
  [
    "number in a flag",
    { flags: { heartbeatMs: "fast" } },
    '--heartbeat-ms "fast" must be a number of milliseconds from 1 to 86400000',
  ],
  [
    "number in a variable",
    { environment: { RAFTBEAT_HEARTBEAT_MS: "0" } },
    'RAFTBEAT_HEARTBEAT_MS "0" must be a number of milliseconds from 1 to 86400000',
  ],
  [
    "number in a file",
    { file: "json: true\nheartbeatMs: soon\n" },
    'f.yaml:2: heartbeatMs "soon" must be a number of milliseconds from 1 to 86400000',
  ],
  [
    "range",
    { flags: { electionTimeout: "150" } },
    '--election-timeout "150" must be two numbers of milliseconds with a dash between, such as 150-300',
  ],
  [
    "range in a file",
    { file: "electionTimeout: { minMs: 1, maxMs: x }\n" },
    'f.yaml:1: electionTimeout.maxMs "x" must be a number of milliseconds from 1 to 86400000',
  ],
  [
    "range that lacks a key",
    { file: "electionTimeout: { minMs: 1 }\n" },
    "f.yaml:1: electionTimeout.maxMs (not given) must be two numbers of milliseconds with a dash between, such as 150-300",
  ],
  ["yes or no", { environment: { RAFTBEAT_JSON: "yes" } }, 'RAFTBEAT_JSON "yes" must be true or false'],
  ["one of a few", { flags: { timing: "moon" } }, '--timing "moon" must be one of lan, cloud, laptop, wan'],
  ["host and port", { flags: { http: "x" } }, '--http "x" must be host:port, such as 127.0.0.1:7400'],
  ["address", { flags: { healthUrl: "x" } }, '--health-url "x" must be an http:// or https:// address'],
  ["text that is empty", { flags: { data: "" } }, '--data "" must not be empty'],
  [
    "pairs",
    { flags: { voters: "a" } },
    '--voters "a" must be pairs of id=address, such as a=ws://10.0.0.1:7400,b=ws://10.0.0.2:7400',
  ],
  [
    "map by id in a file",
    { flags: { voters: undefined }, file: "voters:\n  a: 7\n" },
    'f.yaml:1: voters.a "7" must be ',
  ],
  [
    "list of ids",
    { flags: { voters: undefined, join: true, joinMembers: "a,," } },
    '--join-members "a,," must be ids such as a,b, each of ',
  ],
  [
    "unknown key",
    { file: "\nheartbeat: 4\n" },
    'f.yaml:2: heartbeat "4" is no setting: did you mean heartbeatMs?',
  ],
  [
    "unknown variable",
    { environment: { RAFTBEAT_VOTRES: "x" } },
    'RAFTBEAT_VOTRES "x" is no setting: did you mean RAFTBEAT_VOTERS?',
  ],
  [
    "secret",
    { flags: { token: "é" } },
    "the token (not shown) must be printable ASCII, without spaces at its ends",
  ],
];

interface Given {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly file?: string;
}

/** The kind of schema, options, and what is said of them. */
const options: readonly (readonly [kind: string, options: object, sentence: string])[] = [
  ["missing option", { id: undefined }, "id (undefined) must be 1 to 64 characters"],
  ["id", { id: "a b" }, "id (a b) must be 1 to 64 characters"],
  ["unknown option", { voter: {} }, "voter (an object) is no option: "],
  ["map by id", { voters: [] }, "voters (an array) must be a map of ids to addresses"],
  ["address", { voters: { a: "h:1" } }, "voters.a (h:1) must be "],
  [
    "one of a few",
    { timing: "moon" },
    "timing (moon) must be one of lan, cloud, laptop, wan, or an object with heartbeatIntervalMs and electionTimeout",
  ],
  [
    "number",
    { timing: { heartbeatIntervalMs: "5", electionTimeout: { minMs: 1, maxMs: 2 } } },
    "timing.heartbeatIntervalMs (5) must be a number of milliseconds",
  ],
  ["yes or no", { arbiter: 1 }, "arbiter (1) must be true or false"],
  ["function", { onRoundTrip: 1 }, "onRoundTrip (1) must be a function"],
  ["methods", { store: {} }, "store.open is missing: "],
  ["secret", { token: 5 }, "token (not shown) must be a string that is not empty"],
];

describe("what is wrong is said in one sentence with place, value and remedy", () => {
  it.each(scenarios)("%s in a scenario", (_, text, sentence) => {
    expect(said(() => readScenario(fileOf("s.yaml", text))).slice(0, sentence.length)).toBe(sentence);
  });

  it.each(settings)("%s of a node's settings", (_, { flags, environment = {}, file }, sentence) => {
    const read = () => (file === undefined ? null : readSettingsFile(fileOf("f.yaml", file), nodeSettings));
    const message = said(() => planNode({ flags: { ...enough, ...flags }, environment, file: read() }));
    expect(message.slice(0, sentence.length)).toBe(sentence);
  });

  it("of a client's settings", () => {
    expect(said(() => planClient({ timeoutMs: "soon" }, {}, []))).toBe(
      '--timeout-ms "soon" must be a number of milliseconds from 1 to 86400000',
    );
  });

  it.each(options)("%s of an elector's options", (_, wrong, sentence) => {
    const store = memoryVoteStore({ unsafeForgetsVotes: true });
    const given = { cluster: "c", id: "a", voters: { a: "ws://h:1" }, store, ...wrong };
    const message = said(() => resolveOptions(given as unknown as ElectorOptions));
    expect(message.slice(0, sentence.length)).toBe(sentence);
  });
});

describe("the validation library", () => {
  it("is asked with words of our own wherever its message is told", () => {
    const src = fileURLToPath(new URL("../../src/", import.meta.url));
    const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const telling = files.filter((name) => {
      const text = readFileSync(join(src, name), "utf8");
      return /\bv\.(?:safeParse|parse|safeParser|parser)\(/.test(text) && /\.message\b/.test(text);
    });
    expect(telling.length).toBeGreaterThan(3);
    const foreign = telling.filter((name) => !readFileSync(join(src, name), "utf8").includes("ownWords"));
    // What these read is told to nobody by the library's message.
    expect(foreign.sort()).toEqual([
      "cli/check/serve-checks.ts",
      "cli/client/cluster-client.ts",
      "observability/http/changes.ts",
    ]);
  });
});
