import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/elector/observers/logger.js";
import {
  type BackendStatus,
  type Checks,
  type ChecksOptions,
  createChecks,
} from "../../../src/liveness/index.js";
import { makeAuthority } from "../../support/certificates.js";

const open: { close(): void }[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Listens on a port of its own; ends with the test. */
async function listening(
  server: Server | TcpServer,
): Promise<{ readonly port: number; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    // Clients that go away in the middle are what this is about.
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** An HTTP server that answers so. */
const http = (answer: RequestListener) => listening(createServer(answer));

/** A server that writes these bytes to whoever connects, and nothing more. */
const raw = (write: (socket: Socket) => void) =>
  // What is not read keeps the end of a connection from being seen.
  listening(createTcpServer((socket) => write(socket.resume())));

function checksOf(options: ChecksOptions): Checks {
  const checks = createChecks({ logger: silentLogger, intervalMs: 60_000, timeoutMs: 5000, ...options });
  open.push(checks);
  return checks;
}

/** The first probe of one backend, once it has ended. */
async function probed(target: string, options: Partial<ChecksOptions> = {}): Promise<BackendStatus["last"]> {
  const checks = checksOf({ backends: { a: target }, fastIntervalMs: 1, ...options });
  for await (const { backends } of checks.changes())
    if (backends[0]?.last != null) {
      checks.close();
      return backends[0].last;
    }
  throw new Error("the checks ended without a result");
}

/** Waits until it is so, at most 5 s. */
async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 5000;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error("it did not become so within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("an HTTP probe", () => {
  it.each([
    [200, undefined, true],
    [204, undefined, true],
    [302, undefined, false],
    [404, undefined, false],
    [503, undefined, false],
    [302, "200-399", true],
    [401, "200-299, 401", true],
    [200, "204", false],
  ])("takes status %i for well, where %s is expected: %s", async (status, statuses, ok) => {
    const asked: (string | undefined)[] = [];
    const { port } = await http((request, response) => {
      asked.push(request.url);
      response.writeHead(status, { location: "/elsewhere" }).end("a body");
    });
    const http_ = statuses === undefined ? {} : { http: { statuses } };
    const last = await probed(`http://127.0.0.1:${port}/healthz?deep=1`, http_);
    expect(last).toMatchObject(
      ok ? { ok, reason: "" } : { ok, reason: expect.stringContaining(`status ${status}`) },
    );
    // No redirect is followed.
    expect(asked).toEqual(["/healthz?deep=1"]);
  });

  it("sends its own headers and method, such as the host of a virtual host, and those of the URL's user", async () => {
    const asked: unknown[] = [];
    const { port } = await http(({ method, headers }, response) => {
      asked.push([method, headers.host, headers["user-agent"], headers.authorization, headers.connection]);
      response.end();
    });
    const options: Partial<ChecksOptions> = { http: { method: "HEAD", headers: { host: "shop.example" } } };
    const checks = checksOf({
      backends: { a: `http://me:secret@127.0.0.1:${port}/` },
      fastIntervalMs: 1,
      ...options,
    });
    await until(() => checks.status().backends[0]?.last?.ok === true);
    const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    expect(asked).toEqual([["HEAD", "shop.example", "raftbeat", basic, "close"]]);
    expect(checks.status().backends[0]?.target).not.toContain("secret");
  });

  it.each<[string, (socket: Socket) => void, string | RegExp]>([
    ["bytes that are no HTTP", (socket) => void socket.end("SSH-2.0-OpenSSH_9.2\r\n"), /Parse Error/],
    [
      "headers without end",
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}`),
      /Header overflow/i,
    ],
    ["a connection closed at once", (socket) => void socket.destroy(), /socket hang up|ECONNRESET/],
    [
      "another protocol",
      (socket) => void socket.write("HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
      "status 101 Switching",
    ],
    [
      "a status that steers a terminal",
      (socket) => void socket.write("HTTP/1.1 500 \x1b[2Jx\r\ncontent-length: 0\r\n\r\n"),
      /Parse Error|status 500 \ufffd\[2Jx/,
    ],
  ])("fails at %s, and says so", async (_, write, reason) => {
    const { port, sockets } = await raw(write);
    const last = await probed(`http://127.0.0.1:${port}/`);
    expect(last?.ok).toBe(false);
    expect(last?.reason).toMatch(reason);
    await until(() => sockets.size === 0);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["says nothing", () => {}],
    [
      "says only that it goes on",
      (socket) => void setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 5).unref(),
    ],
    ["sends a header a byte at a time", (socket) => void setInterval(() => socket.write("H"), 5).unref()],
  ])("ends after its time where the backend %s, and closes its connection", async (_, write) => {
    const { port, sockets } = await raw((socket) => {
      socket.on("error", () => {});
      write(socket);
    });
    const last = await probed(`http://127.0.0.1:${port}/`, { timeoutMs: 200 });
    expect(last?.ok).toBe(false);
    expect(last?.reason).toMatch(/no answer within 200 ms|Parse Error/);
    await until(() => sockets.size === 0);
  });

  it("takes no more than 64 KiB of a body that never ends, and closes its connection", async () => {
    let sent = 0;
    const { port, sockets } = await http((_, response) => {
      const chunk = Buffer.alloc(16_384);
      const more = (): void => {
        while (!response.destroyed && sent < 64 * 1024 * 1024) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once("drain", more);
            return;
          }
        }
      };
      more();
    });
    const checks = checksOf({ backends: { a: `http://127.0.0.1:${port}/` }, fastIntervalMs: 1 });
    await until(() => checks.status().backends[0]?.last?.ok === true);
    await until(() => sockets.size === 0);
    // What the kernel took in between is not counted by the client.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it("leaves at most one connection behind a body that trickles: the next probe closes it, and so does the end", async () => {
    let asked = 0;
    const { port, sockets } = await http((_, response) => {
      asked++;
      response.write("x");
    });
    const checks = checksOf({
      backends: { a: `http://127.0.0.1:${port}/` },
      fastIntervalMs: 1,
      intervalMs: 20,
      timeoutMs: 1000,
    });
    await until(() => asked > 10);
    expect(checks.status().backends[0]?.credit).toBe(4);
    expect(sockets.size).toBeLessThanOrEqual(2);
    checks.close();
    await until(() => sockets.size === 0);
  });

  it("believes an authority of one's own, and nobody else", async () => {
    const authority = await makeAuthority();
    const { cert, key } = await authority.issue({ commonName: "backend", ip: "127.0.0.1" });
    const server = createSecureServer({ cert, key } as object, (_, response) => void response.end());
    server.on("tlsClientError", () => {});
    const { port } = await listening(server as never);
    const target = `https://127.0.0.1:${port}/`;
    expect(await probed(target, { http: { tls: { ca: authority.pem } } })).toMatchObject({ ok: true });
    expect((await probed(target))?.reason).toMatch(/certificate/);
    const other = await makeAuthority("another");
    expect((await probed(target, { http: { tls: { ca: other.pem } } }))?.ok).toBe(false);
    // The authority is right, and the name is not.
    expect((await probed(`https://localhost:${port}/`, { http: { tls: { ca: authority.pem } } }))?.ok).toBe(
      false,
    );
  });

  it("fails where nobody listens, and where the name is none", async () => {
    expect((await probed("http://127.0.0.1:1/"))?.reason).toContain("ECONNREFUSED");
    expect((await probed("http://no-such-host.invalid/"))?.ok).toBe(false);
  });
});

