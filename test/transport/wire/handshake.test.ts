import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { systemClock } from "../../../src/runtime/system-ports.js";
import { webSocketTransport } from "../../../src/transport/websocket/websocket-transport.js";
import {
  afterwards,
  aHeartbeat,
  identityOf,
  memberAt,
  startNode,
  startWebSocketNode,
  stopAll,
  until,
} from "../support/nodes.js";
import { answerAs, hello, rawPeer } from "../support/wire.js";

describe("the handshake", () => {
  afterEach(stopAll);

  const mismatches = [
    {
      name: "a node of another cluster",
      dialler: { identity: { cluster: "other" } },
      acceptor: {},
      reason: "wrongCluster",
      detail: "expected cluster test, found other",
    },
    {
      name: "a wrong token",
      dialler: { options: { token: "red" } },
      acceptor: { options: { token: "blue" } },
      reason: "wrongToken",
      detail: "the token does not match",
    },
    {
      name: "no token where one is needed",
      dialler: {},
      acceptor: { options: { token: "blue" } },
      reason: "wrongToken",
      detail: "a token is needed, but none was given",
    },
    {
      name: "a token where there is none",
      dialler: { options: { token: "red" } },
      acceptor: {},
      reason: "wrongToken",
      detail: "a token was given, but this node has none",
    },
    {
      name: "a node that dials somebody else",
      dialler: {},
      acceptor: { id: "c" },
      reason: "wrongNode",
      detail: "expected b, found c",
    },
    {
      name: "a node that claims the own id",
      dialler: { id: "b" },
      acceptor: {},
      expect: "b2",
      reason: "wrongNode",
      detail: "expected b2, found b",
    },
  ] as const satisfies readonly {
    name: string;
    dialler: object;
    acceptor: object;
    expect?: string;
    reason: string;
    detail: string;
  }[];

  it.each(mismatches)("refuses $name, and both sides hear why", async (mismatch) => {
    const { dialler, acceptor, reason, detail } = mismatch;
    const side = (given: { id?: string; identity?: object; options?: object }, id: string) =>
      startWebSocketNode(given.id ?? id, given.options, given.identity);
    const a = await side(dialler, "a");
    const b = await side(acceptor, "b");
    const expected = "expect" in mismatch ? mismatch.expect : "b";
    a.transport.setPeers([memberAt(expected, b.transport.port())]);
    await until("both know", () => a.refusals.length > 0 && b.refusals.length > 0);
    expect(b.refusals[0]).toMatchObject({ reason, detail, by: "self", peer: a.identity.id });
    expect(b.refusals[0]?.remote).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(a.refusals[0]).toMatchObject({ reason, detail, by: "peer", peer: expected });
    expect(a.transport.peers()).toMatchObject([
      { id: expected, connected: false, lastProblem: `${reason}: ${detail}` },
    ]);
    expect(b.transport.refusedCounts()[reason]).toBeGreaterThan(0);
    expect(a.told.concat(b.told)).toEqual([]);
    // Refused again with every redial, it is told once.
    await until("refused again", () => (b.transport.refusedCounts()[reason] ?? 0) > 3);
    expect([a.refusals.length, b.refusals.length]).toEqual([1, 1]);
  });

  it("does not believe a server that says to be somebody else", async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    afterwards(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    const closed: string[] = [];
    server.on("connection", (socket) => {
      answerAs(socket, "c");
      socket.once("close", (code, reason) => closed.push(`${code} ${reason}`));
    });
    const a = await startWebSocketNode("a");
    a.transport.setPeers([memberAt("b", (server.address() as AddressInfo).port)]);
    await until("refused", () => closed.length > 0);
    expect(closed[0]).toBe("4004 expected b, found c");
    expect(a.refusals[0]).toMatchObject({ reason: "wrongNode", by: "self", peer: "b" });
    expect(a.told).toEqual([]);
  });

  it("gives up on a server that opens a WebSocket and says nothing", async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    afterwards(() => server.close());
    const closed: string[] = [];
    server.on("connection", (socket) =>
      socket.once("close", (code, reason) => closed.push(`${code} ${reason}`)),
    );
    const a = await startWebSocketNode("a", { limits: { handshakeTimeoutMs: 80 } });
    a.transport.setPeers([memberAt("b", (server.address() as AddressInfo).port)]);
    // A busy machine may not even have opened the first one by then.
    await until("dialled again", () => closed.length > 1 && closed.includes("4007 no answer within 80 ms"));
    expect(a.refusals).toContainEqual(
      expect.objectContaining({ reason: "handshakeTimeout", by: "self", peer: "b" }),
    );
  });

  it("tells what an unauthenticated node says without what could harm a log", async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    afterwards(() => server.close());
    server.on("connection", (socket) => socket.close(4005, "no\u001b[31m\nfake line"));
    const a = await startWebSocketNode("a");
    a.transport.setPeers([memberAt("b", (server.address() as AddressInfo).port)]);
    await until("refused", () => a.refusals.length > 0);
    expect(a.refusals[0]).toMatchObject({ reason: "wrongToken", detail: "no?[31m?fake line", by: "peer" });
  });

  const fields = `"test","a","a-1","b",["cluster-1",1,"start-1",[],2,3],"${"0".repeat(32)}",null`;
  it.each([
    ["version 1", '["raftbeat",1,"test","a","a-1","b",null]', 4002, "expected version 2 of raftbeat's wire"],
    ["a later version", `["raftbeat",3,${fields},[]]`, 4002, "wire protocol, found 3"],
    ["a version that is none", `["raftbeat","2",${fields},[]]`, 4002, "wire protocol, found none"],
    ["the own id", hello("b", "b"), 4004, "b is this node's own id"],
    ["no hello", '["tn",0,1]', 4002, "expected raftbeat's hello"],
    ["no JSON", "GET /", 4002, "expected raftbeat's hello"],
    [
      "an id that is none",
      `["raftbeat",2,"test","a b"${fields.slice(10)},[]]`,
      4000,
      "hello[3]: expected an id",
    ],
    ["a field too many", `["raftbeat",2,${fields},[],1]`, 4000, "hello[10]: expected nothing more"],
    [
      "three proofs",
      `["raftbeat",2,${fields},${JSON.stringify(Array(3).fill("0".repeat(64)))}]`,
      4000,
      "hello[9]: expected at most two proofs",
    ],
    ["an object", '{"raftbeat":1}', 4002, "expected raftbeat's hello"],
    ["more than 1 KB", `["raftbeat",2,"${"x".repeat(1010)}"]`, 1009, "a hello of more than 1024 bytes"],
  ])("refuses a first frame of %s", async (_name, text, code, reason) => {
    const b = await startWebSocketNode("b");
    const { socket, closed } = await rawPeer(b.transport.port());
    socket.send(text);
    const end = await closed;
    expect(end.code).toBe(code);
    expect(end.reason).toContain(reason);
    expect(b.told).toEqual([]);
  });

  it.each([
    ["version 1", '["raftbeat",1,1]', 4000, "challenge"],
    ["only later versions", `["raftbeat",3,5,"${"0".repeat(32)}"]`, 4002, "wire protocol, found 3 to 5"],
    ["no nonce", '["raftbeat",2,2,""]', 4000, "challenge[3]: expected 16 bytes in hex"],
    ["a hello at once", hello("b", "a"), 4000, "challenge[2]: expected"],
    ["no challenge", '["tn",0,1]', 4002, "expected raftbeat's challenge"],
  ])("refuses a server that begins with %s, and tells it nothing", async (_name, text, code, reason) => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    afterwards(() => server.close());
    const said: string[] = [];
    const closed: string[] = [];
    server.on("connection", (socket) => {
      socket.send(text);
      socket.on("message", (data) => said.push(data.toString()));
      socket.once("close", (code, reason) => closed.push(`${code} ${reason}`));
    });
    const a = await startWebSocketNode("a");
    a.transport.setPeers([memberAt("b", (server.address() as AddressInfo).port)]);
    await until("refused", () => closed.length > 0);
    expect(closed[0]).toMatch(new RegExp(`^${code} `));
    expect(closed[0]).toContain(reason);
    expect(said).toEqual([]);
  });

  it("comes before any frame: what is said earlier is not heard", async () => {
    const b = await startWebSocketNode("b");
    const { socket, closed } = await rawPeer(b.transport.port());
    socket.send('["tn",0,1]');
    socket.send(hello("a", "b"));
    expect((await closed).code).toBe(4002);
    expect(b.told).toEqual([]);
  });

  it("comes once: a second hello is a malformed frame", async () => {
    const b = await startWebSocketNode("b");
    const { socket, closed } = await rawPeer(b.transport.port());
    socket.send(hello("a", "b"));
    socket.send(hello("a", "b"));
    expect(await closed).toEqual({ code: 4000, reason: "expected a known kind of frame" });
  });

  it("refuses browsers, which say where they come from", async () => {
    const b = await startWebSocketNode("b");
    const socket = new WebSocket(`ws://127.0.0.1:${b.transport.port()}`, { origin: "https://evil.example" });
    const status = await new Promise<number | undefined>((resolve) =>
      socket.once("unexpected-response", (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(403);
    expect(b.refusals).toMatchObject([{ reason: "browser", by: "self" }]);
    socket.on("error", () => {}).terminate();
  });

  it("answers other HTTP requests, and counts them", async () => {
    const b = await startWebSocketNode("b");
    const response = await fetch(`http://127.0.0.1:${b.transport.port()}/`);
    expect(response.status).toBe(426);
    expect(b.transport.refusedCounts()).toEqual({ badRequest: 1 });
  });
});

describe("a transport's way in", () => {
  afterEach(stopAll);

  async function listening(): Promise<Server> {
    const server = createServer((_request, response) => response.end("the service"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    return server;
  }

  it("can be a path of a server that serves other things", async () => {
    const server = await listening();
    const a = await startWebSocketNode("a", { listen: { server, path: "/election" } });
    const b = await startWebSocketNode("b");
    const { port } = server.address() as AddressInfo;
    expect(a.transport.port()).toBe(port);
    b.transport.setPeers([{ ...memberAt("a", port), address: `ws://127.0.0.1:${port}/election?from=b` }]);
    await until("linked", () => a.linked().includes("b"));
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("the service");
    await a.stop();
    // The server is its owner's: it serves on, and the election is gone from it.
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("the service");
    expect(server.listenerCount("upgrade")).toBe(0);
  });

  it("leaves the paths of others alone", async () => {
    const server = await listening();
    const others = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, stream, head) => {
      if (request.url === "/chat")
        others.handleUpgrade(request, stream, head, (socket) => socket.send("chat"));
    });
    const a = await startWebSocketNode("a", { listen: { server, path: "/election" } });
    const chat = await rawPeer(a.transport.port(), {}, "/chat");
    await until("served", () => chat.heard.length === 1);
    expect(chat.heard).toEqual(["chat"]);
    expect(a.refusals).toEqual([]);
  });

  it("turns crowds away there as well, but not who asks for other things", async () => {
    const server = await listening();
    const clock = { ...systemClock(), nowMs: () => 0 };
    const limits = { maxConnectionsPerSecond: 1 };
    const a = await startWebSocketNode("a", { listen: { server, path: "/election" }, limits, clock });
    await rawPeer(a.transport.port(), {}, "/election");
    await expect(rawPeer(a.transport.port(), {}, "/election")).rejects.toThrow(/503/);
    expect(a.refusals).toMatchObject([
      { reason: "tooManyConnections", detail: "more than 1 new connections a second" },
    ]);
    const { port } = server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("the service");
  });

  it("says where it is not, and both sides hear so", async () => {
    const server = await listening();
    const a = await startWebSocketNode("a", { listen: { server, path: "/election" } });
    const b = await startWebSocketNode("b");
    b.transport.setPeers([memberAt("a", a.transport.port())]);
    await until("both know", () => a.refusals.length > 0 && b.refusals.length > 0);
    expect(a.refusals[0]).toMatchObject({ reason: "wrongPath", detail: "expected /election, found /" });
    expect(b.refusals[0]).toMatchObject({
      reason: "wrongPath",
      detail: "answered HTTP 404 Not Found to a WebSocket",
    });
  });

  it("says so if its port is taken", async () => {
    const a = await startWebSocketNode("a");
    const port = a.transport.port() as number;
    await expect(startWebSocketNode("b", { listen: { host: "127.0.0.1", port } })).rejects.toMatchObject({
      code: "transportFailed",
      message: `cannot listen at 127.0.0.1:${port} (EADDRINUSE): another process listens there: stop it or choose another port`,
    });
  });

  it("closes again if it is stopped while it opens", async () => {
    const transport = webSocketTransport({ listen: { host: "127.0.0.1", port: 0 } })(identityOf("a"));
    const handlers = { onMessage() {}, onPeerUp() {}, onPeerDown() {} };
    const started = new Promise<Error | null>((resolve) => transport.start(handlers, resolve));
    await new Promise<void>((resolve) => transport.stop(resolve));
    expect(await started).toMatchObject({ code: "stopped" });
    expect(transport.port()).toBeNull();
  });

  it.each([
    ["port", { listen: { port: 70_000 } }, "listen.port (70000)"],
    ["path", { listen: { port: 0, path: "election" } }, "listen.path (election)"],
    ["token", { listen: { port: 0 }, token: "" }, "token is empty"],
    ["cap", { listen: { port: 0 }, redialMaxMs: 0 }, "redialMaxMs (0)"],
    ["timeout", { listen: { port: 0 }, electionTimeoutMinMs: Number.NaN }, "redialMaxMs (NaN)"],
    ["limit", { listen: { port: 0 }, limits: { maxFrameBytes: -1 } }, "limits.maxFrameBytes (-1)"],
  ])("refuses an impossible %s, and names it", (_name, options, message) => {
    expect(() => webSocketTransport(options)).toThrow(message);
  });

  it("judges its links by the election timeout of its node, unless told otherwise", async () => {
    const waits: number[] = [];
    const schedule = (afterMs: number, _callback: () => void) => {
      waits.push(afterMs);
      return () => {};
    };
    for (const more of [{}, { electionTimeoutMinMs: 400 }, { silenceMs: 90 }])
      await startNode(
        { ...identityOf(`n${waits.length}`), electionTimeoutMinMs: 1500 },
        webSocketTransport({ listen: { host: "127.0.0.1", port: 0 }, schedule, ...more }),
      );
    expect(waits).toEqual([750, 200, 45]);
  });

  it("drops what it is asked to send before it is open", () => {
    const transport = webSocketTransport({ listen: { port: 0 } })(identityOf("a"));
    expect(() => transport.send("b", aHeartbeat())).not.toThrow();
    expect(transport.peers()).toEqual([]);
  });
});
