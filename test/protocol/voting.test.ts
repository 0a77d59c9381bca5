import { describe, expect, it } from "vitest";
import * as protocol from "../../src/protocol/index.js";
import { heartbeat, voteRequest } from "./support/messages.js";
import { type Actor, aFollower, aFollowerOf, aLeader, aPreCandidate, founders } from "./support/nodes.js";

const configuration = protocol.foundingConfiguration(founders("abc"));
const newer = protocol.configurationOf(0, 2, founders("abc"), []);

/** A node at term 5 in each state that a request may find. */
const voters: Readonly<Record<string, () => Actor>> = {
  "with a free vote": () => aFollower(protocol, { term: 5 }),
  "that voted for the asker": () => aFollower(protocol, { term: 5, votedFor: "b" }),
  "that voted for another": () => aFollower(protocol, { term: 5, votedFor: "c" }),
  "that hears a leader": () => aFollowerOf(protocol, "c", { term: 5 }),
  "whose hold is over": () => {
    const node = aFollowerOf(protocol, "c", { term: 5 });
    node.nowMs += 150;
    return node;
  },
  "in a pre-vote round after its leader fell silent": () => {
    const node = aFollower(protocol, { term: 4 });
    node.hear("c", heartbeat(configuration, { term: 5 }));
    while (node.roleName === "follower") node.timeOut();
    return node;
  },
  "in a pre-vote round with a free vote": () => aPreCandidate(protocol, { term: 5 }),
  "with a newer configuration": () => aFollower(protocol, { term: 5, configuration: newer }),
  "that leads": () => aLeader(protocol, { term: 4 }),
  "that joins": () => aFollower(protocol, { term: 5, configuration: protocol.nobody }),
};

describe("a vote", () => {
  it.each([
    // state, asked term, answer to a real request, term after it, answer to a pre-vote
    ["with a free vote", 4, "staleTerm", 5, "staleTerm"],
    ["with a free vote", 5, null, 5, "staleTerm"],
    ["with a free vote", 6, null, 6, null],
    ["that voted for the asker", 5, null, 5, "staleTerm"],
    ["that voted for another", 5, "alreadyVoted", 5, "staleTerm"],
    ["that voted for another", 6, null, 6, null],
    ["that hears a leader", 5, "leaderAlive", 5, "staleTerm"],
    ["that hears a leader", 6, "voteHold", 5, "voteHold"],
    ["whose hold is over", 5, "leaderAlive", 5, "staleTerm"],
    ["whose hold is over", 6, null, 6, null],
    ["in a pre-vote round after its leader fell silent", 5, "alreadyVoted", 5, "staleTerm"],
    ["in a pre-vote round with a free vote", 5, null, 5, "staleTerm"],
    ["with a newer configuration", 6, "olderConfiguration", 6, "olderConfiguration"],
    ["that leads", 5, "alreadyVoted", 5, "staleTerm"],
    ["that leads", 6, "leaderAlive", 5, "leaderAlive"],
    ["that joins", 6, "notReady", 5, "notReady"],
  ] as const)(
    "of a node %s, asked for term %i: %s (then term %i); as a pre-vote: %s",
    (state, term, vote, termAfter, preVote) => {
      const asked = voters[state]?.() as Actor;
      // A leader has confirmed the configuration under its term; only who holds that one has anything to ask.
      const held = state === "that leads" ? asked.node.record.configuration : configuration;
      const first = asked.hear("b", voteRequest(held, { term, preVote: true }));
      expect(first).toMatchObject({ granted: preVote === null, reason: preVote });
      const second = asked.hear("b", voteRequest(held, { term }));
      expect(second).toMatchObject({ granted: vote === null, reason: vote });
      expect(asked.term).toBe(termAfter);
    },
  );
});
