import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/elector/observers/logger.js";
import * as liveness from "../../../src/liveness/index.js";
import { makeAuthority } from "../../support/certificates.js";
import { rawConnection } from "../../transport/support/wire.js";
import { afterwards, aWatcher, helloAs, rawSender, rawSocket, stopAll, until } from "../support/beats.js";
import { beatsStories } from "../support/beats-stories.js";

afterEach(stopAll);

describe("beats over WebSockets", () => {
  it.each(Object.entries(beatsStories))("%s", async (_, story) => {
    await story(liveness);
  });
});

describe("a stranger", () => {
  it.each([
    ["no JSON", "hello", "4002 expected the hello of raftbeat-beats"],
    ["the hello of a node", '["raftbeat",2,"c","a","b"]', "4002 expected the hello of raftbeat-beats"],
    ["a later version", '["raftbeat-beats",2]', "4002 expected version 1 of raftbeat-beats, found 2"],
    ["no version", '["raftbeat-beats"]', "4002 expected version 1 of raftbeat-beats, found none"],
    ["half a hello", '["raftbeat-beats",1,"a"]', /^4000 hello/],
    ["bytes", Buffer.from([1, 2, 3]), "4000 expected text"],
    ["too long a frame", "x".repeat(2000), /^1009/],
  ])("that says %s is refused", async (_, text, closed) => {
    const { url, listener, monitor } = await aWatcher(liveness);
    const stranger = await rawSocket(url);
    stranger.socket.send(text);
    const found = await stranger.closed;
    if (typeof closed === "string") expect(found).toBe(closed);
    else expect(found).toMatch(closed);
    expect(Object.values(listener.counts().refused)).toEqual([1]);
    expect(monitor.peers()).toEqual([]);
  });

  it("with a browser's Origin is refused before a WebSocket is there", async () => {
    const { url, listener } = await aWatcher(liveness);
    await expect(rawSocket(url, { origin: "https://example.com" })).rejects.toThrow("403");
    expect(listener.counts().refused).toEqual({ browser: 1 });
  });

  it("that says nothing is closed in time", async () => {
    const { url, listener } = await aWatcher(liveness, undefined, { limits: { handshakeTimeoutMs: 50 } });
    const silent = await rawSocket(url);
    expect(await silent.closed).toBe("4007 no hello within 50 ms");
    await until("a count", () => listener.counts().refused.handshakeTimeout === 1);
  });

  it("that writes slowly is closed in time, before its request is whole", async () => {
    const { listener } = await aWatcher(liveness, undefined, { limits: { handshakeTimeoutMs: 50 } });
    const { closed } = await rawConnection(listener.port, "GET / HTTP/1.1\r\nHost");
    await closed;
    expect(listener.counts().refused).toEqual({ handshakeTimeout: 1 });
  });

  it("makes the oldest that says nothing give way where there are too many", async () => {
    const { url } = await aWatcher(liveness, undefined, { limits: { maxPendingCount: 2 } });
    const first = await rawSocket(url);
    await rawSocket(url);
    await rawSocket(url);
    expect(await first.closed).toBe("4008 more than 2 connections without a hello");
  });

  it("is turned away where there are as many senders as may be; those that are connected stay", async () => {
    const { url, listener, told } = await aWatcher(liveness, undefined, { limits: { maxSenderCount: 1 } });
    const first = await rawSender(url, { id: "a" });
    expect(await (await helloAs(url, { id: "b" })).closed).toBe("4009 more than 1 senders");
    first.socket.send("[0]");
    await until("a beat", () => told.includes("alive a"));
    expect(listener.counts()).toMatchObject({ connected: 1, refused: { tooManyLinks: 1 } });
  });

  it("finds no door where too many connect in a second", async () => {
    const { url, listener } = await aWatcher(liveness, undefined, { limits: { maxConnectionsPerSecond: 1 } });
    await rawSocket(url);
    await expect(rawSocket(url, { localAddress: "127.0.0.2" })).rejects.toThrow("503");
    expect(listener.counts().refused).toEqual({ tooManyConnections: 1 });
  });

  it("that comes in crowds keeps no sender from coming back: its host has an allowance of its own", async () => {
    const { url } = await aWatcher(liveness, undefined, { limits: { maxConnectionsPerSecond: 1 } });
    const sender = await rawSender(url);
    await expect(rawSocket(url, { localAddress: "127.0.0.2" })).rejects.toThrow("503");
    sender.socket.terminate();
    await rawSender(url);
  });
});

describe("a sender that is connected", () => {
  it.each([
    ["text that is no beat", "[1,2]", "4000 expected a slot in brackets, or a goodbye"],
    ["a slot that is none", "[-1]", "4000 expected a slot in brackets, or a goodbye"],
    ["bytes", Buffer.from([0x5b, 0x30, 0x5d]), "4000 expected text"],
  ])("and says %s is refused, and suspected", async (_, text, closed) => {
    const { url, told, listener } = await aWatcher(liveness);
    const sender = await rawSender(url);
    sender.socket.send("[0]");
    sender.socket.send(text);
    expect(await sender.closed).toBe(closed);
    await until("a suspicion", () => told.includes("suspect a"));
    expect(listener.counts()).toMatchObject({ connected: 0, beats: 1, broken: 1, refused: { badFrame: 1 } });
  });

  it("and floods is refused: frames, pings too", async () => {
    const { url, listener } = await aWatcher(liveness);
    const beats = await rawSender(url, { id: "a" });
    const pings = await rawSender(url, { id: "b" });
    for (let slot = 0; slot < 200; slot++) {
      beats.socket.send(`[${slot}]`);
      pings.socket.ping();
    }
    await until("two refusals", () => listener.counts().refused.flood === 2);
    expect(listener.counts().beats).toBeLessThan(100);
  });
});

