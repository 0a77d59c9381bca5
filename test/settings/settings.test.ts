import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSettingsFile } from "../../src/cli/settings/settings-file.js";
import { defaultPreset, presets, resolveTiming } from "../../src/protocol/index.js";
import { planNode } from "../../src/settings/node-plan.js";
import { nodeSettings } from "../../src/settings/node-settings.js";
import { variableOf } from "../../src/settings/setting-sources.js";

const folder = mkdtempSync(join(tmpdir(), "raftbeat-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

let fileCount = 0;
function file(text: string): string {
  const path = join(folder, `${++fileCount}.yaml`);
  writeFileSync(path, text);
  return path;
}

const settingsIn = (text: string) => readSettingsFile(file(text), nodeSettings);

const enough = {
  cluster: "billing",
  id: "a",
  voters: "a=ws://10.0.0.1:7400,b=ws://10.0.0.2:7400,c=ws://10.0.0.3:7400",
  data: "/var/lib/election",
};

function plan(
  flags: Record<string, unknown> = {},
  environment: Record<string, string> = {},
  text: string | null = null,
) {
  return planNode({
    flags: { ...enough, ...flags },
    environment,
    file: text === null ? null : settingsIn(text),
  });
}

function problem(...sources: Parameters<typeof plan>): string {
  try {
    plan(...sources);
  } catch (error) {
    expect(error).toMatchObject({ name: "RaftbeatError", code: "invalidSettings" });
    return (error as Error).message;
  }
  throw new Error("taken without a word");
}

describe("the settings of a node", () => {
  it("are complete with a cluster, an id, voters and a folder", () => {
    const timing = resolveTiming(presets[defaultPreset]);
    expect(timing.ok && plan()).toMatchObject({
      cluster: "billing",
      voters: { b: "ws://10.0.0.2:7400" },
      listen: { host: "10.0.0.1", port: 7400 },
      timing: timing.ok ? timing.timing : null,
      join: false,
      tokens: null,
      tls: null,
      hasSecretFiles: false,
      http: null,
      warnings: [],
    });
  });

  it("take flags before the environment, and that before the file", () => {
    const text = "metadata: file\nheartbeatMs: 40\ntiming: wan\n";
    const environment = { RAFTBEAT_METADATA: "environment", RAFTBEAT_HEARTBEAT_MS: "45" };
    expect(plan({}, {}, text)).toMatchObject({ metadata: "file", timing: { heartbeatIntervalMs: 40 } });
    expect(plan({}, environment, text)).toMatchObject({
      metadata: "environment",
      timing: { heartbeatIntervalMs: 45, electionTimeout: presets.wan.electionTimeout },
    });
    expect(plan({ metadata: "flag" }, environment, text).metadata).toBe("flag");
  });

  it("can each be given as a flag, a variable and a key of the file, with one meaning", () => {
    const samples: Record<string, string> = {
      timing: "laptop",
      electionTimeout: "1000-2000",
      heartbeatMs: "20",
      voteHoldMs: "400",
      quorumTimeoutMs: "800",
      clockDriftRatio: "0.02",
      listen: "0.0.0.0:7400",
      http: "127.0.0.1:8400",
      metadata: "here",
      token: "secret",
      healthUrl: "http://127.0.0.1:80/",
      json: "true",
      leaseLog: "true",
      whileStdin: "true",
      absentFounders: "b,c",
      httpAllowChanges: "true",
      arbiter: "true",
    };
    const meaning = (planned: ReturnType<typeof plan>) => ({
      ...planned,
      tokens: planned.tokens?.() ?? null,
      warnings: [],
    });
    for (const [key, value] of Object.entries(samples)) {
      const byVariable = meaning(plan({}, { [variableOf(key)]: value }));
      expect(meaning(plan({}, {}, `${key}: ${value}\n`)), key).toEqual(byVariable);
      expect(meaning(plan({ [key]: value })), key).toEqual(byVariable);
      expect(byVariable, key).not.toEqual(plan());
    }
    const joining = { join: true, voters: undefined, listen: "0.0.0.0:1" };
    expect(plan({ ...joining, joinMembers: "a, b", joinClusterId: "3f9" }).join).toEqual({
      members: ["a", "b"],
      clusterId: "3f9",
    });
    const untried = Object.keys(nodeSettings).filter((key) => !(key in samples));
    expect(untried).toEqual(
      "cluster id voters join joinMembers joinClusterId data tokenFile tlsCert tlsKey tlsCa".split(" "),
    );
  });

  it("take a map of voters and a range of timeouts from a file", () => {
    const text =
      "cluster: 007\nid: b\nvoters: { a: 'ws://h1:1', b: 'ws://h2:2' }\ndata: d\nelectionTimeout: { minMs: 400, maxMs: 800 }\n";
    expect(planNode({ flags: {}, environment: {}, file: settingsIn(text) })).toMatchObject({
      cluster: "007",
      voters: { a: "ws://h1:1", b: "ws://h2:2" },
      listen: { host: null, port: 2 },
      timing: { electionTimeout: { minMs: 400, maxMs: 800 } },
    });
  });

  it("let alone what Kubernetes tells of a service called raftbeat", () => {
    const environment = {
      RAFTBEAT_SERVICE_HOST: "10.1.2.3",
      RAFTBEAT_SERVICE_PORT: "7400",
      RAFTBEAT_SERVICE_PORT_ELECTION: "7400",
      RAFTBEAT_PORT: "tcp://10.1.2.3:7400",
      RAFTBEAT_PORT_7400_TCP: "tcp://10.1.2.3:7400",
      RAFTBEAT_PORT_7400_TCP_PROTO: "tcp",
      RAFTBEAT_PORT_7400_TCP_PORT: "7400",
      RAFTBEAT_PORT_7400_TCP_ADDR: "10.1.2.3",
      // Of a Service called raftbeat-http.
      RAFTBEAT_HTTP_SERVICE_HOST: "fd00::1",
      RAFTBEAT_HTTP_PORT: "tcp://[fd00::1]:8400",
    };
    expect(plan({}, environment)).toEqual(plan());
  });

  it("warn of other variables that mean nothing, such as a leftover of a chart", () => {
    expect(plan({}, { RAFTBEAT_LOG_LEVEL: "debug", RAFTBEAT_IP: "h", RAFTBEAT_HTTP_PORT: "8400" })).toEqual({
      ...plan(),
      warnings: [
        'RAFTBEAT_LOG_LEVEL "debug" is no setting and is ignored: see raftbeat node --help for those there are',
        'RAFTBEAT_IP "h" is no setting and is ignored: see raftbeat node --help for those there are',
        'RAFTBEAT_HTTP_PORT "8400" is no setting and is ignored: see raftbeat node --help for those there are',
      ],
    });
  });

  it("take the token from a file, and warn of one that everybody can read", () => {
    const planned = plan({ tokenFile: file("secret\n") });
    expect([planned.tokens?.(), planned.warnings]).toEqual([["secret"], []]);
    expect(plan({ token: "secret" }).warnings).toEqual([expect.stringContaining("ps")]);
    expect(plan({}, { RAFTBEAT_TOKEN: "secret" }).warnings).toEqual([]);
  });

  it("leave a word on the timing to the elector, which says it once", () => {
    expect(plan({ heartbeatMs: "200" }).warnings).toEqual([]);
  });

  const refused: readonly (readonly [string, Parameters<typeof plan>, RegExp])[] = [
    ["no id", [{ id: undefined }], /^--id is missing: .*RAFTBEAT_ID.* id in the settings file/],
    ["an id among no voters", [{ id: "z" }], /^--id z is none of the voters a, b, c: /],
    ["an id with a space", [{ id: "a b" }], /^--id "a b" must be 1 to 64 characters/],
    ["voters without addresses", [{ voters: "a,b" }], /^--voters "a,b" must be pairs/],
    ["a voter twice", [{ voters: "a=ws://h:1,a=ws://h:2" }], /^--voters .* names a twice$/],
    ["an address of the wrong kind", [{ voters: "a=http://h:1" }], /^--voters.a "http:\/\/h:1" must be ws/],
    ["voters of a node that joins", [{ join: true }], /^--join and --voters a, b, c contradict each other/],
    ["nowhere to listen", [{ join: true, voters: undefined, token: "t" }], /^--listen is missing/],
    ["a port too high", [{ listen: "h:70000" }], /^--listen "h:70000" must have a port of at most 65535$/],
    ["no port", [{ http: "localhost" }], /^--http "localhost" must be host:port/],
    ["an unknown timing", [{ timing: "moon" }], /^--timing "moon" must be one of lan, cloud, laptop, wan$/],
    ["half a range", [{ electionTimeout: "150" }], /^--election-timeout "150" must be two numbers/],
    ["a range upside down", [{ electionTimeout: "300-150" }], /minMs \(300\) must be below .*maxMs \(150\)/],
    ["a hold above the timeout", [{ voteHoldMs: "600" }], /voteHoldMs \(600\) .*minMs \(500\)/],
    [
      "a negative number",
      [{ heartbeatMs: "-5" }],
      /^--heartbeat-ms "-5" must be a number of milliseconds from 1/,
    ],
    ["no number", [{}, { RAFTBEAT_HEARTBEAT_MS: "NaN" }], /^RAFTBEAT_HEARTBEAT_MS "NaN" must be a number/],
    ["neither yes nor no", [{}, { RAFTBEAT_JSON: "maybe" }], /^RAFTBEAT_JSON "maybe" must be true or false$/],
    [
      "a mistyped variable",
      [{}, { RAFTBEAT_VOTRES: "x" }],
      /^RAFTBEAT_VOTRES "x" is no setting: did you mean RAFTBEAT_VOTERS\?$/,
    ],
    [
      "a mistyped secret",
      [{}, { RAFTBEAT_TOKN: "hunter2" }],
      /^RAFTBEAT_TOKN \(not shown\) is no setting: did you mean RAFTBEAT_TOKEN\?$/,
    ],
    [
      "a secret of another name",
      [{}, { RAFTBEAT_PASSWORD: "hunter2" }],
      /^RAFTBEAT_PASSWORD \(not shown\) is no setting, and would protect nothing/,
    ],
    [
      "a key of another name",
      [{}, { RAFTBEAT_PSK: "hunter2" }],
      /^RAFTBEAT_PSK \(not shown\) is no setting, and would/,
    ],
    [
      "a token as its own file",
      [{ tokenFile: "hunter2" }],
      /^the token file cannot be read: .*\(not shown, .*\.\/token$/,
    ],
    [
      "a key as its own file",
      [{ tlsCert: "/etc/hostname", tlsKey: "-----BEGIN KEY-----\nhunter2/a\n", tlsCa: "/etc/hostname" }],
      /^the key cannot be read: .*not shown/,
    ],
    [
      "an address with a password",
      [{ healthUrl: "htp://admin:hunter2@localhost/" }],
      /^--health-url "htp:\/\/\(not shown\)@localhost\/" /,
    ],
    ["an empty token", [{ token: "" }], /^--token \(not shown\) must not be empty$/],
    ["two tokens", [{ token: "x", tokenFile: "/f" }], /^the token is given twice, .*\/f: give one$/],
    ["a third token", [{ tokenFile: file("a\nb\nc\n") }], /holds 3 lines: give one token, or two/],
    ["an empty token file", [{ tokenFile: file("\n") }], /is empty: the token file must hold the token/],
    ["a token file that is not there", [{ tokenFile: "/nowhere" }], /^\/nowhere cannot be read .*ENOENT$/],
    ["a part of TLS", [{ tlsCert: "/c" }], /^--tls-key and --tls-ca missing/],
    [
      "wss without TLS",
      [{ voters: "a=wss://h:1" }],
      /^voter a has the address wss:\/\/h:1, which needs --tls-cert/,
    ],
    [
      "an unknown key",
      [{}, {}, "hearbeatMs: 4\n"],
      /\.yaml:1: hearbeatMs "4" is no setting: did you mean heartbeatMs\?$/,
    ],
    [
      "an unknown key inside",
      [{}, {}, "electionTimeout: { minMs: 1, maxMs: 2, mean: 3 }\n"],
      /electionTimeout\.mean/,
    ],
    ["a wrong value in the file", [{}, {}, "http: [1]\n"], /\.yaml:1: http \["1"\] must be host:port/],
    [
      "a key twice",
      [{}, {}, "json: true\njson: true\n"],
      /\.yaml:2 holds a key twice: leave one of them out$/,
    ],
    [
      "no map",
      [{}, {}, "- json\n"],
      /\.yaml \["json"\] must be a map of settings, such as cluster: billing$/,
    ],
    [
      "a map that holds itself",
      [{}, {}, "metadata: &a [*a]\n"],
      /metadata \(too tangled to show\) must be text$/,
    ],
    ["a list far too deep", [{}, {}, `metadata: ${"[".repeat(30_000)}\n`], /\.yaml:1 is nested too deeply/],
    [
      "two documents",
      [{}, {}, "id: a\n---\nid: b\n"],
      /\.yaml:2 holds more than one document \(---\): give one$/,
    ],
    ["a file without an end", [{ tokenFile: "/dev/zero" }], /^\/dev\/zero is too large for the token file/],
    [
      "a token that no header carries",
      [{}, { RAFTBEAT_TOKEN: "hunter2\n" }],
      /^the token \(not shown\) must be printable ASCII/,
    ],
    [
      "a token beyond ASCII",
      [{ tokenFile: file("hunter2→") }],
      /^the token in .* \(not shown\) must be printable/,
    ],
    ["a file far too large", [{}, {}, `# ${"x".repeat(70_000)}\n`], /\.yaml is too large/],
  ];
  it.each(refused)("refuse %s in one sentence that names it", (_what, sources, sentence) => {
    const said = problem(...sources);
    expect(said).toMatch(sentence);
    expect(said).not.toContain("\n");
    expect(said).not.toContain("hunter2");
  });
});
