import { request } from "node:http";
import { onTestFinished } from "vitest";
import { type HttpLimits, httpLimits } from "../../../src/observability/http/listener.js";
import { serveObservability } from "../../../src/observability/http/server.js";
import { createMeasurements, type Measurements } from "../../../src/observability/measurements.js";
import { createMetrics } from "../../../src/observability/prometheus/create-metrics.js";
import type { MetricsSources } from "../../../src/observability/prometheus/node-metrics.js";
import type { PeerCounters } from "../../../src/transport/websocket/peer-counters.js";
import { type FakeElector, fakeElector } from "./elector.js";

/** What a node answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** A fake elector served over HTTP. */
export interface Served extends FakeElector {
  readonly url: string;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly measurements: Measurements;
  ask(
    path: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Reply>;
}

export const link: PeerCounters = {
  id: "b",
  address: "ws://b:7400",
  connected: true,
  sentCount: 5,
  receivedCount: 4,
  droppedCount: 1,
  redialCount: 2,
  refusedFrameCount: 0,
  roundTripMs: 1.5,
  lastProblem: null,
};

export const refusedCounts = () => ({ wrongToken: 2 });

export const someMeasurements = () =>
  createMeasurements(
    {
      heartbeatIntervalMs: 50,
      electionTimeout: { minMs: 150, maxMs: 300 },
      voteHoldMs: 150,
      quorumTimeoutMs: 300,
      clockDriftRatio: 0.01,
    },
    () => 0,
    () => ({ p99Ms: 3, longestMs: 9, overMs: 60_000 }),
  );

export const certificateNotAfterMs = () => Date.UTC(2030, 0, 1);

/** Serves a fake elector on loopback until the test ends. */
export async function serve(
  token: string | null = null,
  {
    allowsLocal = token === null,
    links = () => [link],
    ...limits
  }: Partial<HttpLimits> & { allowsLocal?: boolean; links?: MetricsSources["links"] } = {},
): Promise<Served> {
  const fake = fakeElector();
  const sources = {
    elector: fake.elector,
    remainingMs: () => (fake.elector.isLeader ? 120 : 0),
    links,
    measurements: someMeasurements(),
    refusedCounts,
    certificateNotAfterMs,
  };
  const metrics = createMetrics(sources);
  const http = await serveObservability(
    { host: "127.0.0.1", port: 0 },
    sources,
    { metrics, changes: { tokens: () => (token === null ? [] : [token, "the next one"]), allowsLocal } },
    { ...httpLimits(), ...limits },
  );
  onTestFinished(() => http.close());
  return {
    ...fake,
    url: http.url,
    metrics,
    measurements: sources.measurements,
    ask: (path, { method = "GET", headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const asking = request(http.url + path, { method, headers }, (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        });
        asking.on("error", reject);
        asking.end(body);
      }),
  };
}
