import { describe, expect, it } from "vitest";
import type { LeaderRun } from "../../src/elector/api.js";
import { type Replica, ServiceCluster } from "../../src/testing/index.js";
import { seededRandom } from "../support/prng.js";

/** More courses: RAFTBEAT_OWNERS=1..2000 npx vitest run test/elector/random-owners.slow.test.ts */
const [first = 1, last = 60] = (process.env["RAFTBEAT_OWNERS"] ?? "1..60").split("..").map(Number);

/** Services whose owners do at random what owners may do, in a world that does what worlds do; and whatever of it went wrong. */
class RandomOwners {
  readonly problems: string[] = [];
  private readonly random: () => number;
  private readonly cluster: ServiceCluster;
  private readonly runs = new Map<string, LeaderRun>();
  private readonly begin = new Map<string, () => void>();
  /** Electors that were told to stop. */
  private readonly stopped = new Set<Replica>();
  /** What was asked for and has not settled, and of whom. */
  private readonly pending = new Map<string, Replica>();
  private asked = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.cluster = new ServiceCluster({
      seed,
      // Bodies throw on purpose.
      onServiceError: () => {},
      world: {
        cluster: { nodes: this.pick([3, 3, 5]) },
        network: { latency: this.pick([1, 10]) },
        disk: { write: this.pick([0.5, 5, 40]) },
      },
      elector: { drainTimeoutMs: 500, coolDownMs: 200 },
      service: (replica) => this.serve(replica),
    });
  }

  /** Returns what had not settled in the end, and whether nobody led. */
  async play(): Promise<readonly string[]> {
    const { cluster, pending, problems } = this;
    await cluster.until(() => cluster.leader() !== null);
    for (let count = 0; count < 40; count++) {
      await this.act();
      await cluster.advance(this.pick([0, 0.5, 2, 5, 8, 20, 60, 200, 600]));
    }
    this.calm();
    await cluster.advance(8_000);
    for (const [what, replica] of pending) if (this.isAlive(replica)) problems.push(`${what} never settled`);
    for (const { id } of cluster.cluster.processes) {
      if (cluster.isRunning(id) && this.stopped.has(cluster.replica(id))) cluster.crash(id);
      if (!cluster.isRunning(id)) await cluster.settled(cluster.restart(id));
      else this.begin.get(id)?.();
    }
    await cluster.until(() => cluster.leader() !== null, 4_000).catch(() => problems.push("nobody leads"));
    return problems;
  }

  private serve({ id, elector, sleep }: Replica): void {
    let leads: number | null = null;
    elector.subscribe((event) => {
      if (event.kind === "leader") return;
      if ((event.kind === "elected") !== (leads === null)) this.problems.push(`${id}: ${event.kind} twice`);
      leads = event.kind === "elected" ? event.term : null;
      if (leads === null && elector.isLeader) this.problems.push(`${id} lost and leads`);
    });
    const begin = (): void => {
      const run = elector.whileLeader(async (lead) => {
        const drainMs = this.pick([0, 0, 30, 300]);
        const [forMs, how] = this.pick([
          [20, "throws"],
          [20, "resigns"],
          [1e6, "waits"],
          [1e6, "waits"],
        ] as const);
        await sleep(forMs, { signal: lead.signal }).catch(() => {});
        if (how === "throws" && !lead.signal.aborted) throw new Error("a body that fails");
        if (how === "resigns") lead.resign();
        await sleep(drainMs);
      });
      this.runs.set(id, run);
    };
    begin();
    // A run that goes on already goes on.
    this.begin.set(id, () => this.stopped.has(this.cluster.replica(id)) || tolerate(begin));
  }

  private async act(): Promise<void> {
    const { cluster } = this;
    const { processes } = cluster.cluster;
    const leading = cluster.leader();
    const { id, alive } =
      leading !== null && this.random() < 0.7 ? cluster.cluster.process(leading.id) : this.pick(processes);
    // One that starts again is nobody's yet.
    if (!alive || !cluster.isRunning(id)) {
      void cluster.restart(id);
      return;
    }
    const replica = cluster.replica(id);
    const { elector } = replica;
    const to = this.pick(processes.filter((other) => other.id !== id)).id;
    const acts: (() => unknown)[] = [
      () => this.track(replica, "transfer", elector.transfer({ to })),
      () => this.track(replica, "resign", elector.resign()),
      () => this.track(replica, "verify", elector.verify()),
      () => this.track(replica, "run.stop", this.runs.get(id)?.stop()),
      () => this.stop(replica, true),
      () => this.stop(replica, false),
      async () => {
        this.track(replica, "run.stop", this.runs.get(id)?.stop());
        await cluster.advance(this.pick([0, 1, 5, 20]));
        this.stop(replica, this.random() < 0.5);
      },
      async () => {
        const controller = new AbortController();
        this.track(replica, "aborted transfer", elector.transfer({ to, signal: controller.signal }));
        await cluster.advance(this.pick([0, 3, 8]));
        controller.abort();
      },
      () => this.begin.get(id)?.(),
      () => cluster.pause(id),
      () => cluster.isolate(id),
      () => cluster.crash(id),
      () => this.calm(),
      () => this.calm(),
      () => {
        for (const one of this.stopped) if (this.isAlive(one)) cluster.crash(one.id);
      },
    ];
    await this.pick(acts)();
  }

  private stop(replica: Replica, handover: boolean): void {
    this.stopped.add(replica);
    this.track(replica, `stop, handover: ${handover}`, replica.elector.stop({ handover }));
  }

  /** All cuts and pauses end. */
  private calm(): void {
    this.cluster.heal();
    for (const { id, alive, paused } of this.cluster.cluster.processes)
      if (alive && paused) this.cluster.resume(id);
  }

  private track(replica: Replica, what: string, promise: Promise<unknown> | undefined): void {
    const key = `${++this.asked}: ${what} of ${replica.id} at ${this.cluster.nowMs.toFixed(1)} ms`;
    this.pending.set(key, replica);
    const settled = (): void => void this.pending.delete(key);
    promise?.then(settled, settled);
    if (promise === undefined) settled();
  }

  private isAlive(replica: Replica): boolean {
    return this.cluster.isRunning(replica.id) && this.cluster.replica(replica.id) === replica;
  }

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)] as T;
  }
}

function tolerate(act: () => void): void {
  try {
    act();
  } catch {
    // Owners may ask for what cannot be.
  }
}

describe("owners who do what they like", () => {
  it(`get an answer to all they ask, and a leader in the end (seeds ${first}..${last})`, {
    timeout: 600_000,
  }, async () => {
    for (let seed = first; seed <= last; seed++)
      expect(await new RandomOwners(seed).play(), `seed ${seed}`).toEqual([]);
  });
});
