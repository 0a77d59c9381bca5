import { configurationOf, type Message, type NodeId, withTerm } from "../protocol/index.js";
import { memberNamed } from "./cluster.js";
import type { Fault } from "./fault-schema.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** Who says what no node of the cluster says, unless a member's name is given. */
export const outsider: NodeId = "outsider";

/**
 * Says something to a node that no honest node says: an outsider, who knows the cluster's members and brings along a configuration of
 * its own making that names it, or a member whose memory has gone bad.
 * @param as the member in whose name it is said, or null for the outsider
 */
export function forge(
  to: SimulatedProcess,
  as: SimulatedProcess | null,
  { says, ahead }: Pick<Extract<Fault, { do: "forge" }>, "says" | "ahead">,
): void {
  const { record } = to.node;
  const term = record.term + ahead;
  const from = as?.id ?? outsider;
  const incarnation = as?.disk.record.incarnation ?? `${outsider}.1`;
  const { id, voters, observers, clusterId } = record.configuration;
  const known = { ...memberNamed(outsider), incarnation };
  const configuration =
    as === null
      ? configurationOf(term, id.version + 1, [known, ...voters.slice(1)], observers, clusterId)
      : withTerm(record.configuration, term);
  const message = messageOf(says, term, configuration);
  const hear = (): void => {
    if (!to.alive) return;
    to.driver.tell({ kind: "message", from, incarnation, message, authenticated: false });
    to.onSettled();
  };
  if (to.paused) to.defer("poll", hear);
  else hear();
}

function messageOf(
  says: Extract<Fault, { do: "forge" }>["says"],
  term: number,
  configuration: ReturnType<typeof configurationOf>,
): Message {
  const configurationId = configuration.id;
  switch (says) {
    case "heartbeat":
      return { kind: "heartbeat", term, seq: 1, configurationId, configuration, hasMetadata: false };
    case "vote":
    case "preVote":
      return {
        kind: "requestVote",
        term,
        preVote: says === "preVote",
        round: 1,
        configuration,
        transferFromTerm: null,
      };
    case "voteReply":
      return {
        kind: "requestVoteReply",
        term,
        preVote: false,
        round: 1,
        granted: false,
        reason: "staleTerm",
        leader: null,
        remainingHoldMs: 0,
        configurationId,
        configuration,
      };
    case "heartbeatReply":
      return {
        kind: "heartbeatReply",
        term,
        heartbeatTerm: term,
        seq: 1,
        accepted: false,
        reason: "staleTerm",
        voteHoldMs: 150,
        configurationId,
        electionTimeoutMaxMs: 300,
        candidacy: "open",
        holdsMetadata: false,
      };
    case "notice":
      return { kind: "leaderNotice", term, seq: 1, leads: false, metadata: null };
    case "order":
      return { kind: "timeoutNow", term, waitMs: 0 };
  }
}
