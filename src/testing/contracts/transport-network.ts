import type { Member, NodeId } from "../../protocol/index.js";
import type { DisconnectReason, Identity, Transport } from "../../runtime/ports.js";
import { type ContractCase, until } from "./contract-case.js";
import { type NodeAnswers, type RecordedNode, startRecorded } from "./recorded-node.js";

/**
 * Links a peer of its choice with a started node, and then makes that link end in one way.
 * @param node has been told of no peers
 * @returns the id of the peer
 */
export type LinkEnding = (node: RecordedNode) => Promise<NodeId>;

/** One kind of transport, as its contract needs it: each case gets a harness of its own. */
export interface TransportHarness {
  /** Makes a transport that is not started. All that one harness makes can reach each other. */
  make(identity: Identity): Transport;
  /** How other nodes reach a node whose transport is started. */
  member(node: RecordedNode): Member;
  /** How a last link comes to an end for each reason; null for a reason that this kind of transport cannot have. */
  readonly endings: Readonly<Record<DisconnectReason, LinkEnding | null>>;
}

/** An identity of the cluster `test`, whose incarnation is `ID-1`. */
export function identityOf(id: NodeId, more: Partial<Identity> = {}): Identity {
  return { cluster: "test", id, incarnation: `${id}-1`, ...more };
}

/** The nodes that one case starts. */
export class TransportNetwork {
  readonly harness: TransportHarness;
  private readonly started: RecordedNode[] = [];

  constructor(harness: TransportHarness) {
    this.harness = harness;
  }

  async start(identity: Identity, answers: NodeAnswers = {}): Promise<RecordedNode> {
    const node = await startRecorded(identity, this.harness.make(identity), answers);
    this.started.push(node);
    return node;
  }

  /** Starts a node for each id; every one is linked with every other. */
  async startLinked(...ids: readonly NodeId[]): Promise<RecordedNode[]> {
    const nodes: RecordedNode[] = [];
    for (const id of ids) nodes.push(await this.start(identityOf(id)));
    for (const node of nodes) node.transport.setPeers(nodes.map((each) => this.harness.member(each)));
    await until("all linked", () => nodes.every((node) => node.linked().length === ids.length - 1));
    return nodes;
  }

  /** Starts and links the nodes a and b. */
  async pair(): Promise<[a: RecordedNode, b: RecordedNode]> {
    return (await this.startLinked("a", "b")) as [RecordedNode, RecordedNode];
  }

  /** Tells a node of its peers. */
  link(node: RecordedNode, ...peers: readonly RecordedNode[]): void {
    node.transport.setPeers(peers.map((peer) => this.harness.member(peer)));
  }

  async stop(): Promise<void> {
    for (const node of this.started.splice(0).reverse()) await node.stop();
  }
}

/** A case that runs on nodes of its own, which are stopped after it. */
export function transportCase(
  name: string,
  check: (network: TransportNetwork) => Promise<void>,
): ContractCase<TransportHarness> {
  return {
    name,
    async run(harness) {
      const network = new TransportNetwork(harness);
      try {
        await check(network);
      } finally {
        await network.stop();
      }
    },
  };
}
