import type { HandoverDone, HandoverWait, Message, TimeoutNow } from "../data/message.js";
import type { Node } from "../data/node.js";

/**
 * Terms, versions and seqs only grow, and for ever: one absurd number from one faulty node would leave no room above it. So a message is
 * no good if it counts further ahead of this node than a cluster can have come without it (rule 30).
 */

/**
 * How far ahead others may be: 2^32. An election a second for 136 years, a heartbeat a millisecond for 49 days; 2^21 such leaps in a
 * row would be needed to come to the end of what numbers can count.
 */
export const furthestAhead = 2 ** 32;

/** Why what this message counts cannot be, in a sentence; null if it can. */
export function beyondReach(node: Node, message: Message): string | null {
  const { term, configuration } = node.record;
  if (message.term > term + furthestAhead) return far("term", message.term, term);
  if (isOfHandover(message)) return null;
  if (message.kind === "heartbeat" || message.kind === "leaderNotice") {
    const heard = message.term === term ? node.heardSeq : 0;
    if (message.seq > heard + furthestAhead) return far("seq", message.seq, heard);
  }
  if (message.kind === "leaderNotice") return null;
  const held = message.kind === "requestVote" ? message.configuration.id : message.configurationId;
  if (held.term > term + furthestAhead) return far("term of a configuration", held.term, term);
  const { version } = configuration.id;
  if (held.version > version + furthestAhead) return far("version", held.version, version);
  return null;
}

function isOfHandover(message: Message): message is TimeoutNow | HandoverWait | HandoverDone {
  return message.kind === "timeoutNow" || message.kind === "handoverWait" || message.kind === "handoverDone";
}

function far(what: string, told: number, own: number): string {
  return `expected a ${what} of at most ${furthestAhead} above ${own}, found ${told}`;
}
