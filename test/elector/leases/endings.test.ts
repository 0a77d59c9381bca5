import { expect, it } from "vitest";
import { LeadershipLostError } from "../../../src/elector/leadership/leadership.js";
import { ServiceCluster } from "../../../src/testing/index.js";

const lan = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };

/** How many waits are left over when the cluster shrinks to its leader, so long after the election. */
async function leftOver(afterMs: number): Promise<number> {
  let waiting = 0;
  const cluster = new ServiceCluster({
    world: { cluster: { nodes: 2 }, timing: lan, network: { latency: 1 } },
    service: ({ elector, sleep }) => {
      elector.whileLeader(async (lead) => {
        while (!lead.signal.aborted) {
          waiting++;
          void lead.ensure(115).then(() => waiting--);
          await sleep(0.5);
        }
      });
    },
  });
  await cluster.until(() => cluster.leader() !== null);
  const leader = cluster.leader();
  if (leader === null) throw new Error("nobody leads");
  await cluster.advance(afterMs);
  await cluster.settled(leader.elector.reconfigure({ remove: leader.id === "n1" ? "n2" : "n1" }));
  await cluster.advance(500);
  return waiting;
}

it("a wait for a lease ends when the cluster shrinks to the leader, whose lease has no end then", async () => {
  // At some moment between two heartbeats waits are under way that no answer will end.
  const found = [];
  for (let afterMs = 500; afterMs < 550; afterMs += 2) found.push(await leftOver(afterMs));
  expect(found.filter((count) => count > 1)).toEqual([]);
});

it("a body that throws the loss of another leadership has failed: its node leads no further without it", async () => {
  const failures: string[] = [];
  const cluster = new ServiceCluster({
    service: ({ elector, sleep }) => {
      elector.whileLeader(async () => {
        await sleep(100);
        throw new LeadershipLostError(7, "resigned");
      });
    },
    onServiceError: ({ message }) => void failures.push(message),
  });
  await cluster.until(() => cluster.leader() !== null);
  const first = cluster.leader()?.id;
  await cluster.advance(3_000);
  expect(cluster.leader()?.id).not.toBe(first);
  expect(failures[0]).toContain("the leadership of term 7 is lost");
});
