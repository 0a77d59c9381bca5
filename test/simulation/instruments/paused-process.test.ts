import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/protocol/index.js";
import type { Cluster } from "../../../src/simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../../../src/simulation/cluster/simulated-process.js";
import { Watcher } from "../../../src/simulation/cluster/watcher.js";
import { aCluster, settle } from "../support/simulated-cluster.js";

/** What happens to one process, in order. */
class Diary extends Watcher {
  readonly lines: string[] = [];
  of: SimulatedProcess | null = null;

  override delivered(to: SimulatedProcess, _from: SimulatedProcess, message: Message): void {
    if (to === this.of) this.lines.push(message.kind);
  }

  override fired(process: SimulatedProcess): void {
    if (process === this.of) this.lines.push("timer");
  }

  override died(process: SimulatedProcess): void {
    if (process === this.of) this.lines.push("died");
  }

  override started(process: SimulatedProcess): void {
    if (process === this.of) this.lines.push("started");
  }
}

function paused(): { cluster: Cluster; follower: SimulatedProcess; diary: Diary } {
  const diary = new Diary();
  const cluster = aCluster({}, () => [diary]);
  const leader = settle(cluster);
  const follower = cluster.processes.find((process) => process !== leader) as SimulatedProcess;
  cluster.advance(300);
  diary.of = follower;
  cluster.pause(follower);
  return { cluster, follower, diary };
}

describe("a process that stands still", () => {
  it("has nothing happen to it, and then timers that are overdue before messages that have arrived", () => {
    const { cluster, follower, diary } = paused();
    cluster.advance(1000);
    expect(diary.lines).toEqual([]);
    cluster.resume(follower);
    cluster.advance(0);
    expect(diary.lines.slice(0, 2)).toEqual(["timer", "heartbeat"]);
    // A heartbeat every 50 ms has waited.
    const heartbeats = diary.lines.filter((line) => line === "heartbeat").length;
    expect(heartbeats).toBeGreaterThanOrEqual(19);
    expect(heartbeats).toBeLessThanOrEqual(21);
    expect(follower.resumedAtMs).toBe(cluster.nowMs);
  });

  it("loses with its life all that waited for it, and is a process like any other when it starts again", () => {
    const { cluster, follower, diary } = paused();
    cluster.advance(1000);
    cluster.crash(follower);
    expect(follower.paused).toBe(false);
    cluster.advance(500);
    // What a pause would end is over already.
    cluster.resume(follower);
    cluster.advance(500);
    expect(diary.lines).toEqual(["died"]);
    cluster.restart(follower);
    cluster.advance(0);
    expect(diary.lines).toEqual(["died", "started"]);
    cluster.advance(1000);
    expect(follower.node.role).toEqual({ name: "follower", leader: cluster.leader()?.id });
    const heartbeats = diary.lines.filter((line) => line === "heartbeat").length;
    expect(heartbeats).toBeLessThanOrEqual(21);
  });

  it("takes nothing along into its next life, even if all of it falls into one instant", () => {
    const { cluster, follower, diary } = paused();
    cluster.advance(1000);
    cluster.resume(follower);
    cluster.crash(follower);
    cluster.restart(follower);
    cluster.advance(0);
    expect(diary.lines).toEqual(["died", "started"]);
  });

  it("can stand still again, from the start on", () => {
    const { cluster, follower, diary } = paused();
    cluster.crash(follower);
    cluster.restart(follower);
    cluster.pause(follower);
    cluster.advance(1000);
    expect(diary.lines).toEqual(["died", "started"]);
    cluster.resume(follower);
    cluster.advance(1000);
    expect(diary.lines).toContain("heartbeat");
  });

  it("cannot while it is dead", () => {
    const { cluster, follower } = paused();
    cluster.crash(follower);
    cluster.pause(follower);
    cluster.restart(follower);
    expect(follower.paused).toBe(false);
  });
});

describe("a leader that stands still", () => {
  it("leads until its lease ends, and dies without a word", () => {
    const cluster = aCluster({}, () => [new Watcher()]);
    const leader = settle(cluster);
    cluster.advance(300);
    cluster.pause(leader);
    const { leaseUntilMs } = leader;
    expect(leaseUntilMs).toBeGreaterThan(cluster.nowMs);
    cluster.advance((leaseUntilMs - cluster.nowMs) / 2);
    expect(cluster.leader()).toBe(leader);
    cluster.crash(leader);
    expect(cluster.leader()).toBeNull();
    expect(leader.toldTerm).toBeNull();
    cluster.restart(leader);
    expect(settle(cluster)).not.toBe(leader);
  });
});
