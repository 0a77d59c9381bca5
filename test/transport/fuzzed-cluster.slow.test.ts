import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { candidacies, type Message } from "../../src/protocol/index.js";
import { encodeMessage } from "../../src/transport/wire/codec.js";
import { type Replica, startCluster } from "./support/cluster.js";
import { anyMessage, mutationsOf } from "./support/messages.js";
import { stopAll, until } from "./support/nodes.js";
import { hello, rawNode, rawPeer } from "./support/wire.js";

describe("a cluster over real sockets", () => {
  afterEach(stopAll);

  /** What somebody who listened in might say. */
  function plausible({ driver }: Replica): fc.Arbitrary<Message> {
    const { term, configuration } = driver.node.record;
    const configurationId = configuration.id;
    const near = fc.integer({ min: Math.max(0, term - 1), max: term + 3 });
    const seq = fc.nat({ max: 100_000 });
    return fc.oneof(
      fc.record({
        kind: fc.constant("heartbeat" as const),
        term: near,
        seq,
        configurationId: fc.constant(configurationId),
        configuration: fc.constantFrom(null, configuration),
        hasMetadata: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant("requestVote" as const),
        term: near,
        preVote: fc.boolean(),
        round: fc.nat({ max: 9 }),
        configuration: fc.constant(configuration),
        transferFromTerm: fc.option(near),
      }),
      fc.record({
        kind: fc.constant("heartbeatReply" as const),
        term: near,
        heartbeatTerm: near,
        seq,
        accepted: fc.boolean(),
        reason: fc.constant(null),
        voteHoldMs: fc.constant(150),
        configurationId: fc.constant(configurationId),
        electionTimeoutMaxMs: fc.constant(300),
        candidacy: fc.constantFrom(...candidacies),
        holdsMetadata: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant("leaderNotice" as const),
        term: near,
        seq,
        leads: fc.boolean(),
        metadata: fc.constant(null),
      }),
      fc.record({ kind: fc.constant("timeoutNow" as const), term: near, waitMs: fc.nat({ max: 300 }) }),
    );
  }

  it("keeps its leader while nodes that are no peers feed it random and mutated frames", async () => {
    const { replicas, settled } = await startCluster(["a", "b", "c"], { limits: { maxUnlistedCount: 200 } });
    const frames = fc
      .oneof(plausible(replicas[0] as Replica), anyMessage)
      .map((message) => encodeMessage(message));
    const texts = fc.sample(fc.oneof(frames, mutationsOf(frames), fc.string(), fc.json()), 1500);
    // A busy machine may take longer for so many samples than a lease lasts.
    const leader = await settled();
    const { term } = leader.driver.node.record;
    const before = replicas.map(({ told }) => [...told]);
    for (let index = 0; index < texts.length; index += 5) {
      const target = replicas[(index / 5) % replicas.length] as Replica;
      const outsider = await rawNode(`x${index}`, target.id, target.transport.port(), "/election");
      for (const text of texts.slice(index, index + 5)) outsider.socket.send(text);
      // A node that was not cut off leaves by itself, once all was read.
      outsider.socket.close();
      await outsider.closed;
      expect(replicas.map(({ told }) => told)).toEqual(before);
    }
    expect(replicas.map(({ driver }) => driver.node.record.term)).toEqual([term, term, term]);
    const counts = replicas.map(({ transport }) => transport.refusedCounts().badFrame ?? 0);
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(100);
    const acked = () =>
      leader.driver.node.role.name === "leader" &&
      [...leader.driver.node.role.peers.values()].map((peer) => peer.ackedSeq);
    const ackedBefore = JSON.stringify(acked());
    await until("heartbeats go on", () => JSON.stringify(acked()) !== ackedBefore);
  });

  it("keeps its leader while somebody takes the name, but not the record, of a follower", async () => {
    const { replicas, settled } = await startCluster(["a", "b", "c"]);
    const texts = fc.sample(plausible(replicas[0] as Replica), 100).map((message) => encodeMessage(message));
    const leader = await settled();
    const { term } = leader.driver.node.record;
    const told = [...leader.told];
    const victim = replicas.find(({ id }) => id !== leader.id) as Replica;
    for (const [index, text] of texts.entries()) {
      const target = replicas.filter(({ id }) => id !== victim.id)[index % 2] as Replica;
      const impostor = await rawPeer(target.transport.port(), {}, "/election");
      impostor.socket.send(hello(victim.id, target.id, { incarnation: "impostor" }));
      impostor.socket.send(text);
      impostor.socket.close();
      await impostor.closed;
      expect(leader.told).toEqual(told);
    }
    expect(leader.driver.node.record.term).toBe(term);
    expect(leader.told).toEqual(told);
    await until("the follower is linked again", () =>
      leader.transport.peers().some(({ id, connected }) => id === victim.id && connected),
    );
  });
});
