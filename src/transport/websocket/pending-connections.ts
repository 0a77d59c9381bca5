import type { Duplex } from "node:stream";
import type { LinkRefusal, SentCloseReason } from "../wire/close-reason.js";

/** An open WebSocket that can be refused with a reason, which its other side is told. */
export interface Refusable {
  refuse(reason: SentCloseReason, detail: string): void;
}

/** A connection whose other side has not yet said who it is. */
export interface PendingConnection {
  readonly stream: Duplex;
  /** Host and port it comes from. */
  readonly remote: string;
  readonly sinceMs: number;
  /** Null until the WebSocket is open. */
  link: Refusable | null;
}

/** How many connections may be pending, and for how long. */
export interface PendingLimits {
  readonly maxPendingCount: number;
  readonly handshakeTimeoutMs: number;
}

/** The pending connections of a listener. */
export interface PendingConnections {
  /** Adds a connection; the oldest is closed where there are too many. */
  add(stream: Duplex, remote: string, nowMs: number): PendingConnection;
  /** The connection from this host and port, if it is pending. */
  from(remote: string): PendingConnection | undefined;
  /** The other side has said who it is. */
  delete(remote: string): void;
  /** Closes the connections that have taken too long. */
  sweep(nowMs: number): void;
  /** Closes all of them, as this node stops. */
  close(): void;
}

/** Begins without connections. `onRefused` hears of each that is closed before its WebSocket is open. */
export function createPendingConnections(
  { maxPendingCount, handshakeTimeoutMs }: PendingLimits,
  onRefused: (reason: LinkRefusal["reason"], detail: string, remote: string) => void,
): PendingConnections {
  /** By remote host and port, the oldest first. */
  const pending = new Map<string, PendingConnection>();

  function refuse(
    { link, stream, remote }: PendingConnection,
    reason: "tooManyConnections" | "handshakeTimeout",
    detail: string,
  ): void {
    pending.delete(remote);
    if (link !== null) {
      link.refuse(reason, detail);
      return;
    }
    stream.destroy();
    onRefused(reason, detail, remote);
  }

  return {
    add(stream, remote, nowMs) {
      const connection: PendingConnection = { stream, remote, sinceMs: nowMs, link: null };
      const [oldest] = pending.values();
      if (oldest !== undefined && pending.size >= maxPendingCount)
        refuse(oldest, "tooManyConnections", `more than ${maxPendingCount} connections without a hello`);
      pending.set(remote, connection);
      stream.once("close", () => {
        if (pending.get(remote) === connection) pending.delete(remote);
      });
      return connection;
    },
    from: (remote) => pending.get(remote),
    delete: (remote) => void pending.delete(remote),
    sweep(nowMs) {
      for (const connection of pending.values()) {
        if (nowMs - connection.sinceMs < handshakeTimeoutMs) return;
        refuse(connection, "handshakeTimeout", `no hello within ${handshakeTimeoutMs} ms`);
      }
    },
    close() {
      for (const { link, stream } of pending.values()) {
        if (link === null) stream.destroy();
        else link.refuse("stopping", "stopping");
      }
      pending.clear();
    },
  };
}
