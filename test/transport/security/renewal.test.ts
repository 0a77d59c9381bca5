import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/runtime/system-ports.js";
import type { TransportTls } from "../../../src/transport/security/certificate.js";
import { watchCertificate } from "../../../src/transport/security/certificate-watch.js";
import { createSecrets, type TransportToken } from "../../../src/transport/security/secrets.js";
import { webSocketTransport } from "../../../src/transport/websocket/websocket-transport.js";
import { makeAuthority } from "../../support/certificates.js";
import { identityOf, memberAt, membersOf, startWebSocketNode, stopAll, until } from "../support/nodes.js";
import { rawConnection } from "../support/wire.js";

afterEach(stopAll);

describe("a token", () => {
  it("changes without a restart, and without a moment in which nodes refuse each other", async () => {
    const tokens: Record<string, TransportToken> = { a: "old", b: "old", c: "old" };
    const start = (id: string) => startWebSocketNode(id, { token: () => tokens[id] ?? "" });
    let [a, b, c] = [await start("a"), await start("b"), await start("c")];
    /** Breaks the links of one node, so that it proves itself anew. */
    async function restart(): Promise<void> {
      await c.stop();
      c = await start("c");
      for (const node of [a, b, c]) node.transport.setPeers(membersOf(a, b, c));
      await until("linked", () => [a, b, c].every((node) => node.linked().length === 2));
    }
    await restart();
    for (const step of [["old", "new"], "new"] as const)
      for (const id of ["b", "c", "a"]) {
        tokens[id] = step;
        await restart();
      }
    expect(
      [a, b, c].flatMap(({ refusals }) => refusals.filter(({ reason }) => reason === "wrongToken")),
    ).toEqual([]);
    const late = await startWebSocketNode("d", { token: "old" });
    late.transport.setPeers(membersOf(a));
    await until("refused", () => late.refusals.length > 0);
    expect(late.refusals[0]).toMatchObject({ reason: "wrongToken", by: "peer" });
  });

  it.each([
    ["the empty one", ""],
    ["none of a list", []],
    ["three", ["a", "b", "c"]],
    ["an empty one of two", ["a", ""]],
    ["a number", 5 as unknown as string],
  ])("is refused, and not shown, if it is %s", (_name, token) => {
    for (const given of [token, () => token])
      expect(() => webSocketTransport({ listen: { port: 0 }, token: given })).toThrow(/^token .*(empty)/);
  });

  it("stays in use where the new one cannot be read, which is warned of once", () => {
    const warnings: string[] = [];
    let read: () => TransportToken = () => "good";
    const secrets = createSecrets({ token: () => read() }, identityOf("a"), (text) => warnings.push(text));
    for (const bad of [() => "", () => [] as string[]]) {
      read = bad;
      expect([secrets.tokens(), secrets.tokens()]).toEqual([["good"], ["good"]]);
    }
    read = () => {
      throw new Error("/etc/token cannot be read");
    };
    expect([secrets.tokens(), secrets.tokens()]).toEqual([["good"], ["good"]]);
    expect(warnings).toEqual([
      "the new token cannot be used, and the old stays in use: token is empty: leave it out or set one",
      expect.stringContaining("one or two of them"),
      "the new token cannot be used, and the old stays in use: /etc/token cannot be read",
    ]);
    read = () => ["better", "good"];
    expect(secrets.tokens()).toEqual(["better", "good"]);
  });
});

