import { describe, expect, it } from "vitest";
import type { LeaderRun } from "../../src/elector/api.js";
import type { ScenarioInput } from "../../src/simulation/index.js";
import { ServiceCluster } from "../../src/testing/service-cluster.js";

const latencyMs = 10;
const drainMs = 400;

interface Told {
  readonly id: string;
  readonly kind: "elected" | "lost";
  readonly term: number;
  readonly atMs: number;
}

const far = {
  cluster: { nodes: 3 },
  timing: "lan",
  network: { latency: latencyMs },
  disk: { write: 5 },
} as const;
const near = { cluster: { nodes: 3 }, timing: "lan", network: { latency: 1 }, disk: { write: 1 } } as const;

/** Replicas far apart with slow disks, unless `world` says otherwise. Their bodies drain for so long, and no two may run at once. */
function replicas(options: { readonly world?: ScenarioInput; readonly drainMs?: number } = {}) {
  const told: Told[] = [];
  const runs = new Map<string, LeaderRun>();
  const signals = new Map<string, AbortController>();
  const running = new Set<string>();
  const overlaps: string[] = [];
  const bodies: string[] = [];
  const cluster = new ServiceCluster({
    world: options.world ?? far,
    service: ({ id, elector, sleep }) => {
      elector.subscribe((event) => {
        if (event.kind === "leader") return;
        told.push({ id, kind: event.kind, term: event.term, atMs: cluster.nowMs });
      });
      const controller = new AbortController();
      signals.set(id, controller);
      const body = async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
        for (const other of running) overlaps.push(`${id} runs beside ${other}`);
        running.add(id);
        bodies.push(id);
        await sleep(1e6, { signal }).catch(() => {});
        if (options.drainMs !== undefined) await sleep(options.drainMs);
        running.delete(id);
      };
      runs.set(id, elector.whileLeader(body, { signal: controller.signal }));
    },
  });
  return { cluster, told, runs, signals, overlaps, bodies };
}

/** The leader after a while, and the others. */
async function settledLeader(cluster: ServiceCluster) {
  await cluster.until(() => cluster.leader() !== null);
  await cluster.advance(500);
  const leader = cluster.leader();
  if (leader === null) throw new Error("nobody leads");
  const others = cluster.cluster.processes.map(({ id }) => id).filter((id) => id !== leader.id);
  return { leader, transferee: others[0] as string, third: others[1] as string };
}

