import type { ConfigurationId, Member, NodeId } from "../protocol/index.js";

/** What a node knows of one other member. */
export interface PeerStatus {
  readonly id: NodeId;
  readonly address: string;
  readonly voter: boolean;
  /** True while there is a link with the peer. */
  readonly connected: boolean;
  /** True for a member that came back without its record: it does not count until it is removed and added again. */
  readonly amnesiac: boolean;
  /** Why there is no link with the peer, where that is known; null while there is one. */
  readonly problem: string | null;
}

/** What a node is and knows at one moment. Frozen; a later moment has a status of its own. */
export interface ElectorStatus {
  readonly cluster: string;
  /** The id of the cluster, made when it was founded; null for a node that belongs to none yet. */
  readonly clusterId: string | null;
  readonly id: NodeId;
  readonly role: "follower" | "preCandidate" | "candidate" | "leader" | "stopped";
  /** The node's term; the fencing token of the leader of that term. */
  readonly term: number;
  /** True iff this node leads now, with a lease. */
  readonly isLeader: boolean;
  /** The leader known in this term, or null: none was heard for the longest election timeout, it said that it stepped down, or its metadata are on their way. */
  readonly leader: NodeId | null;
  /** The leader's metadata, or null. */
  readonly leaderMetadata: string | null;
  readonly configurationId: ConfigurationId;
  readonly voters: readonly Member[];
  readonly observers: readonly Member[];
  /** True for a leader whose configuration is held by a quorum: it may be changed. */
  readonly configurationCommitted: boolean;
  readonly peers: readonly PeerStatus[];
  /** True for a voter without links to a quorum. */
  readonly isolated: boolean;
  /** True once the node has been taken out of the configuration. */
  readonly removed: boolean;
  /** False while the node must not campaign: its service is unhealthy, cooling down or still draining. */
  readonly contending: boolean;
  /** True for a node that votes and never leads. */
  readonly arbiter: boolean;
  /** Why this node knows no leader, in one sentence: what the node does, which voters it reaches and does not reach, and which refuse it and why. Null while it knows one. */
  readonly whyNoLeader: string | null;
  /** On a leader: how many more voters may fail before nobody can be elected. Null on others. */
  readonly survivableFailures: number | null;
  /** On a leader: what an operator should see to, one sentence each, such as a voter that does not answer. */
  readonly warnings: readonly string[];
}
