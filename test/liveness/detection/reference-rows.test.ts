import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { detectors } from "../../../src/liveness/detection/detectors.js";
import { watchSender } from "../../../src/liveness/detection/one-sender.js";
import { ChitchatDetector } from "../support/chitchat-detector.js";
import { Observer } from "../support/observer.js";

/**
 * The tests of other detectors that ours are held to, by number: Apache Pekko (1 to 17), Apache IoTDB (18 to 24), Apache Cassandra (25, 26), chitchat (27 to 31),
 * ZooKeeper's detectors (32 to 34), a published bound (35, 36), and two traces of our own (88, 89). For each: the file and the words in it that test it, or
 * why it does not apply.
 */
const rows: Readonly<Record<number, readonly [file: string, words: string] | string>> = {
  1: ["phi.test.ts", "stands for the distribution"],
  2: ["phi.test.ts", "[10, 0, 1, 37.5847]"],
  3: ["phi.test.ts", "[1700, 1000, 100, 15.3685]"],
  4: ["reference-rows.test.ts", "a sender that never beat is unknown, and no suspect"],
  5: ["conformance.test.ts", "goes by the set interval after a single beat"],
  6: ["conformance.test.ts", "is above 0 from the second beat on"],
  7: ["reference-rows.test.ts", "a sender is alive from its first beat on"],
  8: ["conformance.test.ts", "is dead if beats are missed"],
  9: ["conformance.test.ts", "the outage is not learned"],
  10: ["conformance.test.ts", "is available for as many missed beats as are tolerated"],
  11: ["conformance.test.ts", "is dead after the tolerated missed beats"],
  12: ["conformance.test.ts", "goes by the newest samples alone"],
  13: ["sample-window.test.ts", "[20, [100, 200, 125, 340, 130], 179, 7584]"],
  14: ["sample-window.test.ts", "[3, [100, 110, 90, 140, 80], 103.333, 688.889]"],
  15: ["conformance.test.ts", "by missed beats"],
  16: ["reference-rows.test.ts", "another sender's beats keep nobody alive"],
  17: ["detectors.test.ts", "forgets everything at a reset"],
  18: ["phi.test.ts", "[2000, 1000, 200, 7.3]"],
  19: ["phi.test.ts", "[2000, 1000, 300, 3.448]"],
  20: ["phi.test.ts", "[6000, 4000, 200, 37.58]"],
  21: ["conformance.test.ts", "a quick death"],
  22: ["conformance.test.ts", "an exceptionally long pause"],
  23: ["conformance.test.ts", "accepts a pause such as it has learned before"],
  24: ["reference-rows.test.ts", "needs no samples to suspect"],
  25: ["conformance.test.ts", "Cassandra, ArrivalWindowTest"],
  26: "Cassandra keeps the history of a node that left, so that it is convicted later; here a goodbye makes `left`, and no alarm follows (R7), so no history is asked.",
  27: ["reference-rows.test.ts", "after a single beat: dead there, trusted here"],
  28: ["reference-rows.test.ts", "the mean leans on a prior there, on the set interval here"],
  29: ["reference-rows.test.ts", "after few beats: patient there"],
  30: ["reference-rows.test.ts", "after many beats: as impatient there as here"],
  31: ["reference-rows.test.ts", "three senders, silent together"],
  32: ["conformance.test.ts", "as ZooKeeper's Chen detector does"],
  33: ["reference-rows.test.ts", "other messages refresh there, and change nothing here"],
  34: ["conformance.test.ts", "follows the error as in ZooKeeper's detector"],
  35: ["../qos/configurator.test.ts", "is a product of Cantelli's bounds"],
  36: ["../qos/configurator.test.ts", "knows nothing below the mean lateness"],
  88: ["conformance.test.ts", "20 beats that waited in one queue for a second"],
  89: ["conformance.test.ts", "delivers each beat 15 s later than the one before"],
};

describe("every row of the reference", () => {
  it("is in the table: 1 to 36, 88 and 89", () => {
    const numbers = [...Array.from({ length: 36 }, (_, index) => index + 1), 88, 89];
    expect(Object.keys(rows).map(Number)).toEqual(numbers);
  });

  it.each(Object.entries(rows))("%s is tested where the table says, or has its reason", (_, row) => {
    if (typeof row === "string") {
      expect(row.length).toBeGreaterThan(40);
      return;
    }
    const [file, words] = row;
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    // Of this file, the words stand in the table, too.
    const times = text.split(words).length - 1;
    expect(times).toBeGreaterThanOrEqual(file === "reference-rows.test.ts" ? 2 : 1);
  });
});

