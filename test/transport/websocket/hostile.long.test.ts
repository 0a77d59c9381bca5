import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/runtime/system-ports.js";
import type { WebSocketTransportOptions } from "../../../src/transport/websocket/options.js";
import type { WebSocketTransport } from "../../../src/transport/websocket/websocket-transport.js";
import { encodeMessage } from "../../../src/transport/wire/codec.js";
import { anyMessage, mutationsOf } from "../support/messages.js";
import {
  aHeartbeat,
  aNotice,
  memberAt,
  startLinked,
  startWebSocketNode,
  stopAll,
  type TestNode,
  until,
} from "../support/nodes.js";
import { clientFrame, hello, rawConnection, rawNode, rawPeer, upgradeRequest } from "../support/wire.js";

type Node = TestNode<WebSocketTransport>;

/** Nodes a and b, linked, and what b must still do after whatever was done to it. */
async function victims(options: Partial<WebSocketTransportOptions> = {}) {
  const [a, b] = (await startLinked(["a", "b"], options)) as [Node, Node];
  return {
    a,
    b,
    async stillLinked() {
      const count = b.messages().length;
      a.transport.send("b", aHeartbeat());
      await until("b still hears a", () => b.messages().length > count);
      expect([a.upCount("b"), b.upCount("a")]).toEqual([1, 1]);
      expect(b.linked()).toContain("a");
    },
  };
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes in use once what is not needed is gone. */
function bytesInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("a hostile peer", () => {
  afterEach(stopAll);

  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
  it.each([
    ["malformed", '["hb",0,1', 4000, "expected JSON"],
    ["of wrong types", '["hb",0,"1",1,[1,1,"a"],null]', 4000, "hb[2]: expected a whole number"],
    ["deep", deep, 4000, "expected a known kind of frame"],
    ["of a huge term", '["tn",0,9007199254740991]', 4000, "tn[2]: expected a whole number"],
    ["not JSON's idea of a number", '["tn",0,NaN]', 4000, "expected JSON"],
    ["too long", "x".repeat(70_000), 1009, ""],
  ])("that says something %s is cut off with a reason, and counted", async (_name, text, code, reason) => {
    const { b, stillLinked } = await victims();
    const c = await rawNode("c", "b", b.transport.port());
    c.socket.send(text);
    const closed = await c.closed;
    expect(closed.code).toBe(code);
    expect(closed.reason).toContain(reason);
    expect(b.refusals).toMatchObject([
      { reason: code === 1009 ? "frameTooLarge" : "badFrame", by: "self", peer: "c" },
    ]);
    expect(b.messages()).toEqual([]);
    await until("down", () => !b.linked().includes("c"));
    await stillLinked();
  });

  it("that is among the peers has its refused frames counted", async () => {
    const b = await startWebSocketNode("b");
    b.transport.setPeers([memberAt("c", 1)]);
    const c = await rawNode("c", "b", b.transport.port());
    c.socket.send("[]");
    await c.closed;
    expect(b.transport.peers()).toMatchObject([{ id: "c", refusedFrameCount: 1 }]);
    expect(b.transport.peers()[0]?.lastProblem).not.toBeNull();
  });

  it("that speaks for a group nobody has is not heard, but keeps its link", async () => {
    const b = await startWebSocketNode("b");
    const c = await rawNode("c", "b", b.transport.port());
    c.socket.send(encodeMessage(aHeartbeat(), 5));
    c.socket.send(encodeMessage(aHeartbeat()));
    await until("heard", () => b.messages().length > 0);
    expect(b.messages()).toHaveLength(1);
    expect(b.transport.peers()).toMatchObject([{ id: "c", refusedFrameCount: 1, receivedCount: 1 }]);
  });

  it("that sends bytes instead of text is cut off", async () => {
    const b = await startWebSocketNode("b");
    const c = await rawNode("c", "b", b.transport.port());
    c.socket.send(Buffer.from('["tn",0,1]'));
    expect(await c.closed).toEqual({ code: 4000, reason: "expected text" });
  });

  it.each([
    ["text that is no UTF-8", clientFrame(Buffer.from([0xff, 0xfe])), "badFrame"],
    ["a reserved kind of WebSocket frame", clientFrame("x", 3), "badFrame"],
    [
      "endless fragments",
      Buffer.concat([clientFrame("x", 1, false), ...Array(50).fill(clientFrame("x", 0, false))]),
      "badFrame",
    ],
    ["a length of 4 GB", Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), "frameTooLarge"],
  ])("that sends %s is cut off, and counted", async (_name, bytes, reason) => {
    const { b, stillLinked } = await victims();
    const { closed } = await rawConnection(
      b.transport.port(),
      Buffer.concat([Buffer.from(upgradeRequest), clientFrame(hello("c", "b")), bytes]),
    );
    await closed;
    expect(b.refusals).toMatchObject([{ reason, by: "self" }]);
    await stillLinked();
  });

  it.each([
    ["frames", clientFrame(encodeMessage(aHeartbeat()))],
    ["pings", clientFrame("", 9)],
    ["pongs", clientFrame("", 10)],
    ["long frames", clientFrame(encodeMessage(aNotice("\u0000".repeat(1000))))],
  ])("that floods with %s is cut off, and blocks nobody", async (_name, frame) => {
    const { b, stillLinked } = await victims({
      limits: { maxFramesPerSecond: 2000, maxBytesPerSecond: 1_000_000 },
    });
    const { socket, closed } = await rawConnection(
      b.transport.port(),
      Buffer.concat([Buffer.from(upgradeRequest), clientFrame(hello("c", "b"))]),
    );
    await until("linked", () => b.linked().includes("c"));
    const linkedMs = performance.now();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const burst = Buffer.concat(Array<Buffer>(Math.ceil(500_000 / frame.length)).fill(frame));
    let isOpen = true;
    void closed.then(() => {
      isOpen = false;
    });
    const pour = () => {
      if (isOpen && socket.write(burst)) setImmediate(pour);
    };
    socket.on("drain", pour);
    pour();
    await closed;
    delay.disable();
    expect(b.refusals.map(({ reason }) => reason)).toContain("flood");
    // As many as may come at once, and as many again each second: a busy machine may take long.
    const mostCount = 2000 * (2 + (performance.now() - linkedMs) / 1000);
    expect(b.messages().length).toBeLessThan(mostCount);
    // What was not read is what the kernel's buffers hold.
    expect(socket.bytesWritten).toBeLessThan(30_000_000);
    expect(delay.max / 1e6).toBeLessThan(500);
    await stillLinked();
  });

  it("that floods before it has said who it is gets no further than the first frame", async () => {
    const { b, stillLinked } = await victims();
    const { closed } = await rawConnection(
      b.transport.port(),
      Buffer.concat([Buffer.from(upgradeRequest), ...Array<Buffer>(20_000).fill(clientFrame('["tn",0,1]'))]),
    );
    await closed;
    expect(b.refusals).toMatchObject([{ reason: "wrongProtocol" }]);
    expect(b.messages()).toEqual([]);
    await stillLinked();
  });

  it("that reads nothing costs no more than the buffer's cap", async () => {
    const { b, stillLinked } = await victims({ limits: { maxBufferedBytes: 1000 }, silenceMs: 60_000 });
    const { socket } = await rawConnection(
      b.transport.port(),
      Buffer.concat([Buffer.from(upgradeRequest), clientFrame(hello("c", "b"))]),
    );
    socket.pause();
    await until("linked", () => b.linked().includes("c"));
    const dropped = () => b.transport.peers().find(({ id }) => id === "c")?.droppedCount ?? 0;
    await until("full", () => {
      for (let count = 0; count < 1000; count++) b.transport.send("c", aNotice("m".repeat(1000)));
      return dropped() > 3000;
    });
    await stillLinked();
  });

  it("never crashes a node, and never gets a message through that nobody could have sent", async () => {
    const { b, stillLinked } = await victims({
      limits: { maxUnlistedCount: 1000, maxConnectionsPerSecond: 10_000 },
    });
    const frames = anyMessage.map((message) => encodeMessage(message));
    const samples = fc.sample(fc.oneof(mutationsOf(frames), fc.string(), fc.json(), frames), 300);
    for (const [index, text] of samples.entries()) {
      const c = await rawNode(`c${index}`, "b", b.transport.port());
      c.socket.send(text);
      c.socket.close();
      await c.closed;
    }
    expect(b.transport.refusedCounts().badFrame).toBeGreaterThan(100);
    await stillLinked();
  });
});

