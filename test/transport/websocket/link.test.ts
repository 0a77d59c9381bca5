import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { resolveLimits } from "../../../src/transport/limits/limits.js";
import { createTrafficLimit } from "../../../src/transport/limits/traffic-limit.js";
import { Link, type LinkOwner } from "../../../src/transport/link/link.js";
import { identityOf } from "../support/nodes.js";
import { aStanding } from "../support/wire.js";

describe("a link that was refused", () => {
  it("is read no more after what was under way, whatever the other side goes on sending", () => {
    let isPaused = false;
    const said = { closed: "" };
    const socket = Object.assign(new EventEmitter(), {
      send() {},
      close: (code: number, reason: string) => {
        said.closed = `${code} ${reason}`;
      },
      pause: () => {
        isPaused = true;
      },
    });
    const limits = resolveLimits();
    const owner: LinkOwner = {
      standing: aStanding,
      refusesLink: () => null,
      refusesPeer: () => null,
      onRefusedBy() {},
      onUp() {},
      onFailed() {},
    };
    new Link(
      {
        socket: socket as unknown as WebSocket,
        remote: "10.0.0.1:5",
        expected: null,
        distrusts: () => null,
        isMutual: false,
      },
      {
        credentials: { identity: identityOf("b"), tokens: () => [] },
        limits,
        clock: { nowMs: () => 0, afterPoll() {} },
        unlisted: createTrafficLimit(1, 1, 0),
        sockets: new Set(),
      },
      owner,
    );
    const frame = Buffer.from("no hello");
    socket.emit("message", frame, false);
    expect(said.closed).toBe("4002 expected raftbeat's hello");
    // What a peer may have sent before it heard so.
    for (let count = 0; count < 64; count++) socket.emit("message", frame, false);
    expect(isPaused).toBe(false);
    socket.emit("message", frame, false);
    expect(isPaused).toBe(true);
  });
});
