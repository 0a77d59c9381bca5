import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import type { PeerRefusal } from "../../../src/runtime/ports.js";
import { makeAuthority } from "../../support/certificates.js";
import { afterwards, memberAt, startWebSocketNode, stopAll, until } from "../support/nodes.js";
import { aChallenge, aStanding, hello, rawNode, rawPeer } from "../support/wire.js";

afterEach(stopAll);

const wrongCluster: PeerRefusal = { reason: "wrongCluster", detail: "expected cluster c-1, found c-2" };

/** A server in the place of a member; tells the transport's node of refusals. */
async function squatter(greet: (socket: import("ws").WebSocket) => void) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", greet);
  afterwards(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("a peer that the node itself refuses", () => {
  it.each([
    ["wrongCluster", 4003],
    ["olderCopy", 4013],
    ["displaced", 4014],
  ] as const)("hears %s once the node has said who it is", async (reason, code) => {
    const detail = "because of its record";
    const b = await startWebSocketNode("b", {}, {}, { refusesPeer: () => ({ reason, detail }) });
    const a = await rawNode("a", "b", b.transport.port());
    expect(JSON.parse(a.heard[0] ?? "")[8]).toEqual([reason, detail]);
    expect(await a.closed).toEqual({ code, reason: detail });
    expect(b.told).toEqual([]);
    expect(b.refusals).toMatchObject([{ reason, detail, by: "self", peer: "a" }]);
  });

  it("is told with a proof of the token", async () => {
    const refused: [string, PeerRefusal][] = [];
    const a = await startWebSocketNode(
      "a",
      { token: "red" },
      {},
      { onRefusedBy: (peer, _incarnation, refusal) => refused.push([peer, refusal]) },
    );
    const b = await startWebSocketNode("b", { token: "red" }, {}, { refusesPeer: () => wrongCluster });
    a.transport.setPeers([memberAt("b", b.transport.port())]);
    await until("refused", () => refused.length > 0);
    expect(refused[0]).toEqual(["b", wrongCluster]);
    expect(a.refusals).toMatchObject([{ ...wrongCluster, by: "peer", peer: "b" }]);
    expect([a.told, b.told]).toEqual([[], []]);
  });

  it("is not told so by who squats at an address, with or without a hello", async () => {
    const refused: unknown[] = [];
    const onRefusedBy = (peer: string) => refused.push(peer);
    const a = await startWebSocketNode("a", { token: "red" }, {}, { onRefusedBy });
    const ports = [
      await squatter((socket) => socket.close(4014, "displaced")),
      await squatter((socket) => {
        socket.send(aChallenge);
        socket.once("message", (data) => {
          const heard = JSON.parse(data.toString());
          [heard[3], heard[5], heard[8]] = ["c", "a", ["displaced", "x"]];
          socket.send(JSON.stringify(heard));
        });
      }),
    ];
    a.transport.setPeers([memberAt("b", ports[0] ?? 0), memberAt("c", ports[1] ?? 0)]);
    await until("both refused", () => a.refusals.length === 2);
    expect(a.refusals.map(({ peer, reason, by }) => `${peer} ${reason} ${by}`).sort()).toEqual([
      "b displaced peer",
      "c wrongToken self",
    ]);
    expect(refused).toEqual([]);
  });

  it("is told so over a link that is up", async () => {
    const refused: unknown[] = [];
    const onRefusedBy = (peer: string, incarnation: string, refusal: PeerRefusal) =>
      refused.push([peer, incarnation, refusal]);
    const b = await startWebSocketNode("b", {}, {}, { onRefusedBy });
    const a = await rawNode("a", "b", b.transport.port());
    a.socket.close(4014, "started once more");
    await until("refused", () => refused.length > 0);
    expect(refused).toEqual([["a", "a-1", { reason: "displaced", detail: "started once more" }]]);
    await until("down", () => b.linked().length === 0);
  });

  it("is cut off with the reason why a message cannot be true", async () => {
    const b = await startWebSocketNode("b", {}, {}, { refusesMessage: () => "no cluster gets to term 4" });
    const a = await rawNode("a", "b", b.transport.port());
    a.socket.send('["tn",0,4,0]');
    expect(await a.closed).toEqual({ code: 4000, reason: "no cluster gets to term 4" });
    expect(b.messages()).toEqual([]);
  });
});

describe("a peer is authenticated", () => {
  it("by a token, on both sides", async () => {
    const [a, b] = [
      await startWebSocketNode("a", { token: "x" }),
      await startWebSocketNode("b", { token: "x" }),
    ];
    a.transport.setPeers([memberAt("b", b.transport.port())]);
    await until("linked", () => a.linked().length + b.linked().length === 2);
    expect([...a.met, ...b.met].map(({ authenticated }) => authenticated)).toEqual([true, true]);
  });

  it("by certificates that both sides show, but not by a server's alone, or one that is not verified", async () => {
    const authority = await makeAuthority();
    const forA = await authority.issue({ dns: ["a"] });
    const forB = await authority.issue({ dns: ["b"], ip: "127.0.0.1" });
    const { requestCert: _, ...serverOnly } = forB;
    for (const [tlsOfA, tlsOfB, isProof] of [
      [forA, forB, true],
      [{ ca: authority.pem }, serverOnly, false],
      [{ ...forA, rejectUnauthorized: false }, { ...forB, rejectUnauthorized: false }, false],
    ] as const) {
      const a = await startWebSocketNode("a", { tls: tlsOfA });
      const b = await startWebSocketNode("b", { tls: tlsOfB });
      a.transport.setPeers([memberAt("b", b.transport.port(), "wss")]);
      await until("linked", () => a.linked().length + b.linked().length === 2);
      expect([...a.met, ...b.met].map(({ authenticated }) => authenticated)).toEqual([isProof, isProof]);
      await stopAll();
    }
  });

  it("not by its word", async () => {
    const b = await startWebSocketNode("b");
    await rawNode("a", "b", b.transport.port(), "", { standing: aStanding({ term: 9 }) });
    expect(b.met).toEqual([{ peer: "a", standing: aStanding({ term: 9 }), authenticated: false }]);
  });
});

describe("who knows no token", () => {
  it("learns the versions and a nonce, and nothing else", async () => {
    const b = await startWebSocketNode("b", { token: "red" });
    const a = await rawPeer(b.transport.port());
    a.socket.send(hello("a", "elsewhere", { cluster: "none" }));
    expect(await a.closed).toEqual({ code: 4005, reason: "a token is needed, but none was given" });
    expect(a.heard).toEqual([expect.stringMatching(/^\["raftbeat",2,2,"[0-9a-f]{32}"\]$/)]);
  });
});
