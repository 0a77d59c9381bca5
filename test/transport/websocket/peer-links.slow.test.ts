import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { systemClock, systemSchedule } from "../../../src/runtime/system-ports.js";
import type { WebSocketTransport } from "../../../src/transport/websocket/websocket-transport.js";
import {
  afterwards,
  aHeartbeat,
  aNotice,
  aReply,
  memberAt,
  membersOf,
  startLinked,
  startWebSocketNode,
  stopAll,
  type TestNode,
  until,
} from "../support/nodes.js";
import { answerAs, aStanding, dialledAs, rawNode, tcpProxy } from "../support/wire.js";

type Node = TestNode<WebSocketTransport>;

function busyFor(forMs: number): void {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs);
}

/** What a node says of one peer. */
function counters(node: Node, peer: string) {
  const found = node.transport.peers().find(({ id }) => id === peer);
  if (found === undefined) throw new Error(`${node.identity.id} knows no ${peer}`);
  return found;
}

describe("links between peers", () => {
  afterEach(stopAll);

  it("lose nothing, and are up once, where both dial at once", async () => {
    for (let round = 0; round < 60; round++) {
      // A cap this low makes the higher id dial with the lower.
      const [a, b] = [
        await startWebSocketNode("a", { redialMaxMs: 1 }),
        await startWebSocketNode("b", { redialMaxMs: 1 }),
      ];
      for (const node of [a, b]) node.transport.setPeers(membersOf(a, b));
      await until("linked", () => a.linked().length === 1 && b.linked().length === 1);
      a.transport.send("b", aHeartbeat());
      b.transport.send("a", aHeartbeat());
      await until("both arrived", () => a.messages().length === 1 && b.messages().length === 1);
      expect([a.upCount("b"), b.upCount("a")]).toEqual([1, 1]);
      // That one of two links was closed, or a dial came too late, is no problem with the other.
      expect([counters(a, "b").lastProblem, counters(b, "a").lastProblem]).toEqual([null, null]);
      await stopAll();
    }
  });

  it("are closed where there are two, and no message is lost by it", async () => {
    const b = await startWebSocketNode("b");
    const dialled = await dialledAs("a", b);
    await until("linked", () => b.linked().includes("a"));
    const a = await rawNode("a", "b", b.transport.port());
    // The higher id has dialled as well: it is the one to close its own link, once the other has proved alive.
    a.socket.send('["tn",0,1,0]');
    dialled.say('["tn",0,2,0]');
    expect(await dialled.closed).toEqual({ code: 4011, reason: "there is another link" });
    await until("both arrived", () => b.messages().length === 2);
    expect(b.told.map(({ event }) => event)).toEqual(["up", "message", "message"]);
    b.transport.send("a", aHeartbeat());
    await until("over the other", () => a.heard.length > 1);
  });

  it("are kept both as long as the other has not proved alive", async () => {
    const b = await startWebSocketNode("b");
    const dialled = await dialledAs("a", b);
    await until("linked", () => b.linked().includes("a"));
    const a = await rawNode("a", "b", b.transport.port());
    b.transport.send("a", aHeartbeat());
    await until("the newest is used", () => a.heard.length === 2);
    dialled.say('["tn",0,1,0]');
    await until("it arrived", () => b.messages().length === 1);
    a.socket.terminate();
    dialled.say('["tn",0,2,0]');
    await until("it works", () => b.messages().length === 2);
    expect(b.told.map(({ event }) => event)).toEqual(["up", "message", "message"]);
  });

  it("are not closed by the lower id, so that the sides never disagree", async () => {
    const a = await startWebSocketNode("a", { silenceMs: 20 });
    const dialled = await dialledAs("b", a);
    await until("linked", () => a.linked().includes("b"));
    const b = await rawNode("b", "a", a.transport.port());
    b.socket.send('["tn",0,1,0]');
    await until("it arrived", () => a.messages().length === 1);
    dialled.say('["tn",0,2,0]');
    await until("the other still works", () => a.messages().length === 2);
    expect([dialled.isOpen(), b.socket.readyState]).toEqual([true, b.socket.OPEN]);
  });

  it("are broken, where the other side does not close them, before stopping is over", async () => {
    const a = await startWebSocketNode("a");
    const deaf = await dialledAs("b", a);
    await until("linked", () => a.linked().includes("b"));
    deaf.pause();
    const startedMs = performance.now();
    await a.stop();
    expect(performance.now() - startedMs).toBeGreaterThan(900);
  });

  it("carry messages again at once after a peer restarted", async () => {
    const [a, b] = (await startLinked(["a", "b"], { redialMaxMs: 60_000 })) as [Node, Node];
    await b.stop();
    await until("down", () => a.linked().length === 0);
    const again = await startWebSocketNode("b", {}, { incarnation: "b-2" });
    const startedMs = performance.now();
    again.transport.setPeers(membersOf(a));
    await until("linked", () => a.linked().includes("b"), 1000);
    expect(performance.now() - startedMs).toBeLessThan(500);
    a.transport.send("b", aHeartbeat());
    await until("it works", () => again.messages().length === 1);
  });

  it("are dialled anew when lost, with growing waits up to the cap, and jitter", async () => {
    const waits: number[] = [];
    const gone = await startWebSocketNode("b");
    const port = gone.transport.port();
    await gone.stop();
    const a = await startWebSocketNode("a", {
      redialMaxMs: 40,
      schedule: (afterMs, callback) => {
        if (afterMs <= 40) waits.push(afterMs);
        return systemSchedule(afterMs, callback);
      },
    });
    a.transport.setPeers([memberAt("b", port)]);
    await until("redials", () => counters(a, "b").redialCount >= 12);
    expect(waits[0]).toBe(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(40);
    const settled = waits.slice(6);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(20);
    expect(new Set(settled).size).toBe(settled.length);
    expect(counters(a, "b")).toMatchObject({ connected: false, lastProblem: "lost: ECONNREFUSED" });
  });

  it("follow a peer to its new address", async () => {
    const [a, b] = [await startWebSocketNode("a"), await startWebSocketNode("b")];
    a.transport.setPeers([memberAt("b", 1)]);
    await until("tried", () => counters(a, "b").lastProblem !== null);
    a.transport.setPeers(membersOf(b));
    await until("linked", () => a.linked().includes("b"));
  });

  it("are no longer dialled once a peer is taken from the list", async () => {
    const [a, b] = (await startLinked(["a", "b"])) as [Node, Node];
    a.transport.setPeers([]);
    expect(a.linked()).toEqual(["b"]);
    await b.stop();
    await until("down", () => a.linked().length === 0);
    expect(a.transport.peers()).toEqual([]);
  });

  it("are replaced without a word where the same life dials again", async () => {
    const a = await startWebSocketNode("a");
    const before = await rawNode("b", "a", a.transport.port());
    await rawNode("b", "a", a.transport.port());
    expect((await before.closed).code).toBe(4010);
    expect(a.told).toEqual([{ event: "up", peer: "b", incarnation: "b-1" }]);
  });

  it("go to another start of the same record, and are told as its own, whichever side had dialled", async () => {
    const a = await startWebSocketNode("a");
    const before = await rawNode("b", "a", a.transport.port());
    const standing = aStanding({ startCount: 2, startNonce: "start-2", earlierNonces: ["start-1"] });
    await rawNode("b", "a", a.transport.port(), "", { standing });
    expect((await before.closed).code).toBe(4010);
    const up = { event: "up", peer: "b", incarnation: "b-1" };
    expect(a.told).toEqual([up, { event: "down", peer: "b", reason: "replaced" }, up]);
    expect(a.met.map((met) => met.standing?.startCount)).toEqual([1, 2]);

    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    afterwards(() => void server.close());
    server.on("connection", (socket) => answerAs(socket, "c"));
    await new Promise((resolve) => server.once("listening", resolve));
    a.transport.setPeers([memberAt("c", (server.address() as AddressInfo).port)]);
    await until("linked by its own dial", () => a.linked().includes("c"));
    await rawNode("c", "a", a.transport.port(), "", { standing });
    await until("one link", () => server.clients.size === 0);
    expect(a.told.slice(-2)).toMatchObject([
      { event: "down", peer: "c", reason: "replaced" },
      { event: "up", peer: "c" },
    ]);
  });

  it("are found dead and replaced when the path between goes silent without closing", async () => {
    const [a, b] = [
      await startWebSocketNode("a", { silenceMs: 60 }),
      await startWebSocketNode("b", { silenceMs: 60 }),
    ];
    const proxy = await tcpProxy(b.transport.port());
    a.transport.setPeers([memberAt("b", proxy.port)]);
    await until("linked", () => a.linked().includes("b") && b.linked().includes("a"));
    proxy.freeze();
    await until("dead", () => a.linked().length === 0);
    await until("broken, not just forgotten", () => proxy.openCount() < proxy.connectionCount());
    const down = a.told.find(({ event }) => event === "down");
    expect(down).toEqual({ event: "down", peer: "b", reason: "silent" });
    await until("linked anew", () => a.linked().includes("b") && counters(b, "a").connected);
    expect(proxy.connectionCount()).toBeGreaterThan(1);
    a.transport.send("b", aHeartbeat());
    await until("it works", () => b.messages().length === 1);
  });

  it("are not taken for dead by a process that was itself away", async () => {
    let patrolCount = 0;
    const a = await startWebSocketNode("a", {
      silenceMs: 30,
      schedule: (afterMs, callback) =>
        systemSchedule(afterMs, () => {
          callback();
          if (afterMs !== 15) return;
          patrolCount++;
          // Right after the look at the links, with the answer to a ping still on its way.
          setImmediate(() => busyFor(100));
        }),
    });
    const b = await startWebSocketNode("b", { silenceMs: 60_000 });
    a.transport.setPeers(membersOf(b));
    await until("looked often", () => patrolCount > 8);
    expect(a.told).toEqual([{ event: "up", peer: "b", incarnation: "b-1" }]);
    expect(counters(a, "b").roundTripMs).toBeGreaterThan(50);
  });

  it("are not held up by connections that are taken and then say nothing", async () => {
    const [a, b] = [
      await startWebSocketNode("a", { limits: { handshakeTimeoutMs: 100 }, silenceMs: 60 }),
      await startWebSocketNode("b"),
    ];
    const proxy = await tcpProxy(b.transport.port());
    proxy.freezeNew();
    a.transport.setPeers([memberAt("b", proxy.port)]);
    await until("given up", () => counters(a, "b").lastProblem === "lost: no answer within 100 ms");
    proxy.thaw();
    await until("linked", () => a.linked().includes("b"));
  });

  it("stay up when nobody says anything, and know their round trip", async () => {
    const [a, b] = (await startLinked(["a", "b"], { silenceMs: 20 })) as [Node, Node];
    await until(
      "pinged",
      () => counters(a, "b").roundTripMs !== null || counters(b, "a").roundTripMs !== null,
    );
    expect(a.upCount("b") + b.upCount("a")).toBe(2);
  });

  it("measure heartbeats against their replies", async () => {
    const [a, b] = (await startLinked(["a", "b"], { silenceMs: 60_000 })) as [Node, Node];
    expect(counters(a, "b").roundTripMs).toBeNull();
    a.transport.send("b", aHeartbeat());
    await until("it arrived", () => b.messages().length === 1);
    b.transport.send("a", aReply());
    await until("measured", () => counters(a, "b").roundTripMs !== null);
    expect(counters(a, "b").roundTripMs).toBeGreaterThan(0);
    expect(counters(a, "b").roundTripMs).toBeLessThan(1000);
    expect(counters(a, "b")).toMatchObject({
      sentCount: 1,
      receivedCount: 1,
      droppedCount: 0,
      lastProblem: null,
    });
    expect(counters(b, "a")).toMatchObject({ sentCount: 1, receivedCount: 1, roundTripMs: null });
  });

  it("tell each round trip of a heartbeat once, also where two take equally long", async () => {
    // Time stands still, so that all round trips are alike.
    const clock = { ...systemClock(), nowMs: () => 5 };
    const told: [string, number][] = [];
    const a = await startWebSocketNode("a", { clock, onRoundTrip: (peer, ms) => told.push([peer, ms]) });
    const b = await startWebSocketNode("b");
    a.transport.setPeers(membersOf(b));
    await until("linked", () => a.linked().includes("b") && b.linked().includes("a"));
    for (const seq of [1, 2, 3]) {
      a.transport.send("b", aHeartbeat({ seq }));
      b.transport.send("a", aReply({ seq }));
      // What is said twice is measured once.
      b.transport.send("a", aReply({ seq }));
      await until("both arrived", () => a.messages().length === 2 * seq);
      expect(told).toHaveLength(seq);
    }
    expect(told).toEqual([
      ["b", 0],
      ["b", 0],
      ["b", 0],
    ]);
    expect(counters(a, "b").roundTripMs).toBe(0);
  });

  it("survive a listener of round trips that throws: the answer arrives, and the error is told once", async () => {
    const warnings: string[] = [];
    const a = await startWebSocketNode("a", {
      onRoundTrip: () => {
        throw new Error("a listener of mine");
      },
      onWarning: (message) => void warnings.push(message),
    });
    const b = await startWebSocketNode("b");
    a.transport.setPeers(membersOf(b));
    await until("linked", () => a.linked().includes("b") && b.linked().includes("a"));
    for (const seq of [1, 2]) {
      a.transport.send("b", aHeartbeat({ seq }));
      b.transport.send("a", aReply({ seq }));
      await until("the answer arrived", () => a.messages().length === seq);
    }
    expect(a.linked()).toContain("b");
    expect(warnings).toEqual(["onRoundTrip threw: Error: a listener of mine"]);
  });

  it("drop and count what does not fit into a full buffer, and queue none of it", async () => {
    const a = await startWebSocketNode("a", { limits: { maxBufferedBytes: 10_000 }, silenceMs: 60_000 });
    const deaf = await rawNode("b", "a", a.transport.port());
    deaf.socket.pause();
    const message = aNotice("m".repeat(1000));
    await until("full", () => {
      for (let count = 0; count < 500; count++) a.transport.send("b", message);
      return counters(a, "b").droppedCount > 5000;
    });
    const { sentCount } = counters(a, "b");
    for (let count = 0; count < 1000; count++) a.transport.send("b", message);
    expect(counters(a, "b").sentCount - sentCount).toBeLessThan(20);
    // Once the other side reads again, all that was sent arrives, and there is room anew.
    deaf.socket.resume();
    await until("read", () => deaf.heard.length > sentCount);
    const dropped = counters(a, "b").droppedCount;
    a.transport.send("b", message);
    expect(counters(a, "b").droppedCount).toBe(dropped);
  });

  it("count what is dropped for want of a link", async () => {
    const a = await startWebSocketNode("a");
    a.transport.setPeers([memberAt("b", 1)]);
    a.transport.send("b", aHeartbeat());
    expect(counters(a, "b").droppedCount).toBe(1);
  });
});
