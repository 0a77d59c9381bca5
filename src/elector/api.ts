import type { RaftbeatError } from "../errors.js";
import type { LossReason, NodeId, Preset, TimingInput } from "../protocol/index.js";
import type { Clock, Identity, Random, Schedule, Transport, VoteStore } from "../runtime/ports.js";
import type { TransportTls } from "../transport/security/certificate.js";
import type { Renewable, TransportToken } from "../transport/security/secrets.js";
import type { Listen } from "../transport/websocket/listen.js";
import type { PeerCounters } from "../transport/websocket/peer-counters.js";
import type { Logger } from "./observers/logger.js";
import type { ElectorStatus } from "./status.js";

/** One leadership of this node, from its announcement to its loss. */
export interface Leadership {
  /** The fencing token: pass it with each write, and have the resource refuse a lower one than it has seen. */
  readonly term: number;
  /** Aborted on loss, with a `LeadershipLostError` as its reason. */
  readonly signal: AbortSignal;
  /** What remains of the lease, in milliseconds, computed now; 0 once it is over. */
  remainingMs(): number;
  /**
   * Throws unless at least `forMs` more milliseconds of lease remain. Checked when asked, so it also sees a process that was stopped or
   * blocked.
   * @param forMs default: 0, any lease at all
   * @throws RaftbeatError `leaseTooShort`; `leaseOutOfReach` if these settings never give so much; `invalidSettings`;
   *   `LeadershipLostError`, whose code is `notLeader`
   */
  assertValid(forMs?: number): void;
  /**
   * Resolves once at least `forMs` more milliseconds of lease remain: at once, or with a renewal of the lease, which comes with each heartbeat.
   * @throws RaftbeatError `leaseOutOfReach` at once if these settings never give so much; `leaseTooShort` if ten renewals in a row did
   *   not; `invalidSettings`, `aborted`; `LeadershipLostError`, whose code is `notLeader`, when the leadership is lost meanwhile
   * @example
   * elector.whileLeader(async (lead) => {
   *   await lead.ensure(50); // for work that takes up to 50 ms
   *   await work(lead.term);
   * });
   */
  ensure(forMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Ends this leadership once the body has returned, and hands over. */
  resign(): void;
}

/**
 * What runs while this node leads. The signal tells it to end; until it has, the node neither hands over nor campaigns.
 * A body that returns while its node leads has done its work: the node leads on, and no body starts before the next leadership.
 * One that throws while its node leads counts as an unhealthy service: it is logged, the node hands over and cools down. The errors of
 * `assertValid` and `ensure` do not: the node leads on, and the body starts again once there is as much lease as it asked for.
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

/** The leader that this node knows. */
export interface LeaderInfo {
  readonly id: NodeId;
  readonly term: number;
  readonly metadata: string | null;
}

/** An event of an election, sent once. */
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
        readonly voter?: boolean | undefined;
        readonly incarnation?: string | undefined;
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
  /** What this node is and knows at this moment. */
  status(): ElectorStatus;
  /** What went over the links with each peer, sorted by id; nothing where `transport` is one that keeps no such counts. */
  links(): readonly PeerCounters[];
  /**
   * Runs `body` each time this node leads, until the signal, `stop()` or the run's own `stop()` ends it. One at a time.
   * @throws RaftbeatError `runInProgress`, `invalidSettings`, `stopped`, or the error that ended the elector
   * @example elector.whileLeader(async (lead) => { while (!lead.signal.aborted) await work(lead.term); });
   */
  whileLeader(body: LeaderBody, options?: { readonly signal?: AbortSignal | undefined }): LeaderRun;
  /** The present status, then each later one; a slow reader skips, but never misses the last. */
  watch(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<ElectorStatus>;
  /** Subscribes to events; returns the end of the subscription. */
  subscribe(listener: (event: ElectorEvent) => void): () => void;
  /**
   * Resolves once this node knows a leader: another node that it follows, or itself.
   * @throws RaftbeatError `aborted`, `stopped`
   */
  waitForLeader(options?: { readonly signal?: AbortSignal | undefined }): Promise<LeaderInfo>;
  /**
   * One quorum round now: resolves once a quorum has confirmed this leader.
   * @throws RaftbeatError `notLeader`, `aborted`, `stopped`
   */
  verify(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Hands over to a voter that has caught up. This node leads on until its transferee is elected, at most as long as its lease lasts, and then
   * drains; resolves once it has, and the transferee may lead.
   * @throws RaftbeatError `notLeader`, `transferRefused`, `aborted`, `stopped`
   */
  transfer(options: { readonly to: NodeId; readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Hands over to the voter that was heard last.
   * @throws RaftbeatError as `transfer`
   */
  resign(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Changes the membership; resolves once a quorum holds the change, and tries until `timeoutMs` have passed, 30,000 if not given.
   * @throws RaftbeatError `notLeader`, `reconfigureRefused`, `timeout`, `aborted`, `stopped`
   */
  reconfigure(
    change: MembershipChange,
    options?: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined },
  ): Promise<void>;
  /**
   * Ends everything; with `handover`, passes the leadership on first, as `await using` does. Settles when drained, or when a body
   * has had `drainTimeoutMs`; where another leader hands over to this node and still drains, this waits until that leadership has come.
   * Settles too where the disk or the network hangs: seconds later, with an error in the log and from `closed`. Safe to call twice.
   */
  stop(options?: { readonly handover?: boolean | undefined }): Promise<void>;
  /**
   * Settles, and never rejects, when the elector has ended: null after `stop`, else the error that ended it, or what has not ended with it:
   * after `storeFailed` a write may still reach the disk, and the store stays locked until it has.
   */
  readonly closed: Promise<RaftbeatError | null>;
}

/** What a node that joins believes. */
export interface JoinOptions {
  /** Ids of members; believed without a proof where the cluster has neither token nor certificates. */
  readonly members?: readonly NodeId[] | undefined;
  /**
   * The id of the cluster, as `status()` of a member tells it; a configuration of any other is not taken. It is no secret: without
   * `members`, token or certificates anybody who knows it is believed.
   */
  readonly clusterId?: string | undefined;
}

/**
 * Time and chance of an elector; tests and simulations play their own.
 * @defaultValue those of the system
 */
export interface ElectorPorts {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly random: Random;
}

/** What an elector is made of. */
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
   * token, or to hold a certificate. Without a token and certificates, name the members to believe.
   */
  readonly join?: boolean | JoinOptions | undefined;
  /**
   * Founders that the founding does not wait for, such as a machine that is not there yet. Means nothing once the cluster is founded.
   * @defaultValue none: a cluster is founded once every founder was met, and is empty
   */
  readonly absentFounders?: readonly NodeId[] | undefined;
  readonly store: VoteStore;
  /** Makes the transport once the incarnation is known, in place of WebSockets with `listen`, `token` and `tls`. */
  readonly transport?: ((identity: Identity) => Transport) | undefined;
  /**
   * Where peers connect.
   * @defaultValue the port of the node's own address in `voters`
   */
  readonly listen?: Listen | undefined;
  /** The secret that all members share: a node that does not know it is refused. Two are valid while one replaces the other; a function is asked per connection. */
  readonly token?: Renewable<TransportToken> | undefined;
  /** Node's own TLS options, for `wss://` addresses; a function is asked per connection, so that certificates can be renewed. */
  readonly tls?: Renewable<TransportTls> | undefined;
  /**
   * Called once for each heartbeat whose round trip was measured, in milliseconds, before the node gets the answer. At most one heartbeat
   * to a peer is measured at a time.
   */
  readonly onRoundTrip?: ((peer: NodeId, ms: number) => void) | undefined;
  /** True for a node that votes and holds its votes like any other, and never leads: a tie-breaker without the service. */
  readonly arbiter?: boolean | undefined;
  /**
   * Heartbeat interval and timeouts, or the name of a preset.
   * @defaultValue `"cloud"`: a heartbeat each 100 ms, election timeouts from 500 to 1000 ms
   */
  readonly timing?: Preset | TimingInput | undefined;
  /** Each follower learns this text while this node leads, for example the address of its service. At most 1024 bytes. */
  readonly metadata?: string | undefined;
  /** False, a throw or no answer in time: resign, and do not campaign until it has been true for the cool-down. */
  readonly health?: HealthOptions | undefined;
  /**
   * For how many milliseconds a node does not campaign after its service was unhealthy or a body threw; and how long, a second at
   * least, a body that asked for more lease than it can get waits before it starts again.
   * @defaultValue 5,000
   */
  readonly coolDownMs?: number | undefined;
  /**
   * For how many milliseconds a body may drain after its signal before the node hands over all the same.
   * @defaultValue 30,000
   */
  readonly drainTimeoutMs?: number | undefined;
  /**
   * Where the node says what it does and what an operator should see to.
   * @defaultValue warnings and errors, each a line on stderr; `silentLogger` for silence
   */
  readonly logger?: Logger | undefined;
}

/** How a service says whether this node may lead. */
export interface HealthOptions {
  /** True, at once or promised, while the service is well. The signal is aborted when the answer would come too late. */
  readonly check: (options: { readonly signal: AbortSignal }) => boolean | Promise<boolean>;
  /**
   * How many milliseconds after an answer the next is asked for.
   * @defaultValue 1,000
   */
  readonly intervalMs?: number | undefined;
  /**
   * After how many milliseconds no answer counts as a no.
   * @defaultValue 1,000
   */
  readonly timeoutMs?: number | undefined;
}
