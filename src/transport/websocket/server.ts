import { createServer, type Server, STATUS_CODES } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { RaftbeatError } from "../../errors.js";
import type { TransportTls } from "../security/certificate.js";

/** The HTTP server of a transport's own, below its WebSockets. */

/** An http server, or an https one if there is a certificate. */
export function createOwnServer(tls: TransportTls | null): Server | TlsServer {
  // The listener closes a connection that is slow to say who it is; the server has no time limits of its own.
  const http = { headersTimeout: 0, requestTimeout: 0, maxHeaderSize: 8192 };
  if (tls?.cert === undefined && tls?.pfx === undefined) return createServer(http);
  // Certificates are judged once the WebSocket is open, so that the other side hears why.
  return createTlsServer({ ...http, ...tls, rejectUnauthorized: false });
}

/** Listens at host and port; calls back with `transportFailed` where that cannot be. */
export function listenAt(
  server: Server,
  host: string | undefined,
  port: number,
  callback: (error: Error | null) => void,
): void {
  const onError = (cause: NodeJS.ErrnoException) => callback(listenError(host, port, cause));
  server.once("error", onError);
  // In a worker of Node's cluster module a port would else be shared by all workers, and peers reach any of them.
  server.listen({ port, host, exclusive: true }, () => {
    server.off("error", onError);
    server.on("error", () => {});
    callback(null);
  });
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

/** Host and port of the other end. */
export function remoteOf(stream: Socket | null): string {
  return stream?.remoteAddress === undefined ? "unknown" : `${stream.remoteAddress}:${stream.remotePort}`;
}

/** Answers a request that is not to become a WebSocket, and closes the connection. */
export function answerStatus(stream: Duplex, status: number): void {
  stream.on("error", () => stream.destroy());
  stream.once("finish", () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
