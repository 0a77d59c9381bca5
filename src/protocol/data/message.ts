import type { Configuration, ConfigurationId, NodeId } from "./configuration.js";

export type { NodeId };

/** Why a request or a heartbeat was not granted or not accepted. Recordings hold indices, so the order stays. */
export const refusals = [
  "staleTerm",
  "alreadyVoted",
  "leaderAlive",
  "voteHold",
  "olderConfiguration",
  "configurationMismatch",
  "notMember",
  "amnesiac",
  "notReady",
] as const;

/** One of `refusals`. */
export type Refusal = (typeof refusals)[number];

/** Raft's AppendEntries without entries: the leader of `term` lives. Sent by a leader to every member. */
export interface Heartbeat {
  readonly kind: "heartbeat";
  readonly term: number;
  /** Counts the heartbeats of this leadership from 1. */
  readonly seq: number;
  readonly configurationId: ConfigurationId;
  /** The whole configuration, to a peer not known to hold it. */
  readonly configuration: Configuration | null;
  /** True iff the leader has metadata for its members. They travel apart, so that heartbeats stay small (rule 13). */
  readonly hasMetadata: boolean;
}

/**
 * Whether a node campaigns: `open` when its time comes; `barred` not at present, such as while its service is unhealthy; `arbiter` never
 * (rule 10).
 */
export const candidacies = ["open", "barred", "arbiter"] as const;

/** One of `candidacies`. */
export type Candidacy = (typeof candidacies)[number];

/** The answer to every heartbeat, also to a stale one. */
export interface HeartbeatReply {
  readonly kind: "heartbeatReply";
  /** The answering node's own term. */
  readonly term: number;
  /** The heartbeat's term, echoed. */
  readonly heartbeatTerm: number;
  /** The heartbeat's seq, echoed. */
  readonly seq: number;
  /** True iff the heartbeat was contact: the sender now holds its vote. */
  readonly accepted: boolean;
  readonly reason: Refusal | null;
  /** For how long the sender promises to hold its vote from the receipt of the heartbeat. */
  readonly voteHoldMs: number;
  /** The configuration the sender holds. */
  readonly configurationId: ConfigurationId;
  /** The longest election timeout of the sender: a leader warns of members with different timings. */
  readonly electionTimeoutMaxMs: number;
  readonly candidacy: Candidacy;
  /** True iff the sender has been told the metadata of the leader it answers. */
  readonly holdsMetadata: boolean;
}

/** Asks for a vote, or (`preVote`) whether one would be given. */
export interface RequestVote {
  readonly kind: "requestVote";
  /** The term asked for. */
  readonly term: number;
  readonly preVote: boolean;
  /** Tells the rounds of one asker apart. */
  readonly round: number;
  readonly configuration: Configuration;
  /** The term whose leader handed over to the asker; lifts holds that come from terms up to it. */
  readonly transferFromTerm: number | null;
}

/** The answer to every vote request. */
export interface RequestVoteReply {
  readonly kind: "requestVoteReply";
  /** The own term; if granted, the asked term. */
  readonly term: number;
  readonly preVote: boolean;
  readonly round: number;
  readonly granted: boolean;
  readonly reason: Refusal | null;
  /** The leader known to the answering node. */
  readonly leader: NodeId | null;
  /** How long the answering node's vote hold still lasts. */
  readonly remainingHoldMs: number;
  readonly configurationId: ConfigurationId;
  /** In a refusal to a member that goes by an older configuration: the whole one (rule 19). */
  readonly configuration: Configuration | null;
}

/** The leader of `term` hands over: campaign at once (thesis, 3.10). */
export interface TimeoutNow {
  readonly kind: "timeoutNow";
  readonly term: number;
  /** How long the sender's lease may last from now: so long the transferee, once elected, has none. 0: it was given up. */
  readonly waitMs: number;
}

/** The old leader of `term` has lost, and its service drains: the transferee waits for its lease at least `waitMs` from now. */
export interface HandoverWait {
  readonly kind: "handoverWait";
  readonly term: number;
  readonly waitMs: number;
}

/** The service of the old leader of `term` has drained: the transferee may lead. */
export interface HandoverDone {
  readonly kind: "handoverDone";
  readonly term: number;
}

/** What the leader of `term` says apart from heartbeats: its metadata (rule 13), or that it has stepped down (rule 14). It is no contact. */
export interface LeaderNotice {
  readonly kind: "leaderNotice";
  readonly term: number;
  /** The seq of the last heartbeat before it. */
  readonly seq: number;
  /** False: the sender has stepped down from this term for good. */
  readonly leads: boolean;
  /** What the leader wants known of itself, such as an address. */
  readonly metadata: string | null;
}

/** All that nodes say to each other. */
export type Message =
  | Heartbeat
  | HeartbeatReply
  | RequestVote
  | RequestVoteReply
  | TimeoutNow
  | HandoverWait
  | HandoverDone
  | LeaderNotice;

/** True for a message that carries only what is durable already, and so never waits for the disk. */
export function neverWaits({ kind }: Message): boolean {
  switch (kind) {
    case "heartbeat":
    case "timeoutNow":
    case "handoverWait":
    case "handoverDone":
    case "leaderNotice":
      return true;
    case "heartbeatReply":
    case "requestVote":
    case "requestVoteReply":
      return false;
  }
}
