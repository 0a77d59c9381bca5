import { describe, expect, it } from "vitest";
import type { ProtocolModes } from "../../src/protocol/index.js";
import * as protocol from "../../src/protocol/index.js";
import { heartbeat, voteReply, voteRequest } from "./support/messages.js";
import { type Actor, aFollower } from "./support/nodes.js";

const plain = { preVote: false, quorumCheck: false, voteHold: false };

/** A candidate of five in plain Raft with these modes; every draw is the middle of its range. */
function aPlainCandidate(modes: Partial<ProtocolModes>): Actor {
  const candidate = aFollower(protocol, { voters: "abcde", modes: { ...plain, ...modes } });
  candidate.timeOut();
  return candidate;
}

function refuse(candidate: Actor, ...voters: string[]): void {
  for (const id of voters)
    candidate.hear(
      id,
      voteReply({
        term: candidate.term,
        granted: false,
        reason: "alreadyVoted",
        round: candidate.node.round,
      }),
    );
}

/** Waits the round out, and tells how long that took. */
function roundMs(candidate: Actor): number {
  const { term, nowMs } = candidate;
  while (candidate.term === term) candidate.timeOut();
  return candidate.nowMs - nowMs;
}

describe("candidateBackoff, of studies", () => {
  it("doubles the round after each that half of the others refuse", () => {
    const candidate = aPlainCandidate({ candidateBackoff: true });
    const lengthsMs: number[] = [];
    for (const refusing of ["bc", "bcde", "de", "bcde"]) {
      refuse(candidate, ...refusing);
      lengthsMs.push(roundMs(candidate));
    }
    expect(lengthsMs).toEqual([225, 450, 900, 1800]);
  });

  it("leaves the next round as long as the last where fewer refuse", () => {
    const candidate = aPlainCandidate({ candidateBackoff: true });
    refuse(candidate, "b", "c");
    roundMs(candidate);
    refuse(candidate, "b");
    expect(roundMs(candidate)).toBe(450);
    expect(roundMs(candidate)).toBe(450);
  });

  it("stops at ten doublings", () => {
    const candidate = aPlainCandidate({ candidateBackoff: true });
    for (let round = 0; round < 12; round++) {
      refuse(candidate, "b", "c");
      roundMs(candidate);
    }
    expect(roundMs(candidate)).toBe(225 * 1024);
  });

  it("ends with the candidacy: by a leader, and by a higher term", () => {
    const configuration = aPlainCandidate({}).node.record.configuration;
    for (const end of ["leader", "higher term"]) {
      const candidate = aPlainCandidate({ candidateBackoff: true });
      refuse(candidate, "b", "c");
      roundMs(candidate);
      if (end === "leader") candidate.hear("b", heartbeat(configuration, { term: candidate.term }));
      else candidate.hear("b", voteRequest(configuration, { term: candidate.term + 1 }));
      expect(candidate.roleName).toBe("follower");
      candidate.timeOut();
      expect(candidate.roleName).toBe("candidate");
      expect(roundMs(candidate)).toBe(225);
    }
  });

  it("multiplies the candidates' own range where both are set", () => {
    const candidate = aPlainCandidate({ candidateBackoff: true, candidateTimeout: { minMs: 20, maxMs: 40 } });
    refuse(candidate, "b", "c");
    expect([roundMs(candidate), roundMs(candidate)]).toEqual([30, 60]);
  });
});

describe("candidateTimeout, of studies", () => {
  it("is how long a round lasts, also one that everybody refuses", () => {
    const candidate = aPlainCandidate({ candidateTimeout: { minMs: 20, maxMs: 40 } });
    refuse(candidate, "b", "c", "d", "e");
    expect(candidate.roleName).toBe("candidate");
    expect([roundMs(candidate), roundMs(candidate)]).toEqual([30, 30]);
  });
});
