import { describe, expect, it } from "vitest";
import type { ScenarioInput } from "../../src/simulation/index.js";
import { ServiceCluster } from "../../src/simulation/service-cluster.js";

const latencyMs = 10;
const drainMs = 400;

interface Told {
  readonly id: string;
  readonly kind: "elected" | "lost";
  readonly term: number;
  readonly atMs: number;
}

/** A cluster far apart, with slow disks, and what its services are told of leading; their bodies drain for a while if they are to. */
function farApart(nodes: number, drains = false) {
  const told: Told[] = [];
  const world: ScenarioInput = {
    cluster: { nodes },
    network: { latency: latencyMs },
    disk: { write: 5 },
  };
  const cluster = new ServiceCluster({
    world: { ...world, timing: "lan" },
    service: ({ id, elector, sleep }) => {
      elector.subscribe((event) => {
        if (event.kind === "leader") return;
        told.push({ id, kind: event.kind, term: event.term, atMs: cluster.nowMs });
      });
      elector.whileLeader(async ({ signal }) => {
        await sleep(1e6, { signal }).catch(() => {});
        if (drains) await sleep(drainMs);
      });
    },
  });
  return { cluster, told };
}

async function settledLeader(cluster: ServiceCluster) {
  await cluster.until(() => cluster.leader() !== null);
  await cluster.advance(500);
  const leader = cluster.leader();
  if (leader === null) throw new Error("nobody leads");
  const heir = cluster.cluster.processes.find(({ id }) => id !== leader.id)?.id as string;
  return { leader, heir };
}

describe("a handover", () => {
  it.each([3, 5])("leaves nobody leading for the length of one message, among %i nodes", async (nodes) => {
    const { cluster, told } = farApart(nodes);
    const { leader, heir } = await settledLeader(cluster);
    const before = told.length;
    const askedMs = cluster.nowMs;
    await cluster.settled(leader.elector.transfer({ to: heir }));
    await cluster.until(() => cluster.leader()?.id === heir, 100);
    const [lost, elected] = told.slice(before) as [Told, Told];
    expect([lost.kind, lost.id, elected.kind, elected.id]).toEqual(["lost", leader.id, "elected", heir]);
    // The election took two round trips and more, all of it while the old leader led.
    expect(lost.atMs - askedMs).toBeGreaterThan(4 * latencyMs);
    expect(elected.atMs - lost.atMs).toBeCloseTo(latencyMs, 6);
  });

  it("is over when the body has drained, and not before, though the heir has long been elected", async () => {
    const { cluster, told } = farApart(3, true);
    const { leader, heir } = await settledLeader(cluster);
    const before = told.length;
    await cluster.settled(leader.elector.resign());
    await cluster.until(() => cluster.leader() !== null, 100);
    const [lost, elected] = told.slice(before) as [Told, Told];
    expect(elected.atMs - lost.atMs).toBeCloseTo(drainMs + latencyMs, 6);
    expect(elected.term).toBe(lost.term + 1);
    expect(cluster.leader()?.id).not.toBe(leader.id);
    expect(cluster.cluster.process(heir).node.record.term).toBe(elected.term);
  });

  it("to an heir that dies costs no more than the lease, and ends with another leader", async () => {
    const { cluster, told } = farApart(3);
    const { leader, heir } = await settledLeader(cluster);
    const before = told.length;
    const askedMs = cluster.nowMs;
    const leaseMs = cluster.cluster.process(leader.id).leaseUntilMs - cluster.nowMs;
    const transferred = leader.elector.transfer({ to: heir });
    cluster.crash(heir);
    expect(leader.elector.isLeader).toBe(true);
    await cluster.settled(transferred);
    const [lost] = told.slice(before) as [Told];
    expect(lost.atMs - askedMs).toBeCloseTo(leaseMs, 6);
    await cluster.until(() => cluster.leader() !== null, 2_000);
  });

  it("whose old leader dies in its midst is over with the lease of the dead", async () => {
    const { cluster, told } = farApart(3);
    const { leader, heir } = await settledLeader(cluster);
    const before = told.length;
    const askedMs = cluster.nowMs;
    const leaseMs = cluster.cluster.process(leader.id).leaseUntilMs - cluster.nowMs;
    void leader.elector.transfer({ to: heir });
    await cluster.advance(latencyMs / 2);
    cluster.crash(leader.id);
    await cluster.until(() => cluster.leader() !== null, 300);
    const [elected] = told.slice(before) as [Told];
    expect([elected.kind, elected.id]).toEqual(["elected", heir]);
    expect(elected.atMs - askedMs).toBeCloseTo(latencyMs + (leaseMs * 1.01) / 0.99, 3);
  });
});
