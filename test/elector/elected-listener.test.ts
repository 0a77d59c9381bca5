import { describe, expect, it } from "vitest";
import type { Leadership } from "../../src/elector/api.js";
import { ServiceCluster } from "../../src/testing/index.js";

/** The leads of bodies whose run a listener starts, at the first event of this kind that finds its node leading. */
function runsBegunBy(kind: string): {
  readonly cluster: ServiceCluster;
  readonly leads: { id: string; lead: Leadership }[];
} {
  const leads: { id: string; lead: Leadership }[] = [];
  const cluster = new ServiceCluster({
    service: ({ id, elector, sleep }) => {
      let begun = false;
      elector.subscribe((event) => {
        if (begun || event.kind !== kind || elector.status().role !== "leader") return;
        begun = true;
        elector.whileLeader(async (lead) => {
          leads.push({ id, lead });
          while (!lead.signal.aborted) await sleep(50);
        });
      });
    },
  });
  return { cluster, leads };
}

describe.each(["elected", "leader"])("a run that a listener starts when it hears of '%s'", (kind) => {
  it("loses its lead with that leadership, for good", async () => {
    const { cluster, leads } = runsBegunBy(kind);
    await cluster.until(() => leads.length > 0);
    const [first] = leads;
    if (first === undefined) throw new Error("no body");
    cluster.isolate(first.id);
    await cluster.until(() => (cluster.leader()?.id ?? first.id) !== first.id);
    expect(first.lead.signal.aborted).toBe(true);
    cluster.heal();
    await cluster.advance(2_000);
    // The first leads again: a lead of its earlier term stays lost.
    for (let turns = 0; turns < 5 && cluster.leader()?.id !== first.id; turns++) {
      cluster.isolate(cluster.leader()?.id ?? "n1");
      await cluster.advance(3_000);
      cluster.heal();
      await cluster.advance(2_000);
    }
    expect(cluster.leader()?.id).toBe(first.id);
    expect(first.lead.remainingMs()).toBe(0);
    expect(leads.filter(({ lead }) => !lead.signal.aborted).length).toBeLessThanOrEqual(1);
  });
});
