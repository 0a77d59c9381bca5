/**
 * Three electors in one process, on a loopback network and with votes that last as long as the process: for tests.
 */
import { createElector, type Elector, loopbackTransport, memoryVoteStore } from "raftbeat";

const voters = { a: "ws://a", b: "ws://b", c: "ws://c" };
const transport = loopbackTransport();

const electors: Elector[] = await Promise.all(
  Object.keys(voters).map((id) =>
    createElector({
      cluster: "example",
      id,
      voters,
      store: memoryVoteStore({ unsafeForgetsVotes: true }),
      transport,
    }),
  ),
);

const signal = AbortSignal.timeout(10_000);
const leaders = await Promise.all(electors.map((elector) => elector.waitForLeader({ signal })));
console.log(`all follow one leader: ${new Set(leaders.map(({ id }) => id)).size === 1}`);

const first = electors.find((elector) => elector.isLeader);
if (first === undefined) throw new Error("the leader's lease is already over");
const transferee = electors.find((elector) => elector !== first) as Elector;
await first.transfer({ to: transferee.id, signal });
for await (const status of transferee.watch({ signal })) if (status.isLeader) break;
console.log(`handed over: ${!first.isLeader && transferee.isLeader}`);

await Promise.all(electors.map((elector) => elector.stop()));
console.log("done");