describe("a handover", () => {
  it.each([3, 5])("leaves nobody leading for the length of one message, among %i nodes", async (nodes) => {
    const { cluster, told } = replicas({ world: { ...far, cluster: { nodes } } });
    const { leader, transferee } = await settledLeader(cluster);
    const before = told.length;
    const askedMs = cluster.nowMs;
    await cluster.settled(leader.elector.transfer({ to: transferee }));
    await cluster.until(() => cluster.leader()?.id === transferee, 100);
    const [lost, elected] = told.slice(before) as [Told, Told];
    expect([lost.kind, lost.id, elected.kind, elected.id]).toEqual([
      "lost",
      leader.id,
      "elected",
      transferee,
    ]);
    // The election took two round trips and more, all of it while the old leader led.
    expect(lost.atMs - askedMs).toBeGreaterThan(4 * latencyMs);
    expect(elected.atMs - lost.atMs).toBeCloseTo(latencyMs, 6);
  });

  it("is over when the body has drained, and not before, though the transferee has long been elected", async () => {
    const { cluster, told } = replicas({ drainMs });
    const { leader } = await settledLeader(cluster);
    const before = told.length;
    await cluster.settled(leader.elector.resign());
    await cluster.until(() => cluster.leader() !== null, 100);
    const [lost, elected] = told.slice(before) as [Told, Told];
    expect(elected.atMs - lost.atMs).toBeCloseTo(drainMs + latencyMs, 6);
    expect(elected.term).toBe(lost.term + 1);
    expect(elected.id).not.toBe(leader.id);
  });

  it.each([
    [1, 1],
    [1, 40],
    [1, 60],
    [10, 20],
    [10, 50],
    [10, 60],
  ])("waits for the body also with %i ms of latency and %i ms for a write", async (latency, write) => {
    const { cluster, told, overlaps } = replicas({
      drainMs,
      world: { ...far, network: { latency }, disk: { write } },
    });
    const { leader, transferee } = await settledLeader(cluster);
    const before = told.length;
    await cluster.settled(leader.elector.transfer({ to: transferee }));
    await cluster.advance(2_000);
    expect(overlaps).toEqual([]);
    const [lost, elected] = told.slice(before) as [Told, Told];
    expect(elected.atMs - lost.atMs).toBeGreaterThanOrEqual(drainMs);
    expect(elected.id).toBe(transferee);
  });

  it("to a transferee that dies costs no more than the lease, and ends with another leader", async () => {
    const { cluster, told } = replicas();
    const { leader, transferee } = await settledLeader(cluster);
    const before = told.length;
    const askedMs = cluster.nowMs;
    const leaseMs = cluster.cluster.process(leader.id).leaseUntilMs - cluster.nowMs;
    const transferred = leader.elector.transfer({ to: transferee });
    cluster.crash(transferee);
    expect(leader.elector.isLeader).toBe(true);
    await cluster.settled(transferred);
    const [lost] = told.slice(before) as [Told];
    expect(lost.atMs - askedMs).toBeCloseTo(leaseMs, 6);
    await cluster.until(() => cluster.leader() !== null, 2_000);
  });

  it("whose old leader dies in its midst is over with the longest lease that could be", async () => {
    const { cluster, told } = replicas();
    const { leader, transferee } = await settledLeader(cluster);
    const before = told.length;
    const askedMs = cluster.nowMs;
    void leader.elector.transfer({ to: transferee });
    await cluster.advance(latencyMs / 2);
    cluster.crash(leader.id);
    await cluster.until(() => cluster.leader() !== null, 300);
    const [elected] = told.slice(before) as [Told];
    expect([elected.kind, elected.id]).toEqual(["elected", transferee]);
    expect(elected.atMs - askedMs).toBeCloseTo(latencyMs + (150 * 1.01) / 0.99, 3);
  });

  it.each([0, drainMs])(
    "for which one vote is missing gets that of the old leader, draining %i ms",
    async (drain) => {
      const { cluster, told, overlaps } = replicas({ world: near, drainMs: drain });
      const { leader, transferee, third } = await settledLeader(cluster);
      const before = told.length;
      void leader.elector.transfer({ to: transferee });
      await cluster.advance(1.5);
      cluster.crash(third);
      await cluster.until(() => told.length === before + 2, 1_000);
      const [lost, elected] = told.slice(before) as [Told, Told];
      expect([lost.id, elected.id]).toEqual([leader.id, transferee]);
      // Shorter than any election timeout.
      expect(elected.atMs - lost.atMs).toBeLessThan(20 + drain);
      expect(overlaps).toEqual([]);
    },
  );

  it.each(["stop", "transfer", "resign"] as const)(
    "is not handed on by a transferee that still waits for the body: %s",
    async (how) => {
      const { cluster, told, overlaps, bodies } = replicas({ world: near, drainMs });
      const { leader, transferee, third } = await settledLeader(cluster);
      const before = told.length;
      const first = leader.elector.transfer({ to: transferee });
      await cluster.advance(30);
      const { elector } = cluster.replica(transferee);
      const asked =
        how === "stop"
          ? elector.stop({ handover: true })
          : how === "transfer"
            ? elector.transfer({ to: third })
            : elector.resign();
      await cluster.settled(Promise.allSettled([first, asked]));
      await cluster.advance(2_000);
      expect(overlaps).toEqual([]);
      // A body that was told to stop before it led does not begin.
      expect(bodies.filter((id) => id === transferee)).toHaveLength(how === "stop" ? 0 : 1);
      expect(told.slice(before, before + 2)).toMatchObject([
        { kind: "lost" },
        { kind: "elected", id: transferee },
      ]);
    },
  );
});

describe("an end in the midst of a handover", () => {
  const moments = [0, 4, 30].flatMap((afterMs) => [0, 50].map((drain) => [afterMs, drain] as const));

  it.each(moments)(
    "of the run, and %i ms later of the elector, is one; draining %i ms",
    async (after, drain) => {
      const { cluster, runs } = replicas({ world: near, drainMs: drain });
      const { leader } = await settledLeader(cluster);
      const ended = runs.get(leader.id)?.stop();
      await cluster.advance(after);
      await cluster.settled(leader.elector.stop(), 1_000);
      await cluster.settled(Promise.all([ended, leader.elector.closed]), 1_000);
    },
  );

  it.each(moments)("by the signal, and %i ms later by stop, is one; draining %i ms", async (after, drain) => {
    const { cluster, signals } = replicas({ world: near, drainMs: drain });
    const { leader } = await settledLeader(cluster);
    signals.get(leader.id)?.abort();
    await cluster.advance(after);
    await cluster.settled(leader.elector.stop(), 1_000);
  });

  it.each(moments)("by a disk that fails %i ms into it is one; draining %i ms", async (after, drain) => {
    const { cluster } = replicas({ world: near, drainMs: drain });
    const { leader } = await settledLeader(cluster);
    const stopped = leader.elector.stop({ handover: true });
    await cluster.advance(after);
    const { disk } = cluster.cluster.process(leader.id);
    disk.write = (_record, callback) => {
      const happen = (): void => callback(new Error("ENOSPC"));
      cluster.cluster.timeline.schedule(cluster.nowMs + 1, { happen }, 0, null);
    };
    await cluster.settled(stopped, 2_000);
  });

  it("by stop with a handover lets the body drain before the transferee leads", async () => {
    const { cluster, told, overlaps } = replicas({ world: near, drainMs });
    const { leader, transferee } = await settledLeader(cluster);
    const before = told.length;
    const transferred = leader.elector.transfer({ to: transferee });
    await cluster.advance(30);
    await cluster.settled(leader.elector.stop({ handover: true }));
    await transferred;
    await cluster.advance(1_000);
    const [lost, elected] = told.slice(before) as [Told, Told];
    expect(elected.atMs - lost.atMs).toBeCloseTo(drainMs + 1, 6);
    expect(overlaps).toEqual([]);
  });
});