describe("connections that have not said who they are", () => {
  afterEach(stopAll);

  const slow: [string, string][] = [
    ["connects and says nothing", ""],
    ["stops in the middle of its request", "GET / HTTP/1.1\r\nHost: x\r\n"],
    ["opens a WebSocket and says nothing", upgradeRequest],
  ];
  it.each(slow)("are closed in time where one %s", async (_name, bytes) => {
    const { b, stillLinked } = await victims({ limits: { handshakeTimeoutMs: 100 }, silenceMs: 50 });
    const startedMs = performance.now();
    const { closed } = await rawConnection(b.transport.port(), bytes);
    await closed;
    expect(performance.now() - startedMs).toBeGreaterThan(90);
    // A busy machine may have refused an attempt of the other node as well.
    const refusal = { reason: "handshakeTimeout", by: "self", peer: null };
    expect(b.refusals).toContainEqual(expect.objectContaining(refusal));
    await stillLinked();
  });

  it("are closed in time where a request drips byte by byte", async () => {
    const { b, stillLinked } = await victims({ limits: { handshakeTimeoutMs: 150 }, silenceMs: 50 });
    const { socket, closed } = await rawConnection(b.transport.port(), "GET / HTTP/1.1\r\n");
    const drip = setInterval(() => socket.write("x"), 10);
    await closed;
    clearInterval(drip);
    expect(b.transport.refusedCounts().handshakeTimeout).toBe(1);
    await stillLinked();
  });

  it("hear why they are closed", async () => {
    const b = await startWebSocketNode("b", { limits: { handshakeTimeoutMs: 60 }, silenceMs: 30 });
    const { closed } = await rawPeer(b.transport.port());
    expect(await closed).toEqual({ code: 4007, reason: "no hello within 60 ms" });
  });

  it("make room for each other where there are hundreds, and never lock a peer out", async () => {
    const { b, stillLinked } = await victims({
      limits: { maxPendingCount: 50, handshakeTimeoutMs: 60_000, maxConnectionsPerSecond: 1000 },
    });
    const crowd = await Promise.all(
      Array.from({ length: 400 }, (_, index) => rawConnection(b.transport.port(), slow[index % 3]?.[1])),
    );
    await until("closed", () => crowd.filter(({ socket }) => socket.destroyed).length >= 350);
    expect(b.transport.refusedCounts().tooManyConnections).toBe(350);
    expect(b.refusals.length).toBeLessThan(5);
    const d = await startWebSocketNode("d");
    d.transport.setPeers([memberAt("b", b.transport.port())]);
    await until("a peer gets in", () => d.linked().includes("b"));
    await stillLinked();
  });

  it("get links as long as there is room, where they are no peers, and hear when there is none", async () => {
    const { b, stillLinked } = await victims({ limits: { maxUnlistedCount: 3 } });
    for (const id of ["j1", "j2", "j3"]) await rawNode(id, "b", b.transport.port());
    const late = await rawPeer(b.transport.port());
    late.socket.send(hello("j4", "b"));
    expect(await late.closed).toEqual({ code: 4009, reason: "more than 3 nodes that are no peers" });
    expect(b.linked()).toEqual(["a", "j1", "j2", "j3"]);
    b.transport.setPeers([memberAt("a", 1), memberAt("j4", 1)]);
    await rawNode("j4", "b", b.transport.port());
    await stillLinked();
  });

  it("are turned away in a crowd before anything is read, but not from the host of a peer", async () => {
    const limits = { maxConnectionsPerSecond: 20, maxPendingCount: 10_000 };
    const b = await startWebSocketNode("b", { limits });
    const d = await startWebSocketNode("d", { redialMaxMs: 20 });
    // b reaches d at 127.0.0.1, where nobody of that name answers; the crowd comes from another host.
    b.transport.setPeers([memberAt("d", b.transport.port())]);
    await until("b has reached the host", () => b.refusals.length > 0);
    let isOver = false;
    const crowd = (async () => {
      while (!isOver)
        await Promise.all(
          Array.from({ length: 20 }, () => rawConnection(b.transport.port(), "", "127.0.0.2")),
        );
    })();
    const turnedAway = () => b.transport.refusedCounts().tooManyConnections ?? 0;
    await until("the crowd is too great", () => turnedAway() > 200);
    d.transport.setPeers([memberAt("b", b.transport.port())]);
    await until("the peer gets in", () => d.linked().includes("b"));
    isOver = true;
    await crowd;
    expect(b.refusals.map(({ detail }) => detail)).toContain("more than 20 new connections a second");
  });

  it("hear at once that they are a crowd", async () => {
    // Time stands still, so that there is room for one connection and never for a second.
    const clock = { ...systemClock(), nowMs: () => 0 };
    const b = await startWebSocketNode("b", { limits: { maxConnectionsPerSecond: 1 }, clock });
    await rawConnection(b.transport.port());
    const d = await startWebSocketNode("d", { redialMaxMs: 20 });
    d.transport.setPeers([memberAt("b", b.transport.port())]);
    await until("refused", () => d.refusals.length > 0);
    expect(d.refusals[0]).toMatchObject({ reason: "tooManyConnections", by: "peer", peer: "b" });
  });

  it("share one token bucket once they are linked and no peers, which no peer is held to", async () => {
    const { a, b, stillLinked } = await victims({ limits: { maxUnlistedFramesPerSecond: 50 } });
    const guests = await Promise.all(
      ["g1", "g2", "g3", "g4"].map((id) => rawNode(id, "b", b.transport.port())),
    );
    for (const { socket } of guests)
      for (let count = 0; count < 20; count++) socket.send(encodeMessage(aHeartbeat()));
    await until("one of them is cut off", () => (b.transport.refusedCounts().flood ?? 0) > 0);
    expect(b.refusals[0]).toMatchObject({
      reason: "flood",
      detail: "more than 50 frames or 1048576 bytes a second from nodes that are no peers",
    });
    const before = b.told.filter((each) => each.event === "message" && each.from === "a").length;
    for (let count = 0; count < 200; count++) a.transport.send("b", aHeartbeat());
    await until(
      "all of the peer's arrives",
      () => b.told.filter((each) => each.event === "message" && each.from === "a").length === before + 200,
    );
    await stillLinked();
  });

  it("are cut off where they ping first", async () => {
    const b = await startWebSocketNode("b");
    const { closed } = await rawConnection(
      b.transport.port(),
      Buffer.concat([Buffer.from(upgradeRequest), ...Array<Buffer>(20).fill(clientFrame("", 9))]),
    );
    await closed;
    expect(b.refusals).toMatchObject([{ reason: "flood", by: "self" }]);
  });

  it("come and go without leaving anything behind", async () => {
    const { b, stillLinked } = await victims({
      limits: { maxUnlistedCount: 1000, maxConnectionsPerSecond: 10_000 },
    });
    const visit = async (name: string) => {
      const guest = await rawNode(name, "b", b.transport.port());
      guest.socket.send(encodeMessage(aHeartbeat()));
      guest.socket.send("[]");
      await guest.closed;
    };
    for (let index = 0; index < 50; index++) await visit(`warm${index}`);
    b.told.length = 0;
    const before = bytesInUse();
    for (let index = 0; index < 400; index++) await visit(`guest${index}`);
    b.told.length = 0;
    expect(b.transport.peers().map(({ id }) => id)).toEqual(["a"]);
    expect(bytesInUse() - before).toBeLessThan(8_000_000);
    b.told.push({ event: "up", peer: "a", incarnation: "a-1" });
    await stillLinked();
  }, 120_000);
});
