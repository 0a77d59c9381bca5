import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { type HandlerOptions, observabilityHandler } from "../../src/observability/index.js";
import { createMetrics } from "../../src/observability/prometheus/create-metrics.js";
import { type FakeElector, fakeElector } from "./support/elector.js";
import { certificateNotAfterMs, link, refusedCounts, someMeasurements } from "./support/http.js";

interface Service extends FakeElector {
  ask(path: string, init?: RequestInit): Promise<{ status: number; text: string; type: string | null }>;
}

/** A service with a server of its own, which answers what the handler leaves to it. */
async function aService(given: (node: ReturnType<typeof aNode>) => HandlerOptions = () => ({})) {
  const fake = fakeElector();
  const node = aNode(fake);
  const handle = observabilityHandler(node, given(node));
  const server = createServer(async (request, response) => {
    if (!(await handle(request, response))) response.writeHead(418).end("the service");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: Service = {
    ...fake,
    async ask(path, init) {
      const answer = await fetch(url + path, init);
      const { status, headers } = answer;
      return { status, text: await answer.text(), type: headers.get("content-type") };
    },
  };
  return service;
}

function aNode({ elector }: FakeElector) {
  return {
    elector,
    remainingMs: () => 0,
    links: () => [link],
    measurements: someMeasurements(),
    refusedCounts,
    certificateNotAfterMs,
  };
}

const theService = { status: 418, text: "the service" };

describe("the handler in a service's own server", () => {
  it("answers for the node's health and status, and leaves all else to the service", async () => {
    const { ask, become, elector } = await aService();
    expect(await ask("/livez")).toMatchObject({ status: 200, text: "alive\n" });
    expect(await ask("/readyz?verbose")).toMatchObject({ status: 200, text: "ready\n" });
    expect((await ask("/leaderz")).status).toBe(503);
    expect(JSON.parse((await ask("/status")).text)).toMatchObject({ ...elector.status(), links: [link] });
    become({ leader: null });
    expect((await ask("/readyz")).status).toBe(503);
    for (const path of ["/", "/orders", "/readyzz", "/status/x", "/toString", "/constructor"])
      expect(await ask(path), path).toMatchObject(theService);
  });

  it("serves metrics where there are any", async () => {
    expect(await (await aService()).ask("/metrics")).toMatchObject(theService);
    const { ask } = await aService((node) => ({ metrics: createMetrics(node, { processMetrics: false }) }));
    const { status, text, type } = await ask("/metrics");
    expect({ status, type }).toEqual({ status: 200, type: expect.stringMatching(/^text\/plain; version=/) });
    expect(text).toContain('raftbeat_peer_frames_sent_total{peer="b",cluster="test",node="a"} 5');
    expect(text).not.toContain("process_cpu");
  });

  it("answers below its path alone", async () => {
    const { ask } = await aService(() => ({ path: "/election" }));
    expect((await ask("/election/readyz")).status).toBe(200);
    expect(await ask("/readyz")).toMatchObject(theService);
    expect(await ask("/election")).toMatchObject(theService);
    expect(await ask("/elephant/readyz")).toMatchObject(theService);
  });

  it("changes nothing unless told who may ask", async () => {
    const closed = await aService();
    const post = { method: "POST", body: '{"to":"b"}' };
    expect(await closed.ask("/transfer", post)).toMatchObject(theService);
    expect(closed.asked).toEqual([]);
    const { ask, asked } = await aService(() => ({
      changes: { tokens: () => ["secret"], allowsLocal: false },
    }));
    expect((await ask("/transfer", post)).status).toBe(401);
    expect(asked).toEqual([]);
    const headers = { authorization: "Bearer secret" };
    expect((await ask("/transfer", { ...post, headers })).status).toBe(200);
    expect(asked).toEqual(["transfer to b"]);
  });

  it("takes no body that a parser has read already for an empty one", async () => {
    const node = aNode(fakeElector());
    const handle = observabilityHandler(node, {
      changes: { tokens: () => ["secret"], allowsLocal: false },
    });
    const server = createServer(async (request, response) => {
      for await (const _ of request);
      await handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/transfer`, {
      method: "POST",
      headers: { authorization: "Bearer secret", "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ to: "b" }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("the body was read already");
  });

  it("refuses other methods and pages of browsers", async () => {
    const { ask } = await aService();
    expect((await ask("/livez", { method: "DELETE" })).status).toBe(405);
    expect((await ask("/livez", { headers: { origin: "http://evil.example" } })).status).toBe(403);
    expect(await ask("/livez", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  });
});

describe("raftbeat/observability", () => {
  it("loads prom-client for those who ask for metrics, and for no others", async () => {
    const door = new URL("../../dist/observability/index.js", import.meta.url);
    const script = `
      import { createRequire } from "node:module";
      const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes("prom-client"));
      await import(${JSON.stringify(door.href)});
      const before = isLoaded();
      await import(${JSON.stringify(new URL("./prometheus/create-metrics.js", door).href)});
      console.log(before, isLoaded());`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      { cwd: fileURLToPath(new URL("../..", import.meta.url)) },
    );
    expect(stdout.trim()).toBe("false true");
  });
});
