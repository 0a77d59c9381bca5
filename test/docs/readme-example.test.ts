import { describe, expect, it } from "vitest";
import type { Elector } from "../../src/elector/api.js";
import { type Preset, presets, resolveTiming, surePromiseMs } from "../../src/protocol/index.js";
import { ServiceCluster } from "../../src/testing/index.js";
import { codeBlocks, read, tableOf } from "./support/pages.js";

type Charge = (options: { fencingToken: number; signal: AbortSignal }) => Promise<void>;
type Body = (elector: Elector, chargeNextInvoice: Charge) => void;

/** The call of `whileLeader` in the example of the README, as a function. */
function bodyOfReadme(change: (code: string) => string = (code) => code): Body {
  const [example = ""] = codeBlocks(read("README.md"), "ts");
  const code = change(example.slice(example.indexOf("elector.whileLeader(")));
  return new Function("elector", "chargeNextInvoice", code) as Body;
}

/** How many invoices three replicas charge in ten seconds after the first election, 20 ms each, and how many leaders that takes. */
async function chargedBy(body: Body): Promise<{ charged: number; leaders: number }> {
  let charged = 0;
  const terms = new Set<number>();
  const world = new ServiceCluster({
    world: { cluster: { nodes: 3 }, network: { latency: { uniform: [0.2, 2] } } },
    service: (replica) =>
      body(replica.elector, async ({ fencingToken, signal }) => {
        terms.add(fencingToken);
        await replica.sleep(20, { signal });
        charged++;
      }),
  });
  await world.advance(10_500);
  return { charged, leaders: terms.size };
}

describe("the example of the README", () => {
  it("charges invoices all the time with the default settings, and keeps its leader", async () => {
    const { charged, leaders } = await chargedBy(bodyOfReadme());
    expect(charged).toBeGreaterThan(480);
    expect(leaders).toBe(1);
  });

  it("would charge none if it asked for more than a lease ever has", async () => {
    const { charged } = await chargedBy(
      bodyOfReadme((code) => code.replace(/ensure\(\d+\)/, "ensure(5000)")),
    );
    expect(charged).toBe(0);
  });
});

describe("how much of a lease docs/service.md says that there is", () => {
  const rows = tableOf(read("docs/service.md"), "leases");
  const roundTripMs = 5;

  it("follows from each preset", () => {
    const computed = Object.entries(presets).map(([name, input]) => {
      const resolution = resolveTiming(input);
      if (!resolution.ok) throw new Error(resolution.problems.join("; "));
      const { voteHoldMs, clockDriftRatio, heartbeatIntervalMs } = resolution.timing;
      const longestMs = surePromiseMs(voteHoldMs, clockDriftRatio);
      const renewedMs = longestMs - roundTripMs;
      return [name, longestMs, renewedMs, renewedMs - heartbeatIntervalMs];
    });
    expect(rows.sort()).toEqual(
      computed
        .map((row) => row.map((cell) => String(typeof cell === "number" ? Math.floor(cell) : cell)))
        .sort(),
    );
  });

  it.each(
    rows.map(([name, , ensuredMs, leastMs]) => [name as Preset, Number(ensuredMs), Number(leastMs)] as const),
  )("is what a leader with %s has", async (timing, ensuredMs, saidMs) => {
    let waits = 0;
    let leastMs = Number.POSITIVE_INFINITY;
    const world = new ServiceCluster({
      world: { cluster: { nodes: 3 }, timing, network: { latency: { uniform: [0.2, roundTripMs / 2] } } },
      service: ({ elector, sleep }) => {
        elector.whileLeader(async (lead) => {
          for (; !lead.signal.aborted; waits++) {
            await lead.ensure(ensuredMs);
            for (let look = 0; look < 600 && !lead.signal.aborted; look++) {
              leastMs = Math.min(leastMs, lead.remainingMs());
              await sleep(0.5, { signal: lead.signal });
            }
          }
        });
      },
    });
    await world.until(() => world.leader() !== null);
    await world.advance(5_000);
    expect(waits).toBeGreaterThan(5);
    expect(leastMs).toBeGreaterThan(saidMs - 0.01);
    expect(leastMs).toBeLessThan(saidMs + roundTripMs);
  });
});
