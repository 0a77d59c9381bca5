import type { Member } from "../../../src/protocol/index.js";
import type { Identity, Transport } from "../../../src/runtime/ports.js";
import { until } from "../../../src/testing/contracts/contract-case.js";
import {
  type NodeAnswers,
  type RecordedNode,
  startRecorded,
} from "../../../src/testing/contracts/recorded-node.js";
import {
  aHeartbeat,
  aNotice,
  aReply,
  aStanding,
  oneOfEach,
} from "../../../src/testing/contracts/sample-messages.js";
import { identityOf } from "../../../src/testing/contracts/transport-network.js";
import type { WebSocketTransportOptions } from "../../../src/transport/websocket/options.js";
import {
  type WebSocketTransport,
  webSocketTransport,
} from "../../../src/transport/websocket/websocket-transport.js";
import type { LinkRefusal } from "../../../src/transport/wire/close-reason.js";

export { aHeartbeat, aNotice, aReply, aStanding, identityOf, oneOfEach, until };

/** A transport with everything it told, and the connections that were refused. */
export interface TestNode<Kind extends Transport = Transport> extends RecordedNode<Kind> {
  readonly refusals: LinkRefusal[];
}

const toStop: (() => Promise<void>)[] = [];

/** Stops whatever a test started; for `afterEach`. */
export async function stopAll(): Promise<void> {
  for (const stop of toStop.splice(0).reverse()) await stop();
}

/** Has this run after the test. */
export function afterwards(stop: () => Promise<void> | void): void {
  toStop.push(async () => stop());
}

/** Starts a transport and writes down what it tells. */
export async function startNode<Kind extends Transport>(
  identity: Identity,
  make: (identity: Identity) => Kind,
  refusals: LinkRefusal[] = [],
  answers: NodeAnswers = {},
): Promise<TestNode<Kind>> {
  const transport = make(identity);
  const node = await startRecorded(identity, transport, answers);
  afterwards(node.stop);
  return { ...node, refusals };
}

/** Starts a WebSocket transport on a free loopback port. */
export async function startWebSocketNode(
  id: string,
  options: Partial<WebSocketTransportOptions> = {},
  identity: Partial<Identity> = {},
  answers: NodeAnswers = {},
): Promise<TestNode<WebSocketTransport>> {
  const refusals: LinkRefusal[] = [];
  return startNode(
    identityOf(id, identity),
    webSocketTransport({
      listen: { host: "127.0.0.1", port: 0 },
      onRefused: (refusal) => refusals.push(refusal),
      ...options,
    }),
    refusals,
    answers,
  );
}

/** A node as others dial it. */
export function memberAt(id: string, port: number | null, scheme = "ws"): Member {
  return { id, address: `${scheme}://127.0.0.1:${port}`, incarnation: null };
}

/** Nodes as others dial them. */
export function membersOf(...nodes: TestNode<WebSocketTransport>[]): Member[] {
  return nodes.map(({ identity, transport }) => memberAt(identity.id, transport.port()));
}

/** Starts nodes that all want links with each other, and waits for these. */
export async function startLinked(
  ids: readonly string[],
  options: Partial<WebSocketTransportOptions> = {},
): Promise<TestNode<WebSocketTransport>[]> {
  const nodes: TestNode<WebSocketTransport>[] = [];
  for (const id of ids) nodes.push(await startWebSocketNode(id, options));
  for (const node of nodes) node.transport.setPeers(membersOf(...nodes));
  await until("all linked", () => nodes.every((node) => node.linked().length === ids.length - 1));
  return nodes;
}
