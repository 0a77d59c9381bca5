import { afterEach, describe, expect, it } from "vitest";
import type { Member } from "../../../src/protocol/index.js";
import type { Identity, Transport } from "../../../src/runtime/ports.js";
import {
  afterwards,
  aHeartbeat,
  identityOf,
  type MoreHandlers,
  oneOfEach,
  stopAll,
  type TestNode,
  until,
} from "./nodes.js";
import { aStanding } from "./wire.js";

/** One kind of transport: how to start a node, and how others reach it. */
export interface TransportUnderTest {
  start(identity: Identity, more?: MoreHandlers): Promise<TestNode>;
  member(node: TestNode): Member;
  /** A transport that is not started. */
  make(identity: Identity): Transport;
}

/** What every transport must do, whatever carries its messages. */
export function transportContract(name: string, create: () => TransportUnderTest): void {
  describe(`${name} as a transport`, () => {
    afterEach(stopAll);

    async function startAll(
      ids: readonly string[],
      net = create(),
    ): Promise<{ net: TransportUnderTest; nodes: TestNode[] }> {
      const nodes: TestNode[] = [];
      for (const id of ids) nodes.push(await net.start(identityOf(id)));
      for (const node of nodes) node.transport.setPeers(nodes.map(net.member));
      await until("all linked", () => nodes.every((node) => node.linked().length === ids.length - 1));
      return { net, nodes };
    }

    it("links every node with every peer, and leaves out itself", async () => {
      const { nodes } = await startAll(["a", "b", "c"]);
      expect(nodes.map((node) => node.linked())).toEqual([
        ["b", "c"],
        ["a", "c"],
        ["a", "b"],
      ]);
      expect(nodes[0]?.told.find((each) => each.event === "up" && each.peer === "b")).toEqual({
        event: "up",
        peer: "b",
        incarnation: "b-1",
      });
    });

    it("carries every kind of message unaltered, with the sender's id and incarnation", async () => {
      const [a, b] = (await startAll(["a", "b"])).nodes as [TestNode, TestNode];
      for (const message of oneOfEach) a.transport.send("b", message);
      await until("all arrived", () => b.messages().length === oneOfEach.length);
      expect(b.messages()).toEqual(oneOfEach);
      expect(b.told.find((each) => each.event === "message")).toMatchObject({
        from: "a",
        incarnation: "a-1",
      });
    });

    it("shares nothing with the receiver", async () => {
      const [a, b] = (await startAll(["a", "b"])).nodes as [TestNode, TestNode];
      const sent = aHeartbeat();
      a.transport.send("b", sent);
      await until("it arrived", () => b.messages().length === 1);
      const [got] = b.messages();
      expect(got).toEqual(sent);
      expect(got).not.toBe(sent);
      expect((got as typeof sent).configurationId).not.toBe(sent.configurationId);
    });

    it("keeps the order of messages between two nodes", async () => {
      const [a, b] = (await startAll(["a", "b"])).nodes as [TestNode, TestNode];
      for (let seq = 1; seq <= 200; seq++) a.transport.send("b", aHeartbeat({ seq }));
      await until("all arrived", () => b.messages().length === 200);
      expect(b.messages().map((message) => (message.kind === "heartbeat" ? message.seq : 0))).toEqual(
        Array.from({ length: 200 }, (_, index) => index + 1),
      );
    });

    it("tells each side what the other says of its record", async () => {
      const net = create();
      const [ofA, ofB] = [aStanding({ clusterId: null }), aStanding({ startCount: 7 })];
      const a = await net.start(identityOf("a"), { standing: () => ofA });
      const b = await net.start(identityOf("b"), { standing: () => ofB });
      const c = await net.start(identityOf("c"));
      a.transport.setPeers([b, c].map(net.member));
      await until(
        "linked",
        () => a.linked().length === 2 && b.linked().length === 1 && c.linked().length === 1,
      );
      expect(b.met).toMatchObject([{ peer: "a", standing: ofA }]);
      expect(a.met.find(({ peer }) => peer === "b")).toMatchObject({ standing: ofB });
      expect(a.met.find(({ peer }) => peer === "c")).toMatchObject({
        standing: { clusterId: null, startCount: 0, writeCount: 0, term: 0 },
      });
    });

    it.each([
      ["the side that wants the link", "a", "b"],
      ["the side that is wanted", "b", "a"],
    ])("makes no link that %s is refused by its node, and the other hears why", async (_name, by, of) => {
      const net = create();
      const refusal = { reason: "olderCopy", detail: `${of} is an older copy` } as const;
      const heard: unknown[] = [];
      const nodes: Record<string, TestNode> = {};
      for (const id of ["a", "b"])
        nodes[id] = await net.start(identityOf(id), {
          refusesPeer: (peer, incarnation, said) =>
            id === by && peer === of && incarnation === `${of}-1` && said.term === 3 ? refusal : null,
          standing: () => aStanding(),
          onRefusedBy: (peer, _incarnation, why) => heard.push([id, peer, why]),
        });
      nodes["a"]?.transport.setPeers([net.member(nodes["b"] as TestNode)]);
      await until("refused", () => heard.length > 0);
      expect(heard[0]).toEqual([of, by, refusal]);
      expect(nodes[by]?.told).toEqual([]);
      await until("no link", () => nodes[of]?.linked().length === 0);
    });

    it("hands over no message that the node says cannot be true", async () => {
      const net = create();
      const b = await net.start(identityOf("b"), {
        refusesMessage: (peer, message) => (message.term === 9 ? `${peer} cannot be there` : null),
      });
      const a = await net.start(identityOf("a"));
      a.transport.setPeers([net.member(b)]);
      await until("linked", () => a.linked().length === 1);
      a.transport.send("b", aHeartbeat({ term: 9 }));
      await until("another arrives", () => {
        a.transport.send("b", aHeartbeat());
        return b.messages().length > 0;
      });
      expect(b.messages().every(({ term }) => term === 3)).toBe(true);
    });

    it("never calls back from inside a call", async () => {
      const net = create();
      const transport = net.make(identityOf("x"));
      let inside = true;
      const fromInside: string[] = [];
      const note = (what: string) => {
        if (inside) fromInside.push(what);
      };
      const handlers = {
        onMessage: () => note("message"),
        onPeerUp: () => note("up"),
        onPeerDown: () => note("down"),
      };
      const call = async (what: (done: () => void) => void): Promise<void> => {
        inside = true;
        const done = new Promise<void>((resolve) => {
          what(() => {
            note("callback");
            resolve();
          });
        });
        inside = false;
        await done;
      };
      const other = await net.start(identityOf("y"));
      await call((done) => transport.start(handlers, () => done()));
      afterwards(() => new Promise((resolve) => transport.stop(resolve)));
      inside = true;
      transport.setPeers([net.member(other)]);
      transport.send("y", aHeartbeat());
      inside = false;
      await until("linked", () => other.linked().includes("x"));
      other.transport.send("x", aHeartbeat());
      await call((done) => transport.stop(done));
      expect(fromInside).toEqual([]);
    });

    it("links a node that connects by itself, without being among the peers", async () => {
      const net = create();
      const a = await net.start(identityOf("a"));
      const joiner = await net.start(identityOf("joiner"));
      joiner.transport.setPeers([net.member(a)]);
      await until("linked", () => a.linked().includes("joiner"));
      a.transport.send("joiner", aHeartbeat());
      await until("answered", () => joiner.messages().length === 1);
    });

    it("drops what is for nobody it has a link with", async () => {
      const net = create();
      const a = await net.start(identityOf("a"));
      expect(() => a.transport.send("nobody", aHeartbeat())).not.toThrow();
    });

    it("takes peers given before it was started", async () => {
      const net = create();
      const b = await net.start(identityOf("b"));
      const transport = net.make(identityOf("a"));
      transport.setPeers([net.member(b)]);
      transport.start({ onMessage() {}, onPeerUp() {}, onPeerDown() {} }, () => {});
      afterwards(() => new Promise((resolve) => transport.stop(resolve)));
      await until("linked", () => b.linked().includes("a"));
    });

    it("tells both that a peer is up once, and down once when it stops", async () => {
      const { nodes } = await startAll(["a", "b", "c"]);
      const [a, b, c] = nodes as [TestNode, TestNode, TestNode];
      await c.stop();
      await until("both know", () => !a.linked().includes("c") && !b.linked().includes("c"));
      const links = (node: TestNode) =>
        node.told.filter((each) => each.event !== "message" && each.peer === "c");
      expect(links(a).map(({ event }) => event)).toEqual(["up", "down"]);
      expect(links(b).map(({ event }) => event)).toEqual(["up", "down"]);
      expect(a.linked()).toEqual(["b"]);
    });

    it("tells nothing any more once it was told to stop", async () => {
      const { nodes } = await startAll(["a", "b"]);
      const [a, b] = nodes as [TestNode, TestNode];
      b.transport.send("a", aHeartbeat());
      const stopped = a.stop();
      const toldCount = a.told.length;
      b.transport.send("a", aHeartbeat());
      await stopped;
      await until("the other knows", () => b.linked().length === 0);
      expect(a.told.length).toBe(toldCount);
    });

    it("may be stopped twice, and before it was started", async () => {
      const net = create();
      const never = net.make(identityOf("n"));
      await new Promise<void>((resolve) => never.stop(resolve));
      const { nodes } = await startAll(["a", "b"], net);
      const [a] = nodes as [TestNode];
      await Promise.all([a.stop(), new Promise<void>((resolve) => a.transport.stop(resolve))]);
      await new Promise<void>((resolve) => a.transport.stop(resolve));
    });

    it("delivers what was sent right before it stops", async () => {
      const { nodes } = await startAll(["a", "b"]);
      const [a, b] = nodes as [TestNode, TestNode];
      a.transport.send("b", { kind: "timeoutNow", term: 9, waitMs: 0 });
      await a.stop();
      await until("it arrived", () => b.messages().length === 1);
      expect(b.messages()).toEqual([{ kind: "timeoutNow", term: 9, waitMs: 0 }]);
    });

    it("links a restarted peer again, under its new incarnation", async () => {
      const { net, nodes } = await startAll(["a", "b"]);
      const [a, b] = nodes as [TestNode, TestNode];
      await b.stop();
      await until("down", () => a.linked().length === 0);
      const again = await net.start(identityOf("b", { incarnation: "b-2" }));
      again.transport.setPeers([net.member(a)]);
      await until("linked again", () => a.linked().includes("b"));
      expect(a.told.findLast((each) => each.event === "up")).toMatchObject({ peer: "b", incarnation: "b-2" });
    });

    it("keeps nodes of another cluster apart", async () => {
      const net = create();
      const a = await net.start(identityOf("a"));
      const other = await net.start(identityOf("b", { cluster: "other" }));
      const b = await net.start(identityOf("b"));
      other.transport.setPeers([net.member(a)]);
      b.transport.setPeers([net.member(a)]);
      await until("linked", () => a.linked().includes("b"));
      expect(a.told).toEqual([{ event: "up", peer: "b", incarnation: "b-1" }]);
      expect(other.told).toEqual([]);
    });

    it.each([
      ["id", { id: ".." }],
      ["cluster", { cluster: "a b" }],
      ["incarnation", { incarnation: "" }],
    ])("refuses an impossible %s, and names it", (field, more) => {
      expect(() => create().make(identityOf("a", more))).toThrow(new RegExp(`^${field} \\(.*\\) must be`));
    });
  });
}
