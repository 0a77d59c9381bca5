import type { ConfigurationId, Input, Message, Node } from "../../../src/protocol/index.js";
import type { Violation } from "../../../src/protocol/invariants/invariants.js";
import type { Protocol } from "./nodes.js";

/** One line for what a node is told, to be read by people. */
export function describeInput(input: Input): string {
  switch (input.kind) {
    case "message":
      return `< ${input.incarnation}: ${describeMessage(input.message)}`;
    case "connected":
      return `is connected with ${input.incarnation}`;
    case "disconnected":
      return `has no link with ${input.from} any more: ${input.reason}`;
    case "drawn":
      return `draws ${input.draw.toFixed(3)}`;
    case "persisted":
      return `has term ${input.record.term}, vote ${input.record.votedFor ?? "free"}, ${versionOf(input.record.configuration.id)} on disk`;
    case "transfer":
      return `is asked to hand over to ${input.to ?? "whoever is best placed"}`;
    case "reconfigure":
      return `is asked for voters ${input.voters.map(({ id }) => id)} and observers ${input.observers.map(({ id }) => id)}`;
    case "contend":
      return input.allowed ? "may campaign" : "must not campaign";
    case "start":
    case "timer":
    case "clockJumped":
    case "drained":
    case "beat":
    case "stop":
      return input.kind;
  }
}

/** One line for a message. */
export function describeMessage(message: Message): string {
  const about = `term ${message.term}`;
  switch (message.kind) {
    case "heartbeat":
      return `heartbeat ${message.seq} of ${about}, ${versionOf(message.configurationId)}${message.configuration === null ? "" : " in full"}`;
    case "heartbeatReply":
      return `${message.accepted ? `accepts ${message.seq}, holds ${message.voteHoldMs}` : `refuses ${message.seq}: ${message.reason}`}, ${about}, ${versionOf(message.configurationId)}`;
    case "requestVote": {
      const lifted =
        message.transferFromTerm === null ? "" : `, handed over by term ${message.transferFromTerm}`;
      return `asks for the ${message.preVote ? "pre-vote" : "vote"} of ${about}, round ${message.round}, ${versionOf(message.configuration.id)}${lifted}`;
    }
    case "requestVoteReply":
      return `${message.granted ? "gives" : `refuses (${message.reason})`} the ${message.preVote ? "pre-vote" : "vote"}, ${about}, round ${message.round}`;
    case "timeoutNow":
      return `hands over ${about}, to be waited for ${message.waitMs} ms`;
    case "handoverWait":
      return `asks to wait ${message.waitMs} ms after ${about}`;
    case "handoverDone":
      return `is done with ${about}`;
    case "leaderNotice":
      return message.leads ? `leads ${about}, with metadata` : `leads ${about} no longer`;
  }
}

/** What a node is, in a few words. */
export function describeState(protocol: Protocol, node: Node): string {
  const { role, record, announcedTerm } = node;
  const leader = role.name === "follower" && role.leader !== null ? ` of ${role.leader}` : "";
  const lease = role.name === "leader" ? `, lease until ${protocol.leaseUntil(node).toFixed(3)}` : "";
  const told = announcedTerm === null ? "" : ", announced";
  return `${role.name}${leader} of term ${record.term}, vote ${record.votedFor ?? "free"}, ${versionOf(record.configuration.id)}${lease}${told}`;
}

function versionOf({ term, version }: ConfigurationId): string {
  return `configuration ${term}.${version}`;
}

/** Thrown when something happened that must never happen. */
export class Caught extends Error {
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[], dialogue: readonly string[]) {
    const lines = violations.map(
      ({ invariant, term, sentence }) => `${invariant} in term ${term}: ${sentence}`,
    );
    super([...lines, ...dialogue.slice(-60)].join("\n"));
    this.violations = violations;
  }
}
