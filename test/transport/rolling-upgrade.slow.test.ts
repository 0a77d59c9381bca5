import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as Raftbeat from "../../src/index.js";
import { type Edit, planted } from "../support/planted-build.js";
import { until } from "./support/nodes.js";

/** A build in which version 3 of the wire protocol exists, with frames that version 2 cannot read, and this range is spoken. */
function editsFor(lowest: number, highest: number): Edit[] {
  return [
    [
      "wire/handshake.ts",
      "export const lowestWireVersion = 2;",
      `export const lowestWireVersion = ${lowest};`,
    ],
    [
      "wire/handshake.ts",
      "export const highestWireVersion = 2;",
      `export const highestWireVersion = ${highest};`,
    ],
    [
      "link/link.ts",
      "socket.send(text);",
      'socket.send(this.wireVersion === 3 ? "{\\"v3\\":" + text + "}" : text);',
    ],
    [
      "link/link.ts",
      "this.user.onFrame(this, data.toString());",
      `this.user.onFrame(this, ${lowest === 3 || "this.wireVersion === 3"} ? data.toString().slice(6, -1) : data.toString());`,
    ],
  ];
}

type Build = typeof Raftbeat;

describe("a rolling upgrade", () => {
  let [old, both, next]: Build[] = [];
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-upgrade-"));
  const running = new Map<string, { readonly elector: Raftbeat.Elector; readonly refusals: string[] }>();
  const ports = new Map<string, number>();

  beforeAll(async () => {
    const build = (edits: Edit[]) => planted<Build>("index.ts", edits, "transport");
    [old, both, next] = [await build([]), await build(editsFor(2, 3)), await build(editsFor(3, 3))];
  });
  afterAll(async () => {
    for (const { elector } of running.values()) await elector.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(id: string, build: Build): Promise<void> {
    const voters = Object.fromEntries([...ports].map(([name, port]) => [name, `ws://127.0.0.1:${port}`]));
    const refusals: string[] = [];
    mkdirSync(join(folder, id), { recursive: true });
    const elector = await build.createElector({
      cluster: "upgraded",
      id,
      voters,
      store: build.fileVoteStore(join(folder, id)),
      // Slow enough for a busy machine to hold nobody up for so long.
      timing: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 1500, maxMs: 2500 } },
      token: "the same",
      logger: {
        debug() {},
        info() {},
        warn: (_details, message) => refusals.push(message),
        error() {},
      },
    });
    running.set(id, { elector, refusals });
  }

  const elector = (id: string) => running.get(id)?.elector as Raftbeat.Elector;
  const leader = () => [...running.keys()].find((id) => elector(id).isLeader) ?? null;
  /** Everybody is linked with everybody, and follows one leader that may hand over. */
  const settled = () =>
    until(
      "one leader that all follow",
      () => {
        const statuses = [...running.values()].map((one) => one.elector.status());
        const [first] = statuses;
        return (
          leader() !== null &&
          first?.leader !== null &&
          statuses.every(
            (status) => status.leader === first?.leader && status.peers.every((peer) => peer.connected),
          ) &&
          statuses.some((status) => status.isLeader && status.configurationCommitted)
        );
      },
      15_000,
    );

  /** Replaces the followers one after the other, then the leader, which hands over. */
  async function upgradeTo(build: Build): Promise<void> {
    const before = leader() as string;
    const { term } = elector(before).status();
    for (const id of [...running.keys()].filter((each) => each !== before)) {
      await elector(id).stop();
      await start(id, build);
      await settled();
      expect([leader(), elector(before).status().term]).toEqual([before, term]);
    }
    await elector(before).stop({ handover: true });
    running.delete(before);
    // Handed over, not voted for after a silence: the transferee leads at once.
    expect(leader()).not.toBeNull();
    await start(before, build);
    await settled();
    expect(elector(leader() as string).status().term).toBe(term + 1);
  }

  it("keeps its leader, from a release to the next, and on to one that speaks the old version no more", async () => {
    const { freePorts } = await import("../../src/cli/demo/free-ports.js");
    for (const [index, port] of (await freePorts(3, Math.random)).entries())
      ports.set("abc".charAt(index), port);
    for (const id of ports.keys()) await start(id, old as Build);
    await settled();
    await upgradeTo(both as Build);
    await upgradeTo(next as Build);
    // Whoever skipped a release is refused by name, on both sides.
    const left = [...running.keys()].find((id) => id !== leader()) as string;
    await elector(left).stop();
    await start(left, old as Build);
    const said = () => [...running.values()].map(({ refusals }) => refusals.join("\n"));
    await until("both sides say so", () => said().every((text) => text.includes("wire protocol")));
    expect(said().join("\n")).toMatch(
      /expected version (2 of raftbeat's wire protocol, found 3|3 of raftbeat's wire protocol, found 2)/,
    );
    expect(leader()).not.toBeNull();
  }, 60_000);
});
