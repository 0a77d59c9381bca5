import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { afterwards, memberAt, startWebSocketNode, stopAll, until } from "../support/nodes.js";
import { answerAs, aStanding, rawNode } from "../support/wire.js";

afterEach(stopAll);

const second = aStanding({ startCount: 2, startNonce: "start-2", earlierNonces: ["start-1"], writeCount: 4 });

describe("another start of a peer, before the link with the last is known to be dead", () => {
  it("is told of, with its standing", async () => {
    const b = await startWebSocketNode("b");
    await rawNode("a", "b", b.transport.port(), "", { standing: aStanding() });
    await rawNode("a", "b", b.transport.port(), "", { standing: second });
    await until("met twice", () => b.met.length === 2);
    expect(b.met.map(({ standing }) => standing)).toEqual([aStanding(), second]);
    expect(b.told.map(({ event }) => event)).toEqual(["up", "down", "up"]);
  });

  it("leaves no link with the last, whichever side dialled", async () => {
    const b = await startWebSocketNode("b");
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    afterwards(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const closed = new Promise<number>((resolve) => {
      server.once("connection", (socket) => {
        answerAs(socket, "a", { standing: aStanding() });
        socket.once("close", resolve);
      });
    });
    b.transport.setPeers([memberAt("a", (server.address() as AddressInfo).port)]);
    await until("linked", () => b.linked().includes("a"));
    const later = await rawNode("a", "b", b.transport.port(), "", { standing: second });
    expect(await closed).toBe(4010);
    expect(later.socket.readyState).toBe(later.socket.OPEN);
    expect(b.met.map(({ standing }) => standing)).toEqual([aStanding(), second]);
  });
});
