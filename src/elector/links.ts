import type { Member, NodeId, Standing } from "../protocol/index.js";
import type { Transport } from "../runtime/ports.js";

/** What the node at the other end of a link said of itself. */
export interface Introduced {
  readonly incarnation: string;
  /** Null where the transport tells nothing of it. */
  readonly standing: Standing | null;
  /** True iff it proved that it belongs to the cluster. */
  readonly authenticated: boolean;
}

/** Who there is a link with, and whom to link with besides the members. */
export interface Links {
  /** What the node's driver sends by. */
  readonly transport: Transport;
  /** The peers there is a link with, and what each said of itself. */
  readonly connected: Map<NodeId, Introduced>;
  /** Where this node reaches a member. */
  addressOf(member: Member): string;
  /** Also links with somebody who is to become a member; returns what ends that. */
  invite(guest: Member): () => void;
}

/**
 * Wraps the transport of a node. A member is reached at the address in this node's own settings, where an operator can change it; one
 * that they do not name, at the address in the configuration.
 */
export function createLinks(transport: Transport, founders: Readonly<Record<NodeId, string>>): Links {
  const guests = new Set<Member>();
  let members: readonly Member[] = [];

  function addressOf(member: Member): string {
    return founders[member.id] ?? member.address;
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
    invite(guest) {
      guests.add(guest);
      tellPeers();
      return () => {
        if (guests.delete(guest)) tellPeers();
      };
    },
  };
}
