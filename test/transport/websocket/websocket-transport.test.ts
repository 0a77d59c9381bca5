import { Server } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Standing } from "../../../src/protocol/index.js";
import type { RecordedNode } from "../../../src/testing/contracts/recorded-node.js";
import {
  type WebSocketTransport,
  webSocketTransport,
} from "../../../src/transport/websocket/websocket-transport.js";
import { aStanding, identityOf, memberAt, startNode, until } from "../support/nodes.js";
import { keepsTransportContract } from "../support/transport-contract.js";
import { rawNode } from "../support/wire.js";

keepsTransportContract("the WebSocket transport", () => {
  const make = webSocketTransport({ listen: { host: "127.0.0.1", port: 0 }, silenceMs: 150 });
  const portOf = ({ transport }: RecordedNode) => (transport as WebSocketTransport).port();
  /** Links a peer that says what a test wants said. */
  const link = async (node: RecordedNode, standing?: Standing) => {
    const more = standing === undefined ? {} : { standing };
    const peer = await rawNode("far", node.identity.id, portOf(node), "", more);
    await until("linked", () => node.linked().includes("far"));
    return peer.socket;
  };
  return {
    make,
    member: (node) => memberAt(node.identity.id, portOf(node)),
    endings: {
      async closed(node) {
        const peer = await startNode(identityOf("far"), make);
        peer.transport.setPeers([memberAt(node.identity.id, portOf(node))]);
        // The side that was dialled is up first: a dial that is given up then is no close.
        await until(
          "linked",
          () => node.linked().includes("far") && peer.linked().includes(node.identity.id),
        );
        await peer.stop();
        return "far";
      },
      async reset(node) {
        (await link(node)).terminate();
        return "far";
      },
      async refused(node) {
        (await link(node)).send("[]");
        return "far";
      },
      async silent(node) {
        // Answers no ping any more, as a machine that is gone.
        (await link(node)).pause();
        return "far";
      },
      async replaced(node) {
        await link(node);
        await link(node, aStanding({ startCount: 2, startNonce: "start-2" }));
        return "far";
      },
    },
  };
});

it("listens by itself, also in a worker of Node's cluster module, whose workers share their ports else", async () => {
  const listen = vi.spyOn(Server.prototype, "listen");
  onTestFinished(() => listen.mockRestore());
  const make = webSocketTransport({ listen: { host: "127.0.0.1", port: 0 } });
  const node = await startNode({ cluster: "test", id: "a", incarnation: "a-1" }, make);
  expect(listen.mock.calls.map(([options]) => options)).toEqual([
    { host: "127.0.0.1", port: 0, exclusive: true },
  ]);
  await new Promise<void>((resolve) => node.transport.stop(resolve));
});

describe("the options of a transport", () => {
  it.each([
    [{ tokn: "secret" }, /^tokn is no option of a transport: there are listen, token, tls/],
    [{ listen: { port: 1, hots: "a" } }, /^listen\.hots is no option .*there are host, port, path$/],
    [{ listen: { server: {}, path: "/", port: 1 } }, /^listen\.port is no option .*there are server, path$/],
    [{ limits: { maxFrames: 1 } }, /^limits\.maxFrames is no limit of a transport$/],
  ])("are refused where one does not exist, and not shown: %j", (wrong, message) => {
    const make = () => webSocketTransport({ listen: { port: 0 }, ...(wrong as object) });
    expect(make).toThrow(expect.objectContaining({ code: "invalidSettings" }));
    expect(make).toThrow(message);
    expect(make).not.toThrow("secret");
  });
});
