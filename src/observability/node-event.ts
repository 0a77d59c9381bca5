import { jsonText, printable } from "../printable.js";
import type { LossReason } from "../protocol/index.js";

/**
 * What `raftbeat node` prints, one line a change. With `--json` each line is one of these objects and has besides
 * - `id`: the node,
 * - `level`: `info`, `warn` or `error`,
 * - `time`: the wall clock, ISO 8601 in UTC, for people and logs,
 * - `monotonicMs`: milliseconds with fractions of the clock that all processes of a machine share: for measuring.
 */
export type NodeEvent =
  /** The node takes part. */
  | {
      readonly event: "started";
      readonly cluster: string;
      readonly processId: number;
      readonly term: number;
    }
  /** Its HTTP server listens. */
  | { readonly event: "http"; readonly url: string }
  /** The node asks for votes, or has given it up. */
  | { readonly event: "role"; readonly role: string; readonly term: number }
  /** This node leads; the term is the fencing token. */
  | { readonly event: "elected"; readonly term: number }
  /** This node leads no longer. */
  | { readonly event: "lost"; readonly term: number; readonly reason: LossReason }
  /** Who leads as far as this node knows, perhaps nobody. */
  | {
      readonly event: "leader";
      readonly leader: string | null;
      readonly term: number;
      readonly metadata: string | null;
    }
  /** With `--lease-log`: `isLeader` was true just now and is until `leaseUntilMs` (as `monotonicMs`) at least, unless `lost` comes first. */
  | { readonly event: "lease"; readonly term: number; readonly leaseUntilMs: number }
  /** The process did not run for so long (stopped, suspended or blocked); `isLeader` is its first answer after it. */
  | { readonly event: "stalled"; readonly stalledMs: number; readonly isLeader: boolean }
  /** The members changed. */
  | {
      readonly event: "members";
      readonly voters: readonly string[];
      readonly observers: readonly string[];
      readonly removed: boolean;
    }
  /** A voter lost its links to a quorum, or has got them. */
  | { readonly event: "isolated"; readonly isolated: boolean }
  /** Something that deserves a word. */
  | { readonly event: "warning"; readonly message: string }
  /** The node was asked (SIGHUP) to read its token and its certificates again. */
  | { readonly event: "reread" }
  /** The node ends: on a signal it hands over first. */
  | { readonly event: "stopping"; readonly cause: string }
  /** The node has ended; nothing follows. */
  | { readonly event: "stopped" }
  /** The node cannot go on; nothing follows. */
  | { readonly event: "failed"; readonly code: string; readonly message: string };

/** How much an event matters. */
export type EventLevel = "info" | "warn" | "error";

/** A line of `raftbeat node --json`. */
export type NodeLine = NodeEvent & {
  readonly id: string;
  readonly level: EventLevel;
  readonly time: string;
  readonly monotonicMs: number;
};

/** How a line is made: with the clocks of the moment. */
export interface Moment {
  readonly wallMs: number;
  readonly machineMs: number;
}

/** The event as one line of JSON, newline included. */
export function jsonLine(id: string, event: NodeEvent, { wallMs, machineMs }: Moment): string {
  const line = {
    ...event,
    id,
    level: levelOf(event),
    time: new Date(wallMs).toISOString(),
    monotonicMs: machineMs,
  };
  return `${jsonText(line)}\n`;
}

/** The event as one line for people, newline included. */
export function readableLine(id: string, event: NodeEvent, { wallMs }: Moment): string {
  return `${new Date(wallMs).toISOString()} ${levelOf(event).toUpperCase().padEnd(5)} ${id} ${printable(sentence(event))}\n`;
}

function sentence(event: NodeEvent): string {
  switch (event.event) {
    case "started":
      return `takes part in ${event.cluster} at term ${event.term}`;
    case "http":
      return `serves ${event.url}`;
    case "role":
      return `is ${roleNames[event.role] ?? event.role} at term ${event.term}`;
    case "elected":
      return `LEADS in term ${event.term}`;
    case "lost":
      return `leads no longer: ${lossReasons[event.reason]} (term ${event.term})`;
    case "leader":
      if (event.leader === null) return `knows no leader at term ${event.term}`;
      return `sees ${event.leader} lead in term ${event.term}${event.metadata === null ? "" : ` (${event.metadata})`}`;
    case "lease":
      return `holds its lease in term ${event.term}`;
    case "stalled":
      return `did not run for ${Math.round(event.stalledMs)} ms; ${event.isLeader ? "leads still" : "does not lead"}`;
    case "members":
      return `${event.removed ? "was removed; " : ""}voters ${list(event.voters)}; observers ${list(event.observers)}`;
    case "isolated":
      return event.isolated ? "has no links to a quorum" : "has links to a quorum";
    case "warning":
      return event.message;
    case "reread":
      return "reads its token and its certificates again";
    case "stopping":
      return `stops: ${event.cause}`;
    case "stopped":
      return "has stopped";
    case "failed":
      return `failed: ${event.message}`;
  }
}

function levelOf(event: NodeEvent): EventLevel {
  if (event.event === "failed") return "error";
  return isWarning(event) ? "warn" : "info";
}

function isWarning(event: NodeEvent): boolean {
  switch (event.event) {
    case "warning":
    case "stalled":
      return true;
    case "isolated":
      return event.isolated;
    case "members":
      return event.removed;
    case "lost":
      return !["resigned", "stopped"].includes(event.reason);
    default:
      return false;
  }
}

const roleNames: Readonly<Record<string, string>> = {
  preCandidate: "asking whether it would be elected",
  candidate: "asking for votes",
  leader: "winner of the election, without a lease yet,",
};

const lossReasons: Readonly<Record<LossReason, string>> = {
  higherTerm: "a newer leader was elected",
  noQuorum: "it heard no quorum",
  leaseExpired: "its lease ran out",
  resigned: "it handed over",
  unhealthy: "its service is unhealthy",
  storeFailed: "it cannot write its votes",
  stopped: "it stops",
};

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "none" : ids.join(", ");
}
