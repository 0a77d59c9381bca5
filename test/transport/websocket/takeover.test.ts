import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/runtime/system-ports.js";
import type { WebSocketTransport } from "../../../src/transport/websocket/websocket-transport.js";
import {
  aHeartbeat,
  startLinked,
  startWebSocketNode,
  stopAll,
  type TestNode,
  until,
} from "../support/nodes.js";
import { hello, rawNode, rawPeer } from "../support/wire.js";

type Node = TestNode<WebSocketTransport>;

afterEach(stopAll);

describe("links with a peer", () => {
  it("are not displaced by a newcomer of another incarnation while they are alive", async () => {
    const [a, b] = (await startLinked(["a", "b"], { silenceMs: 60_000 })) as [Node, Node];
    for (let attempt = 0; attempt < 20; attempt++) {
      const thief = await rawPeer(a.transport.port());
      thief.socket.send(hello("b", "a", { incarnation: "b-2" }));
      expect(await thief.closed).toEqual({
        code: 4012,
        reason: "b is linked as another incarnation, and that link is alive",
      });
      expect(thief.heard).toHaveLength(1);
    }
    expect(a.told).toEqual([{ event: "up", peer: "b", incarnation: "b-1" }]);
    expect(a.transport.refusedCounts()).toEqual({ wrongIncarnation: 20 });
    expect(a.refusals[0]).toMatchObject({ reason: "wrongIncarnation", by: "self", peer: "b" });
    a.transport.send("b", aHeartbeat());
    await until("the link carries on", () => b.messages().length === 1);
  });

  it("go at once to the incarnation that is remembered, where another has taken its name", async () => {
    const recalls = () => "b-1";
    const a = await startWebSocketNode("a", { silenceMs: 60_000 }, {}, { recalls });
    const thief = await rawPeer(a.transport.port());
    thief.socket.send(hello("b", "a", { incarnation: "b-2" }));
    await until("taken", () => a.linked().includes("b"));
    await rawNode("b", "a", a.transport.port());
    expect((await thief.closed).code).toBe(4010);
    expect(a.told.at(-1)).toEqual({ event: "up", peer: "b", incarnation: "b-1" });
  });

  it("go to the newest life of a peer once the old link is dead, though it looks open", async () => {
    let nowMs = 0;
    const clock = { ...systemClock(), nowMs: () => nowMs };
    const a = await startWebSocketNode("a", { silenceMs: 40, clock });
    const before = await rawNode("b", "a", a.transport.port());
    // Answers no ping any more, as a machine that is gone.
    before.socket.pause();
    for (const atMs of [0, 79]) {
      nowMs = atMs;
      const early = await rawPeer(a.transport.port());
      early.socket.send(hello("b", "a", { incarnation: "b-2" }));
      expect((await early.closed).code).toBe(4012);
    }
    nowMs = 80;
    await rawNode("b", "a", a.transport.port(), "", { incarnation: "b-2" });
    expect(a.told).toEqual([
      { event: "up", peer: "b", incarnation: "b-1" },
      { event: "down", peer: "b", reason: "replaced" },
      { event: "up", peer: "b", incarnation: "b-2" },
    ]);
  });

  it("of an earlier life give way where the newer one is remembered", async () => {
    const a = await startWebSocketNode("a", {}, {}, { recalls: () => "b-2" });
    const before = await rawNode("b", "a", a.transport.port());
    const after = await rawPeer(a.transport.port());
    after.socket.send(hello("b", "a", { incarnation: "b-2" }));
    expect(await before.closed).toEqual({ code: 4010, reason: "replaced by a newer connection" });
    expect(a.told).toEqual([
      { event: "up", peer: "b", incarnation: "b-1" },
      { event: "down", peer: "b", reason: "replaced" },
      { event: "up", peer: "b", incarnation: "b-2" },
    ]);
    before.socket.terminate();
    a.transport.send("b", aHeartbeat());
    await until("the newer hears", () => after.heard.length === 3);
  });
});
