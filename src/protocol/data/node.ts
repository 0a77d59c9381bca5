import { type Arrival, joining } from "./arrival.js";
import { isNobody, memberOf } from "./configuration.js";
import type { Candidacy, NodeId, Refusal } from "./message.js";
import type { DurableRecord } from "./record.js";
import type { Settings, TimeoutRange } from "./settings.js";

/** Why leadership ended. */
export type LossReason =
  | "higherTerm"
  | "noQuorum"
  | "leaseExpired"
  | "resigned"
  | "unhealthy"
  | "storeFailed"
  | "stopped";

/** What one voter answered in a round. */
export interface Answer {
  readonly granted: boolean;
  readonly reason: Refusal | null;
  /** What was left of the voter's hold, for `voteHold`. */
  readonly remainingHoldMs: number;
  /** True for `notMember` from a node that holds a newer configuration. */
  readonly outdated: boolean;
}

/** What a leader knows of one member. */
export interface Peer {
  /** When the newest accepted heartbeat was sent; the moment of winning or adding before the first (rule 14). */
  ackedAtMs: number;
  /** The seq of that heartbeat, 0 before the first. */
  ackedSeq: number;
  /** Until when, on the leader's clock, the member gives no vote (rule 13). */
  promisedUntilMs: number;
  /** The hold the member promised last. */
  promisedHoldMs: number;
  /** True iff a reply of this leadership shows that the member holds exactly the current configuration. */
  holdsConfiguration: boolean;
  /** What the member's last reply said of itself. */
  candidacy: Candidacy;
  electionTimeoutMaxMs: number | null;
  /** The seq of the last heartbeat before the metadata was sent to it; 0 before the first time (rule 13). */
  metadataSeq: number;
}

/** A leadership that was handed over, and that may not have ended yet (rule 16). */
export interface PendingHandover {
  /** The old leader, and the term it led. */
  readonly from: NodeId;
  readonly term: number;
  /** When its lease is over at the latest, on the own clock; minus infinity once it has said so. */
  readonly freeAtMs: number;
  /** True once this node sends heartbeats to the old leader: nothing else is missing for its lease. */
  readonly claimed: boolean;
}

/** Hears a leader, or waits for one. */
export interface Follower {
  readonly name: "follower";
  leader: NodeId | null;
}

/** Asks whether it would be elected, at its unchanged term. */
export interface PreCandidate {
  readonly name: "preCandidate";
  readonly round: number;
  /** What the time of the round is drawn from. */
  readonly timeout: TimeoutRange;
  readonly answers: Map<NodeId, Answer>;
}

/** Asks for votes at its term. */
export interface Candidate {
  readonly name: "candidate";
  readonly round: number;
  readonly answers: Map<NodeId, Answer>;
  /** The wait for the old leader's lease, where a handover began this campaign; else null. */
  pendingHandover: PendingHandover | null;
  /** What the time of the round is drawn from. */
  readonly timeout: TimeoutRange;
}

/** Sends heartbeats, and holds the lease their replies give. */
export interface Leader {
  readonly name: "leader";
  /** The seq of the last heartbeat sent. */
  seq: number;
  /** When the heartbeats of the last seqs were sent: seq s in place s modulo the length. */
  readonly sentAtMs: number[];
  /** Replies to this seq and those before it count for nothing (rule 15). */
  forgottenSeq: number;
  nextHeartbeatAtMs: number;
  readonly peers: Map<NodeId, Peer>;
  /** What has to be waited for before the lease may begin, or null. */
  pendingHandover: PendingHandover | null;
  /** Set once the lease is renewed no more in this term. */
  transfer: Transfer | null;
}

/** A handover under way, seen by the leader. */
export interface Transfer {
  /** The transferee; null while none is chosen. */
  readonly to: NodeId | null;
  readonly reason: LossReason;
  /** When the lease ends at the latest; minus infinity once it was given up. */
  leaseUntilMs: number;
}

/** Who was ordered to campaign, by the leader of which term (rule 16). */
export interface Transferee {
  readonly id: NodeId;
  readonly term: number;
}

/** What a node is at present; what belongs to a role lives inside it. */
export type Role = Follower | PreCandidate | Candidate | Leader;