describe("a certificate", () => {
  it("and its authority change without a restart, for who dials and for who is dialled", async () => {
    const [before, after] = [await makeAuthority("before"), await makeAuthority("after")];
    const both = [before.pem, after.pem];
    const issue = async (authority: typeof before, id: string) => ({
      ...(await authority.issue({ dns: [id] })),
      ca: both,
    });
    const now: Record<string, TransportTls> = {
      a: await issue(before, "a"),
      b: await issue(before, "b"),
    };
    const start = (id: string) => startWebSocketNode(id, { tls: () => now[id] ?? {} });
    const [a, b] = [await start("a"), await start("b")];
    a.transport.setPeers([memberAt("b", b.transport.port(), "wss")]);
    await until("linked", () => a.linked().includes("b"));
    const expiresMs = a.transport.certificateNotAfterMs();
    expect(expiresMs).toBe(Date.parse(new X509Certificate(String(now["a"]?.cert)).validTo));
    for (const id of ["a", "b"])
      now[id] = { ...(await after.issue({ dns: [id], forMs: 7_200_000 })), ca: after.pem };
    // Knows the new authority alone: it dials a, and b dials it.
    const c = await startWebSocketNode("c", { tls: await after.issue({ dns: ["c"] }) });
    c.transport.setPeers([memberAt("a", a.transport.port(), "wss")]);
    b.transport.setPeers([memberAt("c", c.transport.port(), "wss")]);
    await until("linked with both", () => c.linked().length === 2);
    expect([...a.refusals, ...b.refusals, ...c.refusals]).toEqual([]);
    expect(a.upCount("b")).toBe(1);
    expect((a.transport.certificateNotAfterMs() ?? 0) - (expiresMs ?? 0)).toBeGreaterThan(3_000_000);
  });

  it("is not looked for by crowds that are turned away", async () => {
    const authority = await makeAuthority();
    const tls = await authority.issue({ dns: ["a"] });
    let askedCount = 0;
    const a = await startWebSocketNode("a", {
      tls() {
        askedCount++;
        return tls;
      },
      limits: { maxConnectionsPerSecond: 5 },
      // No look at the own certificate comes in between.
      silenceMs: 600_000,
      clock: { ...systemClock(), nowMs: () => 0 },
    });
    const before = askedCount;
    const crowd = await Promise.all(Array.from({ length: 50 }, () => rawConnection(a.transport.port())));
    await until("turned away", () => crowd.filter(({ socket }) => socket.destroyed).length === 45);
    expect(askedCount - before).toBe(5);
  });

  it("stays in use where the new one does not fit, which is warned of once", async () => {
    const authority = await makeAuthority();
    const [good, other] = [await authority.issue({ dns: ["a"] }), await authority.issue({ dns: ["b"] })];
    const warnings: string[] = [];
    let now: TransportTls = good;
    const secrets = createSecrets({ tls: () => now }, identityOf("a"), (text) => warnings.push(text));
    const { requestCert: _, ...oneSided } = good;
    for (const bad of [
      { ...good, key: other.key ?? "" },
      other,
      oneSided,
      { ca: authority.pem, requestCert: true },
    ]) {
      now = bad;
      expect(secrets.tls()).toBe(good);
      expect(secrets.tls()).toBe(good);
    }
    const problem = "the new certificate cannot be used, and the old stays in use: ";
    expect(warnings).toEqual([
      expect.stringMatching(/^the new certificate cannot .*: tls cannot be used \(.*mismatch\)/),
      `${problem}tls.cert does not fit this node: expected a certificate for a, found one for DNS:b`,
      `${problem}tls.requestCert cannot change while the node runs: restart it`,
      `${problem}tls.cert cannot come or go while the node runs: restart it`,
    ]);
    now = await authority.issue({ dns: ["a"] });
    expect(secrets.tls()).toBe(now);
  });

  const dayMs = 24 * 3600 * 1000;
  const endMs = Date.UTC(2030, 0, 1);
  const lasting = (lifetimeMs: number, fingerprint256 = "1") =>
    ({
      validFrom: new Date(endMs - lifetimeMs).toUTCString(),
      validTo: new Date(endMs).toUTCString(),
      fingerprint256,
    }) as X509Certificate;

  it.each([
    ["7 days before its end", 90 * dayMs, 7 * dayMs + 1, 7 * dayMs - 1, "6 days"],
    ["when a third is left of a short life", 3 * dayMs, dayMs + 1, dayMs - 1, "23 hours"],
    ["when it has expired", dayMs, dayMs, 0, "has expired"],
  ])("is warned of %s", (_name, lifetimeMs, quietMs, leftMs, words) => {
    const warnings: string[] = [];
    const look = watchCertificate((text) => warnings.push(text));
    look(lasting(lifetimeMs), endMs - quietMs);
    expect(warnings).toEqual([]);
    look(lasting(lifetimeMs), endMs - leftMs);
    expect(warnings).toEqual([expect.stringContaining(words)]);
    expect(warnings[0]).toContain("2030-01-01T00:00:00.000Z");
  });

  it("is warned of once a day, and a renewed one anew", () => {
    const warnings: string[] = [];
    const look = watchCertificate((text) => warnings.push(text));
    for (let hour = 0; hour < 48; hour++) look(lasting(90 * dayMs), endMs - 5 * dayMs + hour * 3_600_000);
    expect(warnings).toHaveLength(2);
    look(lasting(90 * dayMs, "2"), endMs - 3 * dayMs);
    expect(warnings).toHaveLength(3);
    look(null, endMs);
    expect(warnings).toHaveLength(3);
  });
});
