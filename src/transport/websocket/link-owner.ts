import type { NodeId, Standing } from "../../protocol/index.js";
import type { PeerProof, PeerRefusal } from "../../runtime/ports.js";
import type { LinkClose, SentCloseReason } from "../wire/close-reason.js";
import type { Link } from "./link.js";

/** Decides about links before they are up. All are called from the event loop, never from inside a call to the link but `refuse`. */
export interface LinkOwner {
  /** What this node says of its record. */
  standing(): Standing;
  /** Why the node wants no link with one that says this of its record, or null. */
  refusesPeer(id: NodeId, incarnation: string, standing: Standing): PeerRefusal | null;
  /** A peer that has proved who it is wants no link with this node. The link's end follows. */
  onRefusedBy(peer: NodeId, incarnation: string, refusal: PeerRefusal, proof: PeerProof): void;
  /** Why there shall be no link with this node, or null. */
  refusesLink(
    id: NodeId,
    incarnation: string,
  ): { readonly reason: SentCloseReason; readonly detail: string } | null;
  /** Both sides know each other: frames may be sent. The owner attaches the peer that is to get what comes over the link. */
  onUp(link: Link): void;
  /** The link ended before it was up. Comes once. */
  onFailed(link: Link, close: LinkClose): void;
}

/** The peer at the other end of a link that is up. */
export interface LinkUser {
  /** True iff the peer is among those that this node was told to keep links with. */
  readonly isListed: boolean;
  onFrame(link: Link, text: string): void;
  /** Comes once; no frame comes after it. */
  onClosed(link: Link, close: LinkClose): void;
}