describe("peers (Pekko, FailureDetectorRegistrySpec)", () => {
  it("a sender that never beat is unknown, and no suspect", () => {
    const observer = new Observer().until(1000);
    observer.tell({ kind: "watch", id: "a" });
    observer.until(2000);
    expect(observer.status("a")).toBe("unknown");
    expect(observer.kinds("suspect")).toBe(0);
  });

  it("a sender is alive from its first beat on", () => {
    const observer = new Observer().beats(["a"], 0, 0);
    expect(observer.status("a")).toBe("alive");
  });

  it("another sender's beats keep nobody alive", () => {
    const observer = new Observer().beats(["a", "b"], 0, 3).beats(["b"], 4, 8);
    expect([observer.status("a"), observer.status("b")]).toEqual(["suspect", "alive"]);
  });
});

describe("phi after few beats (IoTDB, DetectorTest)", () => {
  it("needs no samples to suspect: it goes by the set interval, where theirs falls back to a fixed 20 s until it has 60", () => {
    const settings = { intervalMs: 1000, pauseMs: 10_000, threshold: 30, minDeviationMs: 200 };
    const sender = watchSender(detectors.phiNormal(settings), 0, 0);
    for (const slot of [1, 2, 3]) sender.beat(slot, slot * 1000);
    expect(sender.suspects(3000 + 10_999)).toBe(false);
    expect(sender.suspects(3000 + 21_000)).toBe(true);
  });
});

describe("chitchat's detector beside phiExponential", () => {
  const theirs = () => new ChitchatDetector({ size: 1000, longestMs: 10_000, priorMs: 5000 });
  /** Suspects after eight intervals, as chitchat's does once its prior has faded. */
  const ours = (intervalMs: number) =>
    watchSender(detectors.phiExponential({ intervalMs, pauseMs: 7 * intervalMs }), 0, 0);

  it("after a single beat: dead there, trusted here", () => {
    const chitchat = theirs();
    chitchat.beat(0);
    expect(chitchat.isLive(1)).toBe(false);
    expect(ours(1000).suspects(1)).toBe(false);
  });

  it("the mean leans on a prior there, on the set interval here, and neither learns from an outage", () => {
    const chitchat = new ChitchatDetector({ size: 10, longestMs: 5000, priorMs: 2000 });
    chitchat.beat(0);
    chitchat.beat(3000);
    expect(chitchat.phi(3000)).toBe(0);
    expect(chitchat.phi(4000)).toBeCloseTo(1000 / (13_000 / 6), 9);
    chitchat.beat(9000);
    expect(chitchat.phi(10_000)).toBeCloseTo(1000 / (13_000 / 6), 9);
    chitchat.clear();
    expect(chitchat.phi(10_000)).toBeNull();
    chitchat.beat(11_000);
    expect(chitchat.phi(15_000)).toBeCloseTo(2, 9);
    const sender = ours(1000);
    sender.beat(1, 1000);
    const before = sender.deadlineMs() - 1000;
    sender.beat(30, 30_000);
    expect(sender.deadlineMs() - 30_000).toBeCloseTo(before, 6);
  });

  it.each([
    ["after few beats: patient there, on time here", 5, true, 20.8],
    ["after many beats: as impatient there as here", 1000, false, 1.79],
  ])("%s", (_, count, liveAfter6s, deadAfterSeconds) => {
    const chitchat = theirs();
    const sender = ours(200);
    for (let slot = 0; slot <= count; slot++) {
      chitchat.beat(slot * 200);
      sender.beat(slot, slot * 200);
    }
    const last = count * 200;
    expect(chitchat.isLive(last + 6000)).toBe(liveAfter6s);
    expect(chitchat.isLive(last + 40_000)).toBe(false);
    expect(chitchat.isLive(last + deadAfterSeconds * 1000 - 20)).toBe(true);
    expect(chitchat.isLive(last + deadAfterSeconds * 1000 + 20)).toBe(false);
    expect([sender.suspects(last + 1500), sender.suspects(last + 6000)]).toEqual([false, true]);
  });

  it("three senders, silent together for 50 s: dead there; here all three suspected, and nobody declared dead, for then the observer doubts itself", () => {
    const chitchat = theirs();
    for (let slot = 0; slot < 2000; slot++) chitchat.beat(slot * 200);
    expect([chitchat.isLive(1999 * 200), chitchat.isLive(1999 * 200 + 50_000)]).toEqual([true, false]);
    const observer = new Observer().beats(["a", "b", "c"], 0, 20).until(70_000);
    expect([observer.kinds("suspect"), observer.kinds("dead")]).toEqual([3, 0]);
  });
});

describe("messages that are no beats (ZooKeeper, ChenFDTest)", () => {
  it("other messages refresh there, and change nothing here: only a newer slot is evidence", () => {
    // There a message at 160 keeps a sender alive to 245, 85 after it: alive at 240, failed at 250.
    const theirs = (nowMs: number) => nowMs < 160 + 85;
    expect([theirs(240), theirs(250)]).toEqual([true, false]);
    const sender = watchSender(detectors.nfdE({ intervalMs: 60, pauseMs: 25 }), 1, 60);
    sender.beat(2, 120);
    expect(sender.beat(2, 160)).toBe(false);
    expect([sender.suspects(204), sender.suspects(205)]).toEqual([false, true]);
  });
});
