import type {
  DisconnectReason,
  DurableRecord,
  Member,
  Message,
  NodeId,
  PeerRefusal,
  Standing,
} from "../protocol/index.js";

export type { DisconnectReason, PeerRefusal };

/**
 * What a driver asks of the world. Ports call back and return no promises, so that a simulator can play all of them on one
 * timeline. No port calls back from inside the call that asked.
 */

/** Time, as one node sees it. */
export interface Clock {
  /** Monotonic milliseconds with fractions. */
  nowMs(): number;
  /** Milliseconds of the wall clock. Only its jumps against `nowMs` are looked at. */
  wallMs(): number;
  /**
   * Calls back once at about `atMs`; replaces the timer set before. A clock of whole milliseconds rounds `down` where the rest
   * will be waited out, or `up` where early would be of no use.
   */
  setTimer(atMs: number, rounding: "down" | "up", onTimer: () => void): void;
  /** Cancels the timer, if one is set. */
  clearTimer(): void;
  /** Calls back once everything that has already arrived was handed over: after the event loop's next poll phase. */
  afterPoll(callback: () => void): void;
}

/**
 * Any number of timers, for all but the protocol itself: calls back once, about `afterMs` from now, and returns a function that cancels
 * the timer. A pending timer keeps the process alive: its owner cancels it when it stops.
 */
export type Schedule = (afterMs: number, callback: () => void) => () => void;

/** Chance: a number uniform in [0, 1). */
export type Random = () => number;

/** Keeps the one durable record of a node. */
export interface VoteStore {
  /**
   * Opens the store for this process alone and reads its record: null if there has never been one.
   * @throws RaftbeatError `storeLocked`, `storeCorrupt`, `storeFailed`
   */
  open(callback: (error: Error | null, record: DurableRecord | null) => void): void;
  /** Writes the record and calls back when it would survive a crash. Writes are done in the order they are asked for. */
  write(record: DurableRecord, callback: (error: Error | null) => void): void;
  /** Waits for writes under way and releases the store. Safe to call twice. */
  close(callback: () => void): void;
}

/** Who a node is to others; what a transport tells when it connects. */
export interface Identity {
  readonly cluster: string;
  readonly id: NodeId;
  /** The durable identity of the node's record. */
  readonly incarnation: string;
  /** The shortest election timeout of the node, by which a transport may judge its links; it is not sent to other nodes. */
  readonly electionTimeoutMinMs?: number | undefined;
}

/** How a transport tells its node what happens on the links. */
export interface TransportHandlers {
  /** A frame that was well formed arrived over a link whose other end said to be `from` with this incarnation. */
  onMessage(from: NodeId, incarnation: string, message: Message): void;
  /**
   * The first link with this peer is up, or the first with another start of it: then `onPeerDown` came before. A transport that knows
   * nothing of standings leaves the last two out.
   */
  onPeerUp(peer: NodeId, incarnation: string, standing?: Standing | null, authenticated?: boolean): void;
  /** The last link with this peer is gone, for this reason. */
  onPeerDown(peer: NodeId, reason: DisconnectReason): void;
  /** The incarnation that this node remembers of a peer, or null. Without this function the node remembers no peer. */
  recalls?(peer: NodeId): string | null;
  /** What this node says of its own record, at this moment. */
  standing?(): Standing;
  /** Why there shall be no link with a node that says this of its record, or null (rules 28 and 29). */
  refusesPeer?(peer: NodeId, incarnation: string, standing: Standing): PeerRefusal | null;
  /** Why a message that is well formed cannot be true, such as a term that cannot have been reached; or null (rule 30). */
  refusesMessage?(peer: NodeId, message: Message): string | null;
  /** A peer with this incarnation has refused this node for one of the reasons of `PeerRefusal`. */
  onRefusedBy?(peer: NodeId, incarnation: string, refusal: PeerRefusal, proof: PeerProof): void;
}

/**
 * What there is to show that a peer is who it says it is: a token or a certificate (`proven`), that it answers at the peer's address
 * (`dialled`), or nothing but its word (`said`).
 */
export type PeerProof = "proven" | "dialled" | "said";

/** Carries messages between nodes: unreliable, unordered as far as the protocol cares, but never altered. */
export interface Transport {
  /**
   * Starts to listen and to connect.
   * @throws RaftbeatError `transportFailed`
   */
  start(handlers: TransportHandlers, callback: (error: Error | null) => void): void;
  /** The peers to keep links with, besides the nodes that connect by themselves. Replaces the list given before. This node itself is left out. */
  setPeers(peers: readonly Member[]): void;
  /** Sends if there is a link with room, else drops and counts. */
  send(to: NodeId, message: Message): void;
  /** Why the last link with this peer ended or could not be made; null while there is one. Without this function the reason is unknown. */
  linkProblem?(peer: NodeId): string | null;
  /** Closes every link and stops to listen. Safe to call twice. */
  stop(callback: () => void): void;
}
