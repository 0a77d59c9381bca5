import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TransportTls } from "../../../src/transport/security/certificate.js";
import { webSocketTransport } from "../../../src/transport/websocket/websocket-transport.js";
import { type Authority, makeAuthority, type Names } from "../../support/certificates.js";
import { afterwards, aHeartbeat, memberAt, startWebSocketNode, stopAll, until } from "../support/nodes.js";
import { hello, rawConnection, rawPeer } from "../support/wire.js";

describe("mutual TLS", () => {
  let authority: Authority;
  let foreign: Authority;
  let forA: TransportTls;
  let forB: TransportTls;

  beforeAll(async () => {
    authority = await makeAuthority();
    foreign = await makeAuthority("another authority");
    forA = await authority.issue({ dns: ["a"] });
    forB = await authority.issue({ dns: ["b", "b.example"] });
  });
  afterEach(stopAll);

  /** Options that their own node takes although they name another. */
  const misfit = (tls: TransportTls): TransportTls => ({ ...tls, verify: () => true });

  /** Lets a dial b. */
  async function pair(tlsOfA: TransportTls | undefined, tlsOfB: TransportTls | undefined, scheme = "wss") {
    const a = await startWebSocketNode("a", { tls: tlsOfA });
    const b = await startWebSocketNode("b", { tls: tlsOfB });
    a.transport.setPeers([memberAt("b", b.transport.port(), scheme)]);
    return { a, b, bothKnow: () => until("both know", () => a.refusals.length > 0 && b.refusals.length > 0) };
  }

  it("links nodes whose certificates name them, by host names or none", async () => {
    const { a, b } = await pair(forA, forB);
    await until("linked", () => a.linked().includes("b") && b.linked().includes("a"));
    a.transport.send("b", aHeartbeat());
    await until("it arrived", () => b.messages().length === 1);
    expect([a.refusals, b.refusals]).toEqual([[], []]);
  });

  it("says at once that it cannot use what it was given", () => {
    const listen = { host: "127.0.0.1", port: 0 };
    const message = expect.stringMatching(/^tls cannot be used \(.+\): give cert, key and ca as PEM/);
    for (const tls of [
      { ...forA, cert: "no PEM" },
      { ...forA, key: forB.key },
    ])
      expect(() => webSocketTransport({ listen, tls })).toThrow(
        expect.objectContaining({ code: "invalidSettings", message }),
      );
  });

  it("takes the common name for the id as well", async () => {
    const { a } = await pair(
      await authority.issue({ commonName: "a" }),
      await authority.issue({ commonName: "b" }),
    );
    await until("linked", () => a.linked().includes("b"));
  });

  it("refuses who dials with a certificate for another id, and both sides hear why", async () => {
    const { a, b, bothKnow } = await pair(misfit(await authority.issue({ dns: ["c"] })), forB);
    await bothKnow();
    const detail = "expected a certificate for a, found one for DNS:c";
    expect(b.refusals[0]).toMatchObject({ reason: "wrongCertificate", detail, by: "self", peer: "a" });
    expect(a.refusals[0]).toMatchObject({ reason: "wrongCertificate", detail, by: "peer", peer: "b" });
    expect([a.told, b.told]).toEqual([[], []]);
  });

  it("refuses who answers with a certificate for another id, and both sides hear why", async () => {
    const { a, b, bothKnow } = await pair(forA, misfit(await authority.issue({ dns: ["c"] })));
    await bothKnow();
    const detail = "expected a certificate for b, found one for DNS:c";
    expect(a.refusals[0]).toMatchObject({ reason: "wrongCertificate", detail, by: "self", peer: "b" });
    expect(b.refusals[0]).toMatchObject({ reason: "wrongCertificate", detail, by: "peer" });
  });

  it.each([
    ["upper case", { dns: ["A"] }],
    ["a wildcard", { dns: ["*"] }],
    ["a longer name", { dns: ["a.example"] }],
    ["a name hidden in another", { dns: ["c,DNS:a"] }],
  ])("is not fooled by %s", async (_name, names) => {
    const { b, bothKnow } = await pair(misfit(await authority.issue(names)), forB);
    await bothKnow();
    expect(b.refusals[0]).toMatchObject({ reason: "wrongCertificate", by: "self" });
    expect(b.told).toEqual([]);
  });

  it("refuses a certificate of the same authority for another service", async () => {
    const other = await authority.issue({ commonName: "invoices", dns: ["invoices.svc"] });
    const { b, bothKnow } = await pair(misfit(other), forB);
    await bothKnow();
    expect(b.refusals[0]).toMatchObject({ reason: "wrongCertificate", by: "self" });
    expect(b.told).toEqual([]);
  });

  it("links nodes whose certificates name their cluster", async () => {
    const { a, b } = await pair(
      await authority.issue({ uris: ["raftbeat://test/a"] }),
      await authority.issue({ dns: ["b"], uris: ["https://b.example", "raftbeat://test/b"] }),
    );
    await until("linked", () => a.linked().includes("b") && b.linked().includes("a"));
  });

  it.each([
    ["another cluster", { dns: ["a"], uris: ["raftbeat://production/a"] }],
    ["another node", { dns: ["a"], uris: ["raftbeat://test/c"] }],
    ["a node below", { dns: ["a"], uris: ["raftbeat://test/a/b"] }],
    ["another case", { dns: ["a"], uris: ["raftbeat://test/A"] }],
    ["a scheme in capitals", { dns: ["a"], uris: ["RAFTBEAT://other/a"] }],
    ["two in one", { dns: ["a"], uris: ["raftbeat://other/x, URI:raftbeat://test/a"] }],
  ])("refuses a certificate whose URI names %s, whatever else it names", async (_name, names) => {
    // Whoever dials is no node of this software: a node would find that its certificate does not fit.
    const b = await startWebSocketNode("b", { tls: forB });
    const { cert, key, ca } = await authority.issue(names);
    const dialled = await rawPeer(b.transport.port(), { cert, key, ca } as object, "", "wss");
    dialled.socket.send(hello("a", "b"));
    const end = await dialled.closed;
    expect(end.code).toBe(4006);
    expect(end.reason).toMatch(/^expected a certificate for raftbeat:\/\/test\/a, found one for /);
    expect(b.told).toEqual([]);
  });

  it("says at start that its own certificate is for another", async () => {
    const start = async (names: Names) => startWebSocketNode("a", { tls: await authority.issue(names) });
    await expect(start({ dns: ["b"] })).rejects.toMatchObject({
      code: "invalidSettings",
      message: "tls.cert does not fit this node: expected a certificate for a, found one for DNS:b",
    });
    await expect(start({ dns: ["a"], uris: ["raftbeat://prod/a"] })).rejects.toMatchObject({
      message: expect.stringContaining("expected a certificate for raftbeat://test/a"),
    });
  });

  describe("with a judge of its own", () => {
    /** As a service mesh names workloads. */
    const verify: TransportTls["verify"] = ({ subjectAltName }, { cluster, id }) =>
      subjectAltName === `URI:spiffe://prod/ns/${cluster}/sa/${id}` || `found ${subjectAltName}`;
    const issued = async (id: string, namespace = "test") => ({
      ...(await authority.issue({ uris: [`spiffe://prod/ns/${namespace}/sa/${id}`] })),
      verify,
    });

    it("links nodes that are named in another way", async () => {
      const { a, b } = await pair(await issued("a"), await issued("b"));
      await until("linked", () => a.linked().includes("b") && b.linked().includes("a"));
    });

    it.each(["c", "test"])("refuses who is not named so", async (other) => {
      const tls = other === "c" ? await issued("c") : { ...(await authority.issue({ dns: ["a"] })), verify };
      const { b, bothKnow } = await pair({ ...tls, verify: () => true }, await issued("b"));
      await bothKnow();
      expect(b.refusals[0]).toMatchObject({ reason: "wrongCertificate", by: "self" });
      expect(b.refusals[0]?.detail).toMatch(other === "c" ? /^found URI:spiffe:.*\/c$/ : /^found DNS:a$/);
    });

    it("takes no for an answer, and a judge that throws for no", async () => {
      for (const [answer, detail] of [
        [() => false, /^expected a certificate for a of test, found one for DNS:a$/],
        [
          () => {
            throw new Error("out of order");
          },
          /^verify threw out of order$/,
        ],
      ] as const) {
        const b = await startWebSocketNode("b", {
          tls: { ...forB, verify: (certificate, { id }) => (id === "b" ? certificate !== null : answer()) },
        });
        const a = await startWebSocketNode("a", { tls: forA });
        a.transport.setPeers([memberAt("b", b.transport.port(), "wss")]);
        await until("refused", () => b.refusals.length > 0);
        expect(b.refusals[0]?.detail).toMatch(detail);
        await stopAll();
      }
    });
  });

  it("refuses who dials with a certificate of an unknown authority, and both sides hear why", async () => {
    const { a, b, bothKnow } = await pair(
      { ...(await foreign.issue({ dns: ["a"] })), ca: authority.pem },
      forB,
    );
    await bothKnow();
    expect(b.refusals[0]).toMatchObject({ reason: "wrongCertificate", by: "self", peer: "a" });
    expect(b.refusals[0]?.detail).toMatch(/^the certificate is not trusted \(UNABLE_TO_/);
    expect(a.refusals[0]).toMatchObject({
      reason: "wrongCertificate",
      by: "peer",
      detail: b.refusals[0]?.detail,
    });
    expect(b.told).toEqual([]);
  });

  it("refuses who answers with a certificate of an unknown authority, and both sides hear why", async () => {
    const { a, b, bothKnow } = await pair(forA, {
      ...(await foreign.issue({ dns: ["b"] })),
      ca: authority.pem,
    });
    await bothKnow();
    expect(a.refusals[0]).toMatchObject({ reason: "wrongCertificate", by: "self", peer: "b" });
    expect(a.refusals[0]?.detail).toMatch(/^the certificate is not trusted \(UNABLE_TO_/);
    expect(b.refusals[0]).toMatchObject({
      reason: "wrongCertificate",
      by: "peer",
      detail: a.refusals[0]?.detail,
    });
    expect(a.told).toEqual([]);
  });

  it("refuses who dials without a certificate, and both sides hear why", async () => {
    const { a, b, bothKnow } = await pair({ ca: authority.pem, requestCert: true }, forB);
    await bothKnow();
    const detail = "expected a certificate for a, found none";
    expect(b.refusals[0]).toMatchObject({ reason: "wrongCertificate", detail, by: "self", peer: "a" });
    expect(a.refusals[0]).toMatchObject({ reason: "wrongCertificate", detail, by: "peer", peer: "b" });
  });

  it("refuses a plain client, and both sides hear why", async () => {
    const { a, b, bothKnow } = await pair(undefined, forB, "ws");
    await bothKnow();
    expect(b.refusals[0]).toMatchObject({ reason: "tlsFailed", by: "self" });
    expect(b.refusals[0]?.detail).toMatch(/http request/);
    expect(a.refusals[0]).toMatchObject({ reason: "tlsFailed", by: "peer", peer: "b" });
    expect(a.refusals[0]?.detail).toMatch(/perhaps it expects wss:/);
  });

  it("says so where a server speaks no TLS", async () => {
    const { a } = await pair(forA, undefined);
    await until("known", () => a.refusals.length > 0);
    expect(a.refusals[0]).toMatchObject({ reason: "tlsFailed", by: "peer", peer: "b" });
    expect(a.refusals[0]?.detail).toMatch(/perhaps it expects ws:/);
  });

  it("dials no plain address where tls is set", async () => {
    const { a, b } = await pair(forA, undefined, "ws");
    await until("known", () => a.refusals.length > 0);
    expect(a.refusals[0]).toMatchObject({
      reason: "tlsFailed",
      by: "self",
      detail: "tls is set, but the address is not wss://",
    });
    expect(b.told).toEqual([]);
  });

  it("asks for the token, too", async () => {
    const a = await startWebSocketNode("a", { tls: forA, token: "red" });
    const b = await startWebSocketNode("b", { tls: forB, token: "blue" });
    a.transport.setPeers([memberAt("b", b.transport.port(), "wss")]);
    await until("refused", () => a.refusals.length > 0);
    expect(a.refusals[0]).toMatchObject({ reason: "wrongToken", by: "peer" });
  });

  it("works at a path of an https server that serves other things", async () => {
    const { requestCert, ...tls } = forB;
    const server = createServer({ ...tls, requestCert: requestCert ?? false, rejectUnauthorized: false });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    const b = await startWebSocketNode("b", { tls: forB, listen: { server, path: "/election" } });
    const address = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/election`;
    const a = await startWebSocketNode("a", { tls: forA });
    a.transport.setPeers([{ id: "b", address, incarnation: null }]);
    await until("linked", () => b.linked().includes("a"));
    const bare = await startWebSocketNode("c", { tls: { ca: authority.pem } });
    bare.transport.setPeers([{ id: "b", address, incarnation: null }]);
    await until("refused", () => b.refusals.length > 0);
    expect(bare.linked()).toEqual([]);
  });

  it("turns out who connects and never begins, but not who is linked", async () => {
    const limits = { handshakeTimeoutMs: 100 };
    const a = await startWebSocketNode("a", { tls: forA });
    const b = await startWebSocketNode("b", { tls: forB, limits, silenceMs: 50 });
    a.transport.setPeers([memberAt("b", b.transport.port(), "wss")]);
    await until("linked", () => b.linked().includes("a"));
    const { closed } = await rawConnection(b.transport.port());
    await closed;
    expect(b.refusals).toMatchObject([{ reason: "handshakeTimeout", by: "self" }]);
    expect(b.told).toEqual([{ event: "up", peer: "a", incarnation: "a-1" }]);
  });

  it("takes any certificate, and none, where that is asked for", async () => {
    const a = await startWebSocketNode("a", { tls: { rejectUnauthorized: false } });
    const b = await startWebSocketNode("b", {
      tls: { ...(await foreign.issue({ dns: ["x"] })), rejectUnauthorized: false },
    });
    a.transport.setPeers([memberAt("b", b.transport.port(), "wss")]);
    await until("linked", () => a.linked().includes("b"));
  });
});

describe("TLS without client certificates", () => {
  afterEach(stopAll);

  it("believes a server by its host name, as https does", async () => {
    const authority = await makeAuthority();
    const { requestCert: _, ...tls } = await authority.issue({ ip: "127.0.0.1" });
    const { requestCert: __, ...misplaced } = await authority.issue({ dns: ["elsewhere.example"] });
    const a = await startWebSocketNode("a", { tls: { ca: authority.pem } });
    const b = await startWebSocketNode("b", { tls });
    const c = await startWebSocketNode("c", { tls: misplaced });
    a.transport.setPeers([
      memberAt("b", b.transport.port(), "wss"),
      memberAt("c", c.transport.port(), "wss"),
    ]);
    await until("linked, and refused", () => a.linked().includes("b") && c.refusals.length > 0);
    expect(a.refusals).toMatchObject([
      {
        reason: "wrongCertificate",
        peer: "c",
        by: "self",
        detail: "the certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)",
      },
    ]);
    expect(c.refusals).toMatchObject([{ reason: "wrongCertificate", by: "peer" }]);
    expect(a.linked()).toEqual(["b"]);
  });

  it("believes no authority that was not named", async () => {
    const authority = await makeAuthority();
    const { requestCert: _, ...tls } = await authority.issue({ ip: "127.0.0.1" });
    const b = await startWebSocketNode("b", { tls });
    const a = await startWebSocketNode("a");
    a.transport.setPeers([memberAt("b", b.transport.port(), "wss")]);
    await until("refused", () => a.refusals.length > 0);
    expect(a.refusals[0]).toMatchObject({ reason: "wrongCertificate", by: "self" });
    expect(b.told).toEqual([]);
  });
});
