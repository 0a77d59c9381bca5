import { setTimeout as sleep } from "node:timers/promises";
import {
  foundingConfiguration,
  type Heartbeat,
  type HeartbeatReply,
  type LeaderNotice,
  type Member,
  type Message,
  type Standing,
} from "../../../src/protocol/index.js";
import type { Identity, Transport, TransportHandlers } from "../../../src/runtime/ports.js";
import {
  type WebSocketTransport,
  type WebSocketTransportOptions,
  webSocketTransport,
} from "../../../src/transport/websocket/websocket-transport.js";
import type { LinkRefusal } from "../../../src/transport/wire/close-reason.js";

/** Waits until the condition holds; fails with its name when the deadline has passed. */
export async function until(what: string, condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(2);
  }
}

/** What a transport told its node, in order. */
export type Told =
  | { readonly event: "up"; readonly peer: string; readonly incarnation: string }
  | { readonly event: "down"; readonly peer: string }
  | {
      readonly event: "message";
      readonly from: string;
      readonly incarnation: string;
      readonly message: Message;
    };

/** What a transport told of a peer that went up, besides who it is. */
export interface Met {
  readonly peer: string;
  readonly standing: Standing | null | undefined;
  readonly authenticated: boolean | undefined;
}

/** A transport with everything it told. */
export interface TestNode<Kind extends Transport = Transport> {
  readonly identity: Identity;
  readonly transport: Kind;
  readonly told: Told[];
  readonly refusals: LinkRefusal[];
  /** What it was told of each peer that went up. */
  readonly met: Met[];
  /** Whom this node has a link with, going by what it was told. */
  linked(): string[];
  /** The messages it got. */
  messages(): Message[];
  /** How often it was told of a peer going up. */
  upCount(peer: string): number;
  stop(): Promise<void>;
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

/** What a test may have answered in the place of a node. */
export type MoreHandlers = Omit<TransportHandlers, "onMessage" | "onPeerUp" | "onPeerDown">;

/** Starts a transport and writes down what it tells. */
export async function startNode<Kind extends Transport>(
  identity: Identity,
  make: (identity: Identity) => Kind,
  refusals: LinkRefusal[] = [],
  more: MoreHandlers = {},
): Promise<TestNode<Kind>> {
  const transport = make(identity);
  const told: Told[] = [];
  const met: Met[] = [];
  const linked = new Set<string>();
  let stopping: Promise<void> | null = null;
  const node: TestNode<Kind> = {
    identity,
    transport,
    told,
    refusals,
    met,
    linked: () => [...linked].sort(),
    messages: () => told.flatMap((each) => (each.event === "message" ? [each.message] : [])),
    upCount: (peer) => told.filter((each) => each.event === "up" && each.peer === peer).length,
    stop() {
      stopping ??= new Promise((resolve) => transport.stop(resolve));
      return stopping;
    },
  };
  afterwards(node.stop);
  await new Promise<void>((resolve, reject) =>
    transport.start(
      {
        onMessage: (from, incarnation, message) =>
          told.push({ event: "message", from, incarnation, message }),
        onPeerUp(peer, incarnation, standing, authenticated) {
          linked.add(peer);
          told.push({ event: "up", peer, incarnation });
          met.push({ peer, standing, authenticated });
        },
        onPeerDown(peer) {
          linked.delete(peer);
          told.push({ event: "down", peer });
        },
        ...more,
      },
      (error) => (error === null ? resolve() : reject(error)),
    ),
  );
  return node;
}

/** An identity for tests. */
export function identityOf(id: string, more: Partial<Identity> = {}): Identity {
  return { cluster: "test", id, incarnation: `${id}-1`, ...more };
}

/** Starts a WebSocket transport on a free loopback port. */
export async function startWebSocketNode(
  id: string,
  options: Partial<WebSocketTransportOptions> = {},
  identity: Partial<Identity> = {},
  more: MoreHandlers = {},
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
    more,
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

const configuration = foundingConfiguration(
  ["a", "b", "c"].map((id) => ({ id, address: `ws://${id}:7400`, incarnation: null })),
);

/** A heartbeat as a leader of term 3 sends it. */
export function aHeartbeat(more: Partial<Heartbeat> = {}): Heartbeat {
  return {
    kind: "heartbeat",
    term: 3,
    seq: 7,
    configurationId: configuration.id,
    configuration: null,
    hasMetadata: false,
    ...more,
  };
}

/** The answer to a heartbeat. */
export function aReply(more: Partial<HeartbeatReply> = {}): HeartbeatReply {
  return {
    kind: "heartbeatReply",
    term: 3,
    heartbeatTerm: 3,
    seq: 7,
    accepted: true,
    reason: null,
    voteHoldMs: 150,
    configurationId: configuration.id,
    electionTimeoutMaxMs: 300,
    candidacy: "open",
    holdsMetadata: false,
    ...more,
  };
}

/** A leader tells its metadata. */
export function aNotice(metadata: string | null): LeaderNotice {
  return { kind: "leaderNotice", term: 3, seq: 7, leads: true, metadata };
}

/** One message of each kind. */
export const oneOfEach: readonly Message[] = [
  aHeartbeat(),
  aHeartbeat({ configuration, hasMetadata: true }),
  aReply(),
  aReply({ accepted: false, reason: "staleTerm" }),
  { kind: "requestVote", term: 4, preVote: true, round: 2, configuration, transferFromTerm: null },
  { kind: "requestVote", term: 4, preVote: false, round: 3, configuration, transferFromTerm: 3 },
  {
    kind: "requestVoteReply",
    term: 4,
    preVote: true,
    round: 2,
    granted: false,
    reason: "voteHold",
    leader: "b",
    remainingHoldMs: 12.345678901234567,
    configurationId: configuration.id,
    configuration: null,
  },
  {
    kind: "requestVoteReply",
    term: 4,
    preVote: true,
    round: 2,
    granted: false,
    reason: "olderConfiguration",
    leader: null,
    remainingHoldMs: 0,
    configurationId: configuration.id,
    configuration,
  },
  { kind: "timeoutNow", term: 4, waitMs: 12.5 },
  { kind: "handoverWait", term: 4, waitMs: 12.5 },
  { kind: "handoverDone", term: 4 },
  aNotice("http://10.0.0.1:8080/é"),
  { ...aNotice(null), leads: false },
];
