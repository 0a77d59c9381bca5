import { describe, expect, it } from "vitest";
import type { Leadership } from "../../src/elector/api.js";
import { type Replica, type ReplicaOptions, ServiceCluster } from "../../src/testing/index.js";
import { Electors } from "./support/electors.js";

const three = ["a", "b", "c"];
const d = { id: "d", address: "ws://d:7400", voter: false, incarnation: "d-1" };

describe("a change of the membership whose quorum is cut off", () => {
  /** A leader that holds a new configuration which no other member has heard of. */
  async function takenUp() {
    const world = await Electors.of(three);
    const leader = await world.leader();
    await world.advance(500);
    const { version } = leader.elector.status().configurationId;
    const changed = leader.elector.reconfigure({ add: d });
    const settled: string[] = [];
    changed.then(
      () => settled.push("done"),
      ({ code }) => settled.push(code),
    );
    await world.until(() => leader.elector.status().configurationId.version === version + 1);
    world.isolate(leader.id);
    return { world, leader, version, changed, settled };
  }

  it("is not said to be done, and ends with the leadership", async () => {
    const { world, leader, changed, settled } = await takenUp();
    await world.advance(50);
    expect(settled).toEqual([]);
    expect(leader.elector.status()).toMatchObject({ isLeader: true, configurationCommitted: false });
    await expect(world.settled(changed, 2_000)).rejects.toMatchObject({ code: "notLeader" });
  });

  it("is done once they hear it, where the leader leads on", async () => {
    const { world, leader, version, changed } = await takenUp();
    await world.advance(50);
    world.heal();
    await world.settled(changed, 1_000);
    expect(leader.elector.status()).toMatchObject({ isLeader: true, configurationCommitted: true });
    await world.until(() =>
      three.every((id) => world.seat(id).elector.status().configurationId.version === version + 1),
    );
  });

  it("leaves one configuration behind, which is changed anew by the next leader", async () => {
    const { world, leader, changed } = await takenUp();
    changed.catch(() => {});
    await world.until(() => world.leaders().some((seat) => seat !== leader));
    world.heal();
    await world.advance(1_000);
    const next = await world.leader();
    await world.settled(next.elector.reconfigure({ add: d }));
    await world.settled(next.elector.reconfigure({ remove: "d" }));
    const { configurationId, observers } = next.elector.status();
    expect(observers).toEqual([]);
    await world.until(() =>
      three.every((id) => {
        const { version, digest } = world.seat(id).elector.status().configurationId;
        return version === configurationId.version && digest === configurationId.digest;
      }),
    );
  });
});

describe("a founder that is removed, and added at another address", () => {
  it("is a voter again, also where settings still name the old address, and each says so once", async () => {
    const world = await Electors.of(three);
    await world.leader();
    if ((await world.leader()).id === "c") await world.settled(world.seat("c").elector.resign());
    const leader = await world.leader();
    await world.settled(leader.elector.reconfigure({ remove: "c" }));
    await world.stop("c");
    world.seat("c").machine.record = null;
    world.cluster.network.move("c", "ws://c.new:1");
    await world.start("c", { join: true });
    const added = leader.elector.reconfigure({ add: { id: "c", address: "ws://c.new:1" } });
    await world.until(() => leader.elector.status().observers.length === 1);
    // It has not heard of any member yet: only the leader can make the link anew, and where it was told to.
    world.isolate("c");
    await world.advance(20);
    world.heal();
    await world.settled(added);
    const { voters, peers } = leader.elector.status();
    expect(voters).toContainEqual(expect.objectContaining({ id: "c", address: "ws://c.new:1" }));
    // The leader's own settings go before what the cluster agreed on.
    expect(peers).toContainEqual(
      expect.objectContaining({ id: "c", address: "ws://c:7400", connected: true, amnesiac: false }),
    );
    await world.until(() => world.seat("c").elector.status().leader === leader.id);
    await world.advance(2_000);
    const said = leader.logged.filter((line) => line.startsWith("voters.c (ws://c:7400) differs from"));
    expect(said).toHaveLength(1);
    await world.settled(leader.elector.transfer({ to: "c" }));
    await world.until(() => world.seat("c").elector.isLeader, 100);
  });
});

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly atMs: number;
}

type Body = (replica: Replica, lead: Leadership) => Promise<void>;

