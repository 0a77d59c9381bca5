import {
  foundingConfiguration,
  type Heartbeat,
  type HeartbeatReply,
  type LeaderNotice,
  type Message,
  type Standing,
} from "../../protocol/index.js";

const configuration = foundingConfiguration(
  ["a", "b", "c"].map((id) => ({ id, address: `ws://${id}:7400`, incarnation: null })),
);

/** A heartbeat as a leader of term 3 sends it. */
export function aHeartbeat(more: Partial<Heartbeat> = {}): Heartbeat {
  return {
    kind: "heartbeat",
    term: 3,
    seq: 7,
    configurationId: configuration.id,
    configuration: null,
    hasMetadata: false,
    ...more,
  };
}

/** The answer to a heartbeat. */
export function aReply(more: Partial<HeartbeatReply> = {}): HeartbeatReply {
  return {
    kind: "heartbeatReply",
    term: 3,
    heartbeatTerm: 3,
    seq: 7,
    accepted: true,
    reason: null,
    voteHoldMs: 150,
    configurationId: configuration.id,
    electionTimeoutMaxMs: 300,
    candidacy: "open",
    holdsMetadata: false,
    ...more,
  };
}

/** A leader tells its metadata. */
export function aNotice(metadata: string | null): LeaderNotice {
  return { kind: "leaderNotice", term: 3, seq: 7, leads: true, metadata };
}

/** What a node says of its record. */
export function aStanding(more: Partial<Standing> = {}): Standing {
  return {
    clusterId: "cluster-1",
    startCount: 1,
    startNonce: "start-1",
    earlierNonces: [],
    writeCount: 2,
    term: 3,
    ...more,
  };
}

/** One message of each kind, or more. */
export const oneOfEach: readonly Message[] = [
  aHeartbeat(),
  aHeartbeat({ configuration, hasMetadata: true }),
  aReply(),
  aReply({ accepted: false, reason: "staleTerm" }),
  { kind: "requestVote", term: 4, preVote: true, round: 2, configuration, transferFromTerm: null },
  { kind: "requestVote", term: 4, preVote: false, round: 3, configuration, transferFromTerm: 3 },
  {
    kind: "requestVoteReply",
    term: 4,
    preVote: true,
    round: 2,
    granted: false,
    reason: "voteHold",
    leader: "b",
    remainingHoldMs: 12.345678901234567,
    configurationId: configuration.id,
    configuration: null,
  },
  {
    kind: "requestVoteReply",
    term: 4,
    preVote: true,
    round: 2,
    granted: false,
    reason: "olderConfiguration",
    leader: null,
    remainingHoldMs: 0,
    configurationId: configuration.id,
    configuration,
  },
  { kind: "timeoutNow", term: 4, waitMs: 12.5 },
  aNotice("http://10.0.0.1:8080/é"),
  { ...aNotice(null), leads: false },
];
