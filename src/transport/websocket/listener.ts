import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { RaftbeatError } from "../../errors.js";
import { certificateProblem, isMutual, type TransportTls } from "../security/certificate.js";
import { type LinkRefusal, printable } from "../wire/close-reason.js";
import type { Admission } from "./admission.js";
import { createLink, type Link, type LinkContext, type LinkOwner, socketOptions } from "./link.js";

/** Where peers connect: at a port of this transport's own, or at a path of a server that others use too. */
export type Listen =
  /** Port 0 takes a free one. Default host: all addresses; default path: any. */
  | { readonly host?: string; readonly port: number; readonly path?: string }
  /** The server's owner listens and closes. Upgrades to other paths are left alone where somebody else handles upgrades. */
  | { readonly server: Server | TlsServer; readonly path: string };

/** The way in: takes connections, turns away what is no peer, and makes links of the rest. */
export interface Door {
  /** Errors: `transportFailed`. */
  open(callback: (error: Error | null) => void): void;
  /** The port listened at, or null. */
  port(): number | null;
  /** Takes renewed certificates in use at once, not only when somebody connects. */
  renew(): void;
  /** Turns out who has taken too long to say who it is. */
  sweep(nowMs: number): void;
  close(callback: () => void): void;
}

/** What a door needs besides what links share. */
export interface DoorContext extends LinkContext {
  /** The TLS options of the moment. */
  readonly tls: () => TransportTls | null;
  readonly admission: Admission;
}

/** Who has connected but not said who it is. */
interface Stranger {
  readonly stream: Duplex;
  readonly remote: string;
  readonly sinceMs: number;
  link: Link | null;
}

