import { describe, expect, it } from "vitest";
import { RaftbeatError } from "../../src/errors.js";
import { type Replica, ServiceCluster } from "../../src/testing/index.js";

/** Notes when each replica's body runs, on true time. */
function world(seed = 1) {
  const notes: string[] = [];
  const running = new Set<string>();
  let overlaps = 0;
  const service = (replica: Replica) =>
    void replica.elector.whileLeader(async (lead) => {
      // One that stands still does nothing until it has been told that it leads no longer.
      if ([...running].some((id) => !cluster.cluster.process(id).paused)) overlaps++;
      running.add(replica.id);
      notes.push(`${replica.id} ${lead.term}`);
      await replica.sleep(1e6, { signal: lead.signal }).catch(() => {});
      running.delete(replica.id);
    });
  const cluster = new ServiceCluster({ seed, service });
  return { cluster, notes, running, overlaps: () => overlaps };
}

async function leaderOf(cluster: ServiceCluster): Promise<Replica> {
  await cluster.until(() => cluster.leader() !== null);
  return cluster.leader() as Replica;
}

describe("a service in a simulated cluster", () => {
  it("runs on one replica, which is the one that leads", async () => {
    const { cluster, notes } = world();
    const leader = await leaderOf(cluster);
    await cluster.advance(1_000);
    expect(notes).toEqual([`${leader.id} ${leader.elector.status().term}`]);
    expect(leader.elector.isLeader).toBe(true);
  });

  it("never runs twice at once through cuts and pauses, and takes the same course for the same seed", async () => {
    const play = async (seed: number) => {
      const { cluster, notes, overlaps } = world(seed);
      for (let round = 0; round < 4; round++) {
        const { id } = await leaderOf(cluster);
        if (round % 2 === 0) cluster.isolate(id);
        else cluster.pause(id);
        await cluster.until(() => cluster.leader() !== null && cluster.leader()?.id !== id);
        cluster.heal();
        cluster.resume(id);
        await cluster.advance(200);
      }
      expect(overlaps()).toBe(0);
      return [...notes, ...cluster.lines()];
    };
    const first = await play(5);
    expect(await play(5)).toEqual(first);
    expect(await play(6)).not.toEqual(first);
  });

  it("is not told that it leads once it was killed, and is started anew by a restart", async () => {
    const { cluster, running } = world();
    const { id } = await leaderOf(cluster);
    cluster.crash(id);
    // Nothing in a dead process goes on: what it waited for never comes.
    await cluster.advance(2_000);
    expect(running.has(id)).toBe(true);
    running.delete(id);
    const dead = cluster.replica(id);
    const again = await cluster.settled(cluster.restart(id));
    expect(again).not.toBe(dead);
    expect(cluster.replica(id)).toBe(again);
    await cluster.advance(1_000);
    expect(cluster.replica(id).elector.status().leader).toBe(cluster.leader()?.id);
  });

  it("hands over when asked to", async () => {
    const { cluster, overlaps } = world();
    const before = await leaderOf(cluster);
    const to = ["n1", "n2", "n3"].find((id) => id !== before.id) as string;
    await cluster.advance(500);
    await cluster.settled(before.elector.transfer({ to }));
    await cluster.until(() => cluster.leader()?.id === to, 100);
    expect(overlaps()).toBe(0);
  });

  it("says what did not come about, with the last happenings", async () => {
    const { cluster } = world();
    for (const id of ["n1", "n2", "n3"]) cluster.isolate(id);
    const waiting = cluster.until(() => cluster.leader() !== null, 3_000);
    await expect(waiting).rejects.toThrow(RaftbeatError);
    await expect(cluster.until(() => false, 10)).rejects.toThrow(
      /not within 10 ms of simulated time[\s\S]*n\d/,
    );
    expect(() => cluster.replica("n9")).toThrow("no replica n9: n1, n2, n3");
  });

  it("finds no fault with a service that does not want to lead, or stops", async () => {
    const cluster = new ServiceCluster({
      service: () => {},
      elector: { health: { check: () => cluster === undefined || cluster.nowMs < 3_000 } },
    });
    await leaderOf(cluster);
    await cluster.until(() => cluster.leader() === null, 10_000);
    await cluster.advance(20_000);
    await Promise.all(["n1", "n2"].map((id) => cluster.settled(cluster.replica(id).elector.stop())));
    await cluster.advance(20_000);
    expect(cluster.leader()).toBe(null);
  });

  it("refuses a time that is none", async () => {
    const { cluster } = world();
    for (const forMs of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      await expect(cluster.advance(forMs)).rejects.toThrow(RangeError);
  });

  it("refuses a world that cannot be", () => {
    expect(() => new ServiceCluster({ service: () => {}, world: { cluster: { nodes: 0 } } })).toThrow(
      "nodes is 0",
    );
  });
});
