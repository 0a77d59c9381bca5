import type { Elector, LeaderRun, Leadership } from "../../../src/elector/api.js";
import type { Replica } from "../../../src/testing/index.js";
import { seededRandom } from "../../support/prng.js";

/** `raftbeat/testing`, or one whose electors have a bug. */
export type Testing = typeof import("../../../src/testing/index.js");

/** What a claim about waiting for a lease found wrong: nothing, where it holds. */
export type Claim = (testing: Testing) => Promise<readonly string[]>;

type Body = (replica: Replica, lead: Leadership) => Promise<void>;
type Log = { readonly level: "warn" | "error"; readonly message: string; readonly details: object };

/** Leases of at most 147.03 ms, a heartbeat each 50 ms, messages of a millisecond. */
const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };

/** Three replicas that run `body`, their logs, and what the claim finds wrong with them. */
class World {
  readonly cluster: InstanceType<Testing["ServiceCluster"]>;
  readonly problems: string[] = [];
  readonly logged: Log[] = [];
  readonly runs = new Map<string, LeaderRun>();

  constructor({ ServiceCluster }: Testing, body: Body, seed = 1, latency: number | object = 1) {
    const log = (level: Log["level"]) => (details: object, message: string) =>
      void this.logged.push({ level, message, details });
    const logger = { debug() {}, info() {}, warn: log("warn"), error: log("error") };
    this.cluster = new ServiceCluster({
      seed,
      world: { cluster: { nodes: 3 }, timing, network: { latency: latency as number } },
      elector: { logger, coolDownMs: 5_000 },
      onServiceError: () => {},
      service: (replica) =>
        void this.runs.set(
          replica.id,
          replica.elector.whileLeader((lead) => body(replica, lead)),
        ),
    });
  }

  async leader(): Promise<Replica> {
    await this.cluster.until(() => this.cluster.leader() !== null);
    return this.cluster.leader() as Replica;
  }

