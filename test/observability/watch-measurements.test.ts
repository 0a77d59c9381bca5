import { describe, expect, it } from "vitest";
import { lookIntervalMs, type Measured } from "../../src/observability/measurements.js";
import type { NodeEvent } from "../../src/observability/node-event.js";
import { type SettingsJudge, watchMeasurements } from "../../src/observability/watch-measurements.js";
import { fakeElector } from "./support/elector.js";
import { link, someMeasurements } from "./support/http.js";

/** A watch on simulated time, whose link sends two heartbeats a look and has one answered. */
function aWatch(judge: SettingsJudge | null) {
  let nowMs = 0;
  let due: { atMs: number; run: () => void } | null = null;
  const schedule = (delayMs: number, run: () => void) => {
    const timer = { atMs: nowMs + delayMs, run };
    due = timer;
    return () => {
      if (due === timer) due = null;
    };
  };
  const watch = watchMeasurements(() => someMeasurements(), { clock: { nowMs: () => nowMs }, schedule });
  const { elector, become } = fakeElector();
  let sentCount = 0;
  const links = () => {
    sentCount += 2;
    return [{ ...link, sentCount, droppedCount: 0, receivedCount: sentCount / 2 }];
  };
  const events: NodeEvent[] = [];
  return {
    watch,
    become,
    events,
    begin: () => watch.begin({ elector, links, judge, report: (event) => void events.push(event) }),
    pass(ms: number) {
      const untilMs = nowMs + ms;
      while (due !== null && (due as { atMs: number }).atMs <= untilMs) {
        const timer: { atMs: number; run: () => void } = due;
        due = null;
        nowMs = timer.atMs;
        timer.run();
      }
      nowMs = untilMs;
    },
  };
}

describe("the watch over a node's measurements", () => {
  it("has the settings judged once a minute, and reports what the judge says", () => {
    const asked: [Measured["loss"], number, number][] = [];
    const { watch, begin, pass, become, events } = aWatch((measured, voterCount, nowMs) => {
      asked.push([measured.loss, voterCount, nowMs]);
      return asked.length === 2 ? "the settings do not fit" : null;
    });
    become({ role: "leader", isLeader: true });
    begin();
    pass(59_999);
    expect(asked).toEqual([]);
    pass(200_000);
    expect(asked.map(([, voterCount, nowMs]) => [voterCount, nowMs])).toEqual([
      [3, 60_000],
      [3, 120_000],
      [3, 180_000],
      [3, 240_000],
    ]);
    expect(asked[0]?.[0]).toBeCloseTo(1 - Math.sqrt(0.5), 6);
    expect(events).toEqual([{ event: "warning", message: "the settings do not fit" }]);
    watch.stop();
  });

  it("counts no loss while the node follows", () => {
    const { watch, begin, pass } = aWatch(null);
    begin();
    pass(120_000);
    expect(watch.measurements.read().loss).toBeNull();
    watch.stop();
  });

  it("ends when it is stopped", () => {
    const asked: number[] = [];
    const { watch, begin, pass } = aWatch((_measured, _voterCount, nowMs) => {
      asked.push(nowMs);
      return null;
    });
    begin();
    pass(60_000 + lookIntervalMs);
    watch.stop();
    pass(600_000);
    expect(asked).toEqual([60_000]);
  });
});
