import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { RaftbeatError } from "../../errors.js";
import type { Clock } from "../../runtime/ports.js";
import { systemClock, systemSchedule } from "../../runtime/system-ports.js";
import type { Listen } from "../../settings/setting-values.js";
import { createConnections, type HttpConnections, mostConnectionsFor, openFilesMost } from "./connections.js";
import { createPace, PacedSocket } from "./paced-socket.js";
import { type Answer, refusalReply, send } from "./reply.js";

/** A running HTTP server. */
export interface NodeHttp {
  /** Where it listens, such as `http://127.0.0.1:8400`. */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** What bounds a server: how long a client may take, and how many may be connected. */
export interface HttpLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly idleMs: number;
  readonly mostConnections: number;
}

/** The limits of this process. */
export function httpLimits(): HttpLimits {
  return {
    headersMs: 5_000,
    requestMs: 10_000,
    idleMs: 5_000,
    mostConnections: mostConnectionsFor(openFilesMost()),
  };
}

/**
 * Serves answers over HTTP, bounded in connections, header sizes, time, and work for each turn of the event loop, so that no client
 * costs a leader its lease.
 * @throws RaftbeatError `transportFailed`
 */
export function listenHttp(
  listen: Listen,
  limits: HttpLimits,
  answers: { readonly answer: Answer },
): Promise<NodeHttp> {
  const { headersMs, requestMs, idleMs, mostConnections } = limits;
  const server = createServer({
    maxHeaderSize: 8192,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    // Otherwise Node looks at the two only twice a minute.
    connectionsCheckingInterval: headersMs / 5,
  });
  // Room is made once the newcomers could be heard; until then there may be twice as many.
  server.maxConnections = 2 * mostConnections;
  const clock = systemClock();
  const connections = createConnections(limits, clock, systemSchedule);
  paceInput(server, connections, clock);
  answerInTurn(server, connections, answers);
  const host = listen.host ?? undefined;
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      connections.stop();
      const where = `${host ?? "*"}:${listen.port}`;
      const message = `the HTTP server cannot listen on ${where} (${cause.code}): choose a free address of this machine`;
      reject(new RaftbeatError("transportFailed", message, { cause }));
    });
    server.listen({ port: listen.port, ...(host === undefined ? {} : { host }) }, () => {
      // A process that is out of files cannot take a connection now and then; it goes on.
      server.on("error", () => {});
      resolve({
        url: urlOf(server.address() as AddressInfo),
        close: () =>
          new Promise((closed) => {
            connections.stop();
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** Puts a paced socket between each connection and Node's HTTP server. */
function paceInput(server: Server, connections: HttpConnections, clock: Clock): void {
  const pace = createPace(clock);
  const listeners = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const connection = new PacedSocket(socket, pace);
    connections.admit(connection);
    for (const listener of listeners) listener.call(server, connection);
  });
}

/**
 * Answers one request at a time on each connection. The answer to a request behind which another came unasked (pipelining) is the last:
 * browsers, probes and Prometheus wait for an answer, and a client that does not wait could have a leader work for seconds.
 */
function answerInTurn(
  server: Server,
  connections: HttpConnections,
  { answer }: { readonly answer: Answer },
): void {
  const open = new WeakMap<object, ServerResponse>();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const connection = request.socket;
    const earlier = open.get(connection);
    if (earlier !== undefined) {
      if (!earlier.headersSent) earlier.shouldKeepAlive = false;
      return;
    }
    open.set(connection, response);
    connections.onAsked(connection);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    response.once("finish", () => {
      if (response.shouldKeepAlive) open.delete(connection);
    });
    const [path = "/"] = (request.url ?? "/").split("?");
    answer(request, path, gone.signal)
      .catch((error: unknown) => refusalReply(error))
      .then((reply) => {
        connections.onAnswered(connection);
        if (!gone.signal.aborted) send(request, response, reply);
      });
  });
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