  expect(holds: boolean, problem: string): void {
    if (!holds && !this.problems.includes(problem)) this.problems.push(problem);
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const never = (): Promise<void> => new Promise(() => {});

async function refusalOf(ask: () => unknown): Promise<{ readonly code: unknown; readonly message: string }> {
  try {
    await ask();
    return { code: "none", message: "" };
  } catch (error) {
    return { code: codeOf(error), message: (error as Error).message };
  }
}

/** The claims, by what each says of production. */
export const claims = {
  "ensure resolves with the renewal that gives so much lease, and there is so much then": async (testing) => {
    let resolved = 0;
    const world = new World(testing, async ({ nowMs, sleep }, lead) => {
      for (; !lead.signal.aborted; await sleep(1)) {
        const askedAtMs = nowMs();
        await lead.ensure(120);
        resolved++;
        world.expect(lead.remainingMs() >= 120, "less lease than asked for");
        world.expect(nowMs() - askedAtMs <= 50, "waited for longer than until the next heartbeat");
      }
    });
    await world.leader();
    await world.cluster.advance(2_000);
    world.expect(resolved > 500, "waited where there was enough");
    return world.problems;
  },

  "what these settings never give is refused at once, by ensure and assertValid alike": async (testing) => {
    let asked = 0;
    const world = new World(testing, async ({ nowMs }, lead) => {
      const askedAtMs = nowMs();
      for (const ask of [() => lead.ensure(500), () => lead.assertValid(500)]) {
        const { code, message } = await refusalOf(ask);
        asked++;
        world.expect(code === "leaseOutOfReach", `refused with ${code}`);
        for (const part of [
          "500 ms",
          "147.0 ms",
          'ask for less, or use a longer voteHoldMs, or the timing "laptop" (980.2 ms)',
        ])
          world.expect(message.includes(part), `not said: ${part}`);
      }
      for (const wrong of [Number.NaN, -1, "50" as unknown as number])
        for (const ask of [() => lead.ensure(wrong), () => lead.assertValid(wrong)])
          world.expect((await refusalOf(ask)).code === "invalidSettings", `${wrong} taken for a time`);
      world.expect(nowMs() === askedAtMs, "not at once");
      await never();
    });
    await world.leader();
    await world.cluster.advance(1_000);
    world.expect(asked === 2, "never refused");
    return world.problems;
  },

  "what no renewal gives is refused after ten of them": async (testing) => {
    const waited: number[] = [];
    const world = new World(testing, async ({ nowMs }, lead) => {
      const askedAtMs = nowMs();
      // A round trip of two milliseconds leaves 145.
      const { code, message } = await refusalOf(() => lead.ensure(146));
      waited.push(nowMs() - askedAtMs);
      world.expect(code === "leaseTooShort", `refused with ${code}`);
      world.expect(/10 renewals there were 145\.0 ms at most/.test(message), `said ${message}`);
      await never();
    });
    await world.leader();
    await world.cluster.advance(2_000);
    world.expect(waited.length === 1 && (waited[0] as number) <= 550, "waited for longer than ten renewals");
    return world.problems;
  },

  "a wait ends with the leadership, and with its own signal": async (testing) => {
    const ends: unknown[] = [];
    const own = new AbortController();
    const world = new World(testing, async (_replica, lead) => {
      void refusalOf(() => lead.ensure(146, { signal: own.signal })).then(({ code }) => ends.push(code));
      void refusalOf(() => lead.ensure(146)).then(({ code }) => ends.push(code));
      await never();
    });
    const { id } = await world.leader();
    world.cluster.isolate(id);
    own.abort();
    await world.cluster.advance(1);
    world.expect(ends.join() === "aborted", `by its own signal: ${ends}`);
    await world.cluster.until(() => ends.length > 1, 150).catch(() => {});
    world.expect(ends.join() === "aborted,notLeader", `by the loss: ${ends}`);
    return world.problems;
  },

  "through pauses, cuts, handovers and crashes no wait resolves on less lease than it says, and all settle":
    async (testing) => {
      const problems: string[] = [];
      for (let seed = 1; seed <= 4; seed++) {
        const pending = new Set<Elector>();
        const random = seededRandom(seed);
        const world = new World(
          testing,
          async ({ elector, sleep }, lead) => {
            while (!lead.signal.aborted) {
              pending.add(elector);
              const forMs = random() * 146;
              const { code } = await refusalOf(() => lead.ensure(forMs));
              pending.delete(elector);
              if (code === "none") world.expect(lead.remainingMs() >= forMs, "less lease than asked for");
              else world.expect(code === "notLeader" || code === "leaseTooShort", `refused with ${code}`);
              await sleep(1 + random() * 40);
            }
          },
          seed,
          { uniform: [0.2, 20] },
        );
        const { cluster } = world;
        for (let round = 0; round < 25; round++) {
          const { id, elector } = await world.leader();
          await cluster.advance(random() * 200);
          const how = Math.floor(random() * 4);
          if (how === 0) cluster.pause(id);
          if (how === 1) cluster.isolate(id);
          if (how === 2) cluster.crash(id);
          if (how === 3) elector.resign().catch(() => {});
          await cluster.advance(random() * 400);
          cluster.heal();
          if (how === 0) cluster.resume(id);
          if (how === 2) {
            pending.delete(elector);
            await cluster.settled(cluster.restart(id));
          }
        }
        const stops = cluster.cluster.processes.map(({ id }) => cluster.replica(id).elector.stop());
        await cluster.settled(Promise.all(stops));
        world.expect(pending.size === 0, "a wait that never settled");
        problems.push(...world.problems.map((problem) => `seed ${seed}: ${problem}`));
      }
      return problems;
    },

  "a body that finds its lease too short starts again with a renewal, and its node leads on": async (
    testing,
  ) => {
    let starts = 0;
    let writes = 0;
    const world = new World(testing, async ({ sleep }, lead) => {
      // A bug must not hang the test.
      if (++starts > 1_000) await never();
      for (;;) {
        lead.assertValid(110);
        writes++;
        await sleep(10);
      }
    });
    const { id, elector } = await world.leader();
    const { term } = elector.status();
    await world.cluster.advance(5_000);
    world.expect(writes > 300, `${writes} writes only`);
    world.expect(starts <= 101, "started again sooner than the lease was renewed");
    world.expect(world.cluster.leader()?.id === id && elector.status().term === term, "another leader");
    world.expect(elector.status().contending, "cools down");
    const told = world.logged.map(({ level }) => level).join();
    world.expect(told === "warn", `told ${told}`);
    return world.problems;
  },

  "a body that asks for more than there ever is starts again after a cool-down, and its node leads on":
    async (testing) => {
      let starts = 0;
      const world = new World(testing, async (_replica, lead) => {
        if (++starts > 1_000) await never();
        await lead.ensure(500);
      });
      const { id } = await world.leader();
      await world.cluster.advance(60_500);
      world.expect(starts >= 12 && starts <= 13, `${starts} starts in a minute`);
      world.expect(world.cluster.leader()?.id === id, "another leader");
      const codes = world.logged.map(({ details }) => codeOf((details as { error: unknown }).error));
      world.expect(new Set(codes).size === 1 && codes[0] === "leaseOutOfReach", `told ${codes}`);
      world.expect(codes.length <= 2, `told ${codes.length} times in a minute`);
      return world.problems;
    },

  "an error of an earlier wait that is thrown again is a fault of the service": async (testing) => {
    let starts = 0;
    let kept: unknown = null;
    const world = new World(testing, async ({ sleep }, lead) => {
      if (++starts > 1_000) await never();
      try {
        if (kept === null) lead.assertValid(500);
      } catch (error) {
        kept = error;
      }
      await sleep(1);
      throw kept;
    });
    const { elector } = await world.leader();
    await world.cluster.advance(6_000);
    world.expect(starts <= 6, `${starts} starts`);
    world.expect(
      world.logged.some(({ message }) => message === "the body of whileLeader threw"),
      "not told",
    );
    world.expect(!elector.status().isLeader || elector.status().contending, "leads while it cools down");
    return world.problems;
  },

  "a run that is stopped starts no body again": async (testing) => {
    let starts = 0;
    const world = new World(testing, async (_replica, lead) => {
      starts++;
      lead.assertValid(500);
    });
    const { id, nowMs } = await world.leader();
    await world.cluster.until(() => starts === 1);
    // The cool-down ends while the node hands over.
    const endMs = nowMs() + 5_000;
    await world.cluster.advance(endMs - nowMs() - 1.5);
    const stopped = world.runs.get(id)?.stop();
    await world.cluster.settled(stopped as Promise<void>);
    const other = world.cluster.leader()?.id;
    world.expect(starts === (other === undefined || other === id ? 1 : 2), `${starts} starts`);
    return world.problems;
  },
} satisfies Readonly<Record<string, Claim>>;
