import { describe, expect, it } from "vitest";
import { Metrics } from "../../../src/simulation/checks/metrics.js";
import type { Cluster } from "../../../src/simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";

interface Played {
  readonly id: string;
  readonly index: number;
  leaseUntilMs: number;
  toldTerm: number | null;
  readonly node: { readonly record: { term: number } };
}

/** Three nodes without a will of their own: what they are told is told by the test. */
class World {
  nowMs = 0;
  readonly processes: Played[] = ["n1", "n2", "n3"].map((id, index) => ({
    id,
    index,
    leaseUntilMs: Number.NEGATIVE_INFINITY,
    toldTerm: null,
    node: { record: { term: 0 } },
  }));
  readonly metrics = new Metrics(this as unknown as Cluster);

  /** From then on. */
  at(ms: number): this {
    this.nowMs = ms;
    return this;
  }

  begin(): this {
    this.metrics.begin();
    return this;
  }

  gains(id: string, term: number, leaseUntilMs: number): this {
    const process = this.process(id);
    process.toldTerm = term;
    process.leaseUntilMs = leaseUntilMs;
    process.node.record.term = Math.max(process.node.record.term, term);
    this.metrics.gained(process as unknown as SimulatedProcess, term);
    return this;
  }

  renews(id: string, leaseUntilMs: number): this {
    const process = this.process(id);
    process.leaseUntilMs = leaseUntilMs;
    this.metrics.settled(process as unknown as SimulatedProcess);
    return this;
  }

  loses(id: string): this {
    const process = this.process(id);
    this.metrics.lost(process as unknown as SimulatedProcess);
    process.toldTerm = null;
    process.leaseUntilMs = Number.NEGATIVE_INFINITY;
    return this;
  }

  dies(id: string): this {
    const process = this.process(id);
    process.toldTerm = null;
    process.leaseUntilMs = Number.NEGATIVE_INFINITY;
    this.metrics.died(process as unknown as SimulatedProcess);
    return this;
  }

  seesTerm(id: string, term: number): this {
    this.process(id).node.record.term = term;
    return this;
  }

  private process(id: string): Played {
    return this.processes.find((process) => process.id === id) as Played;
  }
}

describe("the metrics of a run", () => {
  it("with a leader that never stops", () => {
    const world = new World().at(120).gains("n1", 1, 300).at(200).renews("n1", 380).begin();
    world.at(300).renews("n1", 480).at(400).renews("n1", 1100).at(1000);
    expect(world.metrics.result()).toEqual({
      firstElectionMs: 120,
      recoveryMs: 0,
      newLeader: "n1",
      sameLeader: true,
      leaderChangeCount: 0,
      termGrowth: 0,
      availability: 1,
      observedMs: 800,
      unledUntilMs: null,
      overlaps: [],
    });
    expect(world.metrics.recovered).toBe(false);
  });

  it("with a leader that crashes and another that follows it", () => {
    const world = new World().at(100).gains("n1", 1, 300).at(200).begin().dies("n1");
    world.at(350).seesTerm("n3", 2).at(450).gains("n2", 3, 600);
    expect(world.metrics.recovered).toBe(true);
    world.at(550).renews("n2", 1500).at(1200);
    expect(world.metrics.result()).toEqual({
      firstElectionMs: 100,
      recoveryMs: 250,
      newLeader: "n2",
      sameLeader: false,
      leaderChangeCount: 1,
      termGrowth: 2,
      availability: 0.75,
      observedMs: 1000,
      unledUntilMs: 250,
      overlaps: [],
    });
  });

  it("with a leader whose lease lapses, counts the time after the lease as led by nobody", () => {
    const world = new World().at(0).gains("n1", 1, 100).at(50).begin();
    world.at(180).renews("n1", 300).at(250);
    const result = world.metrics.result();
    // Led from 50 to 100 and from 180 to 250.
    expect(result.availability).toBeCloseTo(0.6, 12);
    expect(result).toMatchObject({ recoveryMs: 130, newLeader: "n1", sameLeader: false, unledUntilMs: 130 });
    // The same leadership goes on: nobody took over.
    expect(result).toMatchObject({ leaderChangeCount: 0, termGrowth: 0 });
  });

  it("with nobody who leads again", () => {
    const world = new World().at(0).gains("n1", 1, 500).at(100).begin().at(300).loses("n1").at(1100);
    expect(world.metrics.result()).toMatchObject({
      recoveryMs: null,
      newLeader: null,
      sameLeader: false,
      availability: 0.2,
      unledUntilMs: 1000,
      leaderChangeCount: 0,
    });
  });

  it("with nobody who ever led", () => {
    const world = new World().at(10).begin().at(110);
    expect(world.metrics.result()).toMatchObject({
      firstElectionMs: null,
      recoveryMs: null,
      availability: 0,
      observedMs: 100,
      unledUntilMs: 100,
    });
  });

  it("with a leader whose lease is shortened, counts to its new end alone", () => {
    const world = new World().gains("n1", 1, 1000).begin().at(100).renews("n1", 200).at(400);
    expect(world.metrics.result()).toMatchObject({ availability: 0.5, unledUntilMs: 400 });
  });

  it("with a leader whose lease turns out to have ended already, counts it up to then as led", () => {
    const world = new World().gains("n1", 1, 1000).begin().at(300).renews("n1", 250).at(400);
    expect(world.metrics.result()).toMatchObject({ availability: 0.75, unledUntilMs: 400 });
  });

  it("counts a gap once that two leaders border, and time once in which two lead", () => {
    const world = new World().gains("n1", 1, 400).begin().at(200).gains("n2", 2, 500).at(600);
    world.gains("n3", 3, 900).at(1000);
    const result = world.metrics.result();
    // Led from 0 to 500 and from 600 to 900.
    expect(result.availability).toBeCloseTo(0.8, 12);
    expect(result).toMatchObject({ leaderChangeCount: 2, termGrowth: 2, newLeader: "n2", recoveryMs: 200 });
    expect(result.overlaps[0]).toEqual({ atMs: 200, count: 2 });
  });

  it("notes how many lead whenever that changes from or to more than one, from the first fault on", () => {
    const world = new World().gains("n1", 1, 5000).gains("n2", 2, 5000).at(100).begin();
    world.at(200).gains("n3", 3, 5000).at(300).loses("n1").at(400).loses("n2").at(500).loses("n3").at(600);
    expect(world.metrics.result().overlaps).toEqual([
      { atMs: 100, count: 3 },
      { atMs: 200, count: 2 },
      { atMs: 300, count: 1 },
    ]);
  });

  it("counts no change where a leader is told of its own leadership once more", () => {
    const world = new World()
      .gains("n1", 4, 1000)
      .begin()
      .at(10)
      .gains("n1", 4, 1000)
      .at(20)
      .gains("n1", 6, 1000);
    expect(world.at(30).metrics.result()).toMatchObject({ leaderChangeCount: 1, termGrowth: 2 });
  });

  it("says nothing of the time before the first fault", () => {
    const world = new World()
      .at(500)
      .gains("n1", 1, 600)
      .at(700)
      .gains("n2", 2, 2000)
      .at(1000)
      .begin()
      .at(1500);
    expect(world.metrics.result()).toMatchObject({
      firstElectionMs: 500,
      availability: 1,
      leaderChangeCount: 0,
      termGrowth: 0,
      overlaps: [],
      unledUntilMs: null,
      sameLeader: true,
      newLeader: "n2",
    });
  });
});
