/**
 * Tests a service of one's own without sockets, disks or waiting: its replicas run on simulated time, and whatever can go wrong with
 * leadership goes wrong on purpose. The elector is the production one.
 */
import assert from "node:assert/strict";
import { chaos, type Replica, ServiceCluster } from "raftbeat/testing";

/** Where the service writes to: it refuses whoever comes with an older token than it has seen. In life: a database. */
class Ledger {
  readonly invoices: { readonly number: number; readonly by: string; readonly term: number }[] = [];

  append(term: number, by: string): void {
    const last = this.invoices.at(-1);
    if (last !== undefined && term < last.term)
      throw new Error(`token ${term} is stale: ${last.term} was seen`);
    this.invoices.push({ number: this.invoices.length + 1, by, term });
  }
}

/** The service under test: one replica at a time numbers invoices. In life it gets a clock of the system. */
function invoicing(replica: Replica, ledger: Ledger): void {
  replica.elector.whileLeader(async (lead) => {
    while (!lead.signal.aborted) {
      lead.assertValid(20);
      ledger.append(lead.term, replica.id);
      await replica.sleep(50, { signal: lead.signal });
    }
  });
}

for (let seed = 1; seed <= 20; seed++) {
  const ledger = new Ledger();
  const world = new ServiceCluster({
    seed,
    world: { cluster: { nodes: 3 }, timing: "lan", network: { latency: { uniform: [0.5, 3] } } },
    service: (replica) => invoicing(replica, ledger),
  });
  const lastBy = () => ledger.invoices.at(-1)?.by;
  const leaderOf = async () => {
    await world.until(() => world.leader() !== null);
    return world.leader()?.id as string;
  };

  // Cut off, the leader stops writing before another begins.
  const first = await leaderOf();
  await world.until(() => ledger.invoices.length >= 3);
  world.isolate(first);
  await world.until(() => lastBy() !== first);
  world.heal();

  // A leader whose event loop stands still writes nothing when it wakes up.
  const second = await leaderOf();
  world.pause(second);
  await world.until(() => lastBy() !== second);
  const before = ledger.invoices.length;
  world.resume(second);
  await world.advance(10);
  assert.ok(ledger.invoices.slice(before).every(({ by }) => by !== second));

  // Killed, it is replaced; started again, it takes part.
  const third = await leaderOf();
  world.crash(third);
  await world.until(() => lastBy() !== third);
  world.restart(third);
  await world.advance(1_000);

  const terms = ledger.invoices.map(({ term }) => term);
  assert.deepEqual(
    terms,
    [...terms].sort((a, b) => a - b),
  );
  for (const term of new Set(terms))
    assert.equal(new Set(ledger.invoices.filter((one) => one.term === term).map(({ by }) => by)).size, 1);
  if (seed === 1)
    console.log(
      `${ledger.invoices.length} invoices by ${new Set(ledger.invoices.map(({ by }) => by)).size} replicas`,
    );
}
console.log("20 seeds, no invoice twice");

// Random faults, and the fewest that break it where they do.
await chaos(
  () => {
    const ledger = new Ledger();
    return {
      service: (replica) => invoicing(replica, ledger),
      always: () => {
        const [before, last] = ledger.invoices.slice(-2);
        assert.ok(before === undefined || last === undefined || before.term <= last.term);
      },
      atEnd: (cluster) => assert.notEqual(cluster.leader(), null),
    };
  },
  { runs: 10 },
);
console.log("10 runs of chaos, no invoice out of order");
console.log("done");
