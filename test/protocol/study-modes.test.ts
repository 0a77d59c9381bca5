import { describe, expect, it } from "vitest";
import { resolveOptions } from "../../src/elector/options/options.js";
import { memoryVoteStore } from "../../src/index.js";
import * as protocol from "../../src/protocol/index.js";
import { parseScenario, playRun, type ScenarioInput } from "../../src/simulation/index.js";
import { candidacyOf } from "../../src/simulation/run/study-candidacy.js";
import { heartbeat, voteReply, voteRequest } from "./support/messages.js";
import { type Actor, aFollower, founders } from "./support/nodes.js";

const plain = { preVote: false, quorumCheck: false, voteHold: false };

/** A candidate of five in plain Raft that campaigns as a scenario says; every draw is the middle of its range. */
function aPlainCandidate(study: NonNullable<ScenarioInput["protocol"]>): Actor {
  const scenario = parseScenario({
    cluster: { voters: [..."abcde"] },
    timing: "lan",
    protocol: { ...plain, ...study },
  });
  const candidacy = candidacyOf(scenario, "a");
  const candidate = aFollower(protocol, { voters: "abcde", modes: plain, candidacy });
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

describe("configurationsRefuse: false, of studies", () => {
  const newer = protocol.foundingConfiguration(founders("abc"));
  const older = { ...newer, id: { ...newer.id, version: 0 } };

  it("grants votes and pre-votes to an asker with an older configuration, as Raft with equal logs does", () => {
    for (const [olderConfiguration, granted] of [
      [null, false],
      ["refuses", false],
      ["grants", true],
    ] as const) {
      const candidacy = { roundTimeout: null, olderConfiguration };
      const voter = aFollower(protocol, { candidacy, configuration: newer });
      for (const preVote of [true, false])
        expect(voter.hear("b", voteRequest(older, { preVote })), olderConfiguration ?? "null").toMatchObject({
          granted,
          configuration: olderConfiguration === null ? newer : null,
        });
    }
  });

  it("makes plain Raft plain: the end of a chain deposes the leader, over and over", () => {
    const changes = [true, false].map((configurationsRefuse) => {
      const scenario = parseScenario({
        cluster: { nodes: 3 },
        timing: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 1000, maxMs: 2000 } },
        network: { latency: { uniform: [5, 15] } },
        protocol: { ...plain, configurationsRefuse },
        faults: [{ at: 0, do: "cut", between: ["leader", "follower2"] }],
      });
      return playRun(scenario, 1).metrics.leaderChangeCount;
    });
    expect(changes[0]).toBeLessThan(10);
    expect(changes[1]).toBeGreaterThanOrEqual(35);
    expect(changes[1]).toBeLessThanOrEqual(40);
  });
});

describe("a node of a service", () => {
  it("follows the whole protocol: no option switches a part of it off", () => {
    const options = {
      cluster: "test",
      id: "a",
      voters: { a: "ws://a:7400" },
      store: memoryVoteStore({ unsafeForgetsVotes: true }),
    };
    const { settings } = resolveOptions(options);
    expect(settings.modes).toEqual({ preVote: true, quorumCheck: true, voteHold: true, durable: true });
    expect(settings.candidacy ?? null).toBeNull();
    for (const extra of [
      { modes: { voteHold: false } },
      { candidacy: { roundTimeout: null, olderConfiguration: "grants" } },
      { protocol: { preVote: false } },
      { timing: { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 }, modes: {} } },
    ])
      expect(() => resolveOptions(Object.assign({ ...options }, extra)), Object.keys(extra)[0]).toThrow();
    expect(() => Object.assign(settings.modes, { voteHold: false })).toThrow();
  });
});
