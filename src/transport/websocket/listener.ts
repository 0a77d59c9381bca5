import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Admission } from "../limits/admission.js";
import type { RefusalLog } from "../limits/refusal-log.js";
import { type LinkContext, socketOptions } from "../link/link-context.js";
import { isTlsError } from "../link/socket-errors.js";
import type { TransportTls } from "../security/certificate.js";
import { asciiText, type LinkRefusal } from "../wire/close-reason.js";
import type { Listen } from "./listen.js";
import {
  createPendingConnections,
  type PendingConnection,
  type PendingConnections,
  type Refusable,
} from "./pending-connections.js";
import { answerStatus, createOwnServer, listenAt, remoteOf } from "./server.js";

/** What a listener needs. */
export interface ListenerContext extends Pick<LinkContext, "clock"> {
  readonly limits: ListenerLimits;
  /** The TLS options of the moment. */
  readonly tls: () => TransportTls | null;
  readonly admission: Admission;
  readonly refusals: RefusalLog;
}

/** How much a listener takes before it refuses. */
export type ListenerLimits = Pick<
  LinkContext["limits"],
  "maxFrameBytes" | "maxConnectionsPerSecond" | "maxPendingCount" | "handshakeTimeoutMs"
>;

/** A WebSocket that somebody has just opened. */
export interface Accepted {
  readonly socket: WebSocket;
  /** What is below it, with the certificate of the other end if there is one. */
  readonly stream: Socket;
  /** Host and port of the other end. */
  readonly remote: string;
  /** The TLS options that the other end was shown. */
  readonly tls: TransportTls | null;
  /** To be called once the other end has said who it is: from then on it is not pending. */
  onUp(): void;
}

/** Takes connections, and refuses those that are no WebSocket for this place. */
export class Listener {
  private readonly listen: Listen;
  private readonly context: ListenerContext;
  private readonly welcome: (accepted: Accepted) => Refusable;
  private readonly server: Server | TlsServer;
  /** True where the server is its owner's. */
  private readonly isShared: boolean;
  private readonly webSockets: WebSocketServer;
  private readonly pending: PendingConnections;
  /** Connections that there was room for. */
  private readonly admitted = new WeakSet<Duplex>();
  private tls: TransportTls | null;
  private readonly handlers: readonly (readonly [event: string, handler: (...args: never[]) => void])[];

  /** Listens only after `open`. `welcome` takes each WebSocket that has opened. */
  constructor(listen: Listen, context: ListenerContext, welcome: (accepted: Accepted) => Refusable) {
    this.listen = listen;
    this.context = context;
    this.welcome = welcome;
    this.isShared = "server" in listen;
    this.tls = context.tls();
    this.server = "server" in listen ? listen.server : createOwnServer(this.tls);
    const options = { noServer: true, clientTracking: false, ...socketOptions(context.limits) };
    this.webSockets = new WebSocketServer(options);
    this.webSockets.on("wsClientError", (error: Error, stream: Socket) => {
      this.note("badRequest", asciiText(error.message), remoteOf(stream));
      answerStatus(stream, 400);
    });
    this.pending = createPendingConnections(context.limits, (...refused) => this.note(...refused));
    const upgrade = ["upgrade", this.onUpgrade.bind(this)] as const;
    this.handlers = this.isShared
      ? [upgrade]
      : [
          upgrade,
          ["connection", this.onConnection.bind(this)],
          ["request", this.onRequest.bind(this)],
          // An https server tells of failed TLS as of any other malformed request.
          ["clientError", this.onClientError.bind(this)],
        ];
  }

  /** Begins to listen; calls back with `transportFailed` where that cannot be. */
  open(callback: (error: Error | null) => void): void {
    const { listen, server, context } = this;
    for (const [event, handler] of this.handlers) server.on(event, handler as () => void);
    // Node chooses the certificate when somebody connects: the new one must be there by then.
    if (!this.isShared) server.prependListener("connection", this.onArrival);
    if ("server" in listen) context.clock.afterPoll(() => callback(null));
    else listenAt(server, listen.host, listen.port, callback);
  }

