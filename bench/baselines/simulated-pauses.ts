import { resolveTiming, safeModes, type TimingInput } from "raftbeat/protocol";
import { Cluster, Safety, type SimulatedProcess, type Stream, splitSeed, Watcher } from "raftbeat/simulation";
import type { PausesMeasured } from "../processes/pauses.js";

const recoversWithinMs = 60_000;
/** After a pause, or a start, so much time for what comes of it. */
const calmMs = 1_000;

/** Notes when leases are lost and gained. */
class Leases extends Watcher {
  losers: SimulatedProcess[] = [];
  gainedAtMs: number | null = null;
  private readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    super();
    this.cluster = cluster;
  }

  override gained(): void {
    this.gainedAtMs ??= this.cluster.nowMs;
  }

  override lost(process: SimulatedProcess): void {
    this.losers.push(process);
  }

  forget(): void {
    this.losers = [];
    this.gainedAtMs = null;
  }
}

/** Three simulated nodes under the safety checkers, whose leader is struck again and again at a random phase of its heartbeats. */
export class StruckCluster {
  private readonly cluster: Cluster;
  private readonly leases: Leases;
  private readonly phase: Stream;
  private readonly intervalMs: number;

  constructor(timing: TimingInput, seed: number) {
    const resolution = resolveTiming(timing);
    if (!resolution.ok) throw new Error(resolution.problems.join("; "));
    const settings = { ...resolution.timing, modes: safeModes };
    this.intervalMs = settings.heartbeatIntervalMs;
    this.phase = splitSeed(seed)("phase");
    this.cluster = new Cluster({
      seed,
      voters: ["n1", "n2", "n3"],
      observers: [],
      settingsOf: () => settings,
      transport: "datagram",
      link: { latency: { uniform: [0.1, 1] }, loss: 0, duplicate: 0 },
      writeMs: 0.5,
      lateness: 0.5,
    });
    this.leases = new Leases(this.cluster);
    const broken = (promise: string, text: string): never => {
      throw new Error(`${promise} broken: ${text}`);
    };
    this.cluster.watchers.push(this.leases, new Safety(this.cluster, broken));
    this.cluster.boot();
  }

  /** Kills the leader; how long until the next has its lease, for each kill. */
  kills(count: number): number[] {
    return Array.from({ length: count }, () => {
      const leader = this.leaderAtPhase();
      const fromMs = this.cluster.nowMs;
      this.cluster.crash(leader);
      this.recover();
      this.cluster.restart(leader);
      return (this.leases.gainedAtMs as number) - fromMs;
    });
  }

  /** Stops the event loop of the leader for so long. */
  pauses(pauseMs: number, count: number): PausesMeasured {
    const nextLeaderMs: number[] = [];
    for (let pause = 0; pause < count; pause++) {
      const leader = this.leaderAtPhase();
      const fromMs = this.cluster.nowMs;
      this.cluster.pause(leader);
      this.cluster.advance(pauseMs);
      this.cluster.resume(leader);
      this.cluster.advance(calmMs);
      if (!this.leases.losers.includes(leader)) continue;
      this.recover();
      nextLeaderMs.push((this.leases.gainedAtMs as number) - fromMs);
    }
    return { count, lostCount: nextLeaderMs.length, nextLeaderMs };
  }

  private leaderAtPhase(): SimulatedProcess {
    this.settle();
    this.cluster.advance(calmMs + this.phase() * this.intervalMs);
    this.leases.forget();
    return this.cluster.leader() as SimulatedProcess;
  }

  private settle(): void {
    if (!this.cluster.advanceUntil(() => this.cluster.isSettled(), recoversWithinMs))
      throw new Error(`no leader within ${recoversWithinMs} ms`);
  }

  private recover(): void {
    if (!this.cluster.advanceUntil(() => this.leases.gainedAtMs !== null, recoversWithinMs))
      throw new Error(`no leader within ${recoversWithinMs} ms`);
  }
}
