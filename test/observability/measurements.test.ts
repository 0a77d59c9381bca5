import { describe, expect, it } from "vitest";
import { createMeasurements, type Measured } from "../../src/observability/measurements.js";
import type { Timing } from "../../src/protocol/index.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import type { PeerCounters } from "../../src/transport/websocket/peer-counters.js";
import { createMisfitTeller, misfitOf } from "../../src/tuning/advice/fit.js";

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

  it("are the round trips of whoever leads, each once, and no more than fit", () => {
    let nowMs = 0;
    const kept = measurements(() => nowMs);
    kept.look(true, [aLink({ roundTripMs: 1 })]);
    for (let look = 1; look <= 100; look++) {
      nowMs += 100;
      kept.look(true, [aLink({ roundTripMs: look })]);
      kept.look(true, [aLink({ roundTripMs: look })]);
    }
    expect(kept.read().roundTripMs).toEqual({ p50: 51, p99: 99 + 1, count: 99, overMs: 9800 });
    kept.look(false, [aLink({ roundTripMs: 5000 })]);
    kept.look(true, [aLink({ roundTripMs: 6000 })]);
    expect(kept.read().roundTripMs?.count).toBe(99);
    for (let look = 0; look < 20_000; look++) kept.look(true, [aLink({ roundTripMs: 7 + (look % 2) })]);
    expect(kept.read().roundTripMs).toMatchObject({ p99: 8 });
    expect(kept.read().roundTripMs?.count).toBeLessThanOrEqual(2 * 4096);
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
    const misfit = misfitOf(measured(given), 3, "http://127.0.0.1:8400");
    expect(misfit?.kind ?? null).toBe(kind);
    if (misfit === null) return;
    expect(misfit.sentence).toContain("electionTimeout 150-300 ms");
    expect(misfit.sentence).toMatch(/: run raftbeat advise --from http:\/\/127.0.0.1:8400$/);
  });

  it("comes once for each change, and then not for five minutes", () => {
    const teller = createMisfitTeller();
    const stalls = { kind: "stalls", sentence: "it stalls" } as const;
    const slowest = { kind: "slowest", sentence: "it is slow" } as const;
    expect(teller.tell(null, 0)).toBeNull();
    expect(teller.tell(stalls, 60_000)).toBe("it stalls");
    expect(teller.tell(stalls, 900_000)).toBeNull();
    expect(teller.tell(slowest, 960_000)).toBe("it is slow");
    expect(teller.tell(stalls, 1_020_000)).toBeNull();
    expect(teller.tell(stalls, 1_260_000)).toBe("it stalls");
    expect(teller.tell(null, 1_600_000)).toBeNull();
    expect(teller.tell(stalls, 1_660_000)).toBe("it stalls");
  });
});
