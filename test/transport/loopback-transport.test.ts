import { afterEach, describe, expect, it } from "vitest";
import { loopbackTransport } from "../../src/transport/loopback-transport.js";
import { identityOf, startNode, stopAll, until } from "./support/nodes.js";
import { keepsTransportContract } from "./support/transport-contract.js";

keepsTransportContract("the loopback transport", () => {
  const make = loopbackTransport();
  return {
    make,
    member: ({ identity }) => ({ id: identity.id, address: "ws://loopback", incarnation: null }),
    endings: {
      async closed(node) {
        const peer = await startNode(identityOf("far"), make);
        peer.transport.setPeers([{ id: node.identity.id, address: "ws://loopback", incarnation: null }]);
        // The side that was dialled is up first: a dial that is given up then is no close.
        await until(
          "linked",
          () => node.linked().includes("far") && peer.linked().includes(node.identity.id),
        );
        await peer.stop();
        return "far";
      },
      // Within one process no connection breaks, goes silent or is refused once it is up.
      ...{ reset: null, refused: null, silent: null, replaced: null },
    },
  };
});

describe("the loopback transport", () => {
  afterEach(stopAll);

  it("takes each node of the same process for authenticated", async () => {
    const make = loopbackTransport();
    const a = await startNode(identityOf("a"), make);
    const b = await startNode(identityOf("b"), make);
    a.transport.setPeers([{ id: "b", address: "ws://loopback", incarnation: null }]);
    await until("linked", () => a.linked().length === 1 && b.linked().length === 1);
    expect([...a.met, ...b.met]).toMatchObject([{ authenticated: true }, { authenticated: true }]);
  });

  it("refuses a second node of the same name", async () => {
    const make = loopbackTransport();
    await startNode(identityOf("a"), make);
    await expect(startNode(identityOf("a"), make)).rejects.toMatchObject({
      code: "transportFailed",
      message: expect.stringContaining("node a of cluster test is started already"),
    });
  });
});
