import assert from "node:assert/strict";
import type { DisconnectReason, PeerRefusal } from "../../runtime/ports.js";
import { type ContractCase, until } from "./contract-case.js";
import type { RecordedNode } from "./recorded-node.js";
import { aHeartbeat, aStanding } from "./sample-messages.js";
import {
  identityOf,
  type TransportHarness,
  type TransportNetwork,
  transportCase,
} from "./transport-network.js";

const noHandlers = { onMessage() {}, onPeerUp() {}, onPeerDown() {} };

/** Every reason for which a last link may end. */
const reasons: readonly DisconnectReason[] = ["closed", "reset", "refused", "silent", "replaced"];

/** What every transport must do about links. */
export const linkCases: readonly ContractCase<TransportHarness>[] = [
  transportCase("links every node with every peer, and leaves out itself", async (network) => {
    const nodes = await network.startLinked("a", "b", "c");
    assert.deepStrictEqual(
      nodes.map((node) => node.linked()),
      [
        ["b", "c"],
        ["a", "c"],
        ["a", "b"],
      ],
    );
    assert.deepStrictEqual(
      nodes[0]?.told.find((each) => each.event === "up" && each.peer === "b"),
      { event: "up", peer: "b", incarnation: "b-1" },
    );
  }),
  transportCase("tells each side what the other says of its record", tellsStandings),
  transportCase(
    "makes no link that the side that wants it refuses, and the other side hears why",
    (network) => makesNoRefusedLink(network, "a", "b"),
  ),
  transportCase(
    "makes no link that the side that is wanted refuses, and the other side hears why",
    (network) => makesNoRefusedLink(network, "b", "a"),
  ),
  transportCase("never calls back from inside a call", neverCallsBackFromInside),
  transportCase("links a node that connects by itself, without being among the peers", async (network) => {
    const a = await network.start(identityOf("a"));
    const joiner = await network.start(identityOf("joiner"));
    network.link(joiner, a);
    await until("linked", () => a.linked().includes("joiner"));
    a.transport.send("joiner", aHeartbeat());
    await until("answered", () => joiner.messages().length === 1);
  }),
  transportCase("takes peers given before it was started", async (network) => {
    const b = await network.start(identityOf("b"));
    const transport = network.harness.make(identityOf("a"));
    transport.setPeers([network.harness.member(b)]);
    try {
      await new Promise<void>((resolve) => transport.start(noHandlers, () => resolve()));
      await until("linked", () => b.linked().includes("a"));
    } finally {
      await stopped(transport);
    }
  }),
  transportCase("tells both sides that a peer is up once, and down once when it stops", async (network) => {
    const [a, b, c] = (await network.startLinked("a", "b", "c")) as [
      RecordedNode,
      RecordedNode,
      RecordedNode,
    ];
    await c.stop();
    await until("both know", () => !a.linked().includes("c") && !b.linked().includes("c"));
    for (const { told } of [a, b])
      assert.deepStrictEqual(
        told.filter((each) => each.event !== "message" && each.peer === "c"),
        [
          { event: "up", peer: "c", incarnation: "c-1" },
          { event: "down", peer: "c", reason: "closed" },
        ],
      );
    assert.deepStrictEqual(a.linked(), ["b"]);
  }),
  ...reasons.map((reason) =>
    transportCase(`tells once why the last link with a peer is gone: ${reason}`, async (network) => {
      const end = network.harness.endings[reason];
      if (end === null) return;
      const node = await network.start(identityOf("near"));
      const peer = await end(node);
      const ends = () => node.told.flatMap((each) => (each.event === "down" ? [each] : []));
      await until("the link is gone", () => ends().length > 0);
      assert.deepStrictEqual(ends(), [{ event: "down", peer, reason }]);
    }),
  ),
  transportCase("may be stopped twice, and before it was started", async (network) => {
    await stopped(network.harness.make(identityOf("n")));
    const [a] = await network.pair();
    await Promise.all([a.stop(), stopped(a.transport)]);
    await stopped(a.transport);
  }),
  transportCase("links a restarted peer again, under its new incarnation", async (network) => {
    const [a, b] = await network.pair();
    await b.stop();
    await until("down", () => a.linked().length === 0);
    const again = await network.start(identityOf("b", { incarnation: "b-2" }));
    network.link(again, a);
    await until("linked again", () => a.linked().includes("b"));
    assert.deepStrictEqual(
      a.told.findLast((each) => each.event === "up"),
      { event: "up", peer: "b", incarnation: "b-2" },
    );
  }),
  transportCase("keeps nodes of another cluster apart", async (network) => {
    const a = await network.start(identityOf("a"));
    const other = await network.start(identityOf("b", { cluster: "other" }));
    const b = await network.start(identityOf("b"));
    network.link(other, a);
    network.link(b, a);
    await until("linked", () => a.linked().includes("b"));
    assert.deepStrictEqual(a.told, [{ event: "up", peer: "b", incarnation: "b-1" }]);
    assert.deepStrictEqual(other.told, []);
  }),
  ...Object.entries({ id: "..", cluster: "a b", incarnation: "" }).map(([field, value]) =>
    transportCase(`refuses an impossible ${field}, and names it`, async ({ harness }) => {
      const message = new RegExp(`^${field} \\(.*\\) must be`);
      assert.throws(() => harness.make(identityOf("a", { [field]: value })), { message });
    }),
  ),
];

