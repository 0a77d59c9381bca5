import { expect, it } from "vitest";
import { ServiceCluster } from "../../src/testing/index.js";

it("a run that a listener starts when it is told of the election loses its lead with that leadership", async () => {
  const working = new Set<string>();
  const cluster = new ServiceCluster({
    service: ({ id, elector, sleep }) => {
      elector.subscribe(({ kind }) => {
        if (kind !== "elected") return;
        elector
          .whileLeader(async (lead) => {
            working.add(`${id} ${lead.term}`);
            while (!lead.signal.aborted) await sleep(50);
            working.delete(`${id} ${lead.term}`);
          })
          .ended.catch(() => {});
      });
    },
    onServiceError: () => {},
  });
  await cluster.until(() => working.size > 0);
  const first = cluster.leader();
  if (first === null) throw new Error("nobody leads");
  cluster.isolate(first.id);
  await cluster.until(() => cluster.leader() !== null && cluster.leader()?.id !== first.id);
  await cluster.advance(2_000);
  expect([...working].filter((one) => one.startsWith(first.id))).toEqual([]);
});
