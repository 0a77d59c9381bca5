import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readSettingsFile } from "../src/cli/settings/settings-file.js";
import { resolveOptions } from "../src/elector/options/options.js";
import { nodeStatus } from "../src/elector/raft/node-status.js";
import { configurationOf, createNode, emptyRecord, isId, isMetadata } from "../src/protocol/index.js";
import { planNode } from "../src/settings/node-plan.js";
import { nodeSettings } from "../src/settings/node-settings.js";
import { optionsFromEnv } from "../src/settings/options-from-env.js";
import { readScenario } from "../src/simulation/scenario/scenario-file.js";
import { memoryVoteStore } from "../src/storage/memory-vote-store.js";
import { decodeSlot, encodeSlot } from "../src/storage/vote-slot.js";
import { createFrameDecoder, encodeMessage } from "../src/transport/wire/codec.js";
import { anyId, anyMetadata } from "./support/names.js";

const decodeFrame = createFrameDecoder();

const folder = mkdtempSync(join(tmpdir(), "raftbeat-names-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: unknown): string {
  const path = join(folder, "names.yaml");
  writeFileSync(path, stringify(content));
  return path;
}

const address = "ws://h:1";
const votersNamed = (name: string) => Object.fromEntries([name, "zz"].map((id) => [id, address]));
const store = memoryVoteStore({ unsafeForgetsVotes: true });
const plannedNames = ({ cluster, id, voters }: { cluster: string; id: string; voters: object }) =>
  cluster === id ? [id, ...Object.keys(voters)] : [];

const settingsIn = (content: unknown) => readSettingsFile(fileOf(content), nodeSettings);

/** Every way for a name into the program: it gives what became of the name, or throws. */
const doors: Record<string, (name: string) => unknown[]> = {
  "a map of voters": (name) => {
    const voters = { a: address, [name]: address };
    return Object.keys(
      planNode({ flags: { cluster: "c", id: "a", voters, data: "d" }, environment: {}, file: null }).voters,
    ).filter((id) => id !== "a" || name === "a");
  },
  "a map of voters in a settings file": (name) => {
    const file = settingsIn({ cluster: "c", id: "a", voters: { a: address, [name]: address }, data: "d" });
    return Object.keys(planNode({ flags: {}, environment: {}, file }).voters).filter(
      (id) => id !== "a" || name === "a",
    );
  },
  "an elector's map of voters": (name) =>
    resolveOptions({ cluster: "c", id: "a", voters: { a: address, [name]: address }, store })
      .members.map(({ id }) => id)
      .filter((id) => id !== "a" || name === "a"),
  "an elector's options": (name) =>
    resolveOptions({ cluster: name, id: name, voters: votersNamed(name), store }).members.map(({ id }) => id),
  flags: (name) => {
    const voters = `${name}=${address},zz=${address}`;
    return plannedNames(
      planNode({ flags: { cluster: name, id: name, voters, data: "d" }, environment: {}, file: null }),
    );
  },
  "the variables of a service": (name) =>
    plannedNames(
      optionsFromEnv({
        RAFTBEAT_CLUSTER: name,
        RAFTBEAT_ID: name,
        RAFTBEAT_VOTERS: `${name}=${address},zz=${address}`,
        RAFTBEAT_DATA: "d",
      }),
    ),
  "a settings file": (name) => {
    const content = { cluster: name, id: name, voters: votersNamed(name), data: "d" };
    return plannedNames(planNode({ flags: {}, environment: {}, file: settingsIn(content) }));
  },
  "a frame": (name) => {
    const configuration = configurationOf(1, 1, [{ id: name, address, incarnation: name }], []);
    const frame = decodeFrame(
      encodeMessage({
        kind: "requestVote",
        term: 1,
        preVote: false,
        round: 1,
        configuration,
        transferFromTerm: null,
      }),
    );
    if (!frame.ok || frame.message.kind !== "requestVote") throw new Error("refused");
    return frame.message.configuration.voters.flatMap(({ id, incarnation }) => [id, incarnation]);
  },
  "a vote slot": (name) => {
    const slot = decodeSlot(
      encodeSlot(1, {
        ...emptyRecord("me", 150),
        votedFor: name,
        incarnation: name,
        configuration: configurationOf(1, 1, [{ id: name, address, incarnation: name }], []),
        incarnationsMet: new Map([[name, name]]),
      }),
    );
    if (slot.state !== "whole") throw new Error("refused");
    const { votedFor, incarnation, configuration, incarnationsMet } = slot.record;
    return [votedFor, incarnation, ...configuration.voters.map(({ id }) => id), ...incarnationsMet.keys()];
  },
  "a scenario": (name) => {
    const { voters, timings } = readScenario(
      fileOf({ cluster: { voters: [name, "zz"] }, timing: { nodes: { [name]: "wan" } } }),
    );
    return (timings[name]?.heartbeatIntervalMs ?? 0) > (timings["zz"]?.heartbeatIntervalMs ?? 0)
      ? [...voters]
      : [];
  },
};

/** Names that are none, and those that every object has. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("", ".", " a", "a ", "a,b", "a=b", "a\n", "é", "x".repeat(65), "prototype"),
  fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)),
);
const parts = ["leader", "followers", "all", "follower1"];

describe("a name is kept as it is or refused, and by the same rule", () => {
  it.each(Object.entries(doors))("in %s", (where, door) => {
    fc.assert(
      fc.property(fc.oneof(anyId, anyText), (name) => {
        if (name === "zz" || (where === "a scenario" && /^(leader|followers|all|follower\d+)$/.test(name)))
          return;
        if (isId(name)) {
          const came = door(name).filter((one) => one !== "zz");
          expect(came.length).toBeGreaterThan(0);
          for (const one of came) expect(one).toBe(name);
        } else expect(() => door(name)).toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it.each(parts)("in a scenario a node called %s is refused: there that means a part", (name) => {
    expect(() => doors["a scenario"]?.(name)).toThrow(/must not be leader, followers, all or follower1/);
  });

  it.each(["007", "1e3", "0x10", "1.0", "true", "null"])(
    "and YAML's own rules change no %s that is written without quotes",
    (name) => {
      const path = join(folder, "plain.yaml");
      writeFileSync(
        path,
        `cluster: ${name}\nid: ${name}\nvoters:\n  ${name}: ${address}\ndata: d\nmetadata: ${name}\nlisten: 7400\n`,
      );
      const plan = planNode({ flags: {}, environment: {}, file: readSettingsFile(path, nodeSettings) });
      expect(plan).toMatchObject({ metadata: name, listen: { host: null, port: 7400 } });
      expect(plannedNames(plan)).toEqual([name, name]);
      const scenario = join(folder, "scenario.yaml");
      writeFileSync(scenario, `cluster: { voters: ["${name}"] }\ntiming: { nodes: { ${name}: wan } }\n`);
      expect(readScenario(scenario).timings[name]?.heartbeatIntervalMs).toBeGreaterThan(50);
    },
  );

  it("and no name is one that objects have already", () => {
    for (const name of [...Object.getOwnPropertyNames(Object.prototype), "prototype"])
      expect(isId(name), name).toBe(false);
  });
});

describe("names and metadata that were taken", () => {
  it("come out of a status as JSON just so", () => {
    const settings = resolveOptions({ cluster: "c", id: "a", voters: { a: address }, store }).settings;
    fc.assert(
      fc.property(anyId, anyMetadata, (id, metadata) => {
        const record = {
          ...emptyRecord("me", 150),
          configuration: configurationOf(1, 1, [{ id, address, incarnation: id }], []),
        };
        const node = createNode({ id, settings, record, nowMs: 0, metadata });
        const status = nodeStatus(node, {
          cluster: id,
          isLeader: false,
          stopped: false,
          outlook: {
            nowMs: () => 0,
            isConnected: () => false,
            linkProblem: () => null,
            refusalOf: () => null,
            isDeaf: () => false,
            obstacles: () => [],
          },
          addressOf: (member) => member.address,
        });
        expect(JSON.parse(JSON.stringify({ ...status, leaderMetadata: metadata }))).toMatchObject({
          id,
          cluster: id,
          leaderMetadata: metadata,
          voters: [{ id }],
        });
      }),
    );
  });

  it("metadata is kept by the options, the flags, a file and a frame, or refused by all of them", () => {
    const half = fc.constantFrom("\ud800", "a\udc00b", "\udfff\ud800", "\u0000", "😀", "e\u0301", "", "5");
    const voters = { a: address };
    const frameWith = (metadata: string) => {
      const frame = decodeFrame(
        encodeMessage({ kind: "leaderNotice", term: 1, seq: 1, leads: true, metadata }),
      );
      if (!frame.ok) throw new Error(frame.problem);
      return frame.message.kind === "leaderNotice" ? frame.message.metadata : null;
    };
    const node = { cluster: "c", id: "a", voters, data: "d" };
    const ways: ((metadata: string) => unknown)[] = [
      (metadata) => resolveOptions({ cluster: "c", id: "a", voters, store, metadata }).metadata,
      (metadata) => planNode({ flags: { ...node, metadata }, environment: {}, file: null }).metadata,
      (metadata) =>
        planNode({ flags: {}, environment: {}, file: settingsIn({ ...node, metadata }) }).metadata,
      frameWith,
    ];
    fc.assert(
      fc.property(fc.oneof(anyMetadata, half), (metadata) => {
        for (const way of ways)
          if (isMetadata(metadata)) expect(way(metadata)).toBe(metadata);
          else expect(() => way(metadata)).toThrow();
      }),
    );
  });
});
