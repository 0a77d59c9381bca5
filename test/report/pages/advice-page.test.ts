import { describe, expect, it } from "vitest";
import { advicePage } from "../../../src/report/pages/advice-page.js";
import { advise } from "../../../src/tuning/advice/advise.js";
import type { JudgedSettings } from "../../../src/tuning/advice/judged-settings.js";
import { defaultAdviceLimits } from "../../../src/tuning/advice/limits.js";
import type { AdviceReport } from "../../../src/tuning/advice/report.js";
import { tradeOffOf } from "../../../src/tuning/advice/trade-off.js";
import { monthMs, networkPresets } from "../../../src/tuning/model/network-profile.js";
import { dataOf, figureNamed, rowsOf, seriesNamed } from "../support/page-data.js";

const profile = networkPresets.lan;
const { timing, bindings } = advise(profile);
const considered = tradeOffOf(profile, timing);

/** Settings with numbers that tell all columns apart. */
function judged(name: string, given: Partial<JudgedSettings> = {}): JudgedSettings {
  return {
    name,
    timing,
    expected: {
      leaderlessMeanMs: 101,
      leaderlessP99Ms: 202,
      falseElectionsPerMonth: 0.25,
      lapsesPerMonth: 0.5,
      messagesPerSecond: 80,
      leaderlessPerMonthMs: 404,
    },
    broken: [],
    simulated: null,
    ...given,
  };
}

function dataOfAdvice(...settings: [JudgedSettings, ...JudgedSettings[]]) {
  const report: AdviceReport = {
    profile,
    source: "the preset cloud",
    measuredMs: null,
    limits: defaultAdviceLimits,
    bindings,
    settings,
    seed: 5,
    doubts: null,
  };
  return dataOf(advicePage(report));
}

const tradeOff = "Time without a leader against leaderships lost for nothing";
const played = (recoveriesMs: readonly number[]) =>
  ({
    recoveriesMs,
    runs: recoveriesMs.length,
    leaderlessMeanMs: 111,
    leaderlessP99Ms: 222,
  }) as unknown as NonNullable<JudgedSettings["simulated"]>;

describe("the trade-off of advice", () => {
  it("has time without a leader across and what is lost for nothing up, false elections and lapses together", () => {
    const figure = figureNamed(dataOfAdvice(judged("advised")), tradeOff);
    expect(figure).toMatchObject({
      kind: "scatter",
      xLabel: "mean time without a leader after a crash (ms)",
      yLabel: "lost for nothing (per month)",
      logX: true,
      logY: true,
    });
    const advised = seriesNamed(figure, "advised");
    expect(advised.marked).toBe(true);
    expect(advised.points.map(([x, y]) => [x, y])).toEqual([[101, 0.75]]);
    expect(advised.points[0]?.[2]).toBe(
      `heartbeat ${timing.heartbeatIntervalMs} ms\ntimeout ${timing.electionTimeout.minMs}-${timing.electionTimeout.maxMs} ms\n101.0 ms after a crash\n0.75 a month lost for nothing`,
    );
  });

  it("has each considered setting once, and those beaten by none are sooner the more they lose", () => {
    const figure = figureNamed(dataOfAdvice(judged("advised")), tradeOff);
    const beaten = seriesNamed(figure, "beaten by another").points;
    const front = seriesNamed(figure, "beaten by none");
    expect(beaten.length + front.points.length).toBe(considered.length);
    expect(front.dashed).toBe(true);
    expect(front.points.length).toBeGreaterThan(3);
    const sorted = front.points.toSorted(([a], [b]) => a - b).map(([, y]) => y);
    expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
    for (const [x, y] of beaten)
      if (y > 1e-5) expect(front.points.some(([frontX, frontY]) => frontX <= x && frontY <= y)).toBe(true);
  });

  it("draws what next to never happens at its lower edge, and says so", () => {
    const calm = judged("advised", {
      expected: { ...judged("").expected, falseElectionsPerMonth: 1e-9, lapsesPerMonth: 0 },
    });
    const [point] = seriesNamed(figureNamed(dataOfAdvice(calm), tradeOff), "advised").points;
    expect(point?.[1]).toBe(1e-5);
    expect(point?.[2]).toContain("next to never lost for nothing");
  });

  it("leaves out settings that elect nobody, and presets beside known settings", () => {
    const hopeless = judged("etcd's rule", {
      expected: { ...judged("").expected, leaderlessMeanMs: monthMs },
    });
    const namesOf = (...settings: JudgedSettings[]) =>
      figureNamed(dataOfAdvice(judged("advised"), ...settings), tradeOff)
        .series.filter(({ marked }) => marked)
        .map(({ name }) => name);
    expect(namesOf(hopeless, judged("preset cloud"), judged("preset wan"))).toEqual([
      "advised",
      "preset cloud",
    ]);
    expect(namesOf(judged("present"), judged("preset cloud"))).toEqual(["advised", "present"]);
  });
});

describe("the elections of advice", () => {
  it("are those of the settings that were played, as a distribution and its tail", () => {
    const data = dataOfAdvice(
      judged("advised", { simulated: played([30, 10]) }),
      judged("untried"),
      judged("present", { simulated: played([90]) }),
    );
    for (const [title, kind] of [
      ["Elections that were played", "cdf"],
      ["The slowest of them", "tail"],
    ] as const) {
      const figure = figureNamed(data, title);
      expect([figure.kind, figure.logX]).toEqual([kind, true]);
      expect(figure.series).toEqual([
        {
          name: "advised",
          points: [
            [10, 0.5],
            [30, 1],
          ],
        },
        { name: "present", points: [[90, 1]] },
      ]);
    }
    expect(figureNamed(data, "Elections that were played").caption).toContain("2 crashes of each");
    expect(figureNamed(data, "Elections that were played").caption).toContain("from 5 on");
  });

  it("are not there where none were played", () => {
    expect(dataOfAdvice(judged("advised")).figures.length).toBe(1);
  });
});

describe("the table of advice", () => {
  it("has each number of each setting under its own name", () => {
    const data = dataOfAdvice(
      judged("advised", {
        simulated: played([1]),
        broken: [{ limit: "messages", sentence: "" }] as unknown as JudgedSettings["broken"],
      }),
      judged("present"),
    );
    const [first, second] = rowsOf(data);
    expect(first).toEqual({
      settings: "advised",
      "heartbeat (ms)": timing.heartbeatIntervalMs,
      "timeout from (ms)": timing.electionTimeout.minMs,
      "to (ms)": timing.electionTimeout.maxMs,
      "quorum (ms)": timing.quorumTimeoutMs,
      "mean (ms)": 101,
      "p99 (ms)": 202,
      "false elections (per month)": 0.25,
      "lapses (per month)": 0.5,
      "messages (per s)": 80,
      "leaderless (ms per month)": 404,
      "limits broken": "messages",
      "simulated mean (ms)": 111,
      "simulated p99 (ms)": 222,
    });
    expect(second).toMatchObject({
      settings: "present",
      "limits broken": "none",
      "simulated mean (ms)": null,
    });
  });
});
