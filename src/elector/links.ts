import type { Member, NodeId } from "../protocol/index.js";
import type { Transport } from "../runtime/ports.js";

/** Who there is a link with, and whom to link with besides the members. */
export interface Links {
  /** What the node's driver sends by. */
  readonly transport: Transport;
  /** The peers there is a link with, and the incarnation each told. */
  readonly connected: Map<NodeId, string>;
  /** Where this node reaches a member. */
  addressOf(member: Member): string;
  /** Why the last link with a peer ended or could not be made; null where the transport does not know. */
  linkProblem(id: NodeId): string | null;
  /** Also links with somebody who is to become a member; returns what ends that. */
  invite(guest: Member): () => void;
}

/**
 * Wraps the transport of a node. A founder is reached at the address in this node's own settings, where an operator can change it;
 * whoever was added later, at the address in the configuration.
 */
export function createLinks(transport: Transport, founders: Readonly<Record<NodeId, string>>): Links {
  const guests = new Set<Member>();
  let members: readonly Member[] = [];

  function addressOf(member: Member): string {
    return member.incarnation === null ? (founders[member.id] ?? member.address) : member.address;
  }

  function tellPeers(): void {
    const peers = members.map((member) => ({ ...member, address: addressOf(member) }));
    const uninvited = [...guests].filter(({ id }) => members.every((member) => member.id !== id));
    transport.setPeers([...peers, ...uninvited]);
  }

  return {
    transport: {
      start: (handlers, callback) => transport.start(handlers, callback),
      setPeers(peers) {
        members = peers;
        tellPeers();
      },
      send: (to, message) => transport.send(to, message),
      stop: (callback) => transport.stop(callback),
    },
    connected: new Map(),
    addressOf,
    linkProblem: (id) => transport.linkProblem?.(id) ?? null,
    invite(guest) {
      guests.add(guest);
      tellPeers();
      return () => {
        if (guests.delete(guest)) tellPeers();
      };
    },
  };
}
