import {
  configurationOf,
  type DurableRecord,
  type Input,
  type Message,
  type NodeId,
  withTerm,
} from "../../protocol/index.js";
import { memberNamed } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import type { Fault } from "../scenario/fault-schema.js";

/** Who says what no node of the cluster says, unless a member's name is given. */
export const outsider: NodeId = "outsider";

const outsiderIncarnation = `${outsider}.1`;

/** What kind of message is forged. */
export type Forged = Extract<Fault, { do: "forge" }>["says"];

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
  const input =
    as === null
      ? saidByOutsider(record, says, ahead, record.configuration.voters[0]?.id)
      : saidByMember(record, as, says, ahead);
  const hear = (): void => {
    if (!to.alive) return;
    to.driver.tell(input);
    to.onSettled();
  };
  if (to.paused) to.defer("poll", hear);
  else hear();
}

/**
 * What an outsider says to a node, over a link that proves nothing.
 * @param heard the record of the node that hears it
 * @param ahead how far its term is above that node's
 * @param instead the voter whose place the outsider has in the configuration that it brings along
 */
export function saidByOutsider(
  { term: ownTerm, configuration: own }: DurableRecord,
  says: Forged,
  ahead: number,
  instead: NodeId | undefined,
): Input {
  const term = ownTerm + ahead;
  const known = { ...memberNamed(outsider), incarnation: outsiderIncarnation };
  const voters = [known, ...own.voters.filter(({ id }) => id !== instead)];
  const configuration = configurationOf(term, own.id.version + 1, voters, own.observers, own.clusterId);
  const message = messageOf(says, term, configuration);
  return { kind: "message", from: outsider, incarnation: outsiderIncarnation, message, authenticated: false };
}

function saidByMember(
  heard: DurableRecord,
  { id, disk }: SimulatedProcess,
  says: Forged,
  ahead: number,
): Input {
  const term = heard.term + ahead;
  const message = messageOf(says, term, withTerm(heard.configuration, term));
  return { kind: "message", from: id, incarnation: disk.record.incarnation, message, authenticated: false };
}

function messageOf(says: Forged, term: number, configuration: ReturnType<typeof configurationOf>): Message {
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
