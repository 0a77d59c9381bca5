import { describe, expect, it } from "vitest";
import { faultsOfSeed } from "../../src/testing/chaos/chaos-plan.js";
import { type ChaosSetup, chaos, ServiceCluster } from "../../src/testing/index.js";
import { carefulWriter, carelessWriter, Ledger } from "./support/ledger.js";

const writing =
  (writer: typeof carelessWriter): ChaosSetup =>
  () => {
    const ledger = new Ledger();
    return { service: (replica) => writer(replica, ledger), always: () => ledger.check() };
  };

async function failureOf(running: Promise<void>): Promise<Error> {
  return running.then(
    () => {
      throw new Error("chaos found nothing");
    },
    (error: Error) => error,
  );
}

describe("chaos", () => {
  it("finds a write without a fencing token, and leaves a few faults as code that plays it again", async () => {
    const { message } = await failureOf(chaos(writing(carelessWriter), { seed: 21, runs: 20, pages: null }));
    expect(message).toMatch(/^n\d wrote in term \d+ after n\d had written in term \d+\n/);
    expect(message).toMatch(/Seed \d+ fails with [123] of its \d+ faults\./);
    const [, seed, forMs, list] =
      /chaos\(setup, \{ seed: (\d+), forMs: (\d+), faults: (\[.*\]) \}\);/s.exec(message) ?? [];
    const faults = new Function(`return ${list};`)();
    const again = chaos(writing(carelessWriter), {
      seed: Number(seed),
      forMs: Number(forMs),
      faults,
      pages: null,
    });
    expect((await failureOf(again)).message.split("\n")[0]).toBe(message.split("\n")[0]);
  });

  it("finds nothing in the same service with one, and lets it lead again after each run", async () => {
    let rows = 0;
    const setup: ChaosSetup = () => {
      const ledger = new Ledger();
      return {
        service: (replica) => carefulWriter(replica, ledger),
        always: () => ledger.check(),
        atEnd: (cluster) => {
          expect(cluster.leader()).not.toBe(null);
          expect(ledger.rows.at(-1)?.term).toBe(cluster.leader()?.elector.status().term);
          rows += ledger.rows.length;
        },
      };
    };
    await chaos(setup, { runs: 8 });
    expect(rows).toBeGreaterThan(8 * 15);
  });

  it("reports a cluster that no replica leads any more", async () => {
    // Each replica leads once, and its service is unwell ever after.
    const setup: ChaosSetup = () => {
      const led = new Set<string>();
      return {
        elector: (id) => ({ health: { check: () => !led.has(id), intervalMs: 100 } }),
        service: ({ id, elector }) => void elector.subscribe(({ kind }) => kind === "elected" && led.add(id)),
      };
    };
    const { message } = await failureOf(chaos(setup, { runs: 1, pages: null }));
    expect(message).toMatch(/^nobody leads 60000 ms after the last fault/);
  });

  it("reports a service that has not come back", async () => {
    const setup: ChaosSetup = () => ({
      service: () => {},
      atEnd: () => {
        throw new Error("not back");
      },
    });
    const { message } = await failureOf(chaos(setup, { runs: 1, pages: null }));
    expect(message).toMatch(/^not back\n\nSeed 1 fails with 0 of its \d+ faults/);
  });

  it("says so where a failure does not come again", async () => {
    let count = 0;
    const setup: ChaosSetup = () => ({
      service: () => {},
      atEnd: () => {
        if (count++ === 0) throw new Error("once");
      },
    });
    const { message } = await failureOf(chaos(setup, { runs: 1, pages: null }));
    expect(message).toMatch(/^once\n\nSeed 1 failed, and did not fail again/);
  });

  it("takes the same course for the same seed", async () => {
    const hashesOf = async (seed: number) => {
      const hashes: string[] = [];
      const setup = (): ReturnType<ChaosSetup> => ({
        ...writing(carefulWriter)(),
        atEnd: (cluster) => void hashes.push(cluster.traceHash),
      });
      await chaos(setup, { seed, runs: 3 });
      return hashes;
    };
    const first = await hashesOf(7);
    expect(new Set(first).size).toBe(3);
    expect(await hashesOf(7)).toEqual(first);
  });

  it("draws from every kind of fault", () => {
    const cluster = new ServiceCluster({ service: () => {} });
    const drawn = Array.from({ length: 100 }, (_, seed) => faultsOfSeed(cluster, seed, 5_000)).flat();
    const kinds = new Set<string>(drawn.map((fault) => fault.do));
    for (const kind of [
      "partition",
      "cutOneWay",
      "crash",
      "pause",
      "clockRate",
      "diskStall",
      "loss",
      "latency",
    ])
      expect(kinds).toContain(kind);
    expect(kinds.has("transfer")).toBe(false);
    expect(drawn.every(({ at }) => at >= 0 && at < 5_000)).toBe(true);
  });

  it("refuses runs and times that are none", async () => {
    const setup = writing(carefulWriter);
    await expect(chaos(setup, { runs: 0 })).rejects.toThrow("runs is 0");
    await expect(chaos(setup, { forMs: Number.NaN })).rejects.toThrow("forMs is NaN");
  });
});
