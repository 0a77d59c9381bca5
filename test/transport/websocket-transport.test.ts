import { type WebSocketTransport, webSocketTransport } from "../../src/transport/websocket-transport.js";
import { memberAt, startNode, type TestNode } from "../support/transport-nodes.js";
import { transportContract } from "./transport-contract.js";

transportContract("the WebSocket transport", () => {
  const make = webSocketTransport({ listen: { host: "127.0.0.1", port: 0 } });
  return {
    make,
    start: (identity, more) => startNode(identity, make, [], more),
    member: (node) => memberAt(node.identity.id, (node as TestNode<WebSocketTransport>).transport.port()),
  };
});
