import type { Member, NodeId, Standing } from "../../protocol/index.js";
import type { Transport } from "../../runtime/ports.js";
import type { PeerCounters } from "../../transport/websocket/peer-counters.js";

/** What the node at the other end of a link said of itself. */
export interface Introduced {
  readonly incarnation: string;
  /** Null where the transport tells nothing of it. */
  readonly standing: Standing | null;
  /** True iff it proved that it belongs to the cluster. */
  readonly authenticated: boolean;
}

/** A transport that may count what goes over its links, as WebSockets do. */
export interface CountingTransport extends Transport {
  peers?(): readonly PeerCounters[];
}

/** Who there is a link with, and whom to link with besides the members. */
export interface Links {
  /** What the node's driver sends by. */
  readonly transport: Transport;
  /** The peers there is a link with, and what each said of itself. */
  readonly connected: Map<NodeId, Introduced>;
  /** Where this node reaches a member. */
  addressOf(member: Member): string;
  /** What went over the links with each peer; nothing where the transport keeps no such counts. */
  counters(): readonly PeerCounters[];
  /** Why the last link with a peer ended or could not be made; null where the transport does not know. */
  linkProblem(id: NodeId): string | null;
  /** Also links with somebody who is to become a member; returns what ends that. */
  invite(guest: Member): () => void;
}

/**
 * Wraps the transport of a node. A member that this node's own settings name is reached at their address, so that an operator can mend a
 * wrong one where it is wrong; any other member, at the address in the configuration.
 * @param settings addresses by id
 * @param onOverruled told once of each address in the configuration that gives way to one in the settings
 */
export function createLinks(
  transport: CountingTransport,
  settings: Readonly<Record<NodeId, string>>,
  onOverruled: (member: Member, address: string) => void = () => {},
): Links {
  const guests = new Set<Member>();
  const overruled = new Map<NodeId, string>();
  let members: readonly Member[] = [];

  function addressOf(member: Member): string {
    return settings[member.id] ?? member.address;
  }

  function noticeOverruled(member: Member): void {
    const address = addressOf(member);
    if (address === member.address || overruled.get(member.id) === member.address) return;
    overruled.set(member.id, member.address);
    onOverruled(member, address);
  }

  function tellPeers(): void {
    const invited = new Map([...guests].map((guest) => [guest.id, guest]));
    // Where a guest was said to be is later news than any setting, for as long as it is expected there.
    const peers = members.map((member) => ({
      ...member,
      address: invited.get(member.id)?.address ?? addressOf(member),
    }));
    const others = [...invited.values()].filter(({ id }) => members.every((member) => member.id !== id));
    transport.setPeers([...peers, ...others]);
  }

  return {
    transport: {
      start: (handlers, callback) => transport.start(handlers, callback),
      setPeers(peers) {
        members = peers;
        for (const member of members) noticeOverruled(member);
        tellPeers();
      },
      send: (to, message) => transport.send(to, message),
      stop: (callback) => transport.stop(callback),
    },
    connected: new Map(),
    addressOf,
    counters: () => transport.peers?.() ?? [],
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
