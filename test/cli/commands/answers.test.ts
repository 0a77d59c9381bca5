import { describe, expect, it } from "vitest";
import { resolveTiming, type Timing } from "../../../src/protocol/index.js";
import { adviceAnswer } from "../../../src/report/text/advice-answer.js";
import { adviceText } from "../../../src/report/text/advice-text.js";
import { answerText } from "../../../src/report/text/answer-text.js";
import { studyAnswer } from "../../../src/report/text/study-answer.js";
import { sweepAnswer } from "../../../src/report/text/sweep-answer.js";
import { advise } from "../../../src/tuning/advice/advise.js";
import type { JudgedSettings } from "../../../src/tuning/advice/judged-settings.js";
import { brokenLimits, defaultAdviceLimits } from "../../../src/tuning/advice/limits.js";
import type { AdviceReport } from "../../../src/tuning/advice/report.js";
import { expectedFiguresOf } from "../../../src/tuning/model/expectation.js";
import { type NetworkProfile, networkPresets } from "../../../src/tuning/model/network-profile.js";
import type { StudyRow } from "../../../src/tuning/study/study.js";
import type { CellSummary } from "../../../src/tuning/sweep/cell-summary.js";

function aReport(given: Partial<NetworkProfile>, present: Timing | null, more: Partial<AdviceReport> = {}) {
  const profile = { ...networkPresets.oneRegion, ...given };
  const advice = advise(profile, defaultAdviceLimits, present === null ? [] : [present]);
  const judged = (name: string, timing: Timing): JudgedSettings => ({
    name,
    timing,
    expected: expectedFiguresOf(profile, timing),
    broken: brokenLimits(profile, defaultAdviceLimits, timing),
    simulated: null,
  });
  const report: AdviceReport = {
    profile,
    source: "flags",
    measuredMs: null,
    limits: defaultAdviceLimits,
    bindings: advice.bindings,
    settings: [judged("advised", advice.timing), ...(present === null ? [] : [judged("present", present)])],
    seed: 1,
    doubts: null,
    ...more,
  };
  return report;
}

function aTiming(heartbeatIntervalMs: number, minMs: number, maxMs: number): Timing {
  return (
    resolveTiming({ heartbeatIntervalMs, electionTimeout: { minMs, maxMs } }) as { readonly timing: Timing }
  ).timing;
}

function factsOf({ facts }: ReturnType<typeof adviceAnswer>, name: string): string[] {
  return facts.filter(([word]) => word === name).map(([, text]) => text);
}

describe("the answer of advice", () => {
  it("comes first: the flags, what they give, what binds", () => {
    const report = aReport({}, null);
    const lines = adviceText(report).split("\n");
    expect(lines[0]).toMatch(
      /^raftbeat node --heartbeat-ms 10 --election-timeout \d+-\d+ --quorum-timeout-ms \d+$/,
    );
    expect(lines[2]).toMatch(
      /^gives +no leader for [\d.]+ ms after a crash \(p99 [\d.]+ ms\); [\d.]+ leaderships a month/,
    );
    expect(lines.slice(3, 6).map((line) => line.trim().replace(/^binds +/, ""))).toEqual(
      report.bindings.map(({ setting, sentence }) => `${setting}: ${sentence}`),
    );
  });

  it("shows whole settings as they are, not rounded", () => {
    expect(adviceText(aReport({}, aTiming(1403, 76_634, 82_385)))).toContain("76634-82385 ms");
  });

  it("says for how long was measured, and what that leaves open: three events in the time", () => {
    const halfAMinute = adviceAnswer(aReport({}, null, { measuredMs: 30_000 }));
    // 86,400 times half a minute in 30 days.
    expect(factsOf(halfAMinute, "measured")[0]).toContain(
      "for 30 s: what did not come in it may still come up to 260,000 times a month (3/t, at 95 %); to show at most 1 a month takes 90 days",
    );
    expect(factsOf(adviceAnswer(aReport({}, null)), "measured")[0]).toContain("for how long is not known");
    const preset = adviceAnswer(aReport({}, null, { source: "network lan" }));
    expect(factsOf(preset, "measured")[0]).toContain("nothing: the figures of the network are assumed");
  });

  it("says what is wrong with the present settings, or that they will do", () => {
    const stalls = { longestStallMs: 1500, stallP99Ms: 50 };
    const broken = factsOf(adviceAnswer(aReport(stalls, aTiming(500, 1000, 2000))), "present");
    expect(broken).toHaveLength(3);
    expect(broken[1]).toContain("breaks a limit: the longest stall (1500 ms) ends its lease");
    const { settings } = aReport({}, null);
    const [{ timing }] = settings;
    expect(factsOf(adviceAnswer(aReport({}, timing)), "present")[0]).toMatch(/^no need to change: /);
    expect(factsOf(adviceAnswer(aReport({}, aTiming(100, 1000, 2000))), "present")[0]).toMatch(
      /^keeps the limits, with [\d.]+ ms a month without a leader$/,
    );
  });

  it("stands in a terminal as a sentence, and facts after their words", () => {
    const facts = [
      ["gives", "much"],
      ["binds", "a"],
      ["binds", "b"],
    ] as const;
    expect(answerText({ lead: "Do it.", facts })).toBe("Do it.\n\ngives  much\nbinds  a\n       b\n");
  });
});