describe("a TCP probe", () => {
  it("passes where something listens, and leaves no connection", async () => {
    const { port, sockets } = await raw(() => {});
    expect(await probed(`tcp://127.0.0.1:${port}`)).toMatchObject({ ok: true });
    await until(() => sockets.size === 0);
  });

  it("fails where nothing listens, also by the name of a host with several addresses", async () => {
    expect((await probed("tcp://127.0.0.1:1"))?.reason).toContain("ECONNREFUSED");
    expect((await probed("tcp://[::1]:1"))?.ok).toBe(false);
    expect((await probed("tcp://localhost:1"))?.reason).toMatch(/ECONNREFUSED/);
  });
});

describe("checks of real servers", () => {
  it("bring a server down that begins to fail, and up again, by the numbers that were set", async () => {
    let status = 200;
    const { port } = await http((_, response) => void response.writeHead(status).end());
    const other = await http((_, response) => void response.end());
    const checks = checksOf({
      backends: { a: `http://127.0.0.1:${port}/`, b: `tcp://127.0.0.1:${other.port}` },
      intervalMs: 50,
    });
    const told: string[] = [];
    const credits: number[] = [];
    checks.subscribe((event) => {
      if (event.kind === "probed" && event.id === "a") credits.push(event.credit);
      if (event.kind === "up" || event.kind === "down") told.push(`${event.kind} ${event.id}`);
    });
    await until(() => credits.length > 0);
    status = 503;
    await until(() => told.length === 1);
    expect(checks.usable()).toEqual(["b"]);
    status = 200;
    await until(() => told.length === 2);
    expect(told).toEqual(["down a", "up a"]);
    expect(credits.join(" ")).toMatch(/^(4 )+3 2 (0 )+1 4/);
    expect(checks.usable()).toEqual(["a", "b"]);
  });
});
