import { describe, expect, it } from "vitest";
import { RaftbeatError } from "../../../src/errors.js";
import { simulate } from "../../../src/simulation/run/simulate.js";
import { parseScenario, type ScenarioInput } from "../../../src/simulation/scenario/scenario.js";

const calm: ScenarioInput = {
  cluster: { nodes: 5 },
  timing: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 1000, maxMs: 2000 } },
  network: { latency: { uniform: [5, 15] } },
  observeMs: 20_000,
};

function play(scenario: ScenarioInput) {
  return simulate(parseScenario({ ...calm, ...scenario }), { clockMs: () => 0 });
}

describe("a scenario", () => {
  it("needs a cluster and nothing else", () => {
    const { voters, observers, seed, runs, network, start, settleMs, observeMs, protocol } = parseScenario({
      cluster: { nodes: 3, observers: 1 },
    });
    expect({ voters, observers, seed, runs, start, settleMs, observeMs }).toEqual({
      voters: ["n1", "n2", "n3"],
      observers: ["o1"],
      seed: 1,
      runs: 1,
      start: "settled",
      settleMs: 5000,
      observeMs: 60_000,
    });
    expect(network.transport).toBe("datagram");
    expect(protocol).toEqual({ preVote: true, quorumCheck: true, voteHold: true, durable: true });
  });

  const refusals: [string, object, RegExp][] = [
    ["an unknown key", { speed: 3 }, /speed: is not a known key \(its value is 3\)/],
    ["an unknown key inside", { network: { los: 0.1 } }, /network\.los: is not a known key/],
    ["a chance above 1", { network: { loss: 2 } }, /network\.loss: .*\(it is 2\)/],
    ["a latency that makes no sense", { network: { latency: { uniform: [5, 1] } } }, /network\.latency/],
    ["a negative cluster", { cluster: { nodes: -5 } }, /cluster.*-5/],
    ["an empty cluster", { cluster: { nodes: 0 } }, /at least one voter/],
    ["a name twice", { cluster: { voters: ["a", "a"] } }, /twice/],
    ["an unknown fault", { faults: [{ at: 0, do: "explode" }] }, /faults\.0\.do: .*"explode"/],
    [
      "a fault without a time",
      { faults: [{ do: "crash", nodes: "n1" }] },
      /faults\.0: must say exactly one of at, every/,
    ],
    [
      "a stranger",
      { faults: [{ at: 0, do: "crash", nodes: "n9" }] },
      /faults\.0\.nodes: nobody is called n9/,
    ],
    [
      "settings that contradict",
      { timing: { heartbeatIntervalMs: 90, electionTimeout: { minMs: 100, maxMs: 200 } } },
      /heartbeatIntervalMs \(90\).*voteHoldMs \(100\)/,
    ],
    ["an expectation nobody knows", { expect: [{ wins: true }] }, /expect\.0: must be one of/],
    [
      "an empty range for candidates",
      { protocol: { candidateTimeout: { minMs: 40, maxMs: 40 } } },
      /candidateTimeout\.minMs \(40\) must be below candidateTimeout\.maxMs \(40\)/,
    ],
    [
      "equal logs that differ",
      { protocol: { configurationsRefuse: false }, start: "fresh", logs: "different" },
      /configurationsRefuse must not be false/,
    ],
    [
      "a candidate's backoff behind pre-votes",
      { protocol: { candidateBackoff: true } },
      /candidateBackoff .*set preVote to false/,
    ],
    ["runs without end", { runs: 1e12 }, /runs: .*1000000000000/],
  ];
  it.each(refusals)("is refused with the path and the value for %s", (_, part, message) => {
    const parse = () => parseScenario({ cluster: { nodes: 3 }, ...part });
    expect(parse).toThrow(RaftbeatError);
    expect(parse).toThrow(message);
  });

  it("is refused without a cluster, with what one looks like", () => {
    expect(() => parseScenario({ runs: 2 } as never)).toThrow(
      /^cluster: must be given, such as cluster: \{ nodes: 3 \}$/,
    );
  });

  it("gives the same trace twice, and another one with another seed", () => {
    const faults: ScenarioInput["faults"] = [
      { random: { ratePerMinute: 30, forMs: [100, 3000] }, do: "isolate", nodes: "all" },
    ];
    const scenario: ScenarioInput = { cluster: { nodes: 5 }, runs: 3, faults };
    expect(play(scenario)).toEqual(play(scenario));
    expect(play(scenario).traceHash).not.toBe(play({ ...scenario, seed: 2 }).traceHash);
  });

  it("keeps every draw that a fault has nothing to do with", () => {
    const first = play({ cluster: { nodes: 5 } });
    const later = play({
      cluster: { nodes: 5 },
      faults: [{ at: 0, do: "loss", between: ["n1", "n2"], rate: 0.5 }],
    });
    expect(later.firstElectionMs).toEqual(first.firstElectionMs);
  });

  const kinds: NonNullable<ScenarioInput["faults"]> = [
    { at: 0, do: "cut", between: ["leader", "follower1"] },
    { at: 0, do: "cutOneWay", from: "leader", to: "followers" },
    {
      at: 0,
      do: "partition",
      groups: [
        ["leader", "n1"],
        ["follower2", "follower3"],
      ],
    },
    { at: 0, do: "isolate", nodes: "leader" },
    { at: 0, do: "keepOnly", links: [["leader", "followers"]] },
    { at: 0, do: "bridge" },
    { at: 0, do: "ring" },
    { at: 0, do: "flaky", between: ["leader", "followers"], upMs: 300, downMs: 900 },
    { at: 0, do: "hold", between: ["leader", "followers"] },
    { at: 0, do: "loss", rate: 0.2 },
    { at: 0, do: "latency", latency: { exponential: 60 } },
    { at: 0, do: "duplicate", rate: 0.5 },
    { at: 0, do: "crash", nodes: "leader", loseUnsynced: false, host: true },
    { at: 0, do: "restart", nodes: "leader" },
    { at: 0, do: "restart", nodes: "follower1", wipe: true },
    { at: 0, do: "pause", nodes: "leader" },
    { at: 0, do: "diskStall", nodes: "followers" },
    { at: 0, do: "diskFail", nodes: "leader" },
    { at: 0, do: "clockRate", nodes: "all", rate: 1.005 },
    { at: 0, do: "wallJump", nodes: "leader", byMs: 5000 },
    { at: 0, do: "transfer", to: "follower1" },
    { at: 0, do: "reconfigure", remove: "follower1" },
    { at: 0, do: "reconfigure", add: "o1" },
  ];
  for (const transport of ["datagram", "stream"] as const)
    it.each(kinds)(
      `breaks no promise and ends with a leader after $do is healed, on a ${transport}`,
      (fault) => {
        const { violations, availability, newLeaderCounts } = play({
          cluster: { nodes: 5, observers: 1 },
          runs: 5,
          network: { transport, latency: { uniform: [5, 15] } },
          faults: [fault, { at: 20_000, do: "heal" }],
          observeMs: 60_000,
        });
        expect(violations).toEqual([]);
        expect(availability).toBeGreaterThan(0.6);
        expect(Object.keys(newLeaderCounts).length).toBeGreaterThan(0);
      },
    );

  it("starts every node that is meant to be restarted, and adds who is to be added", () => {
    const { violations, availability } = play({
      cluster: { nodes: 3, observers: 2 },
      faults: [
        { at: 0, do: "reconfigure", add: "o1" },
        { at: 3000, do: "reconfigure", add: "o2" },
        { at: 6000, do: "crash", nodes: ["n1", "n2"] },
      ],
      observeMs: 30_000,
    });
    expect(violations).toEqual([]);
    // Three of five voters are left: without the two new ones nobody could lead.
    expect(availability).toBeGreaterThan(0.9);
  });

  const hub = ["leader", "follower2", "follower3", "follower4"].map(
    (who) => ["follower1", who] as [string, string],
  );
  const broken: [string, ScenarioInput][] = [
    [
      "L2",
      {
        cluster: { nodes: 5 },
        protocol: { preVote: false, voteHold: false },
        faults: [{ at: 0, do: "cutOneWay", from: "all", to: "follower1" }],
      },
    ],
    [
      "L3",
      {
        cluster: { nodes: 5 },
        protocol: { quorumCheck: false },
        faults: [{ at: 0, do: "cutOneWay", from: "followers", to: "leader" }],
      },
    ],
    [
      "L4",
      {
        cluster: { nodes: 5 },
        protocol: { quorumCheck: false },
        faults: [{ at: 0, do: "keepOnly", links: hub }],
      },
    ],
  ];
  it.each(broken)(
    "catches %s broken by what was switched off, if it is expected, and says nothing if it is not",
    (promise, scenario) => {
      const caught = play({ ...scenario, observeMs: 60_000, expect: [{ violations: [promise] }] });
      expect(caught.expectationsFailed).toEqual([]);
      expect(caught.violations.map((violation) => violation.invariant)).toEqual([promise]);
      expect(play({ ...scenario, observeMs: 60_000 }).violations).toEqual([]);
      expect(play({ ...scenario, observeMs: 60_000, protocol: {} }).violations).toEqual([]);
    },
  );

  it("catches what is broken on purpose, and says seed, invariant and last events", () => {
    const { violations, expectationsFailed } = play({
      cluster: { nodes: 5 },
      runs: 2,
      faults: [
        { at: 0, do: "clockRate", nodes: "leader", rate: 0.3 },
        { at: 1000, do: "isolate", nodes: "leader" },
      ],
    });
    expect(violations.map(({ seed, invariant }) => ({ seed, invariant }))).toEqual([
      { seed: 1, invariant: "I4" },
      { seed: 2, invariant: "I4" },
    ]);
    expect(violations[0]?.lastEvents.length).toBeGreaterThan(10);
    expect(expectationsFailed.map(({ seed }) => seed)).toEqual([1, 2]);
  });
});