describe("a listener", () => {
  it("shares an http server with others, at a path of its own", async () => {
    const server = createServer((_, response) => response.end("the others'"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const monitor = liveness.createMonitor({ intervalMs: 1000, logger: silentLogger });
    const listener = await liveness.listenBeats(
      monitor,
      { server, path: "/beats" },
      { logger: silentLogger },
    );
    afterwards(async () => {
      await listener.close();
      server.close();
      monitor.close();
    });
    expect(listener.port).toBe(port);
    const sender = liveness.sendBeats(`ws://127.0.0.1:${port}/beats`, {
      id: "a",
      intervalMs: 1000,
      logger: silentLogger,
    });
    await until("a beat", () => monitor.peer("a") !== null);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("the others'");
    await sender.stop();
    const lost = liveness.sendBeats(`ws://127.0.0.1:${port}/elsewhere`, {
      id: "b",
      intervalMs: 1000,
      logger: silentLogger,
    });
    await until("a refusal", () => lost.status().reason === "wrongPath");
    await lost.stop();
    await listener.close();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("the others'");
  });

  it("that closes tells its monitor nothing; its senders hear why, and dial again", async () => {
    const { url, listener, told } = await aWatcher(liveness);
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 1000, logger: silentLogger });
    afterwards(() => void sender.stop());
    await until("a beat", () => told.includes("alive a"));
    const seen: (string | null)[] = [];
    void (async () => {
      for await (const { reason } of sender.changes()) seen.push(reason);
    })();
    await listener.close();
    await until("the news", () => seen.includes("stopping") && seen.includes("lost"));
    expect(told).toEqual(["alive a"]);
    const next = await aWatcher(liveness, undefined, { port: listener.port });
    await until("a beat", () => next.told.includes("alive a"));
    expect(sender.status()).toMatchObject({ connected: true, reason: null, connections: 2 });
  });

  it("asks for certificates that name the sender, where its TLS is mutual", async () => {
    const authority = await makeAuthority();
    const tls = await authority.issue({ dns: ["localhost"] });
    const { listener, told } = await aWatcher(liveness, undefined, { tls: { ...tls, requestCert: true } });
    const url = `wss://localhost:${listener.port}`;
    const own = await authority.issue({ dns: ["a"] });
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 1000, tls: own, logger: silentLogger });
    await until("a beat", () => told.includes("alive a"));
    expect(await sender.stop()).toBe(true);
    const other = liveness.sendBeats(url, { id: "b", intervalMs: 1000, tls: own, logger: silentLogger });
    await until("a refusal", () => other.status().reason === "wrongCertificate");
    await other.stop();
    const strangers = await makeAuthority("strangers");
    const unknown = liveness.sendBeats(url, {
      id: "a",
      intervalMs: 1000,
      tls: await strangers.issue({ dns: ["a"] }),
      logger: silentLogger,
    });
    await until("a refusal", () => unknown.status().reason === "wrongCertificate");
    await unknown.stop();
    expect(told).toEqual(["alive a", "left a"]);
  });

  it.each([
    [{ port: 70_000 }, {}, "listen.port (70000) must be a whole number from 0 to 65535"],
    [{ port: 0 }, { tokens: "x" }, "tokens (not shown) is no option"],
    [{ port: 0 }, { token: "" }, "token is empty"],
    [{ port: 0 }, { limits: { maxSenderCount: 0 } }, "maxSenderCount (0) must be a whole number"],
  ])("is not made at %j with %j", async (listen, options, sentence) => {
    const monitor = liveness.createMonitor({ intervalMs: 1000 });
    await expect(liveness.listenBeats(monitor, listen, options as never)).rejects.toThrow(sentence);
    monitor.close();
  });

  it("says who uses its port", async () => {
    const { monitor, listener } = await aWatcher(liveness);
    await expect(
      liveness.listenBeats(monitor, { host: "127.0.0.1", port: listener.port }),
    ).rejects.toMatchObject({ code: "transportFailed" });
  });
});

describe("a sender", () => {
  it.each([
    ["http://127.0.0.1:1", {}, "the address to beat to (http://127.0.0.1:1) must be"],
    ["ws://127.0.0.1:1", { intervalMs: 0 }, "intervalMs (0) must be a number from 1 to 86400000"],
    ["ws://127.0.0.1:1", { id: "no name" }, "id (no name) must be"],
    ["ws://127.0.0.1:1", { tls: {} }, "tls is given, but the address (ws://127.0.0.1:1) is not wss://"],
  ])("is not made for %s with %j", (address, options, sentence) => {
    expect(() => liveness.sendBeats(address, { id: "a", intervalMs: 1000, ...options })).toThrow(sentence);
  });
});
