import { Server } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  type WebSocketTransport,
  webSocketTransport,
} from "../../../src/transport/websocket/websocket-transport.js";
import { memberAt, startNode, type TestNode } from "../support/nodes.js";
import { transportContract } from "../support/transport-contract.js";

transportContract("the WebSocket transport", () => {
  const make = webSocketTransport({ listen: { host: "127.0.0.1", port: 0 } });
  return {
    make,
    start: (identity, more) => startNode(identity, make, [], more),
    member: (node) => memberAt(node.identity.id, (node as TestNode<WebSocketTransport>).transport.port()),
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
