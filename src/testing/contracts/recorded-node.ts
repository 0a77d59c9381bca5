import type { Message, NodeId, Standing } from "../../protocol/index.js";
import type { DisconnectReason, Identity, Transport, TransportHandlers } from "../../runtime/ports.js";

/** What a transport told its node. */
export type Told =
  | { readonly event: "up"; readonly peer: NodeId; readonly incarnation: string }
  | { readonly event: "down"; readonly peer: NodeId; readonly reason: DisconnectReason }
  | {
      readonly event: "message";
      readonly from: NodeId;
      readonly incarnation: string;
      readonly message: Message;
    };

/** What a transport told of a peer that went up, besides who it is. */
export interface MetPeer {
  readonly peer: NodeId;
  readonly standing: Standing | null | undefined;
  readonly authenticated: boolean | undefined;
}

/** A started transport, and everything that it told. */
export interface RecordedNode<Kind extends Transport = Transport> {
  readonly identity: Identity;
  readonly transport: Kind;
  /** In order. */
  readonly told: Told[];
  /** Of each peer that went up. */
  readonly met: MetPeer[];
  /** The peers that this node has a link with, going by what it was told; sorted. */
  linked(): NodeId[];
  /** The messages that arrived. */
  messages(): Message[];
  /** How often a peer was told to be up. */
  upCount(peer: NodeId): number;
  /** Stops the transport; safe to call twice. */
  stop(): Promise<void>;
}

/** What a node answers a transport that asks. */
export type NodeAnswers = Omit<TransportHandlers, "onMessage" | "onPeerUp" | "onPeerDown">;

/** Starts a transport and writes down what it tells. @throws the error that `start` called back with */
export async function startRecorded<Kind extends Transport>(
  identity: Identity,
  transport: Kind,
  answers: NodeAnswers = {},
): Promise<RecordedNode<Kind>> {
  const told: Told[] = [];
  const met: MetPeer[] = [];
  const linked = new Set<NodeId>();
  let stopping: Promise<void> | null = null;
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
        onPeerDown(peer, reason) {
          linked.delete(peer);
          told.push({ event: "down", peer, reason });
        },
        ...answers,
      },
      (error) => (error === null ? resolve() : reject(error)),
    ),
  );
  return {
    identity,
    transport,
    told,
    met,
    linked: () => [...linked].sort(),
    messages: () => told.flatMap((each) => (each.event === "message" ? [each.message] : [])),
    upCount: (peer) => told.filter((each) => each.event === "up" && each.peer === peer).length,
    stop() {
      stopping ??= new Promise((resolve) => transport.stop(resolve));
      return stopping;
    },
  };
}