function stopped(transport: RecordedNode["transport"]): Promise<void> {
  return new Promise((resolve) => transport.stop(resolve));
}

async function tellsStandings(network: TransportNetwork): Promise<void> {
  const [ofA, ofB] = [aStanding({ clusterId: null }), aStanding({ startCount: 7 })];
  const a = await network.start(identityOf("a"), { standing: () => ofA });
  const b = await network.start(identityOf("b"), { standing: () => ofB });
  const c = await network.start(identityOf("c"));
  network.link(a, b, c);
  await until("linked", () => a.linked().length === 2 && b.linked().length === 1 && c.linked().length === 1);
  assert.deepStrictEqual(
    b.met.map(({ peer, standing }) => [peer, standing]),
    [["a", ofA]],
  );
  const heard = (peer: string) => a.met.find((each) => each.peer === peer)?.standing;
  assert.deepStrictEqual(heard("b"), ofB);
  const { clusterId, startCount, writeCount, term } = heard("c") ?? aStanding();
  assert.deepStrictEqual([clusterId, startCount, writeCount, term], [null, 0, 0, 0]);
}

/** Node a wants a link with node b; `by` refuses `of`. */
async function makesNoRefusedLink(network: TransportNetwork, by: string, of: string): Promise<void> {
  const refusal: PeerRefusal = { reason: "olderCopy", detail: `${of} is an older copy` };
  const heard: unknown[] = [];
  const start = (id: string) =>
    network.start(identityOf(id), {
      refusesPeer: (peer, incarnation, said) =>
        id === by && peer === of && incarnation === `${of}-1` && said.term === 3 ? refusal : null,
      standing: () => aStanding(),
      onRefusedBy: (peer, _incarnation, why) => heard.push([id, peer, why]),
    });
  const [a, b] = [await start("a"), await start("b")];
  network.link(a, b);
  await until("refused", () => heard.length > 0);
  assert.deepStrictEqual(heard[0], [of, by, refusal]);
  const [refuser, refused] = by === "a" ? [a, b] : [b, a];
  assert.deepStrictEqual(refuser.told, []);
  await until("no link", () => refused.linked().length === 0);
}

async function neverCallsBackFromInside(network: TransportNetwork): Promise<void> {
  const transport = network.harness.make(identityOf("x"));
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
  const other = await network.start(identityOf("y"));
  try {
    await call((done) => transport.start(handlers, () => done()));
    inside = true;
    transport.setPeers([network.harness.member(other)]);
    transport.send("y", aHeartbeat());
    inside = false;
    await until("linked", () => other.linked().includes("x"));
    other.transport.send("x", aHeartbeat());
  } finally {
    await call((done) => transport.stop(done));
  }
  assert.deepStrictEqual(fromInside, []);
}
