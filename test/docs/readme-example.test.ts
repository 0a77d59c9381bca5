import { describe, expect, it } from "vitest";
import type { Elector } from "../../src/elector/api.js";
import { ServiceCluster } from "../../src/testing/index.js";
import { codeBlocks, read } from "./support/pages.js";

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
  const sentence =
    /With `lan` \(150 and 50 ms\) that leaves about (\d+) ms, with `laptop` \(1000 and 150 ms\) about (\d+) ms/;
  const [, lan, laptop] = sentence.exec(read("docs/service.md")) ?? [];

  it.each([
    ["lan", Number(lan)],
    ["laptop", Number(laptop)],
  ] as const)("is what a leader has just before its renewal, with %s", async (timing, saidMs) => {
    const world = new ServiceCluster({
      world: { cluster: { nodes: 3 }, timing, network: { latency: { uniform: [0.2, 2] } } },
      service: (replica) => {
        replica.elector.whileLeader(async (lead) => {
          while (!lead.signal.aborted) {
            leastMs = Math.min(leastMs, lead.remainingMs());
            await replica.sleep(0.5, { signal: lead.signal });
          }
        });
      },
    });
    let leastMs = Number.POSITIVE_INFINITY;
    await world.until(() => world.leader() !== null);
    await world.advance(5_000);
    expect(leastMs).toBeGreaterThan(saidMs - 5);
    expect(leastMs).toBeLessThan(saidMs + 10);
  });
});
