import { readFileSync } from "node:fs";
import type { Clock, Schedule } from "../../runtime/ports.js";

/** As much of a connection as making room needs. */
export interface HttpConnection {
  readonly remoteAddress?: string | undefined;
  destroy(): unknown;
  once(event: "close", onClose: () => void): unknown;
}

/** The connections of an HTTP server: where there are too many, the idle ones make room for new ones. */
export interface HttpRoom {
  /** Takes a new connection in. */
  admit(connection: HttpConnection): void;
  /** A request came in on the connection: it is not idle until `onAnswered`. */
  onAsked(connection: HttpConnection): void;
  onAnswered(connection: HttpConnection): void;
  /** Ends the watch over connections; they stay open. */
  stop(): void;
}

/** What a room needs to know. */
export interface HttpRoomOptions {
  readonly mostConnections: number;
  /** An idle connection is closed after so long. */
  readonly idleMs: number;
}

interface Guest {
  /** Whose place it takes: connections from one address make room for each other first. */
  readonly address: string;
  isAsking: boolean;
  sinceMs: number;
}

/** More are of no use to probes, scrapers and operators. */
const mostConnections = 128;
/** HTTP may take at most this share of the files a process may open, once before room is made and once more. */
const shareOfFiles = 1 / 8;

/** How many connections a server shall keep: fewer where the process may open few files. */
export function roomFor(openFiles: number | null): number {
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
export function createHttpRoom(
  { mostConnections: most, idleMs }: HttpRoomOptions,
  clock: Pick<Clock, "nowMs" | "afterPoll">,
  schedule: Schedule,
): HttpRoom {
  /** The longest idle first. */
  const guests = new Map<HttpConnection, Guest>();
  let isTrimming = false;
  let cancelSweep = schedule(idleMs / 5, sweep);

  function sweep(): void {
    const sinceMs = clock.nowMs() - idleMs;
    for (const [connection, guest] of guests)
      if (!guest.isAsking && guest.sinceMs < sinceMs) connection.destroy();
    cancelSweep = schedule(idleMs / 5, sweep);
  }

  /** Closes what is too much, once what the newcomers have to say could be read. */
  function trim(): void {
    isTrimming = false;
    while (guests.size > most) {
      const leaving = longestIdle(guests);
      if (leaving === null) return;
      guests.delete(leaving);
      leaving.destroy();
    }
  }

  function mark(connection: HttpConnection, isAsking: boolean): void {
    const guest = guests.get(connection);
    if (guest === undefined) return;
    guests.delete(connection);
    guests.set(connection, { ...guest, isAsking, sinceMs: clock.nowMs() });
  }

  return {
    admit(connection) {
      const address = connection.remoteAddress ?? "";
      guests.set(connection, { address, isAsking: false, sinceMs: clock.nowMs() });
      connection.once("close", () => guests.delete(connection));
      if (guests.size <= most || isTrimming) return;
      isTrimming = true;
      clock.afterPoll(() => clock.afterPoll(trim));
    },
    onAsked: (connection) => mark(connection, true),
    onAnswered: (connection) => mark(connection, false),
    stop: () => cancelSweep(),
  };
}

/** The longest idle connection of the address that has most of them: who leaks connections does not push others out. */
function longestIdle(guests: ReadonlyMap<HttpConnection, Guest>): HttpConnection | null {
  const counts = new Map<string, number>();
  for (const { address } of guests.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
  let found: HttpConnection | null = null;
  let most = 0;
  for (const [connection, { address, isAsking }] of guests) {
    const count = counts.get(address) ?? 0;
    if (isAsking || count <= most) continue;
    most = count;
    found = connection;
  }
  return found;
}