describe("the answer of a study", () => {
  const result = (labels: StudyRow, row: StudyRow) => ({
    labels,
    row: { ...labels, trials: 9, finished: 9, ...row },
    timesMs: [],
    published: null,
  });

  it("says beside it how it compares with what was published", () => {
    const { lead, facts } = studyAnswer("thesis-wan", "why?", [
      result({ failed: 0 }, { p50Ms: 100, publishedP50Ms: 104 }),
      result({ failed: 1 }, { p50Ms: 90, publishedP50Ms: 45, finished: 8 }),
    ]);
    expect(lead).toBe("Median from 90 ms (failed 1) to 100 ms (failed 0).");
    expect(facts).toEqual([
      ["asked", "why?"],
      [
        "published",
        "The median is within 5 % of the published one in 1 of 2 cases; furthest off: failed 1 (100.0 %).",
      ],
      ["unfinished", "in some trials of failed 1"],
    ]);
  });

  it.each([
    [
      "raft-figure-16",
      [
        result({ range: "150-150" }, { p50Ms: 900 }),
        result({ range: "150-175" }, { p50Ms: 140 }),
        result({ range: "150-300" }, { p50Ms: 170 }),
        result({ range: "12-24" }, { p50Ms: 29 }),
      ],
      "Randomness takes the median from 900 ms (timeouts of 150-150 ms) to 140 ms (150-175 ms); with shorter timeouts, 12-24 ms, it is 29 ms.",
    ],
    [
      "prevote-cost",
      [3, 5].flatMap((nodes) => [
        result({ nodes, preVote: false }, { meanMs: 100 }),
        result({ nodes, preVote: true }, { meanMs: nodes === 3 ? 101 : 110 }),
      ]),
      "Where it matters most, nodes 5: mean 100 ms with preVote false; 110 ms (+10 %) with preVote true.",
    ],
    [
      "transport",
      [0, 0.2].flatMap((loss) => [
        result({ loss, transport: "datagram" }, { availabilityPercent: 100 }),
        result({ loss, transport: "stream" }, { availabilityPercent: loss === 0 ? 100 : 12 }),
      ]),
      "Time with a leader, most and least. loss 0.2: 100 % with datagram, 12 % with stream.",
    ],
    [
      "pauses",
      [
        result({ timing: "lan", pauseMs: 50 }, { leaderChangesPerMinute: 0 }),
        result({ timing: "lan", pauseMs: 200 }, { leaderChangesPerMinute: 9.7 }),
        result({ timing: "wan", pauseMs: 800 }, { leaderChangesPerMinute: 0 }),
      ],
      "Leader changes by the length of a pause. lan: none up to 50 ms, 9.7 a minute from 200 ms on; wan: no leader changed, up to 800 ms.",
    ],
  ])("of %s answers its question, with the numbers", (name, results, lead) => {
    expect(studyAnswer(name, "", results).lead).toBe(lead);
  });

  it.each([
    [[{ p50Ms: 5 }, { p50Ms: 7 }], "Median from 5 ms (case 0) to 7 ms (case 1)."],
    [
      [{ standardErrors: -1.5 }, { standardErrors: 0.3 }],
      "The closed form is within 1.5 standard errors of the simulator in all 2 cases.",
    ],
    [
      [{ p50OfSimulated: 1.02, p90OfSimulated: 0.98 }, {}],
      "Real processes take 1.02 times as long as simulated ones in the median, and 0.98 times in the 90th percentile.",
    ],
    [[{ p50Ms: null }], "1 case was played."],
  ])("of %j is in one sentence", (rows, lead) => {
    const results = (rows as StudyRow[]).map((row, place) => result({ case: place }, row));
    expect(studyAnswer("own", "", results).lead).toBe(lead);
  });
});

describe("the answer of a sweep", () => {
  function aCell(heartbeatIntervalMs: number, given: Partial<CellSummary>): CellSummary {
    return {
      cell: 0,
      settings: { "timing.heartbeatIntervalMs": heartbeatIntervalMs },
      refused: null,
      runs: 30,
      recovered: 30,
      metric: "recoveryMs",
      metricMean: 100,
      metricHalfWidth: 2,
      recoveryMs: null,
      detectionMs: 50,
      falseElectionsPerHour: 0,
      falseElectionsBetween: null,
      falseElections: 0,
      quietHours: 0.5,
      availability: null,
      quietAvailability: null,
      messagesPerSecond: 80,
      onFront: false,
      violations: [],
      ...given,
    };
  }

  it("is the combination with the least figure, what it costs, and what the minutes can tell", () => {
    const answer = sweepAnswer([
      aCell(10, { metricMean: 40, falseElections: 7, onFront: true }),
      aCell(25, { metricMean: 60, onFront: true }),
      aCell(50, {}),
      aCell(75, { metricMean: 20, recovered: 29 }),
      aCell(76, { refused: "no", runs: 0, recovered: 0, metricMean: null }),
    ]);
    expect(answer).toEqual({
      lead: "Least mean recovery: 40.0 +- 2.0 ms with heartbeatIntervalMs 10; without a false election: 60.0 +- 2.0 ms with heartbeatIntervalMs 25",
      facts: [
        ["costs", "7 false elections in 30 min; 80.0 messages/s"],
        ["calm", "0 false elections in 30 min; 80.0 messages/s"],
        ["most", "100.0 +- 2.0 ms with heartbeatIntervalMs 50"],
        ["front", "2 of 4 combinations that no other beats in both detection time and false elections"],
        [
          "watched",
          "30 min without faults of each: none seen leaves up to 6 false elections an hour (3/t, at 95 %)",
        ],
        [
          "played",
          "4 combinations, 120 runs; 1 refused, as their settings contradict each other; 1 did not recover in every run",
        ],
      ],
    });
  });

  it("says so where nothing recovers in every run", () => {
    expect(sweepAnswer([aCell(10, { recovered: 3 })]).lead).toBe("No combination recovered in every run.");
  });
});