/** One node: plain data, changed only by `step`. */
export interface Node {
  readonly id: NodeId;
  readonly settings: Settings;
  metadata: string | null;
  record: DurableRecord;
  /** The record as far as it is known to be on disk; the same object as `record` when nothing is being written. */
  durable: DurableRecord;
  /** Since when a write is under way, or null. */
  writingSinceMs: number | null;
  role: Role;
  /** When the last heartbeat of its term's leader was accepted; the start counts, after a restart (rule 8). */
  contactAtMs: number;
  /** The term of the leader that contact was with. */
  contactTerm: number;
  /** Until when the promises made before a restart may last. */
  restartHoldUntilMs: number;
  /** The newest seq heard from the leader of the present term. */
  heardSeq: number;
  /** True iff the leader last heard has metadata. */
  expectsMetadata: boolean;
  /** True once the known leader's metadata were told (rule 13). */
  metadataTold: boolean;
  /** The metadata of the known leader, once told. */
  leaderMetadata: string | null;
  /** How often in a row this node, leading, sent its metadata to a member that answers and does not get it (rule 13). */
  readonly metadataTries: Map<NodeId, number>;
  /** The start of the present wait or round. */
  waitFromMs: number;
  /** A uniform draw from [0, 1) for the present wait or round, or null until the driver has drawn it. */
  draw: number | null;
  /** A shorter wait after a round that only holds refused (rule 11); ends with the wait. */
  shortWaitMs: number | null;
  /** The number of rounds begun. */
  round: number;
  /** The voter that this node ordered to campaign while its lease ran, until this node has said that its service has drained. */
  transferee: Transferee | null;
  /** False while the node must not campaign, such as when its service is unhealthy. */
  contending: boolean;
  /** True for a node that never campaigns, and votes and holds its votes like any other (rule 10). */
  arbiter: boolean;
  /** True once the configuration, or every node that answers, says that this node is no member (rule 20). */
  removed: boolean;
  /** Members that came back without their record. */
  readonly amnesiacs: Set<NodeId>;
  /** What a node that belongs to no cluster yet waits for (rules 21 and 28); null for any other. */
  arrival: Arrival | null;
  /** When a member of the own configuration last said something, contact aside; the start counts. */
  heardMemberAtMs: number;
  /** When the members were last asked for a newer configuration (rule 21). */
  inquiredAtMs: number;
  /** The sender outside the own configuration that this node last took a configuration from (rule 21), or null. */
  believedStranger: NodeId | null;
  /** The term for which gaining leadership was announced and not yet its loss. */
  announcedTerm: number | null;
  /** When a jump of the clock last restarted the wait (rule 15). */
  jumpedAtMs: number;
  /** When the node was told its last fact: time never goes back. */
  steppedAtMs: number;
  /** When the timer that was ordered last fires. */
  timerAtMs: number;
}

/** A node as it starts, from a record that is durable already. Give it `{ kind: "start" }` first. */
export function createNode(options: {
  readonly id: NodeId;
  readonly settings: Settings;
  readonly record: DurableRecord;
  readonly nowMs: number;
  readonly metadata?: string | null | undefined;
  /** How a node that belongs to no cluster yet comes to one; default: it joins the one whose token or certificates it has. */
  readonly arrival?: Arrival | undefined;
  readonly arbiter?: boolean | undefined;
}): Node {
  const { id, settings, record, nowMs } = options;
  // A node at term 0 has promised nothing; any other treats its start as contact (rule 8).
  const restarted = settings.modes.voteHold && record.term > 0;
  return {
    id,
    settings,
    metadata: options.metadata ?? null,
    record,
    durable: record,
    writingSinceMs: null,
    role: { name: "follower", leader: null },
    contactAtMs: restarted ? nowMs : Number.NEGATIVE_INFINITY,
    contactTerm: record.term,
    restartHoldUntilMs: restarted
      ? nowMs + Math.max(record.voteHoldMs, settings.voteHoldMs)
      : Number.NEGATIVE_INFINITY,
    heardSeq: 0,
    expectsMetadata: false,
    metadataTold: false,
    leaderMetadata: null,
    metadataTries: new Map(),
    waitFromMs: nowMs,
    draw: null,
    shortWaitMs: null,
    round: 0,
    transferee: null,
    contending: true,
    arbiter: options.arbiter ?? false,
    removed: !isNobody(record.configuration) && memberOf(record.configuration, id) === undefined,
    amnesiacs: new Set(),
    arrival: isNobody(record.configuration) ? (options.arrival ?? joining()) : null,
    heardMemberAtMs: nowMs,
    inquiredAtMs: Number.NEGATIVE_INFINITY,
    believedStranger: null,
    announcedTerm: null,
    jumpedAtMs: Number.NEGATIVE_INFINITY,
    steppedAtMs: nowMs,
    timerAtMs: Number.POSITIVE_INFINITY,
  };
}

/** The leader that this node knows in its term: itself, the leader it follows, or null. */
export function knownLeader(node: Node): NodeId | null {
  if (node.role.name === "leader") return node.id;
  return node.role.name === "follower" ? node.role.leader : null;
}
