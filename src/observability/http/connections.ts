import { readFileSync } from "node:fs";
import type { Clock, Schedule } from "../../runtime/ports.js";

/** The part of a connection that making room needs. */
export interface HttpConnection {
  readonly remoteAddress?: string | undefined;
  destroy(): unknown;
  once(event: "close", onClose: () => void): unknown;
}

/** The connections of an HTTP server: where there are too many, the idle ones make room for new ones. */
export interface HttpConnections {
  /** Takes a new connection in. */
  admit(connection: HttpConnection): void;
  /** A request came in on the connection: it is not idle until `onAnswered`. */
  onAsked(connection: HttpConnection): void;
  onAnswered(connection: HttpConnection): void;
  /** Ends the watch over connections; they stay open. */
  stop(): void;
}

/** What bounds the connections of a server. */
export interface ConnectionLimits {
  readonly mostConnections: number;
  /** An idle connection is closed after so long. */
  readonly idleMs: number;
}

interface Held {
  /** Connections from one address make room for each other first. */
  readonly address: string;
  isAsking: boolean;
  sinceMs: number;
}

/** More are of no use to probes, scrapers and operators. */
const mostConnections = 128;
/** HTTP may take at most this share of the files a process may open, once before room is made and once more. */
const shareOfFiles = 1 / 8;

/** How many connections a server shall keep: fewer where the process may open few files. */
export function mostConnectionsFor(openFiles: number | null): number {
  if (openFiles === null) return mostConnections;
  return Math.max(4, Math.min(mostConnections, Math.floor(openFiles * shareOfFiles)));
}

/** How many files this process may open; null where it cannot be told, or there is no limit. */
export function openFilesMost(): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}

/** Begins empty. */
export function createConnections(
  { mostConnections: most, idleMs }: ConnectionLimits,
  clock: Pick<Clock, "nowMs" | "afterPoll">,
  schedule: Schedule,
): HttpConnections {
  /** The longest idle first. */
  const held = new Map<HttpConnection, Held>();
  let isTrimming = false;
  let cancelSweep = schedule(idleMs / 5, sweep);

  function sweep(): void {
    const sinceMs = clock.nowMs() - idleMs;
    for (const [connection, one] of held) if (!one.isAsking && one.sinceMs < sinceMs) connection.destroy();
    cancelSweep = schedule(idleMs / 5, sweep);
  }

  /** Closes what is too much, once what the newcomers have to say could be read. */
  function trim(): void {
    isTrimming = false;
    while (held.size > most) {
      const leaving = longestIdle(held);
      if (leaving === null) return;
      held.delete(leaving);
      leaving.destroy();
    }
  }

  function mark(connection: HttpConnection, isAsking: boolean): void {
    const one = held.get(connection);
    if (one === undefined) return;
    held.delete(connection);
    held.set(connection, { ...one, isAsking, sinceMs: clock.nowMs() });
  }

  return {
    admit(connection) {
      const address = connection.remoteAddress ?? "";
      held.set(connection, { address, isAsking: false, sinceMs: clock.nowMs() });
      connection.once("close", () => held.delete(connection));
      if (held.size <= most || isTrimming) return;
      isTrimming = true;
      clock.afterPoll(() => clock.afterPoll(trim));
    },
    onAsked: (connection) => mark(connection, true),
    onAnswered: (connection) => mark(connection, false),
    stop: () => cancelSweep(),
  };
}

/** The longest idle connection of the address that has most of them: who leaks connections does not push others out. */
function longestIdle(held: ReadonlyMap<HttpConnection, Held>): HttpConnection | null {
  const counts = new Map<string, number>();
  for (const { address } of held.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
  let found: HttpConnection | null = null;
  let most = 0;
  for (const [connection, { address, isAsking }] of held) {
    const count = counts.get(address) ?? 0;
    if (isAsking || count <= most) continue;
    most = count;
    found = connection;
  }
  return found;
}
