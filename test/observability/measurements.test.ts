import { describe, expect, it } from "vitest";
import { createMeasurements, type Measured } from "../../src/observability/measurements.js";
import type { Timing } from "../../src/protocol/index.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import type { PeerCounters } from "../../src/transport/websocket/peer-counters.js";
import { concernOf, settingsFit } from "../../src/tuning/advice/fit.js";

const timing: Timing = {
  heartbeatIntervalMs: 50,
  electionTimeout: { minMs: 150, maxMs: 300 },
  voteHoldMs: 150,
  quorumTimeoutMs: 300,
  clockDriftRatio: 0.01,
};

function aLink(given: Partial<PeerCounters> = {}): PeerCounters {
  return {
    id: "b",
    address: "ws://b:7400",
    connected: true,
    sentCount: 0,
    receivedCount: 0,
    droppedCount: 0,
    redialCount: 0,
    refusedFrameCount: 0,
    roundTripMs: null,
    lastProblem: null,
    ...given,
  };
}

function measurements(nowMs = () => 0, stallP99Ms: number | null = 2) {
  return createMeasurements(timing, nowMs, () =>
    stallP99Ms === null ? null : { p99Ms: stallP99Ms, longestMs: 9, overMs: 60_000 },
  );
}

describe("what a node measures", () => {
  it("is nothing at first", () => {
    const none = {
      roundTripMs: null,
      loss: null,
      stallP99Ms: null,
      longestStallMs: null,
      stallsOverMs: null,
      writeMs: null,
    };
    expect(measurements(() => 0, null).read()).toEqual({ timing, ...none });
  });

  it("are the round trips, equal ones each for itself, and no more than fit", () => {
    let nowMs = 0;
    const kept = measurements(() => nowMs);
    for (let sample = 1; sample <= 100; sample++) {
      nowMs += 50;
      kept.onRoundTrip("b", sample);
      kept.onRoundTrip("c", sample);
    }
    expect(kept.read().roundTripMs).toEqual({ p50: 50, p99: 99, count: 200, overMs: 4950 });
    for (let sample = 0; sample < 40_000; sample++) kept.onRoundTrip("b", 7);
    expect(kept.read().roundTripMs).toMatchObject({ p50: 7, p99: 7 });
    expect(kept.read().roundTripMs?.count).toBeLessThan(2 * 8192);
    expect(kept.read().roundTripMs?.count).toBeGreaterThanOrEqual(8192);
  });

  it("are given to each observer until it has enough", () => {
    const kept = measurements();
    const seen: string[] = [];
    const observer = (name: string) => ({
      onRoundTrip: (peer: string, ms: number) => void seen.push(`${name} ${peer} ${ms}`),
      onMissed: () => {},
      onWrite: () => {},
    });
    const end = kept.observe(observer("first"));
    kept.observe(observer("second"));
    kept.onRoundTrip("b", 4);
    end();
    kept.onRoundTrip("b", 4);
    expect(seen).toEqual(["first b 4", "second b 4", "second b 4"]);
  });

  it("is the loss that leaves heartbeats unanswered, counted while the link is up", () => {
    const kept = measurements();
    let [sentCount, receivedCount] = [1000, 0];
    for (let look = 0; look < 50; look++) {
      kept.look(true, [
        aLink({ sentCount, receivedCount }),
        aLink({ id: "c", connected: false, droppedCount: 10 * look }),
      ]);
      sentCount += 100;
      receivedCount += 81;
    }
    expect(kept.read().loss).toBeCloseTo(0.1, 10);
  });

  it("are the writes of the store, as long as each took", async () => {
    let nowMs = 0;
    const kept = measurements(() => nowMs);
    const store = kept.timed(memoryVoteStore({ unsafeForgetsVotes: true }));
    await new Promise<void>((resolve) => store.open(() => resolve()));
    const written = new Promise<void>((resolve) => store.write({} as never, () => resolve()));
    nowMs = 7;
    await written;
    expect(kept.read().writeMs).toEqual({ p50: 7, p99: 7, count: 1, overMs: 0 });
  });
});

describe("the warning of settings that do not fit", () => {
  function measured(given: Partial<Measured> = {}): Measured {
    const roundTripMs = { p50: 1, p99: 3, count: 1000, overMs: 300_000 };
    const stalls = { stallP99Ms: 5, longestStallMs: 20, stallsOverMs: 300_000 };
    return { timing, roundTripMs, loss: 0, ...stalls, writeMs: null, ...given };
  }
  const roundTrip = (p50: number, p99: number, count = 1000) => ({
    roundTripMs: { p50, p99, count, overMs: 300_000 },
  });

  it.each([
    [{}, null],
    [{ roundTripMs: null }, null],
    [{ stallP99Ms: 80 }, "stalls"],
    [{ stallP99Ms: 80, roundTripMs: null }, "stalls"],
    [{ longestStallMs: 151 }, "stalls"],
    [roundTrip(100, 160), "slowest"],
    [roundTrip(100, 160, 99), null],
    [roundTrip(70, 95), "falseAlarms"],
    [{ loss: 0.3 }, "falseAlarms"],
    [{ ...roundTrip(1, 3), stallP99Ms: 40 }, "falseAlarms"],
    // Shorter than the timeout, it ends a lease all the same: it comes on top of an interval and a round trip.
    [{ longestStallMs: 140 }, "falseAlarms"],
    [roundTrip(0, 0), null],
  ] as const)("of %j is %s", (given, kind) => {
    const concern = concernOf(measured(given), 3, "http://127.0.0.1:8400");
    expect(concern?.kind ?? null).toBe(kind);
    if (concern === null) return;
    expect(concern.sentence).toContain("electionTimeout 150-300 ms");
    expect(concern.sentence).toMatch(/: run raftbeat advise --from http:\/\/127.0.0.1:8400$/);
  });

  it("comes once for each change, and then not for five minutes", () => {
    const judge = settingsFit(() => "http://127.0.0.1:8400");
    const fine = measured();
    const stalls = measured({ stallP99Ms: 80 });
    const slowest = measured(roundTrip(100, 160));
    expect(judge(fine, 3, 0)).toBeNull();
    expect(judge(stalls, 3, 60_000)).toContain("stalls for 80 ms");
    expect(judge(stalls, 3, 900_000)).toBeNull();
    expect(judge(slowest, 3, 960_000)).toContain("together exceed");
    expect(judge(stalls, 3, 1_020_000)).toBeNull();
    expect(judge(stalls, 3, 1_260_000)).toContain("stalls for 80 ms");
    expect(judge(fine, 3, 1_600_000)).toBeNull();
    expect(judge(stalls, 3, 1_660_000)).toContain("stalls for 80 ms");
  });
});
