import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createConnections, mostConnectionsFor } from "../../src/observability/http/connections.js";
import { createPace, PacedSocket, sliceBytes } from "../../src/observability/http/paced-socket.js";
import { shareAnswer } from "../../src/observability/http/shared-answer.js";
import { type Served, serve } from "./support/http.js";

/** A connection of its own, which says `text` first. */
function open({ url }: Served, text = ""): Socket {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  if (text !== "") socket.write(text);
  return socket;
}

async function heard(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(socket, "close", { signal: AbortSignal.timeout(5_000) });
  return text;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe("requests that do not wait for an answer (pipelining)", () => {
  it.each(["/livez", "/status", "/metrics"])("get one answer to %s, which is the last", async (path) => {
    const served = await serve();
    const status = vi.spyOn(served.elector, "status");
    const text = await heard(open(served, get(path).repeat(2_000)));
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
    // One answer takes a few looks at the status.
    expect(status.mock.calls.length).toBeLessThan(20);
  });

  it("do not take a connection from a client that waits", async () => {
    const served = await serve();
    const socket = open(served, get("/livez")).setEncoding("utf8");
    for (let round = 0; round < 3; round++) {
      const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(5_000) });
      expect(answer).toMatch(/connection: keep-alive/i);
      socket.write(get("/livez"));
    }
  });
});

/** Makes pairs of sockets that are connected with each other. */
async function socketPairs(): Promise<() => Promise<{ near: Socket; far: Socket }>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return async () => {
    const accepted = once(server, "connection");
    const far = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [near] = (await accepted) as [Socket];
    onTestFinished(() => void [near, far].map((socket) => socket.destroy()));
    return { near, far };
  };
}

