import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import { WebSocketServer } from "ws";
import { silentLogger } from "../../../src/elector/observers/logger.js";
import { tcpProxy } from "../../transport/support/wire.js";
import { afterwards, aWatcher, helloAs, type Liveness, rawSender, until } from "./beats.js";

const logger = silentLogger;

/** What goes on over beats' WebSockets, and what must be so: each fails where the rule is broken that its name says. */
export const beatsStories: Readonly<Record<string, (liveness: Liveness) => Promise<void>>> = {
  async "a sender is alive at once, and has left after its goodbye (N1, N4)"(liveness) {
    const { url, told, monitor, listener } = await aWatcher(liveness);
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 500, zone: "z1", logger });
    await until("a beat", () => told.includes("alive a"));
    expect(monitor.peer("a")).toMatchObject({ boot: sender.boot, intervalMs: 500, zone: "z1" });
    expect(sender.status()).toMatchObject({ connected: true, reason: null, connections: 1 });
    expect(await sender.stop()).toBe(true);
    await until("the end", () => listener.counts().connected === 0);
    expect(told).toEqual(["alive a", "left a"]);
    expect(listener.counts()).toMatchObject({ goodbyes: 1, broken: 0, refused: {} });
  },
  async "a sender that ends as soon as it began has been there, and has left (N4)"(liveness) {
    const { url, told } = await aWatcher(liveness);
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 1000, logger });
    expect(await sender.stop()).toBe(true);
    expect(told).toEqual(["alive a", "left a"]);
  },
  async "a sender that fails as soon as it began has been there, and is suspected (N4)"(liveness) {
    const { url, told } = await aWatcher(liveness, { intervalMs: 60_000 });
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 60_000, logger });
    expect(await sender.stop({ goodbye: false })).toBe(false);
    await until("a suspicion", () => told.includes("suspect a"));
    expect(told).toEqual(["alive a", "suspect a"]);
  },
  async "a connection that ends without a goodbye makes a suspect at once (N2)"(liveness) {
    const { url, told, listener } = await aWatcher(liveness, { intervalMs: 60_000 });
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 60_000, logger });
    await until("a beat", () => told.includes("alive a"));
    expect(await sender.stop({ goodbye: false })).toBe(false);
    await until("a suspicion", () => told.includes("suspect a"));
    expect(listener.counts()).toMatchObject({ goodbyes: 0, broken: 1 });
  },
  async "a newer connection of one life takes the place of the older, and nobody is told of its end (N2)"(
    liveness,
  ) {
    const { url, told, listener } = await aWatcher(liveness);
    const old = await rawSender(url);
    old.socket.send("[0]");
    const next = await rawSender(url);
    expect(await old.closed).toBe("4010 a has a newer connection");
    next.socket.send("[1]");
    await until("a beat", () => listener.counts().beats === 2);
    expect(told).toEqual(["alive a"]);
    expect(listener.counts()).toMatchObject({ connected: 1, replaced: 1, broken: 0 });
    next.socket.terminate();
    await until("a suspicion", () => told.includes("suspect a"));
  },
  async "late words of a connection that was replaced change nothing (N2)"(liveness) {
    const { url, told, listener } = await aWatcher(liveness);
    const old = await rawSender(url);
    old.socket.send("[0]");
    await until("a beat", () => told.includes("alive a"));
    old.socket.pause();
    await rawSender(url);
    old.socket.send("[5]");
    old.socket.send('["bye"]');
    old.socket.resume();
    await old.closed;
    await until("the goodbye is read", () => listener.counts().replaced === 1);
    expect(listener.counts()).toMatchObject({ beats: 1, goodbyes: 0 });
    expect(told).toEqual(["alive a"]);
  },
  async "another life takes the place of the former, which is turned away while the newer is connected (N3)"(
    liveness,
  ) {
    const { url, told, listener } = await aWatcher(liveness);
    const old = await rawSender(url, { boot: "1" });
    old.socket.send("[7]");
    const next = await rawSender(url, { boot: "2" });
    next.socket.send("[0]");
    await until("a restart", () => told.includes("restarted a"));
    expect(await (await helloAs(url, { boot: "1" })).closed).toMatch(/^4012 another process beats as a/);
    expect(listener.counts()).toMatchObject({ connected: 1, replaced: 1, refused: { wrongIncarnation: 1 } });
    expect(told).toEqual(["alive a", "restarted a"]);
  },
  async "a sender is judged by its own interval, which is bounded (R9)"(liveness) {
    const { url, told, monitor } = await aWatcher(liveness, { intervalMs: 1000 });
    for (const intervalMs of [86_400_000, 10_001, 99])
      expect(await (await helloAs(url, { intervalMs })).closed).toMatch(
        /^4000 expected an interval from 100 to 10000 ms, 10 times the monitor's at most, found/,
      );
    const slow = await rawSender(url, { intervalMs: 10_000 });
    slow.socket.send("[0]");
    await until("a beat", () => told.includes("alive a"));
    expect(monitor.peer("a")?.intervalMs).toBe(10_000);
  },
  async "beats that find no connection are dropped and counted, and never sent later (N5)"(liveness) {
    const first = await aWatcher(liveness);
    const { port } = first.listener;
    await first.listener.close();
    const sender = liveness.sendBeats(first.url, { id: "a", intervalMs: 20, logger });
    afterwards(() => void sender.stop());
    await until("five beats dropped", () => sender.status().dropped >= 5);
    expect(sender.status()).toMatchObject({
      connected: false,
      reason: "lost",
      detail: "ECONNREFUSED",
      sent: 0,
    });
    const { slots } = await aWatcher(liveness, { intervalMs: 200 }, { port });
    await until("three beats", () => slots.length >= 3);
    const { dropped } = sender.status();
    expect(slots[0]).toBeGreaterThanOrEqual(5);
    expect(slots[0]).toBeGreaterThanOrEqual(dropped);
    expect(slots.slice(0, 3)).toEqual([0, 1, 2].map((more) => (slots[0] as number) + more));
  },
  async "a sender without the token, or with another, is refused, and hears why (N1)"(liveness) {
    const { url, listener, monitor } = await aWatcher(liveness, undefined, { token: ["right", "next"] });
    expect(await (await helloAs(url)).closed).toBe("4005 a token is needed, but none was given");
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 1000, token: "wrong", logger });
    await until("a refusal", () => sender.status().reason === "wrongToken");
    expect(sender.status().detail).toBe("the token does not match");
    await sender.stop();
    expect(listener.counts()).toMatchObject({ connected: 0, refused: { wrongToken: 2 } });
    expect(monitor.peers()).toEqual([]);
    const right = liveness.sendBeats(url, { id: "a", intervalMs: 1000, token: "next", logger });
    await until("a beat", () => monitor.peer("a") !== null);
    await right.stop();
  },
  async "an observer that answers without the token gets no beats (N1)"({ sendBeats }) {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise((resolve) => server.once("listening", resolve));
    const heard: string[] = [];
    server.on("connection", (socket) => {
      socket.on("message", (data) => {
        heard.push(data.toString());
        socket.send('["raftbeat-beats",1,[]]');
      });
      socket.send(`["raftbeat-beats",1,1,"${"0".repeat(32)}"]`);
    });
    const { port } = server.address() as AddressInfo;
    const sender = sendBeats(`ws://127.0.0.1:${port}`, { id: "a", intervalMs: 50, token: "secret", logger });
    afterwards(async () => {
      await sender.stop();
      server.close();
    });
    await until("a refusal", () => sender.status().reason === "wrongToken");
    expect(sender.status()).toMatchObject({ sent: 0, connections: 0 });
    expect(heard.join()).not.toContain("secret");
  },
};

/** Stories that take seconds. */
export const slowBeatsStories: typeof beatsStories = {
  async "a sender finds out that its path is dead, and dials anew before anybody misses it (N6)"(liveness) {
    const { listener, told } = await aWatcher(liveness, { intervalMs: 1000 });
    const path = await tcpProxy(listener.port);
    const url = `ws://127.0.0.1:${path.port}`;
    const sender = liveness.sendBeats(url, { id: "a", intervalMs: 1000, logger });
    afterwards(() => void sender.stop());
    await until("a beat", () => told.includes("alive a"));
    path.freeze();
    await until("another connection", () => sender.status().connections === 2);
    await until("it takes the place of the dead one", () => listener.counts().replaced === 1);
    expect(told).toEqual(["alive a"]);
    expect(sender.status()).toMatchObject({ connected: true });
  },
};
