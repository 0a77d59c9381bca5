import { refusals as spokenRefusals } from "../../protocol/data/message.js";

/** What a node is in a picture. */
export type RoleName = "leader" | "candidate" | "preCandidate" | "follower" | "down";

/** How a direction of a link carries messages. */
export type LinkState = "ok" | "lossy" | "held" | "cut";

/** What is sent, with pre-votes apart from votes; recordings hold indices. */
export const messageKinds = [
  "heartbeat",
  "heartbeatReply",
  "preVoteRequest",
  "preVoteReply",
  "voteRequest",
  "voteReply",
  "timeoutNow",
  "handoverWait",
  "handoverDone",
  "leaderNotice",
] as const;

/** One of `messageKinds`. */
export type MessageKind = (typeof messageKinds)[number];

/** Why messages do not arrive; recordings hold indices. */
export const dropReasons = ["cut", "loss", "closed", "full", "down", "refused"] as const;

/** One of `dropReasons`. */
export type DropReason = (typeof dropReasons)[number];

/** Why something was refused: the protocol's reasons, and one it does not name; recordings hold indices. */
export const refusals = [...spokenRefusals, "staleSeq"] as const;

/** One of `refusals`. */
export type Refusal = (typeof refusals)[number];

/** What each message is called. */
export const kindWords: Readonly<Record<MessageKind, string>> = {
  heartbeat: "heartbeat",
  heartbeatReply: "heartbeat reply",
  preVoteRequest: "pre-vote request",
  preVoteReply: "pre-vote reply",
  voteRequest: "vote request",
  voteReply: "vote reply",
  timeoutNow: "handover: campaign now",
  handoverWait: "handover: the old service drains, wait",
  handoverDone: "handover: the old service has drained, lead",
  leaderNotice: "leader: stepped down, or its metadata",
};

/** Why it was refused, in words that go on from "refused: ". */
export const refusalWords: Readonly<Record<Refusal, string>> = {
  staleTerm: "its term is over; the answering node knows a higher one",
  alreadyVoted: "the answering node gave its vote of this term to another",
  leaderAlive: "the answering node hears a leader",
  voteHold: "the answering node holds its vote, as it heard a leader not long ago",
  olderConfiguration: "the asker goes by an older configuration",
  configurationMismatch: "the two go by different configurations of the same age",
  notMember: "the asker is no voter in the answering node's configuration",
  amnesiac: "the asker came back without its record",
  notReady: "the answering node knows no configuration yet",
  staleSeq: "a newer heartbeat of the term was there before it",
};

/** Why it did not arrive, in words that go on from "lost: ". */
export const dropWords: Readonly<Record<DropReason, string>> = {
  cut: "the link is cut",
  loss: "by chance, on a lossy link",
  closed: "the connection broke",
  full: "too much waits before a connection that is stuck",
  down: "nobody runs at the other end",
  refused: "the sender runs on a copy of a record that has gone on",
};

/** What each role is called. */
export const roleWords: Readonly<Record<RoleName, string>> = {
  leader: "leader",
  candidate: "candidate",
  preCandidate: "pre-candidate",
  follower: "follower",
  down: "down",
};

/** One letter for each role. */
export const roleLetters: Readonly<Record<RoleName, string>> = {
  leader: "L",
  candidate: "C",
  preCandidate: "P",
  follower: "F",
  down: "x",
};
