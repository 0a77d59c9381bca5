import type { ChangeProblem, Member } from "./configuration.js";
import type { Message, NodeId } from "./message.js";
import type { LossReason } from "./node.js";
import type { DurableRecord } from "./record.js";
import type { Standing } from "./standing.js";

/** Why a request to a leader was turned down. */
export type RequestRefusal =
  | "notLeader"
  | "handingOver"
  | "notVoter"
  | "arbiter"
  | "notContending"
  | "notReady"
  | "changedMeanwhile"
  | "notCommitted"
  | ChangeProblem;

/**
 * How a link ended: the peer closed it in good order; the connection broke; one side refused the other; nothing came over it for too long;
 * another link took its place.
 */
export type DisconnectReason = "closed" | "reset" | "refused" | "silent" | "replaced";

/** A fact, told to a node. */
export type Input =
  /** The node begins. Comes first, once. */
  | { readonly kind: "start" }
  /** A peer with this incarnation said something. */
  | {
      readonly kind: "message";
      readonly from: NodeId;
      readonly incarnation: string;
      readonly message: Message;
      /** True iff the sender proved that it belongs to this cluster: it knows the token, or holds a certificate. */
      readonly authenticated?: boolean | undefined;
    }
  /** A link with this peer is up; it says to have this incarnation, and how far its record has come. */
  | {
      readonly kind: "connected";
      readonly from: NodeId;
      readonly incarnation: string;
      readonly standing?: Standing | null | undefined;
    }
  /** The last link with this peer is gone. It tells nothing of the peer itself, so it ends nothing that was promised. */
  | { readonly kind: "disconnected"; readonly from: NodeId; readonly reason: DisconnectReason }
  /** The time of the last `setTimer` has come; early is harmless. */
  | { readonly kind: "timer" }
  /** Answers the effect `draw`: a number uniform in [0, 1). */
  | { readonly kind: "drawn"; readonly draw: number }
  /** The record of an earlier `persist` is on disk. */
  | { readonly kind: "persisted"; readonly record: DurableRecord }
  /** The wall clock ran ahead of the monotonic one: the machine slept (rule 15). */
  | { readonly kind: "clockJumped" }
  /** Hand the leadership over; `null`: to the voter that was heard last, or only step down (rule 16). */
  | {
      readonly kind: "transfer";
      readonly to: NodeId | null;
      readonly reason: LossReason;
      readonly request: number;
    }
  /** The service has finished what it did as a leader, after the loss was told: hand over now, or say that the transferee may lead. */
  | { readonly kind: "drained" }
  /** Replace the members, if the configuration still is (term, version) (rule 18). */
  | {
      readonly kind: "reconfigure";
      readonly expected: { readonly term: number; readonly version: number };
      readonly voters: readonly Member[];
      readonly observers: readonly Member[];
      readonly request: number;
    }
  /** Whether the node may campaign. */
  | { readonly kind: "contend"; readonly allowed: boolean }
  /** Send a round of heartbeats now. */
  | { readonly kind: "beat" }
  /** The node ends, or can no longer write. */
  | { readonly kind: "stop"; readonly reason: LossReason };
