import type { Refusal } from "./message.js";
import type { LossReason } from "./node.js";

/** What a name means, and what to do about it: Markdown, with links as from a page of `docs`, which are made of these tables. */
interface Remedy {
  readonly cause: string;
  readonly remedy: string;
}

/** Every reason of a lost leadership explained. */
export const lossRemedies: Readonly<Record<LossReason, Remedy>> = {
  higherTerm: {
    cause: "another node was elected, or a member was at a higher term",
    remedy: "is a member cut off in one direction, or its clock wrong?",
  },
  noQuorum: {
    cause:
      "no majority answered for `quorumTimeoutMs`. Where all members have one timing the lease ends before, and the reason is `leaseExpired`",
    remedy: "give all members the same timing, and look at the links",
  },
  leaseExpired: {
    cause:
      "the lease ended before a majority answered: lost or late heartbeats, links that are down, a pause of this process, or a machine that was suspended",
    remedy: "if it happens often, [tuning](tuning.md): a longer vote hold, or shorter pauses",
  },
  resigned: {
    cause: "`resign`, `transfer`, `lead.resign()`, or the end of the run of `whileLeader`",
    remedy: "nothing: your code or an operator asked for it",
  },
  unhealthy: {
    cause:
      "the health check failed, a body threw or drained for longer than `drainTimeoutMs`, or a write to the vote store made no progress for `voteHoldMs`",
    remedy: "see the log for which of them, then the service or the disk",
  },
  storeFailed: {
    cause: "a write to the vote store failed; the node stops",
    remedy: "see the disk, as for the [error](#error-codes) of this name",
  },
  stopped: {
    cause: "the elector was stopped, or something in it threw ([`internal`](#error-codes))",
    remedy: "nothing, unless `closed` has an error",
  },
};

/** Every refusal of a vote or a heartbeat explained, as seen by the node that was refused: "it" is the other node. */
export const refusalRemedies: Readonly<Record<Refusal, Remedy>> = {
  staleTerm: {
    cause: "the other node is at a later term",
    remedy: "nothing: the asker adopts that term",
  },
  alreadyVoted: {
    cause: "it has voted for another candidate in this term",
    remedy: "nothing: the next round is drawn anew",
  },
  leaderAlive: {
    cause: "it hears a leader",
    remedy: "why does this node not hear that leader? Look at the link between them",
  },
  voteHold: {
    cause: "it heard a leader a moment ago and holds its vote",
    remedy: "nothing: it lasts `voteHoldMs` at most",
  },
  olderConfiguration: {
    cause: "it has a newer configuration",
    remedy: "nothing: the refusal carries the newer configuration",
  },
  configurationMismatch: {
    cause: "it has another configuration of the same age: founded with other `voters`",
    remedy: "give all founders the same `voters`; empty the store of the wrong node and add it again",
  },
  notMember: {
    cause: "this node is not a member of its configuration",
    remedy: "was the node removed? Add it, or stop it",
  },
  amnesiac: {
    cause: "it knows this node by another record: this one has forgotten its votes",
    remedy: "[remove it and add it again](operations.md#change-the-members)",
  },
  notReady: {
    cause: "it belongs to no cluster yet",
    remedy: "start the missing founders, or add the node",
  },
};
