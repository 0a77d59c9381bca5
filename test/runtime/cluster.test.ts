import { describe, expect, it } from "vitest";
import { World } from "../support/world.js";

describe("a cluster of drivers", () => {
  it("elects one leader from a cold start", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const world = new World(["a", "b", "c"], undefined, seed);
      const leader = world.runUntilSettled(2000);
      expect(world.replica(leader).told).toMatchObject([{ event: "gained" }]);
    }
  });

  it("replaces a leader that is killed, in a higher term", () => {
    const world = new World(["a", "b", "c", "d", "e"]);
    const first = world.runUntilSettled();
    const { term } = world.replica(first).node.record;
    world.kill(first);
    const second = world.runUntilSettled(2000);
    expect(second).not.toBe(first);
    expect(world.replica(second).node.record.term).toBeGreaterThan(term);
  });

  it("deposes a leader that is cut off before another is elected", () => {
    const world = new World(["a", "b", "c"]);
    const first = world.runUntilSettled();
    world.isolate(first);
    world.timeline.advance(2000, () => {
      expect(world.leaders().length).toBeLessThanOrEqual(1);
      return false;
    });
    expect(world.leaders()).toHaveLength(1);
    expect(world.leaders()[0]).not.toBe(first);
    expect(world.replica(first).told.map(({ event, reason }) => reason ?? event)).toEqual([
      "gained",
      "leaseExpired",
    ]);
    expect(world.replica(first).node.role.name).not.toBe("leader");
  });

  it("elects a leader in a cluster of one", () => {
    const world = new World(["a"]);
    expect(world.runUntilSettled(1000)).toBe("a");
  });

  it("keeps a healthy leader for ten minutes", () => {
    const world = new World(["a", "b", "c"]);
    const leader = world.runUntilSettled();
    world.timeline.advance(600_000);
    expect(world.leaders()).toEqual([leader]);
    expect(world.replica(leader).told).toHaveLength(1);
  });
});