/** Three replicas with this body; what their electors told, and what they logged. */
async function ledCluster(body: Body, options: ReplicaOptions = {}) {
  const told: Told[] = [];
  const logged: { readonly message: string; readonly details: object }[] = [];
  const log = (details: object, message: string) => void logged.push({ message, details });
  const cluster = new ServiceCluster({
    // Bodies throw on purpose.
    onServiceError: () => {},
    elector: { ...options, logger: { debug() {}, info() {}, warn: log, error: log } },
    service: (replica) => {
      const { id, elector } = replica;
      elector.subscribe(({ kind }) => {
        if (kind !== "leader") told.push({ id, kind, atMs: cluster.nowMs });
      });
      elector.whileLeader((lead) => body(replica, lead));
    },
  });
  await cluster.until(() => cluster.leader() !== null);
  await cluster.advance(500);
  const leader = cluster.leader();
  if (leader === null) throw new Error("nobody leads");
  const others = cluster.cluster.processes.map(({ id }) => id).filter((id) => id !== leader.id);
  return { cluster, leader, others: others as [string, string], told, logged };
}

const untilLost = ({ sleep }: Replica, { signal }: Leadership) => sleep(1e6, { signal }).catch(() => {});

describe("a body that throws as its lease lapses", () => {
  const failure = (logged: readonly { readonly message: string; readonly details: object }[]) =>
    logged
      .filter(({ message }) => message.startsWith("the body of whileLeader threw"))
      .map(({ message, details }) => ({
        isAfterLoss: message.endsWith("after its leadership was lost"),
        ...details,
      }));

  it("because it was told of the loss, is logged, and costs no cool-down", async () => {
    const { cluster, leader, logged } = await ledCluster(
      async (replica, lead) => {
        await untilLost(replica, lead);
        throw new Error("rolled back");
      },
      { coolDownMs: 60_000 },
    );
    cluster.isolate(leader.id);
    await cluster.until(() => logged.length > 0);
    expect(failure(logged)).toMatchObject([{ isAfterLoss: true, term: expect.any(Number) }]);
    expect(leader.elector.status().contending).toBe(true);
  });

  it("because it found the lease over before it was told, is no fault of the service", async () => {
    const { cluster, leader, logged } = await ledCluster(
      async ({ sleep }, lead) => {
        while (lead.remainingMs() > 0) await sleep(5);
        expect(lead.signal.aborted).toBe(false);
        throw new Error("too late");
      },
      { coolDownMs: 60_000 },
    );
    // The links stand still, and the body looks at its lease before the node does.
    cluster.pause(leader.id);
    await cluster.advance(400);
    cluster.resume(leader.id);
    await cluster.until(() => failure(logged).length > 0);
    expect(failure(logged)).toMatchObject([{ isAfterLoss: true }]);
    await cluster.advance(100);
    expect(leader.elector.status().contending).toBe(true);
  });

  it("while it leads, hands over and cools down", async () => {
    const { cluster, leader, logged, told } = await ledCluster(
      async ({ sleep }) => {
        await sleep(700);
        throw new Error("out of memory");
      },
      { coolDownMs: 60_000 },
    );
    await cluster.until(() => failure(logged).length > 0);
    expect(failure(logged)).toMatchObject([{ isAfterLoss: false }]);
    await cluster.until(() => told.filter(({ kind }) => kind === "elected").length > 1, 100);
    expect(leader.elector.status().contending).toBe(false);
  });
});