describe("what is no request", () => {
  it.each([
    ["another protocol", "\u0016\u0003\u0001\u0002", /^HTTP\/1\.1 400 /],
    ["headers that are too long", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}`, /^HTTP\/1\.1 431 /],
  ])("is refused: %s", async (_what, text, answer) => {
    const served = await serve();
    expect(await heard(open(served, text))).toMatch(answer);
    expect((await served.ask("/livez")).status).toBe(200);
  });
});

describe("the input of connections", () => {
  it("has eight turns in each turn of the event loop, first come, first served", () => {
    const turns: (() => void)[] = [];
    const pace = createPace({ afterPoll: (onTurn) => void turns.push(onTurn) });
    const served: number[] = [];
    for (let asker = 0; asker < 20; asker++) pace(() => served.push(asker));
    expect(turns).toHaveLength(1);
    for (const count of [8, 16, 20]) {
      turns.shift()?.();
      expect(served).toEqual(Array.from({ length: count }, (_, asker) => asker));
    }
    expect(turns).toEqual([]);
  });

  it("is handed on in slices, in order", async () => {
    const turns: (() => void)[] = [];
    const pace = createPace({ afterPoll: (onTurn) => void turns.push(onTurn) });
    const pair = await socketPairs();
    const texts: { readonly taken: string[]; readonly text: string }[] = [];
    for (const which of [0, 1, 2]) {
      const { near, far } = await pair();
      const taken: string[] = [];
      new PacedSocket(near, pace).on("data", (slice: Buffer) => taken.push(slice.toString()));
      const text = String(which).repeat(20 * sliceBytes);
      far.write(text);
      await vi.waitFor(() => expect(near.readableLength).toBe(text.length));
      texts.push({ taken, text });
    }
    const takenBytes = () => texts.reduce((sum, { taken }) => sum + taken.join("").length, 0);
    while (takenBytes() < 60 * sliceBytes) {
      await vi.waitFor(() => expect(turns).toHaveLength(1), { interval: 1 });
      turns.shift()?.();
    }
    for (const { taken, text } of texts) {
      expect(Math.max(...taken.map((slice) => slice.length))).toBeLessThanOrEqual(sliceBytes);
      expect(taken.join("")).toBe(text);
    }
  });
});

describe("/metrics", () => {
  it("is made once for all who ask within 100 ms", async () => {
    const { ask, elector } = await serve();
    const looks = vi.spyOn(elector, "status");
    await ask("/metrics");
    const looksForOne = looks.mock.calls.length;
    looks.mockClear();
    const beganMs = performance.now();
    const texts = await Promise.all(Array.from({ length: 50 }, async () => (await ask("/metrics")).text));
    const renderings = 1 + Math.ceil((performance.now() - beganMs) / 100);
    // Each request looks at the status once, to know whether the node runs at all.
    expect(looks.mock.calls.length).toBeLessThanOrEqual(50 + renderings * looksForOne);
    expect(looksForOne).toBeGreaterThan(5);
    expect(new Set(texts).size).toBeLessThanOrEqual(renderings + 1);
  });

  it("is made anew after 100 ms", () => {
    let nowMs = 0;
    let madeCount = 0;
    const shared = shareAnswer(
      100,
      () => nowMs,
      () => ++madeCount,
    );
    expect([shared(), shared()]).toEqual([1, 1]);
    nowMs = 99;
    expect(shared()).toBe(1);
    nowMs = 100;
    expect(shared()).toBe(2);
  });
});

describe("idle connections", () => {
  it("make room for those who ask, however many there are", async () => {
    const served = await serve(null, { mostConnections: 8 });
    const idle = Array.from({ length: 24 }, () => open(served));
    await vi.waitFor(
      () => expect(idle.filter((socket) => socket.closed).length).toBeGreaterThanOrEqual(16),
      5_000,
    );
    for (let probe = 0; probe < 10; probe++) expect((await served.ask("/livez")).status).toBe(200);
  });

  it("leave a change under way alone", async () => {
    const served = await serve(null, { mostConnections: 4 });
    const waiting: (() => void)[] = [];
    Object.assign(served.elector, {
      resign: () => new Promise<void>((resolve) => void waiting.push(resolve)),
    });
    const reply = served.ask("/transfer", { method: "POST" });
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    const idle = Array.from({ length: 12 }, () => open(served));
    await vi.waitFor(
      () => expect(idle.filter((socket) => socket.closed).length).toBeGreaterThanOrEqual(8),
      5_000,
    );
    waiting[0]?.();
    expect((await reply).status).toBe(200);
  });

  it("go first where one address has most of them", () => {
    const turns: (() => void)[] = [];
    const clock = { nowMs: () => 0, afterPoll: (onTurn: () => void) => void turns.push(onTurn) };
    const connections = createConnections({ mostConnections: 4, idleMs: 5_000 }, clock, () => () => {});
    const gone: string[] = [];
    const connection = (remoteAddress: string, name: string) => ({
      remoteAddress,
      destroy: () => gone.push(name),
      once: () => {},
    });
    connections.admit(connection("10.0.0.1", "probe"));
    for (let index = 0; index < 6; index++) connections.admit(connection("10.0.0.2", `leak ${index}`));
    expect(gone).toEqual([]);
    while (turns.length > 0) turns.shift()?.();
    expect(gone).toEqual(["leak 0", "leak 1", "leak 2"]);
  });

  it("are fewer where a process may open few files", () => {
    expect([64, 1024, 1_000_000, null].map(mostConnectionsFor)).toEqual([8, 128, 128, 128]);
  });
});

describe("changes", () => {
  it("end when nobody waits for them any more", async () => {
    const { url, elector } = await serve();
    const signals: AbortSignal[] = [];
    Object.assign(elector, {
      resign: ({ signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return once(signal, "abort");
      },
    });
    const asking = request(`${url}/transfer`, { method: "POST" }).on("error", () => {});
    asking.end();
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    asking.destroy();
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
  });

  it("are a few at a time, and do not keep probes waiting", async () => {
    const { ask, elector } = await serve();
    const waiting: (() => void)[] = [];
    Object.assign(elector, { resign: () => new Promise<void>((resolve) => void waiting.push(resolve)) });
    const replies = Array.from({ length: 4 }, () => ask("/transfer", { method: "POST" }));
    await vi.waitFor(() => expect(waiting).toHaveLength(4));
    const fifth = await ask("/transfer", { method: "POST" });
    expect(fifth.status).toBe(503);
    expect(JSON.parse(fifth.text).error.code).toBe("busy");
    expect((await ask("/livez")).status).toBe(200);
    for (const finish of waiting) finish();
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});