  /** The port listened at, or null. */
  port(): number | null {
    const address = this.server.address() as AddressInfo | null;
    return address?.port ?? null;
  }

  /** Shows the certificate of the moment on each connection from now on: at once, not only when somebody connects. */
  renew(): void {
    const next = this.context.tls();
    if (next === this.tls) return;
    this.tls = next;
    if (next !== null && this.server instanceof TlsServer && !this.isShared)
      this.server.setSecureContext(next);
  }

  /** Closes the connections whose other side has taken too long to say who it is. */
  sweep(nowMs: number): void {
    this.pending.sweep(nowMs);
  }

  /** Takes no more connections. */
  close(callback: () => void): void {
    const { server } = this;
    for (const [event, handler] of this.handlers) server.off(event, handler as () => void);
    server.off("connection", this.onArrival);
    this.pending.close();
    if (this.isShared || !server.listening) this.context.clock.afterPoll(callback);
    else server.close(() => callback());
  }

  /** Comes before Node's own listener, which chooses the certificate. A connection that is one too many costs no look at it. */
  private readonly onArrival = (stream: Socket): void => {
    const { admission, clock } = this.context;
    if (!admission.admits(stream.remoteAddress ?? "", clock.nowMs())) return;
    this.admitted.add(stream);
    this.renew();
  };

  private onConnection(stream: Socket): void {
    // Without an address it is gone already.
    if (stream.remoteAddress === undefined) stream.destroy();
    else if (this.admitted.has(stream))
      this.pending.add(stream, remoteOf(stream), this.context.clock.nowMs());
    else this.turnAway(stream);
  }

  /** Before TLS or anything else that costs time. */
  private turnAway(stream: Socket): void {
    const detail = `more than ${this.context.limits.maxConnectionsPerSecond} new connections a second`;
    this.note("tooManyConnections", detail, remoteOf(stream));
    if (this.server instanceof TlsServer && !this.isShared) stream.destroy();
    else answerStatus(stream, 503);
  }

  private onUpgrade(request: IncomingMessage, stream: Socket, head: Buffer): void {
    const { listen, server, isShared, pending } = this;
    const remote = remoteOf(stream);
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (listen.path !== undefined && path !== listen.path) {
      if (isShared && server.listenerCount("upgrade") > 1) return;
      this.note("wrongPath", asciiText(`expected ${listen.path}, found ${path}`), remote);
      answerStatus(stream, 404);
      return;
    }
    if (request.headers.origin !== undefined) {
      this.note("browser", "a browser's Origin header", remote);
      answerStatus(stream, 403);
      return;
    }
    if (isShared) {
      this.onArrival(stream);
      if (!this.admitted.has(stream)) {
        this.turnAway(stream);
        return;
      }
    }
    const connection = pending.from(remote) ?? pending.add(stream, remote, this.context.clock.nowMs());
    this.webSockets.handleUpgrade(request, stream, head, (socket) => this.onOpen(socket, stream, connection));
  }

  private onOpen(socket: WebSocket, stream: Socket, connection: PendingConnection): void {
    const { remote } = connection;
    const onUp = () => this.pending.delete(remote);
    connection.link = this.welcome({ socket, stream, remote, tls: this.tls, onUp });
  }

  private onRequest(_request: IncomingMessage, response: ServerResponse): void {
    this.note("badRequest", "a request that is no WebSocket", remoteOf(response.socket));
    response.writeHead(426, { Connection: "close", Upgrade: "websocket" }).end();
  }

  private onClientError(
    error: NodeJS.ErrnoException & { reason?: string | undefined },
    stream: Socket,
  ): void {
    const code = error.code ?? error.message;
    const remote = remoteOf(stream);
    stream.destroy();
    if (code === "ECONNRESET") return;
    this.note(isTlsError(code) ? "tlsFailed" : "badRequest", asciiText(error.reason ?? code), remote);
  }

  private note(reason: LinkRefusal["reason"], detail: string, remote: string): void {
    this.context.refusals.note({ reason, detail, by: "self", peer: null, remote });
  }
}
