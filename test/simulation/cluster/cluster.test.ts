import { describe, expect, it } from "vitest";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";
import { Watcher } from "../../../src/simulation/cluster/watcher.js";
import { aCluster, settle, Told } from "../support/simulated-cluster.js";

describe.each(["datagram", "stream"] as const)("a simulated cluster on a %s network", (transport) => {
  it("elects one leader from a cold start, whatever the seed, and alone", () => {
    for (let seed = 1; seed <= 100; seed++)
      settle(aCluster({ transport, seed, voters: ["n1", "n2", "n3"] }), 2_000);
    settle(aCluster({ transport, voters: ["n1"] }), 1_000);
  });

  it("elects a leader and keeps it", () => {
    const cluster = aCluster({ transport });
    const leader = settle(cluster);
    cluster.advance(600_000);
    expect(cluster.leader()).toBe(leader);
    expect(leader.node.record.term).toBe(1);
  });

  it("replaces a leader that crashes, and takes it back as a follower", () => {
    const cluster = aCluster({ transport });
    const first = settle(cluster);
    cluster.crash(first);
    const second = settle(cluster);
    expect(second).not.toBe(first);
    cluster.restart(first);
    cluster.advance(5_000);
    expect(settle(cluster)).toBe(second);
    expect(first.node.role).toEqual({ name: "follower", leader: second.id });
  });

  it("passes nothing over a cut and everything after it is healed", () => {
    const told = new Told();
    const cluster = aCluster({ transport }, () => [told]);
    const first = settle(cluster);
    const heal = cluster.install((from, to) =>
      from === first.index || to === first.index ? { passes: "nothing" } : null,
    );
    cluster.advance(3_000);
    const second = cluster.leader();
    expect(second).not.toBe(first);
    expect(first.node.role.name).not.toBe("leader");
    expect(told.of(first)).toEqual(["gained", "leaseExpired"]);
    heal();
    cluster.advance(3_000);
    expect(first.node.role).toEqual({ name: "follower", leader: second?.id });
  });

  it("does the same twice", () => {
    const play = () => {
      const cluster = aCluster({
        transport,
        link: { latency: { exponential: 3 }, loss: 0.05, duplicate: 0.05 },
      });
      cluster.advance(20_000);
      return [
        cluster.eventCount,
        cluster.leader()?.id,
        cluster.processes.map(({ node }) => node.record.term),
      ];
    };
    expect(play()).toEqual(play());
  });
});

describe("a simulated process", () => {
  it("reads late timers first and queued heartbeats next after a pause, and so campaigns for nothing", () => {
    const cluster = aCluster();
    const leader = settle(cluster);
    const follower = cluster.processes.find((process) => process !== leader) as SimulatedProcess;
    const rounds = follower.node.round;
    cluster.pause(follower);
    cluster.advance(1_000);
    cluster.resume(follower);
    cluster.advance(1_000);
    expect(cluster.leader()).toBe(leader);
    expect(leader.node.record.term).toBe(1);
    expect(follower.node.round).toBe(rounds);
  });

  it("has lost its lease when it wakes", () => {
    const cluster = aCluster();
    const leader = settle(cluster);
    cluster.pause(leader);
    cluster.advance(2_000);
    cluster.resume(leader);
    expect(leader.driver.isLeader()).toBe(false);
    cluster.advance(1_000);
    expect(leader.node.role.name).toBe("follower");
  });

  it("loses the writes under way when it dies, or keeps them", () => {
    for (const loseUnsynced of [true, false]) {
      const cluster = aCluster({ writeMs: 50 });
      const leader = settle(cluster);
      cluster.crash(leader);
      const voter = () => cluster.processes.find(({ alive, node }) => alive && node.durable !== node.record);
      expect(cluster.advanceUntil(() => voter() !== undefined, 5_000)).toBe(true);
      const process = voter() as SimulatedProcess;
      const { record, durable } = process.node;
      cluster.crash(process, { loseUnsynced });
      cluster.advance(100);
      expect(process.disk.record).toBe(loseUnsynced ? durable : record);
    }
  });

  it("stops when its disk fails", () => {
    const cluster = aCluster();
    const first = settle(cluster);
    cluster.crash(first);
    for (const process of cluster.processes) process.disk.setFailing(new Error("no space"));
    cluster.advance(5_000);
    expect(cluster.processes.some(({ failure }) => failure?.message.includes("no space"))).toBe(true);
    expect(cluster.leader()).toBeNull();
  });

  it("waits on a clock of its own", () => {
    const heartbeats = (rate: number) => {
      const cluster = aCluster();
      const leader = settle(cluster);
      leader.clock.setRate(rate);
      let count = 0;
      cluster.watchers.push(
        new (class extends Watcher {
          override sent(from: SimulatedProcess) {
            if (from === leader) count++;
          }
        })(),
      );
      cluster.advance(10_000);
      return count;
    };
    expect(heartbeats(1.1) / heartbeats(1)).toBeCloseTo(1.1, 1);
  });
});

describe("a stream", () => {
  it("delivers in order, late behind what was lost, and in one burst after a cut", () => {
    const cluster = aCluster({
      transport: "stream",
      link: { latency: { uniform: [1, 20] }, loss: 0.1, duplicate: 0 },
    });
    const leader = settle(cluster);
    const follower = cluster.processes.find((process) => process !== leader) as SimulatedProcess;
    const seqs: number[] = [];
    cluster.watchers.push(
      new (class extends Watcher {
        override delivered(...[to, , message]: Parameters<Watcher["delivered"]>) {
          if (to === follower && message.kind === "heartbeat") seqs.push(1e6 * message.term + message.seq);
        }
      })(),
    );
    const heal = cluster.install((from, to) =>
      from === leader.index && to === follower.index ? { passes: "nothing" } : null,
    );
    cluster.advance(150);
    expect(seqs).toEqual([]);
    heal();
    cluster.advance(5_000);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(seqs.length).toBeGreaterThan(50);
  });
});