/** Makes the way in. Links are given to `owner` once they are up; who is turned away is told to `onRefused`. */
export function createDoor(
  listen: Listen,
  context: DoorContext,
  owner: LinkOwner,
  onRefused: (refusal: LinkRefusal) => void,
): Door {
  const { limits, clock, admission, tls: tlsNow } = context;
  const shared = "server" in listen;
  let tls = tlsNow();
  const server: Server | TlsServer = shared ? listen.server : ownServer(tls);
  const webSockets = new WebSocketServer({ noServer: true, clientTracking: false, ...socketOptions(limits) });
  /** Connections that there was room for. */
  const taken = new WeakSet<Duplex>();
  /** By remote host and port, the oldest first. */
  const strangers = new Map<string, Stranger>();
  // An https server tells of failed TLS as of any other malformed request.
  const listeners: readonly (readonly [string, (...args: never[]) => void])[] = [
    ["upgrade", onUpgrade],
    ...(shared
      ? []
      : ([
          ["connection", onConnection],
          ["request", onRequest],
          ["clientError", onClientError],
        ] as const)),
  ];

  function refuse(reason: LinkRefusal["reason"], detail: string, remote: string): void {
    onRefused({ reason, detail, by: "self", peer: null, remote });
  }

  function admit(stream: Duplex, remote: string): Stranger {
    const stranger: Stranger = { stream, remote, sinceMs: clock.nowMs(), link: null };
    const [oldest] = strangers.values();
    if (oldest !== undefined && strangers.size >= limits.maxStrangerCount)
      turnOut(oldest, "tooManyStrangers", `more than ${limits.maxStrangerCount} connections without a hello`);
    strangers.set(remote, stranger);
    stream.once("close", () => {
      if (strangers.get(remote) === stranger) strangers.delete(remote);
    });
    return stranger;
  }

  function turnOut(
    stranger: Stranger,
    reason: "tooManyStrangers" | "handshakeTimeout",
    detail: string,
  ): void {
    strangers.delete(stranger.remote);
    if (stranger.link !== null) {
      stranger.link.refuse(reason, detail);
      return;
    }
    stranger.stream.destroy();
    refuse(reason, detail, stranger.remote);
  }

  /** Shows the certificate of the moment to whoever connects from now on. */
  function renew(): void {
    const next = tlsNow();
    if (next === tls) return;
    tls = next;
    if (next !== null && server instanceof TlsServer && !shared) server.setSecureContext(next);
  }

  /** Comes before Node's own listener, which chooses the certificate. Who is one too many costs no look at it. */
  function onArrival(stream: Socket): void {
    if (!admission.admits(stream.remoteAddress ?? "", clock.nowMs())) return;
    taken.add(stream);
    renew();
  }

  function onConnection(stream: Socket): void {
    // Without an address it is gone already.
    if (stream.remoteAddress === undefined) stream.destroy();
    else if (taken.has(stream)) admit(stream, remoteOf(stream));
    else turnAway(stream);
  }

  /** Before TLS or anything else that costs time. */
  function turnAway(stream: Socket): void {
    const detail = `more than ${limits.maxConnectionsPerSecond} new connections a second`;
    refuse("tooManyStrangers", detail, remoteOf(stream));
    if (server instanceof TlsServer && !shared) stream.destroy();
    else answer(stream, 503);
  }

  function onUpgrade(request: IncomingMessage, stream: Socket, head: Buffer): void {
    const remote = remoteOf(stream);
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (listen.path !== undefined && path !== listen.path) {
      if (shared && server.listenerCount("upgrade") > 1) return;
      refuse("wrongPath", printable(`expected ${listen.path}, found ${path}`), remote);
      answer(stream, 404);
      return;
    }
    if (request.headers.origin !== undefined) {
      refuse("browser", "a browser's Origin header", remote);
      answer(stream, 403);
      return;
    }
    if (shared) {
      onArrival(stream);
      if (!taken.has(stream)) {
        turnAway(stream);
        return;
      }
    }
    const stranger = strangers.get(remote) ?? admit(stream, remote);
    webSockets.handleUpgrade(request, stream, head, (socket) => welcome(socket, stream, stranger));
  }

  function welcome(socket: WebSocket, stream: Socket, stranger: Stranger): void {
    const { remote } = stranger;
    const { cluster } = context.credentials.identity;
    const distrusts = (id: string) => certificateProblem(stream, { cluster, id }, tls, "accepted");
    const opened = { socket, remote, expected: null, distrusts, isMutual: isMutual(tls) };
    stranger.link = createLink(opened, context, {
      ...owner,
      onUp(link) {
        strangers.delete(remote);
        owner.onUp(link);
      },
    });
  }

  function onRequest(_request: IncomingMessage, response: ServerResponse): void {
    refuse("badRequest", "a request that is no WebSocket", remoteOf(response.socket));
    response.writeHead(426, { Connection: "close", Upgrade: "websocket" }).end();
  }

  function onClientError(error: NodeJS.ErrnoException & { reason?: string }, stream: Socket): void {
    const code = error.code ?? error.message;
    const remote = remoteOf(stream);
    stream.destroy();
    if (code === "ECONNRESET") return;
    const isTls = /^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code);
    refuse(isTls ? "tlsFailed" : "badRequest", printable(error.reason ?? code), remote);
  }

  webSockets.on("wsClientError", (error: Error, stream: Socket) => {
    refuse("badRequest", printable(error.message), remoteOf(stream));
    answer(stream, 400);
  });

  return {
    renew,
    open(callback) {
      for (const [event, listener] of listeners) server.on(event, listener as () => void);
      // Node chooses the certificate when somebody connects: the new one must be there by then.
      if (!shared) server.prependListener("connection", onArrival);
      if ("server" in listen) {
        context.clock.afterPoll(() => callback(null));
        return;
      }
      const { host, port } = listen;
      const onError = (cause: NodeJS.ErrnoException) => callback(listenError(host, port, cause));
      server.once("error", onError);
      // In a worker of Node's cluster module a port would else be shared by all workers, and peers reach any of them.
      server.listen({ port, host, exclusive: true }, () => {
        server.off("error", onError);
        server.on("error", () => {});
        callback(null);
      });
    },
    port() {
      const address = server.address() as AddressInfo | null;
      return address?.port ?? null;
    },
    sweep(nowMs) {
      for (const stranger of strangers.values()) {
        if (nowMs - stranger.sinceMs < limits.handshakeTimeoutMs) return;
        turnOut(stranger, "handshakeTimeout", `no hello within ${limits.handshakeTimeoutMs} ms`);
      }
    },
    close(callback) {
      for (const [event, listener] of listeners) server.off(event, listener as () => void);
      server.off("connection", onArrival);
      for (const { link, stream } of strangers.values()) {
        if (link === null) stream.destroy();
        else link.refuse("stopping", "stopping");
      }
      strangers.clear();
      if (shared || !server.listening) context.clock.afterPoll(callback);
      else server.close(() => callback());
    },
  };
}

function ownServer(tls: TransportTls | null): Server | TlsServer {
  // Whoever is slow is turned out by `sweep`, whatever it is slow with.
  const http = { headersTimeout: 0, requestTimeout: 0, maxHeaderSize: 8192 };
  if (tls?.cert === undefined && tls?.pfx === undefined) return createServer(http);
  // Certificates are judged once the WebSocket is open, so that the other side hears why.
  return createTlsServer({ ...http, ...tls, rejectUnauthorized: false });
}

function listenError(host: string | undefined, port: number, cause: NodeJS.ErrnoException): RaftbeatError {
  const where = `${host ?? "*"}:${port}`;
  const remedy =
    cause.code === "EADDRINUSE"
      ? "another process listens there: stop it or choose another port"
      : "choose another host or port";
  return new RaftbeatError("transportFailed", `cannot listen at ${where} (${cause.code}): ${remedy}`, {
    cause,
  });
}

function remoteOf(stream: Socket | null): string {
  return stream?.remoteAddress === undefined ? "unknown" : `${stream.remoteAddress}:${stream.remotePort}`;
}

function answer(stream: Duplex, status: number): void {
  stream.on("error", () => stream.destroy());
  stream.once("finish", () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
