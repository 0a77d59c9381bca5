import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Link } from "../../../src/transport/link/link.js";
import { createPendingConnections } from "../../../src/transport/websocket/pending-connections.js";

function pendingOf(maxPendingCount: number, handshakeTimeoutMs = 100) {
  const refused: string[] = [];
  const pending = createPendingConnections(
    { maxPendingCount, handshakeTimeoutMs },
    (reason, _detail, remote) => refused.push(`${remote} ${reason}`),
  );
  const add = (remote: string, nowMs: number) => pending.add(new PassThrough(), remote, nowMs);
  return { pending, refused, add };
}

describe("pending connections", () => {
  it("make room for a new one by the oldest, and only where there are too many", () => {
    const { refused, add } = pendingOf(2);
    const [first, second] = [add("h:1", 0), add("h:2", 0)];
    expect(refused).toEqual([]);
    add("h:3", 0);
    expect(refused).toEqual(["h:1 tooManyConnections"]);
    expect([first.stream.destroyed, second.stream.destroyed]).toEqual([true, false]);
  });

  it("are closed when they have taken as long as they may, not before, the oldest first", () => {
    const { pending, refused, add } = pendingOf(9);
    add("h:1", 0);
    add("h:2", 50);
    pending.sweep(99);
    expect(refused).toEqual([]);
    pending.sweep(100);
    expect(refused).toEqual(["h:1 handshakeTimeout"]);
    pending.sweep(149);
    expect(refused).toHaveLength(1);
    pending.sweep(150);
    expect(refused).toEqual(["h:1 handshakeTimeout", "h:2 handshakeTimeout"]);
  });

  it("are no longer pending once the other side has said who it is, or is gone", async () => {
    const { pending, refused, add } = pendingOf(9);
    add("h:1", 0);
    pending.delete("h:1");
    const gone = add("h:2", 0);
    await new Promise((resolve) => gone.stream.once("close", resolve).destroy());
    expect([pending.from("h:1"), pending.from("h:2")]).toEqual([undefined, undefined]);
    pending.sweep(1000);
    expect(refused).toEqual([]);
  });

  it("hear why over their link, where the WebSocket is open", () => {
    const { pending, refused, add } = pendingOf(9);
    const said: string[] = [];
    const connection = add("h:1", 0);
    connection.link = {
      refuse: (reason: string, detail: string) => said.push(`${reason} ${detail}`),
    } as unknown as Link;
    pending.sweep(100);
    expect(said).toEqual(["handshakeTimeout no hello within 100 ms"]);
    expect([refused, connection.stream.destroyed]).toEqual([[], false]);
  });
});
