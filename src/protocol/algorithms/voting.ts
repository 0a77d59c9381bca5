import { isNewer } from "../data/configuration.js";
import type { NodeId, Refusal, RequestVote } from "../data/message.js";
import { knownLeader, type Node } from "../data/node.js";
import { holdsLease, holdUntil } from "./lease.js";

/** Why a real request's higher term is not even adopted, or null (rule 1): a promise or the own lease stands against it. */
export function barsTerm(node: Node, request: RequestVote, nowMs: number): Refusal | null {
  if (node.settings.modes.voteHold && holdsLease(node, nowMs)) return "leaderAlive";
  return nowMs < holdUntil(node, request.transferFromTerm) ? "voteHold" : null;
}

/** Why a real vote is not given, or null if it is (rule 4). The request's term has been adopted before, if it was higher. */
export function refusesVote(node: Node, from: NodeId, request: RequestVote, nowMs: number): Refusal | null {
  const { record } = node;
  if (request.term < record.term) return "staleTerm";
  if (goesByOlder(node, request)) return "olderConfiguration";
  if (record.votedFor !== null && record.votedFor !== from) return "alreadyVoted";
  if (knownLeader(node) !== null) return "leaderAlive";
  return nowMs < holdUntil(node, request.transferFromTerm) ? "voteHold" : null;
}

/** Why a pre-vote is not given, or null if it is (rule 5). Giving it changes nothing. */
export function refusesPreVote(node: Node, request: RequestVote, nowMs: number): Refusal | null {
  const { record } = node;
  if (request.term <= record.term) return "staleTerm";
  if (goesByOlder(node, request)) return "olderConfiguration";
  if (node.role.name === "leader") return "leaderAlive";
  return nowMs < holdUntil(node) ? "voteHold" : null;
}

/** True for an asker that goes by an older configuration than this node, where that counts: in some studies it does not. */
function goesByOlder({ record, settings }: Node, { configuration }: RequestVote): boolean {
  return (
    isNewer(record.configuration.id, configuration.id) && settings.candidacy?.olderConfiguration !== "grants"
  );
}
