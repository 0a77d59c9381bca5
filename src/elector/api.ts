import type { RaftbeatError } from "../errors.js";
import type { LossReason, NodeId, Preset, TimingInput } from "../protocol/index.js";
import type { Identity, Transport, VoteStore } from "../runtime/ports.js";
import type { TransportTls } from "../transport/security/certificate.js";
import type { Renewable, TransportToken } from "../transport/security/secrets.js";
import type { Listen } from "../transport/websocket/listener.js";
import type { Logger } from "./observers/logger.js";
import type { ElectorStatus, LeaderInfo } from "./status.js";

/** One leadership, from the moment it is told to the moment it is lost. */
export interface Leadership {
  /** The fencing token: pass it to whatever you write to, and have that refuse lower ones. */
  readonly term: number;
  /** Aborted on loss, with a `LostLeadership` as its reason. */
  readonly signal: AbortSignal;
  /** What remains of the lease, in milliseconds, computed now; 0 once it is over. */
  remainingMs(): number;
  /**
   * Throws unless at least `forMs` more milliseconds of lease remain (default: any). Checked when asked, so it also sees a process
   * that was stopped or blocked. Errors: `leaseTooShort`, `notLeader`.
   */
  assertValid(forMs?: number): void;
  /** Ends this leadership once the body has returned, and hands over. */
  resign(): void;
}

/**
 * What runs while this node leads. The signal tells it to end; until it has, the node neither hands over nor campaigns.
 * A body that returns while its node leads has done its work: the node leads on, and no body starts before the next leadership.
 * One that throws while its node leads counts as an unhealthy service: it is logged, the node hands over and cools down.
 */
export type LeaderBody = (lead: Leadership) => Promise<unknown> | unknown;

/**
 * A running `whileLeader`. Awaiting its end is optional: that resolves when the run has ended and its body has drained, and rejects with
 * `storeFailed` if the elector failed; what a body throws never ends it. After it the node votes on, but does not campaign until there is a run again.
 */
export interface LeaderRun {
  /** Settles when the run has ended. */
  readonly ended: Promise<void>;
  /**
   * Ends the run: the present leadership, if any, is handed over once the body has drained. A body may call it to end its own
   * run, and must not await it.
   */
  stop(): Promise<void>;
}

/** What a service is told of elections, once each. */
export type ElectorEvent =
  | { readonly kind: "elected"; readonly term: number }
  | { readonly kind: "lost"; readonly term: number; readonly reason: LossReason }
  | { readonly kind: "leader"; readonly leader: LeaderInfo | null };

/** Changes of the membership, one member at a time. */
export type MembershipChange =
  /** Adds a node: as an observer first, and as a voter once it has caught up, unless it is to stay an observer. */
  | {
      readonly add: {
        readonly id: NodeId;
        readonly address: string;
        readonly voter?: boolean;
        readonly incarnation?: string;
      };
    }
  /** Removes a voter or observer; a leader cannot remove itself: it hands over first. */
  | { readonly remove: NodeId }
  /**
   * Changes where the others reach a member. A node whose `voters` name that member goes on by those, and says so in its log: they are
   * changed in its settings.
   */
  | { readonly address: { readonly id: NodeId; readonly address: string } };

