import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Elector } from "../elector/elector.js";
import { RaftbeatError } from "../errors.js";
import type { PeerCounters } from "../transport/peers.js";
import { reconfigure, transfer } from "./http-changes.js";
import { authorize, HttpRefusal, readJson, refuseBrowsers } from "./http-guard.js";
import type { Measured } from "./measurements.js";
import type { Metrics } from "./metrics.js";
import type { Listen } from "./setting-values.js";
import type { StatusReply } from "./status-reply.js";

/** What the HTTP server tells of and acts on. */
export interface HttpSubject {
  readonly elector: Elector;
  /** What remains of the lease, in milliseconds. */
  remainingMs(): number;
  links(): readonly PeerCounters[];
  measured(): Measured;
  readonly metrics: Metrics;
}

/** A running HTTP server. */
export interface NodeHttp {
  /** Where it listens, such as `http://127.0.0.1:8400`. */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: string | object;
  readonly type?: string;
}

/** A change that takes longer is given up. */
const longestChangeMs = 30_000;

/** How long who connects may take; who is slower is cut off, so that it does not take the place of a probe. */
export interface HttpPatience {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly idleMs: number;
}

const patience: HttpPatience = { headersMs: 5_000, requestMs: 10_000, idleMs: 5_000 };

/**
 * Serves a node: GET /livez /readyz /leaderz /status /metrics to whoever can connect, POST /transfer /reconfigure to whoever may
 * (see `authorize`). Bounded in connections, header and body sizes and time. Errors: `transportFailed`.
 */
export function serveNode(
  listen: Listen,
  token: string | null,
  subject: HttpSubject,
  { headersMs, requestMs, idleMs }: HttpPatience = patience,
): Promise<NodeHttp> {
  const server = createServer({
    maxHeaderSize: 8192,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    // Otherwise Node looks at the two only twice a minute.
    connectionsCheckingInterval: headersMs / 5,
  });
  server.maxConnections = 256;
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    answer(request, token, subject, gone.signal)
      .catch((error: unknown) => refusalReply(error))
      .then((reply) => send(request, response, reply));
  });
  const host = listen.host ?? undefined;
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const where = `${host ?? "*"}:${listen.port}`;
      const message = `--http cannot listen on ${where} (${cause.code}): choose a free address of this machine`;
      reject(new RaftbeatError("transportFailed", message, { cause }));
    });
    server.listen({ port: listen.port, ...(host === undefined ? {} : { host }) }, () => {
      resolve({
        url: urlOf(server.address() as AddressInfo),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(
  request: IncomingMessage,
  token: string | null,
  subject: HttpSubject,
  signal: AbortSignal,
): Promise<Reply> {
  refuseBrowsers(request);
  const [path = "/"] = (request.url ?? "/").split("?");
  switch (path) {
    case "/livez":
    case "/readyz":
    case "/leaderz":
    case "/status":
    case "/metrics":
      allow(request, ["GET", "HEAD"]);
      return read(path, subject);
    case "/transfer":
    case "/reconfigure": {
      allow(request, ["POST"]);
      authorize(request, token);
      const body = await readJson(request);
      return {
        status: 200,
        body:
          path === "/transfer"
            ? await transfer(
                subject.elector,
                body,
                AbortSignal.any([signal, AbortSignal.timeout(longestChangeMs)]),
              )
            : await reconfigure(subject.elector, body, signal, longestChangeMs),
      };
    }
    default:
      throw new HttpRefusal(
        404,
        "notFound",
        "there are /livez /readyz /leaderz /status /metrics /transfer /reconfigure",
      );
  }
}

async function read(path: string, subject: HttpSubject): Promise<Reply> {
  const { elector, metrics } = subject;
  const status = elector.status();
  switch (path) {
    case "/livez":
      return status.role === "stopped"
        ? { status: 503, body: "stopped\n" }
        : { status: 200, body: "alive\n" };
    case "/readyz": {
      const missing = notReady(subject);
      return missing === null
        ? { status: 200, body: "ready\n" }
        : { status: 503, body: `not ready: ${missing}\n` };
    }
    case "/leaderz": {
      const { isLeader } = elector;
      const { term, leader, leaderMetadata } = elector.status();
      return { status: isLeader ? 200 : 503, body: { isLeader, term, leader, leaderMetadata } };
    }
    case "/status":
      return { status: 200, body: statusReply(subject) };
    default:
      return { status: 200, body: await metrics.text(), type: metrics.contentType };
  }
}

/** Why a node does not take part fully, or null. */
function notReady({ elector }: HttpSubject): string | null {
  const { role, removed, leader, whyNoLeader } = elector.status();
  if (role === "stopped") return "stopped";
  if (removed) return "removed from the cluster";
  if (leader !== null) return null;
  return whyNoLeader === null ? "no leader known" : `no leader known: ${whyNoLeader}`;
}

function statusReply({ elector, remainingMs, links, measured }: HttpSubject): StatusReply {
  return {
    ...elector.status(),
    isLeader: elector.isLeader,
    leaseRemainingMs: remainingMs(),
    links: links(),
    measured: measured(),
  };
}

function allow(request: IncomingMessage, methods: readonly string[]): void {
  if (!methods.includes(request.method ?? ""))
    throw new HttpRefusal(
      405,
      "method",
      `${request.method} is not for this path: use ${methods.join(" or ")}`,
    );
}

function refusalReply(error: unknown): Reply {
  if (!(error instanceof HttpRefusal))
    return { status: 500, body: { error: { code: "internal", message: "the node could not answer" } } };
  return {
    status: error.status,
    body: { error: { code: error.code, message: error.message }, ...error.details },
  };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, type }: Reply): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    "content-type": type ?? (typeof body === "string" ? "text/plain; charset=utf-8" : "application/json"),
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    // What is left of a body that was refused must not be taken for the next request.
    ...(request.complete ? {} : { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
