import type { ZoneMode } from "../../roster/liveness-event.js";
import type { HeldShard, Report, WorkerName } from "../worker-message.js";
import { noReport } from "../worker-report.js";

/** Why a shard was given to a worker, or taken from one. */
export type MoveCause =
  /** Nobody held it: it is new, or no worker claimed it in the grace period. */
  | "unclaimed"
  /** Its worker was silent for longer than its lease, and was evicted (W12). */
  | "lapsed"
  /** Another life of its worker has begun (W13). */
  | "restarted"
  /** Its worker gave it back. */
  | "released"
  /** Its worker ends (W14). */
  | "left"
  /** Its worker is drained by order. */
  | "drained"
  /** To even out the load. */
  | "balanced"
  /** Its worker does not want it any more, or the settings do not name it any more. */
  | "unwanted";

/** A shard, once it was held by a worker that this leader knows. */
export interface Shard {
  readonly name: string;
  /** The life of a worker that holds it, also while it is revoked; null where it is free. */
  owner: string | null;
  token: number;
  /** How many owners it has had in this term. */
  n: number;
  /** Who held it last, and why not any more. */
  formerOwner: string | null;
  cause: MoveCause;
  /** Whom it is not given to, because it gave it back, until when. */
  refusedBy: string | null;
  refusedUntilMs: number;
}

/** A shard that is being taken from its worker (W8). */
export interface Revocation {
  /** The first assignment without it. */
  readonly version: number;
  /** The promise as it stood then. */
  readonly untilMs: number;
  readonly cause: MoveCause;
}

/** How a worker is, as far as its silence goes. */
export type WorkerState = "unknown" | "alive" | "suspect" | "lapsed" | "evicted";

/** Workers in the order in which they came into a state: the next to be judged is the first. */
export interface WorkerQueue {
  first: WorkerRecord | null;
  last: WorkerRecord | null;
  size: number;
}

/** What a leader knows of one life of a worker. */
export interface WorkerRecord extends WorkerName {
  state: WorkerState;
  /** The last beat that was taken, and when. */
  seq: number;
  heardAtMs: number;
  /** Until when nothing of it is given to another (W4). */
  promisedUntilMs: number;
  seen: number;
  report: Report;
  /** What its last report says that it holds. */
  held: ReadonlySet<string>;
  /** Its assignment, and which one it is. */
  readonly shards: Set<string>;
  version: number;
  /** The shards taken from it that may not be free yet, the oldest first. */
  readonly revoking: Map<string, Revocation>;
  evictedAtMs: number;
  /** The queue of its state, and its place there. */
  queue: WorkerQueue | null;
  previous: WorkerRecord | null;
  next: WorkerRecord | null;
}

/** The workers of a zone, and how many of them may be evicted (W12). */
export interface ZoneRecord {
  readonly name: string;
  total: number;
  silent: number;
  mode: ZoneMode;
  modeSinceMs: number;
  tokens: number;
  filledAtMs: number;
  /** Workers whose lease is over and that were not evicted yet, the longest silent first. */
  readonly lapsed: WorkerQueue;
}

/**
 * All that one leader knows in one term: which worker holds which shard, and until when. It is made anew from what the workers say, and nothing of it is
 * durable.
 */
export interface LeaseTable {
  readonly term: number;
  readonly startedAtMs: number;
  graceUntilMs: number;
  /** Whether the grace period has ended, and what nobody claimed is free. */
  graceEnded: boolean;
  attentiveSinceMs: number;
  /** Whether this node led when it last looked. */
  led: boolean;
  /** The last version that was used for an assignment, of any worker. */
  versions: number;
  readonly shards: Map<string, Shard>;
  /** No shard that is new to this table has had more owners in this term than this (W9). */
  forgottenOwners: number;
  /** Free shards that should be held. */
  readonly orphans: Set<string>;
  /** Free shards that nobody wants, the longest first. */
  readonly idle: Set<string>;
  /** Who wants a shard, the longest waiting first. */
  readonly wanters: Map<string, Set<WorkerRecord>>;
  readonly workers: Map<string, WorkerRecord>;
  /** The newest life of each worker. */
  readonly lives: Map<string, string>;
  readonly alive: WorkerQueue;
  readonly suspects: WorkerQueue;
  readonly evicted: WorkerQueue;
  /** Workers from which shards are being taken. */
  readonly losing: Set<WorkerRecord>;
  /** Workers that are to be sent a grant at the end of this step. */
  readonly toGrant: Set<WorkerRecord>;
  readonly zones: Map<string, ZoneRecord>;
  /** Whether a count of a zone has changed since the zones were last judged. */
  zonesChanged: boolean;
  /** The zones that have lapsed workers. */
  readonly failing: Set<ZoneRecord>;
  doubts: boolean;
  /** Whether orphans may find a worker that did not at the last look. */
  unsettled: boolean;
  /** When a shard may go back to the worker that gave it back. */
  retryAtMs: number;
  /** Whether the load may be uneven, and when it may be evened out next. */
  uneven: boolean;
  balanceAtMs: number;
}

/** Begins the table of a term, at the first instant at which this node leads in it. */
export function createLeaseTable(term: number, graceMs: number, nowMs: number): LeaseTable {
  return {
    term,
    startedAtMs: nowMs,
    graceUntilMs: nowMs + graceMs,
    graceEnded: false,
    attentiveSinceMs: nowMs,
    led: true,
    versions: 0,
    shards: new Map(),
    forgottenOwners: 0,
    orphans: new Set(),
    idle: new Set(),
    wanters: new Map(),
    workers: new Map(),
    lives: new Map(),
    alive: newQueue(),
    suspects: newQueue(),
    evicted: newQueue(),
    losing: new Set(),
    toGrant: new Set(),
    zones: new Map(),
    zonesChanged: false,
    failing: new Set(),
    doubts: false,
    unsettled: false,
    retryAtMs: Number.POSITIVE_INFINITY,
    uneven: false,
    balanceAtMs: Number.NEGATIVE_INFINITY,
  };
}

/** A queue with nobody in it. */
export function newQueue(): WorkerQueue {
  return { first: null, last: null, size: 0 };
}

/** A life of a worker that has just been heard for the first time. */
export function newWorker(table: LeaseTable, { id, boot }: WorkerName): WorkerRecord {
  return {
    id,
    boot,
    state: "unknown",
    seq: 0,
    heardAtMs: Number.NEGATIVE_INFINITY,
    promisedUntilMs: Number.NEGATIVE_INFINITY,
    seen: 0,
    report: noReport,
    held: new Set(),
    shards: new Set(),
    version: ++table.versions,
    revoking: new Map(),
    evictedAtMs: Number.NEGATIVE_INFINITY,
    queue: null,
    previous: null,
    next: null,
  };
}

/** The assignment of a worker has changed: it has a number that no assignment of this term has had. */
export function renumber(table: LeaseTable, worker: WorkerRecord): number {
  worker.version = ++table.versions;
  table.toGrant.add(worker);
  return worker.version;
}

/** The assignment of a worker, by name. */
export function assignmentOf(table: LeaseTable, worker: WorkerRecord): HeldShard[] {
  return [...worker.shards].sort().map((shard) => ({ shard, token: table.shards.get(shard)?.token ?? 0 }));
}

/** When the load may be evened out next; infinite while anything is in motion, or nothing has changed. */
export function balanceAtMs({ uneven, graceEnded, orphans, losing, balanceAtMs: atMs }: LeaseTable): number {
  return uneven && graceEnded && orphans.size === 0 && losing.size === 0 ? atMs : Number.POSITIVE_INFINITY;
}
