import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { BeatConnection } from "../../../src/liveness/beats-wire/beat-connection.js";
import { senderHandshake } from "../../../src/liveness/beats-wire/beat-handshake.js";

/** A socket that goes nowhere, on a time of its own. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly said: string[] = [];
  readonly done: string[] = [];
  send(text: string): void {
    this.said.push(text);
  }
  ping(): void {
    this.done.push("ping");
  }
  pause(): void {
    this.done.push("pause");
  }
  close(code: number): void {
    this.done.push(`close ${code}`);
  }
  terminate(): void {
    this.done.push("terminate");
  }
  says(text: string): void {
    this.emit("message", Buffer.from(text), false);
  }
}

function connected(intervalMs: number) {
  const socket = new FakeSocket();
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  const slots: number[] = [];
  const ends: string[] = [];
  const connection = new BeatConnection(socket as unknown as WebSocket, "h:1", () => [], clock, {
    refuses: () => null,
    onUp: () => {},
    onBeat: (_, slot) => slots.push(slot),
    onGoodbye: () => ends.push("goodbye"),
    onClosed: (_, { reason, detail }) => ends.push(`${reason}: ${detail}`),
  });
  const answer = senderHandshake({ id: "a", boot: "1", intervalMs, zone: "" }, [])(socket.said[0] ?? "");
  if (answer.next === "say") socket.says(answer.text);
  const look = (atMs: number): void => {
    clock.atMs = atMs;
    connection.watch(atMs);
  };
  return { socket, clock, slots, ends, look };
}

describe("the observer's end of a connection", () => {
  it("takes at once all beats that waited while this process was stopped, for however long (N6)", () => {
    const { socket, clock, slots, ends } = connected(1000);
    socket.says("[0]");
    clock.atMs = 300_000;
    for (let slot = 1; slot <= 300; slot++) socket.says(`[${slot}]`);
    expect(slots).toHaveLength(301);
    expect(ends).toEqual([]);
  });

  it("takes no more than the sender's pace allows (N6)", () => {
    const { socket, clock, slots, ends } = connected(1000);
    clock.atMs = 10_000;
    for (let slot = 0; slot < 300; slot++) socket.says(`[${slot}]`);
    expect(slots).toHaveLength(64 + 40);
    expect(ends).toEqual(["flood: more than 4 frames in each interval of 1000 ms"]);
    expect(socket.done).toEqual(["close 4001", "pause"]);
  });

  it("asks a silent sender for a sign of life, and gives it up after as long again, at the second look (N6)", () => {
    const { socket, ends, look } = connected(1000);
    look(9999);
    expect(socket.done).toEqual([]);
    look(10_000);
    expect(socket.done).toEqual(["ping"]);
    socket.emit("pong");
    look(19_999);
    look(20_000);
    expect(socket.done).toEqual(["ping", "ping"]);
    look(29_999);
    look(30_000);
    expect(socket.done).toEqual(["ping", "ping", "terminate"]);
    expect(ends).toEqual(["silent: no sign of life for 20000 ms"]);
  });

  it("does not give up a sender whose answer waits while this process itself was away (N6)", () => {
    const { socket, look, ends } = connected(1000);
    look(10_000);
    look(60_000);
    expect(socket.done).toEqual(["ping"]);
    socket.emit("pong");
    look(61_000);
    expect(ends).toEqual([]);
  });

  it("reads nothing after the goodbye (N4)", () => {
    const { socket, slots, ends } = connected(1000);
    socket.says("[0]");
    socket.says('["bye"]');
    socket.says("[1]");
    socket.says('["bye"]');
    expect(slots).toEqual([0]);
    expect(ends).toEqual(["goodbye", "closed: goodbye"]);
  });
});
