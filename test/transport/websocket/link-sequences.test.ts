import { afterEach, describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { systemClock, systemSchedule } from "../../../src/runtime/system-ports.js";
import { encodeMessage } from "../../../src/transport/wire/codec.js";
import {
  aHeartbeat,
  aNotice,
  aReply,
  memberAt,
  startWebSocketNode,
  stopAll,
  until,
} from "../support/nodes.js";
import { dialledAs, rawNode } from "../support/wire.js";

afterEach(stopAll);

describe("the first wait after a link", () => {
  const redialMaxMs = 60_000;

  /** Node a dials b, and the link ends after so long on the clock of a; returns the waits before each dial. */
  async function waitsAfter(livedMs: number): Promise<number[]> {
    let aheadMs = 0;
    const system = systemClock();
    const waits: number[] = [];
    const a = await startWebSocketNode("a", {
      redialMaxMs,
      silenceMs: 600_000,
      // The time limits of a dial are other timers.
      limits: { handshakeTimeoutMs: 61_000 },
      connectTimeoutMs: 62_000,
      clock: { ...system, nowMs: () => system.nowMs() + aheadMs },
      random: () => 0,
      schedule(afterMs, callback) {
        if (afterMs <= redialMaxMs) waits.push(afterMs);
        return systemSchedule(afterMs, callback);
      },
    });
    const b = await dialledAs("b", a);
    await until("linked", () => a.linked().includes("b"));
    aheadMs = livedMs;
    b.terminate();
    await until("down", () => a.linked().length === 0);
    await until("planned", () => waits.length > 1);
    return waits.slice(0, 2);
  }

  it("is none where the link held for the longest wait: the peer may be back at once", async () => {
    expect(await waitsAfter(redialMaxMs)).toEqual([0, 0]);
  });

  it("is longer where the link did not hold, so that peers that cut each other off do not spin", async () => {
    expect(await waitsAfter(redialMaxMs / 2)).toEqual([0, redialMaxMs / 8]);
  });
});

describe("the end of the last link", () => {
  it("is told as refused also where the other side refused", async () => {
    const a = await startWebSocketNode("a");
    const b = await rawNode("b", "a", a.transport.port());
    b.socket.close(4000, "expected JSON");
    await until("down", () => a.linked().length === 0);
    expect(a.told.at(-1)).toEqual({ event: "down", peer: "b", reason: "refused" });
  });

  it("is told as closed where the other side closes it as any WebSocket does", async () => {
    const a = await startWebSocketNode("a");
    const b = await rawNode("b", "a", a.transport.port());
    b.socket.close();
    await until("down", () => a.linked().length === 0);
    expect(a.told.at(-1)).toEqual({ event: "down", peer: "b", reason: "closed" });
    expect(a.refusals).toEqual([]);
  });

  it("is told as reset where the machine of the other side resets the connection", async () => {
    const a = await startWebSocketNode("a");
    const b = await rawNode("b", "a", a.transport.port());
    (b.socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
    await until("down", () => a.linked().length === 0);
    expect(a.told.at(-1)).toEqual({ event: "down", peer: "b", reason: "reset" });
  });
});

it("a transport that was stopped hands over nothing, not even over a link that it had closed before", async () => {
  const b = await startWebSocketNode("b");
  const dialled = await dialledAs("a", b);
  await until("linked", () => b.linked().includes("a"));
  dialled.pause();
  const a = await rawNode("a", "b", b.transport.port());
  // Now b closes the link that it dialled, whose other side does not read so.
  a.socket.send('["tn",0,1,0]');
  await until("one link", () => b.messages().length === 1);
  dialled.say('["tn",0,2,0]');
  await until("still heard", () => b.messages().length === 2);
  const stopped = b.stop();
  const toldCount = b.told.length;
  dialled.say('["tn",0,3,0]');
  await stopped;
  expect(b.told.slice(toldCount)).toEqual([]);
});

it("a round trip that was measured over a link is unknown once that link is lost", async () => {
  const a = await startWebSocketNode("a", { silenceMs: 60_000 });
  const roundTripMs = () => a.transport.peers().find(({ id }) => id === "b")?.roundTripMs;
  a.transport.setPeers([memberAt("b", 1)]);
  const first = await rawNode("b", "a", a.transport.port());
  a.transport.send("b", aHeartbeat({ seq: 1 }));
  await until("it arrived", () => first.heard.length === 2);
  first.socket.send(encodeMessage(aReply({ seq: 1 })));
  await until("measured", () => typeof roundTripMs() === "number");
  a.transport.send("b", aHeartbeat({ seq: 2 }));
  first.socket.terminate();
  await until("down", () => a.linked().length === 0);
  expect(roundTripMs()).toBeNull();
  const second = await rawNode("b", "a", a.transport.port());
  // The answer to a heartbeat that went over the lost link measures nothing.
  second.socket.send(encodeMessage(aReply({ seq: 2 })));
  await until("it arrived", () => a.messages().length === 2);
  expect(roundTripMs()).toBeNull();
  a.transport.send("b", aHeartbeat({ seq: 3 }));
  second.socket.send(encodeMessage(aReply({ seq: 3 })));
  await until("measured anew", () => typeof roundTripMs() === "number");
});

it("a peer's refused frames are those that this node refused, not those that the peer did", async () => {
  const a = await startWebSocketNode("a");
  a.transport.setPeers([memberAt("b", 1)]);
  const refusedFrameCount = () => a.transport.peers()[0]?.refusedFrameCount;
  for (const [end, expected] of [
    [(socket: WebSocket) => socket.close(4000, "expected JSON"), 0],
    [(socket: WebSocket) => socket.send("[]"), 1],
    [(socket: WebSocket) => socket.close(4001, "flood"), 1],
  ] as const) {
    const b = await rawNode("b", "a", a.transport.port());
    end(b.socket);
    await until("down", () => a.linked().length === 0);
    expect(refusedFrameCount()).toBe(expected);
  }
});

it("a peer without a link that is no longer listed is forgotten, and takes no place of a node that connects", async () => {
  const a = await startWebSocketNode("a", { limits: { maxUnlistedCount: 1 } });
  a.transport.setPeers([memberAt("b", 1)]);
  expect(a.transport.peers().map(({ id }) => id)).toEqual(["b"]);
  a.transport.setPeers([]);
  expect(a.transport.peers()).toEqual([]);
  await rawNode("c", "a", a.transport.port());
  expect(a.linked()).toEqual(["c"]);
});

describe("what comes over a link", () => {
  it("is limited in bytes apart from frames, and the reason names both", async () => {
    const limits = { maxBytesPerSecond: 4000, maxFramesPerSecond: 1000 };
    const b = await startWebSocketNode("b", { limits });
    b.transport.setPeers([memberAt("c", 1)]);
    const c = await rawNode("c", "b", b.transport.port());
    for (let count = 0; count < 20; count++) c.socket.send(encodeMessage(aNotice("m".repeat(900))));
    expect(await c.closed).toEqual({ code: 4001, reason: "more than 1000 frames or 4000 bytes a second" });
    expect(b.messages().length).toBeLessThan(20);
  });

  it("is limited in bytes for all nodes together that are no peers", async () => {
    const limits = { maxUnlistedBytesPerSecond: 5000, maxUnlistedFramesPerSecond: 1000 };
    const b = await startWebSocketNode("b", { limits });
    const [c, d] = [await rawNode("c", "b", b.transport.port()), await rawNode("d", "b", b.transport.port())];
    const text = encodeMessage(aNotice("m".repeat(900)));
    // Each of them alone stays within the limit.
    for (let count = 0; count < 4; count++) for (const { socket } of [c, d]) socket.send(text);
    await until("one is cut off", () => b.refusals.length > 0);
    expect(b.refusals[0]).toMatchObject({
      reason: "flood",
      detail: "more than 1000 frames or 5000 bytes a second from nodes that are no peers",
    });
  });
});
