import assert from "node:assert/strict";
import { type ContractCase, until } from "./contract-case.js";
import { aHeartbeat, oneOfEach } from "./sample-messages.js";
import { identityOf, type TransportHarness, transportCase } from "./transport-network.js";

/** What every transport must do with messages. */
export const messageCases: readonly ContractCase<TransportHarness>[] = [
  transportCase(
    "carries every kind of message unaltered, with the sender's id and incarnation",
    async (network) => {
      const [a, b] = await network.pair();
      for (const message of oneOfEach) a.transport.send("b", message);
      await until("all arrived", () => b.messages().length === oneOfEach.length);
      assert.deepStrictEqual(b.messages(), oneOfEach);
      for (const each of b.told)
        if (each.event === "message") assert.deepStrictEqual([each.from, each.incarnation], ["a", "a-1"]);
    },
  ),
  transportCase("shares nothing with the receiver", async (network) => {
    const [a, b] = await network.pair();
    const sent = aHeartbeat();
    a.transport.send("b", sent);
    await until("it arrived", () => b.messages().length === 1);
    const [got] = b.messages();
    assert.deepStrictEqual(got, sent);
    assert.notStrictEqual(got, sent);
    assert.notStrictEqual((got as typeof sent).configurationId, sent.configurationId);
  }),
  transportCase("keeps the order of messages between two nodes", async (network) => {
    const [a, b] = await network.pair();
    const seqs = Array.from({ length: 200 }, (_, index) => index + 1);
    for (const seq of seqs) a.transport.send("b", aHeartbeat({ seq }));
    await until("all arrived", () => b.messages().length === seqs.length);
    assert.deepStrictEqual(
      b.messages().map((message) => (message.kind === "heartbeat" ? message.seq : 0)),
      seqs,
    );
  }),
  transportCase("hands over no message that the node says cannot be true", async (network) => {
    const b = await network.start(identityOf("b"), {
      refusesMessage: (peer, message) => (message.term === 9 ? `${peer} cannot be there` : null),
    });
    const a = await network.start(identityOf("a"));
    network.link(a, b);
    await until("linked", () => a.linked().length === 1);
    a.transport.send("b", aHeartbeat({ term: 9 }));
    await until("another arrives", () => {
      a.transport.send("b", aHeartbeat());
      return b.messages().length > 0;
    });
    assert.ok(b.messages().every(({ term }) => term === 3));
  }),
  transportCase("drops a message for a node that it has no link with", async (network) => {
    const a = await network.start(identityOf("a"));
    assert.doesNotThrow(() => a.transport.send("nobody", aHeartbeat()));
  }),
  transportCase("delivers what was sent right before it stops", async (network) => {
    const [a, b] = await network.pair();
    a.transport.send("b", { kind: "timeoutNow", term: 9, waitMs: 0 });
    await a.stop();
    await until("it arrived", () => b.messages().length === 1);
    assert.deepStrictEqual(b.messages(), [{ kind: "timeoutNow", term: 9, waitMs: 0 }]);
  }),
  transportCase("tells nothing any more once it was told to stop", async (network) => {
    const [a, b] = await network.pair();
    b.transport.send("a", aHeartbeat());
    const stopped = a.stop();
    const toldCount = a.told.length;
    b.transport.send("a", aHeartbeat());
    await stopped;
    await until("the other knows", () => b.linked().length === 0);
    assert.strictEqual(a.told.length, toldCount);
  }),
];
