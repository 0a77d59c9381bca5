import { describe, expect, it } from "vitest";
import { type DurableRecord, emptyRecord } from "../../../src/protocol/index.js";
import type { ClockOwner } from "../../../src/simulation/cluster/simulated-clock.js";
import { SimulatedDisk } from "../../../src/simulation/cluster/simulated-disk.js";
import { Timeline } from "../../../src/simulation/kernel/timeline.js";

const blank = emptyRecord("n1.1", 150);

function recordOf(term: number): DurableRecord {
  return { ...blank, term };
}

/** A disk whose writes take 10 ms, and what its process was told. */
class DiskUnderTest implements ClockOwner {
  readonly timeline = new Timeline();
  readonly disk = new SimulatedDisk(this.timeline, recordOf(0), () => this.writeMs);
  writeMs = 10;
  paused = false;
  settledCount = 0;
  readonly told: string[] = [];
  readonly deferred: { readonly phase: string; readonly run: () => void }[] = [];

  constructor() {
    this.disk.serve(this);
  }

  defer(phase: string, run: () => void): void {
    this.deferred.push({ phase, run });
  }

  onFired(): void {}

  onSettled(): void {
    this.settledCount++;
  }

  /** Begins writes of terms 1, 2, .. */
  write(...terms: readonly number[]): this {
    for (const term of terms)
      this.disk.write(recordOf(term), (error) =>
        this.told.push(`${term} ${error?.message ?? "done"} at ${this.timeline.nowMs}`),
      );
    return this;
  }

  at(ms: number): this {
    this.timeline.runUntil(ms);
    return this;
  }
}

describe("a simulated disk", () => {
  it("writes one record after the other, and holds each once it is told", () => {
    const under = new DiskUnderTest().write(1, 2).at(5).write(3);
    expect(under.disk.record.term).toBe(0);
    expect(under.at(10).disk.record.term).toBe(1);
    expect(under.at(19).disk.record.term).toBe(1);
    expect(under.at(20).disk.record.term).toBe(2);
    under.at(100);
    expect(under.told).toEqual(["1 done at 10", "2 done at 20", "3 done at 30"]);
    expect(under.settledCount).toBe(3);
    under.write(4).at(200);
    expect(under.told.at(-1)).toBe("4 done at 110");
  });

  it.each<[string, readonly number[], number, boolean, number]>([
    ["0 writes under way, to be lost", [], 5, true, 0],
    ["0 writes under way, to be kept", [], 5, false, 0],
    ["1 write under way, to be lost", [1], 5, true, 0],
    ["1 write under way, to be kept", [1], 5, false, 1],
    ["2 writes under way, to be lost", [1, 2], 5, true, 0],
    ["2 writes under way, to be kept", [1, 2], 5, false, 2],
    ["1 write done and 1 under way, to be lost", [1, 2], 15, true, 1],
    ["1 write done and 1 under way, to be kept", [1, 2], 15, false, 2],
    ["2 writes done, to be lost", [1, 2], 25, true, 2],
    ["2 writes done, to be kept", [1, 2], 25, false, 2],
  ])("holds after a crash with %s", (_, writes, crashMs, lost, term) => {
    const under = new DiskUnderTest().write(...writes).at(crashMs);
    const told = under.told.length;
    under.disk.forget(lost);
    expect(under.disk.record.term).toBe(term);
    // Nothing of what was under way ends later, and what a new process writes is told to that alone.
    under.at(18).write(7).at(100);
    expect(under.disk.record.term).toBe(7);
    expect(under.told.slice(told)).toEqual([`7 done at ${Math.max(crashMs, 18) + 10}`]);
  });

  it("ends no write while it is stalled, and the first at once after it", () => {
    const under = new DiskUnderTest().write(1, 2).at(5);
    under.disk.setStalled(true);
    expect(under.disk.healthy).toBe(false);
    expect(under.at(500).disk.record.term).toBe(0);
    under.disk.setStalled(false);
    expect(under.disk.healthy).toBe(true);
    under.at(1000);
    expect(under.told).toEqual(["1 done at 500", "2 done at 510"]);
  });

  it("takes as long as ever where a stall ends before the write would have", () => {
    const under = new DiskUnderTest().write(1).at(2);
    under.disk.setStalled(true);
    under.at(4).disk.setStalled(false);
    under.at(100);
    expect(under.told).toEqual(["1 done at 10"]);
  });

  it("loses what was under way in a stall, and does not end it after the crash", () => {
    const under = new DiskUnderTest().write(1).at(2);
    under.disk.setStalled(true);
    under.at(50).disk.forget(true);
    under.disk.setStalled(false);
    under.at(100);
    expect(under.told).toEqual([]);
    expect(under.disk.record.term).toBe(0);
  });

  it("holds nothing of a write that fails, and says why", () => {
    const under = new DiskUnderTest().write(1, 2).at(5);
    under.disk.setFailing(new Error("no space"));
    under.at(15).disk.setFailing(null);
    under.at(100);
    expect(under.told).toEqual(["1 no space at 10", "2 done at 20"]);
    expect(under.disk.record.term).toBe(2);
  });

  it("ends writes while its process stands still, which is told when it goes on", () => {
    const under = new DiskUnderTest().write(1, 2).at(5);
    under.paused = true;
    under.at(50);
    expect(under.disk.record.term).toBe(2);
    expect(under.told).toEqual([]);
    expect(under.deferred.map(({ phase }) => phase)).toEqual(["poll", "poll"]);
    for (const { run } of under.deferred) run();
    expect(under.told).toEqual(["1 done at 50", "2 done at 50"]);
  });

  it("keeps what it wrote while its process stood still, if that then dies", () => {
    const under = new DiskUnderTest().write(1, 2, 3).at(5);
    under.paused = true;
    under.at(25).disk.forget(true);
    expect(under.disk.record.term).toBe(2);
  });
});
