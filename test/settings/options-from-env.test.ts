import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createElector, optionsFromEnv } from "../../src/index.js";
import { httpFromEnv } from "../../src/observability/index.js";
import { nodeSettings } from "../../src/settings/node-settings.js";
import { variableOf } from "../../src/settings/setting-sources.js";
import { temporaryFolder } from "../processes/support/node.js";

const enough = {
  RAFTBEAT_CLUSTER: "billing",
  RAFTBEAT_ID: "a",
  RAFTBEAT_VOTERS: "a=ws://127.0.0.1:7401,b=ws://10.0.0.2:7400,c=ws://10.0.0.3:7400",
  RAFTBEAT_DATA: "/var/lib/election",
};

function refusal(environment: Record<string, string>, read: typeof optionsFromEnv | typeof httpFromEnv) {
  try {
    read(environment);
  } catch (error) {
    expect(error).toMatchObject({ name: "RaftbeatError", code: "invalidSettings" });
    return (error as Error).message;
  }
  throw new Error("taken without a word");
}

describe("the options of an elector by the environment", () => {
  it("are what the variables say, and nothing else", () => {
    const { store, ...options } = optionsFromEnv({
      ...enough,
      RAFTBEAT_LISTEN: "0.0.0.0:7400",
      RAFTBEAT_TIMING: "laptop",
      RAFTBEAT_VOTE_HOLD_MS: "900",
      RAFTBEAT_ABSENT_FOUNDERS: "c",
      RAFTBEAT_METADATA: "http://10.0.0.1",
      PATH: "/bin",
    });
    expect(store).toMatchObject({ open: expect.any(Function) });
    expect(options).toEqual({
      cluster: "billing",
      id: "a",
      voters: { a: "ws://127.0.0.1:7401", b: "ws://10.0.0.2:7400", c: "ws://10.0.0.3:7400" },
      join: false,
      arbiter: false,
      absentFounders: ["c"],
      listen: { host: "0.0.0.0", port: 7400 },
      timing: expect.objectContaining({ heartbeatIntervalMs: 150, voteHoldMs: 900 }),
      metadata: "http://10.0.0.1",
    });
  });

  it("start an elector that leads, with what the caller adds", async () => {
    const folder = temporaryFolder();
    const voters = { RAFTBEAT_VOTERS: "a=ws://127.0.0.1:1", RAFTBEAT_LISTEN: "127.0.0.1:0" };
    const options = optionsFromEnv({ ...enough, ...voters, RAFTBEAT_DATA: folder });
    await using elector = await createElector({ ...options, drainTimeoutMs: 100 });
    elector.whileLeader(() => {});
    expect(await elector.waitForLeader()).toMatchObject({ id: "a" });
  });

  it("read the token from its file, anew once it has changed", () => {
    const tokenFile = join(temporaryFolder(), "token");
    writeFileSync(tokenFile, "first\n");
    const environment = { ...enough, RAFTBEAT_TOKEN_FILE: tokenFile, RAFTBEAT_HTTP: ":8400" };
    const { token } = optionsFromEnv(environment);
    const rights = httpFromEnv(environment)?.changes;
    const asked = () => [(token as () => readonly string[])(), rights?.tokens()];
    expect(asked()).toEqual([["first"], ["first"]]);
    writeFileSync(tokenFile, "first\nsecond\n");
    expect(asked()).toEqual([
      ["first", "second"],
      ["first", "second"],
    ]);
  });

  it("take the health of a service from its URL", async () => {
    const { health } = optionsFromEnv({ ...enough, RAFTBEAT_HEALTH_URL: "http://127.0.0.1:1/healthz" });
    await expect(health?.check({ signal: AbortSignal.timeout(1000) })).rejects.toThrow("fetch failed");
  });

  it("warn of variables that mean nothing, those of the command among them", () => {
    const said: string[] = [];
    const environment = { RAFTBEAT_JSON: "true", RAFTBEAT_LOG_LEVEL: "debug", RAFTBEAT_URL: "http://h:1" };
    optionsFromEnv({ ...enough, ...environment }, (sentence) => said.push(sentence));
    expect(said).toEqual([
      "RAFTBEAT_JSON is for raftbeat node, and means nothing to a service",
      'RAFTBEAT_LOG_LEVEL "debug" is no setting and is ignored: see raftbeat node --help for those there are',
    ]);
  });

  it("name variables, and no flags, in every refusal", () => {
    const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
      [{ RAFTBEAT_ID: "" }, /^RAFTBEAT_ID "" must be 1 to 64 characters/],
      [{ RAFTBEAT_ID: "z" }, /^RAFTBEAT_ID z is none of the voters a, b, c: add it to RAFTBEAT_VOTERS/],
      [{ RAFTBEAT_JOIN: "true" }, /^RAFTBEAT_JOIN and RAFTBEAT_VOTERS a, b, c contradict/],
      [{ RAFTBEAT_JOIN_MEMBERS: "b" }, /^RAFTBEAT_JOIN_MEMBERS and .* add RAFTBEAT_JOIN$/],
      [{ RAFTBEAT_TLS_CERT: "/c" }, /^RAFTBEAT_TLS_KEY and RAFTBEAT_TLS_CA missing/],
      [{ RAFTBEAT_VOTERS: "a=wss://h:1" }, /needs RAFTBEAT_TLS_CERT, RAFTBEAT_TLS_KEY and RAFTBEAT_TLS_CA$/],
      [{ RAFTBEAT_VOTRES: "x" }, /^RAFTBEAT_VOTRES "x" is no setting: did you mean RAFTBEAT_VOTERS\?$/],
      [{ RAFTBEAT_CONFIG: "/etc/r.yaml" }, /^RAFTBEAT_CONFIG "\/etc\/r.yaml" names a settings file/],
    ];
    for (const [environment, sentence] of cases) {
      for (const read of [optionsFromEnv, httpFromEnv]) {
        const said = refusal({ ...enough, ...environment }, read);
        expect(said).toMatch(sentence);
        expect(said).not.toContain("--");
      }
    }
    const { RAFTBEAT_CLUSTER: _, ...nameless } = enough;
    expect(refusal(nameless, optionsFromEnv)).toBe(
      "RAFTBEAT_CLUSTER is missing: give the name that all members share",
    );
  });

  it("know every variable of a node", () => {
    const said: string[] = [];
    const samples: Record<string, string> = { json: "true", leaseLog: "true", whileStdin: "true" };
    const plain = ["absentFounders", "arbiter", "metadata", "httpAllowChanges", ...Object.keys(samples)];
    expect(Object.keys(nodeSettings)).toEqual(expect.arrayContaining(plain));
    for (const key of Object.keys(nodeSettings))
      try {
        optionsFromEnv({ ...enough, [variableOf(key)]: "%" }, (sentence) => said.push(sentence));
      } catch (error) {
        // The value is refused, and never the name.
        expect((error as Error).message).not.toContain("is no setting");
      }
    expect(said.filter((sentence) => sentence.includes("is no setting"))).toEqual([]);
  });
});

describe("the HTTP endpoints by the environment", () => {
  it("are served where RAFTBEAT_HTTP says, and nowhere without it", () => {
    expect(httpFromEnv(enough)).toBeNull();
    const http = httpFromEnv({
      ...enough,
      RAFTBEAT_HTTP: "127.0.0.1:8400",
      RAFTBEAT_HTTP_ALLOW_CHANGES: "true",
    });
    expect(http).toMatchObject({ listen: { host: "127.0.0.1", port: 8400 }, changes: { allowsLocal: true } });
    expect(http?.changes.tokens()).toEqual([]);
  });
});