describe("stop({ handover: true }) with a slow body", () => {
  const slowBody =
    (drainMs: number): Body =>
    async (replica, lead) => {
      await untilLost(replica, lead);
      await replica.sleep(drainMs);
    };

  it.each([0, 30, 400, 3_000])(
    "leaves nobody leading for the drain of %i ms and one message",
    async (drainMs) => {
      const { cluster, leader, told } = await ledCluster(slowBody(drainMs));
      const before = told.length;
      await cluster.settled(leader.elector.stop({ handover: true }));
      await cluster.until(() => told.length === before + 2, 100);
      const [lost, elected] = told.slice(before) as [Told, Told];
      expect([lost.kind, lost.id, elected.kind]).toEqual(["lost", leader.id, "elected"]);
      expect(elected.id).not.toBe(leader.id);
      expect(elected.atMs - lost.atMs).toBeCloseTo(drainMs + 1, 6);
    },
  );

  it("hears who leads next before it ends", async () => {
    const { cluster, leader } = await ledCluster(slowBody(30));
    const heard: string[] = [];
    leader.elector.subscribe((event) => {
      if (event.kind === "leader" && event.leader !== null) heard.push(event.leader.id);
    });
    await cluster.settled(leader.elector.stop({ handover: true }));
    await cluster.until(() => cluster.leader() !== null, 100);
    expect(heard).toEqual([cluster.leader()?.id]);
  });

  it("that has ended in time is not taken for one that still runs, in the next leadership", async () => {
    const logged: string[] = [];
    const log = (_details: object, message: string) => void logged.push(message);
    const terms: number[] = [];
    const cluster = new ServiceCluster({
      world: { cluster: { nodes: 1 } },
      elector: { drainTimeoutMs: 500, logger: { debug() {}, info() {}, warn: log, error: log } },
      service: (replica) =>
        void replica.elector.whileLeader(async (lead) => {
          terms.push(lead.term);
          await untilLost(replica, lead);
          await replica.sleep(20);
        }),
    });
    await cluster.until(() => terms.length === 1);
    await cluster.settled(cluster.replica("n1").elector.resign());
    await cluster.until(() => terms.length === 2);
    await cluster.advance(5_000);
    expect(terms).toHaveLength(2);
    expect(logged).toEqual([]);
    expect(cluster.replica("n1").elector.isLeader).toBe(true);
  });

  it("waits no longer than drainTimeoutMs for it", async () => {
    const { cluster, leader, told } = await ledCluster(slowBody(1e6), { drainTimeoutMs: 250 });
    const before = told.length;
    await cluster.settled(leader.elector.stop({ handover: true }), 2_000);
    await cluster.until(() => told.length === before + 2, 100);
    const [lost, elected] = told.slice(before) as [Told, Told];
    expect([lost.kind, elected.kind]).toEqual(["lost", "elected"]);
    expect(elected.atMs - lost.atMs).toBeCloseTo(250 + 1, 6);
  });
});

describe("requests asked from inside one handler", () => {
  it("are answered in the order they were asked in", async () => {
    const { cluster, leader, others } = await ledCluster(untilLost);
    const [transferee, third] = others;
    const answers: string[] = [];
    const { elector } = leader;
    const note = (what: string, asked: Promise<void>): void =>
      void asked.catch(({ code }) => answers.push(`${what}: ${code}`));
    elector.subscribe((event) => {
      // In the midst of the step in which the leadership is lost, so that each request waits for its end.
      if (event.kind !== "lost") return;
      note(`to ${third}`, elector.transfer({ to: third }));
      note("to any", elector.resign());
      note(`to ${transferee}`, elector.transfer({ to: transferee }));
    });
    await cluster.settled(elector.transfer({ to: transferee }));
    await cluster.until(() => answers.length === 3, 1_000);
    expect(answers).toEqual([`to ${third}: notLeader`, "to any: notLeader", `to ${transferee}: notLeader`]);
  });

  it("take one transfer and refuse the other, where a new leader asks for two", async () => {
    const { cluster, leader, others } = await ledCluster(untilLost);
    const answers: string[] = [];
    for (const id of others)
      cluster.replica(id).elector.subscribe((event) => {
        if (event.kind !== "elected" || answers.length > 0) return;
        answers.push("asked");
        for (const to of ["n1", "n2", "n3"].filter((one) => one !== id))
          cluster
            .replica(id)
            .elector.transfer({ to })
            .then(
              () => answers.push(`to ${to}`),
              () => answers.push("refused"),
            );
      });
    await cluster.settled(leader.elector.transfer({ to: others[0] }));
    await cluster.until(() => answers.length === 3, 5_000);
    const taken = answers.find((answer) => answer.startsWith("to "));
    expect([...answers].sort()).toEqual(["asked", "refused", taken]);
    await cluster.until(() => `to ${cluster.leader()?.id}` === taken, 100);
  });

  it("are served though the handler also stops the elector", async () => {
    const { cluster, leader } = await ledCluster(untilLost);
    const { elector } = leader;
    const answers: string[] = [];
    elector.subscribe((event) => {
      if (event.kind !== "lost") return;
      elector.verify().catch(({ code }) => answers.push(`verify ${code}`));
      void elector.stop().then(() => answers.push("stopped"));
      elector.waitForLeader().catch(({ code }) => answers.push(`waitForLeader ${code}`));
    });
    await cluster.settled(elector.stop());
    await cluster.until(() => answers.length === 3, 1_000);
    expect(answers.sort()).toEqual(["stopped", "verify notLeader", "waitForLeader stopped"]);
    expect(await elector.closed).toBeNull();
  });
});
