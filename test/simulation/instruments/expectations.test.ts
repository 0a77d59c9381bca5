import { describe, expect, it } from "vitest";
import type { RunMetrics } from "../../../src/simulation/checks/metrics.js";
import { expectedViolations, failuresOf } from "../../../src/simulation/run/expectations.js";
import type { RunOutcome } from "../../../src/simulation/run/outcome.js";
import type { Expectation } from "../../../src/simulation/scenario/scenario.js";

const metrics: RunMetrics = {
  firstElectionMs: 200,
  recoveryMs: 300,
  newLeader: "n2",
  sameLeader: false,
  leaderChangeCount: 2,
  termGrowth: 3,
  availability: 0.9,
  observedMs: 5000,
  unledUntilMs: 300,
  overlaps: [],
};

function aRun(change: Partial<RunMetrics> = {}, rest: Partial<RunOutcome> = {}): RunOutcome {
  return {
    seed: 7,
    metrics: { ...metrics, ...change },
    newLeaderRole: "follower1",
    violation: null,
    eventCount: 1,
    simulatedMs: 1,
    traceHash: "",
    ...rest,
  };
}

function broken(invariant: string, seed = 7): RunOutcome {
  return aRun(
    { recoveryMs: null, availability: 0 },
    { seed, violation: { invariant, atMs: 12, text: "two leaders", lastEvents: [] } },
  );
}

function problems(expectation: Expectation, ...runs: readonly RunOutcome[]): string[] {
  return failuresOf([expectation], runs).map(({ seed, text }) => `${seed}: ${text}`);
}

const alone = { newLeader: null, sameLeader: false, recoveryMs: null };

describe("an expectation", () => {
  it.each<[string, Expectation, Partial<RunMetrics>, Partial<RunOutcome>]>([
    ["of recovery", { recovers: true }, {}, {}],
    ["of recovery by just then", { recovers: true, byMs: 300 }, {}, {}],
    ["of no recovery", { recovers: false }, { recoveryMs: null }, {}],
    ["of no recovery by then", { recovers: false, byMs: 299 }, {}, {}],
    ["of a part", { newLeader: "follower1" }, {}, {}],
    ["of a node", { newLeader: "n2" }, {}, {}],
    ["of the same leader", { newLeader: "same" }, { sameLeader: true }, { newLeaderRole: "leader" }],
    ["of the same leader after a lapse", { newLeader: "same" }, {}, { newLeaderRole: "leader" }],
    ["of changes", { leaderChanges: { max: 2 } }, {}, {}],
    ["of terms", { termGrowth: { max: 3 } }, {}, {}],
    ["of availability", { availability: { min: 0.9 } }, {}, {}],
    ["of somebody who leads", { leaders: { min: 1, max: 1, after: 300 } }, {}, {}],
    ["of nobody in particular", { leaders: { min: 0, max: 1, after: 0 } }, {}, {}],
    ["of a leader all the time", { leaders: { min: 1, max: 1, after: 0 } }, { unledUntilMs: null }, {}],
  ])("%s holds", (_, expectation, change, rest) => {
    expect(problems(expectation, aRun(change, rest))).toEqual([]);
  });

  it.each<[Expectation, Partial<RunMetrics>, Partial<RunOutcome>, string]>([
    [{ recovers: true }, { recoveryMs: null }, {}, "recovers: true, but nobody led again"],
    [{ recovers: true, byMs: 299 }, {}, {}, "recovers: true by 299 ms, but it took 300.0 ms"],
    [{ recovers: false }, {}, {}, "recovers: false, but it took 300.0 ms"],
    [{ recovers: false, byMs: 300 }, {}, {}, "recovers: false by 300 ms, but it took 300.0 ms"],
    [{ newLeader: "follower2" }, {}, {}, "newLeader: follower2, but it is follower1"],
    [{ newLeader: "n3" }, alone, { newLeaderRole: null }, "newLeader: n3, but it is nobody"],
    [{ newLeader: "same" }, {}, {}, "newLeader: same, but it is follower1"],
    [{ leaderChanges: { max: 1 } }, {}, {}, "leaderChanges: at most 1, but there were 2"],
    [{ termGrowth: { max: 2 } }, {}, {}, "termGrowth: at most 2, but it was 3"],
    [{ availability: { min: 0.91 } }, {}, {}, "availability: at least 0.91, but it was 0.9000"],
    [
      { leaders: { min: 1, max: 1, after: 299 } },
      {},
      {},
      "leaders: at least 1 after 299 ms, but nobody led until 300.0 ms",
    ],
  ])("%j fails", (expectation, change, rest, text) => {
    expect(problems(expectation, aRun(change, rest))).toEqual([`7: ${text}`]);
  });

  it("of few leaders counts those who led at the time it counts from, and not those who led before", () => {
    const overlaps = [
      { atMs: 100, count: 3 },
      { atMs: 200, count: 2 },
      { atMs: 900, count: 1 },
    ];
    const most = (max: number, after: number) =>
      problems({ leaders: { min: 0, max, after } }, aRun({ overlaps }));
    expect(most(2, 0)).toEqual(["7: leaders: at most 2 after 0 ms, but there were 3"]);
    expect(most(2, 150)).toEqual(["7: leaders: at most 2 after 150 ms, but there were 3"]);
    expect(most(2, 200)).toEqual(["7: leaders: at most 2 after 200 ms, but there were 3"]);
    expect(most(2, 201)).toEqual([]);
    expect(most(1, 899)).toEqual(["7: leaders: at most 1 after 899 ms, but there were 2"]);
    expect(most(1, 901)).toEqual([]);
    expect(most(0, 5000)).toEqual(["7: leaders: at most 0 after 5000 ms, but there were 1"]);
  });

  it("is asked of every run, and of none that a broken promise ended", () => {
    const runs = [aRun(), aRun({ recoveryMs: null }, { seed: 8 }), aRun({ recoveryMs: null }, { seed: 9 })];
    expect(problems({ recovers: true }, ...runs)).toEqual([
      "8: recovers: true, but nobody led again",
      "9: recovers: true, but nobody led again",
    ]);
    expect(problems({ recovers: true }, broken("I4"))).toEqual(["7: I4 at 12 ms: two leaders"]);
  });

  it("of broken invariants fails where no run breaks one of them, or one breaks another", () => {
    const expected: Expectation = { violations: ["I4", "L1"] };
    expect(problems(expected, broken("I4"), broken("L1", 8))).toEqual([]);
    expect(problems(expected, aRun(), broken("I4"))).toEqual([
      "null: violations: no run was caught breaking L1",
    ]);
    expect(problems(expected, broken("I4"), broken("L1", 8), broken("I2", 9))).toEqual([
      "9: I2 at 12 ms: two leaders",
    ]);
    expect(problems({ violations: "none" }, aRun(), broken("I4"))).toEqual(["7: I4 at 12 ms: two leaders"]);
    expect(failuresOf([], [broken("I4")])).toHaveLength(1);
    expect(expectedViolations([expected, { violations: "none" }, { recovers: true }])).toEqual(["I4", "L1"]);
  });
});