/** A node's part in electing a leader. */
export interface Elector extends AsyncDisposable {
  readonly id: NodeId;
  /** True iff this node leads now: computed when asked, from the lease. */
  readonly isLeader: boolean;
  status(): ElectorStatus;
  /** Runs `body` each time this node leads, until the signal, `stop()` or the run's own `stop()` ends it. One at a time. */
  whileLeader(body: LeaderBody, options?: { readonly signal?: AbortSignal }): LeaderRun;
  /** The present status, then each later one; a slow reader skips, but never misses the last. */
  watch(options?: { readonly signal?: AbortSignal }): AsyncIterable<ElectorStatus>;
  /** Subscribes to events; returns the end of the subscription. */
  subscribe(listener: (event: ElectorEvent) => void): () => void;
  /** Resolves once a leader is known that this node follows or is. Errors: `aborted`, `stopped`. */
  waitForLeader(options?: { readonly signal?: AbortSignal }): Promise<LeaderInfo>;
  /** One quorum round now: resolves once a quorum has confirmed this leader. Errors: `notLeader`, `aborted`, `stopped`. */
  verify(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Hands over to a voter that has caught up. This node leads on until its transferee is elected, at most as long as its lease lasts, and then
   * drains; resolves once it has, and the transferee may lead. Errors: `notLeader`, `transferRefused`, `aborted`, `stopped`.
   */
  transfer(options: { readonly to: NodeId; readonly signal?: AbortSignal }): Promise<void>;
  /** Hands over to whoever is best placed. Errors as `transfer`. */
  resign(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Changes the membership; resolves once a quorum holds the change, and tries until `timeoutMs` (default 30 s) have passed.
   * Errors: `notLeader`, `reconfigureRefused`, `timeout`, `aborted`, `stopped`.
   */
  reconfigure(
    change: MembershipChange,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<void>;
  /**
   * Ends everything; with `handover`, passes the leadership on first, as `await using` does. Settles when drained, or when a body
   * has had `drainTimeoutMs`; a leadership that this node was handed and has not got yet, because the old leader drains, is waited for.
   * Settles too where the disk or the network hangs: seconds later, with an error in the log and from `closed`. Safe to call twice.
   */
  stop(options?: { readonly handover?: boolean }): Promise<void>;
  /**
   * Settles, and never rejects, when the elector has ended: null after `stop`, else the error that ended it, or what has not ended with it:
   * after `storeFailed` a write may still reach the disk, and the store stays locked until it has.
   */
  readonly closed: Promise<RaftbeatError | null>;
}

/** What a node that joins believes. */
export interface JoinOptions {
  /** Ids of members; believed without a proof where the cluster has neither token nor certificates. */
  readonly members?: readonly NodeId[];
  /**
   * The id of the cluster, as `status()` of a member tells it; a configuration of any other is not taken. It is no secret: without
   * `members`, token or certificates anybody who knows it is believed.
   */
  readonly clusterId?: string;
}

/** What an elector needs whatever carries its messages. */
export interface ElectorOptions {
  /** A peer of another cluster is refused. */
  readonly cluster: string;
  /** Stable across restarts. */
  readonly id: NodeId;
  /**
   * The founders and their addresses, the same list on every founder. Empty with `join`. Once the node has a record, the members are
   * those of the record; an address that is given here for one of them, founder or not, goes before the one on record.
   */
  readonly voters: Readonly<Record<NodeId, string>>;
  /**
   * For a node that joins a running cluster: it waits until a member tells it the configuration. True: a member that proved to know the
   * token, or to hold a certificate. Where there is neither, say whom to believe.
   */
  readonly join?: boolean | JoinOptions;
  /**
   * Founders that the founding does not wait for, such as a machine that is not there yet. Default: none: a cluster is founded once every
   * founder was met, and is empty. Means nothing once the cluster is founded.
   */
  readonly absentFounders?: readonly NodeId[];
  readonly store: VoteStore;
  /** Makes the transport once the incarnation is known, in place of WebSockets with `listen`, `token` and `tls`. */
  readonly transport?: (identity: Identity) => Transport;
  /** Where peers connect. Default: where the own address in `voters` points. */
  readonly listen?: Listen;
  /** Shared by all members: who does not know it is refused. Two are valid while one replaces the other; a function is asked per connection. */
  readonly token?: Renewable<TransportToken>;
  /** Node's own TLS options, for `wss://` addresses; a function is asked per connection, so that certificates can be renewed. */
  readonly tls?: Renewable<TransportTls>;
  /** True for a node that votes and holds its votes like any other, and never leads: a tie-breaker without the service. */
  readonly arbiter?: boolean;
  readonly timing?: Preset | TimingInput;
  /** Told to every follower of this node while it leads, such as the address of its service. At most 1024 bytes. */
  readonly metadata?: string;
  /** False, a throw or no answer in time: resign, and do not campaign until it has been true for the cool-down. */
  readonly health?: HealthOptions;
  /** How long a node does not campaign after its service was unhealthy or a body threw. */
  readonly coolDownMs?: number;
  /** How long a body may drain after its signal before the node hands over all the same. */
  readonly drainTimeoutMs?: number;
  readonly logger?: Logger;
}

/** How a service says whether this node may lead. */
export interface HealthOptions {
  readonly check: (options: { readonly signal: AbortSignal }) => boolean | Promise<boolean>;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}
