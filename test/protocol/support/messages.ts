import type {
  Configuration,
  Heartbeat,
  HeartbeatReply,
  Node,
  RequestVote,
  RequestVoteReply,
} from "../../../src/protocol/index.js";

/** A heartbeat of the leader of term 1 with seq 1 that names this configuration. */
export function heartbeat(configuration: Configuration, over: Partial<Heartbeat> = {}): Heartbeat {
  return {
    kind: "heartbeat",
    term: 1,
    seq: 1,
    configurationId: configuration.id,
    configuration: null,
    hasMetadata: false,
    ...over,
  };
}

/** The answer that `leader` wants most: its newest heartbeat accepted, its configuration held, 150 ms promised. */
export function heartbeatReply(
  { node }: { readonly node: Node },
  over: Partial<HeartbeatReply> = {},
): HeartbeatReply {
  return {
    kind: "heartbeatReply",
    term: node.record.term,
    heartbeatTerm: node.record.term,
    seq: node.role.name === "leader" ? node.role.seq : 0,
    accepted: true,
    reason: null,
    voteHoldMs: 150,
    configurationId: node.record.configuration.id,
    electionTimeoutMaxMs: 300,
    candidacy: "open",
    holdsMetadata: false,
    ...over,
  };
}

/** A real request for the vote of term 2. */
export function voteRequest(configuration: Configuration, over: Partial<RequestVote> = {}): RequestVote {
  return {
    kind: "requestVote",
    term: 2,
    preVote: false,
    round: 1,
    configuration,
    transferFromTerm: null,
    ...over,
  };
}

/** A vote of term 2, given in round 1. */
export function voteReply(over: Partial<RequestVoteReply> = {}): RequestVoteReply {
  return {
    kind: "requestVoteReply",
    term: 2,
    preVote: false,
    round: 1,
    granted: true,
    reason: null,
    leader: null,
    remainingHoldMs: 0,
    configurationId: { term: 0, version: 1, digest: "" },
    configuration: null,
    ...over,
  };
}
