import type { Node, NodeId } from "../../protocol/index.js";
import type { Driver } from "../../runtime/driver.js";
import type { TransportHandlers } from "../../runtime/ports.js";
import type { Publish } from "../observers/diagnostics.js";
import type { OutlookKeeper } from "../outlook/outlook.js";
import type { Warnings } from "../raft/warnings.js";
import type { Introductions } from "./introductions.js";
import type { Introduced, Links } from "./links.js";

/** What hearing the links of a node needs of its elector. */
export interface HearingDeps {
  readonly node: Node;
  readonly driver: Driver;
  readonly links: Links;
  readonly introductions: Introductions;
  readonly warnings: Warnings;
  readonly outlook: OutlookKeeper;
  readonly publish: Publish;
  /** A voter has answered a heartbeat, and the driver has been told. */
  onReply(): void;
  /** There is a link more or less than before. */
  onLinksChanged(): void;
}

/** Takes what the transport tells to the driver and to those who warn of it. */
export interface Hearing {
  readonly handlers: TransportHandlers;
  /** The driver has started: from now on it is told of messages, and at once of the links that there are. */
  begin(): void;
}

/** Makes the hearing of one node. Before `begin` it only notes the links. */
export function createHearing(deps: HearingDeps): Hearing {
  const { node, driver, links, warnings, outlook, publish } = deps;
  const { connected } = links;
  let begun = false;

  function meet(peer: NodeId, { incarnation, standing }: Introduced): void {
    driver.tell({ kind: "connected", from: peer, incarnation, standing });
    if (node.amnesiacs.has(peer)) warnings.onAmnesiac(peer, incarnation);
  }

  return {
    handlers: {
      ...deps.introductions,
      onMessage(from, incarnation, message) {
        if (!begun) return;
        warnings.onMessage(from, message);
        outlook.onMessage(from, message);
        const authenticated = connected.get(from)?.authenticated === true;
        driver.tell({ kind: "message", from, incarnation, message, authenticated });
        if (message.kind === "heartbeatReply") deps.onReply();
      },
      onPeerUp(peer, incarnation, standing = null, authenticated = false) {
        const introduced = { incarnation, standing, authenticated };
        connected.set(peer, introduced);
        publish("peerUp", { peer });
        if (begun) meet(peer, introduced);
        deps.onLinksChanged();
      },
      onPeerDown(peer, reason) {
        connected.delete(peer);
        if (begun) driver.tell({ kind: "disconnected", from: peer, reason });
        publish("peerDown", { peer });
        deps.onLinksChanged();
      },
    },
    begin() {
      begun = true;
      for (const [peer, introduced] of connected) meet(peer, introduced);
    },
  };
}
