import type { Member, Message, NodeId } from "../../protocol/index.js";
import type { TransportHandlers } from "../../runtime/ports.js";
import type { RefusalLog } from "../limits/refusal-log.js";
import type { LinkOwner } from "../link/link.js";
import { takeoverProblem } from "../link/takeover.js";
import { createFrameDecoder } from "../wire/codec.js";
import { unknownStanding } from "../wire/handshake.js";
import { createEncoder } from "../wire/repeat-codec.js";
import { Peer, type PeerContext } from "./peer.js";
import type { PeerCounters } from "./peer-counters.js";
import type { RedialContext } from "./redial.js";

/** All peers of a node. */
export interface Peers {
  /** Decides about every link before it is up. */
  readonly owner: LinkOwner;
  /** From now on these handlers hear of links and messages. Comes before all that follows. */
  start(handlers: TransportHandlers): void;
  /** Replaces the list of those that the node keeps links with, and dials them. */
  setPeers(members: readonly Member[]): void;
  send(to: NodeId, message: Message): void;
  /** Finds links that are dead but look open. Call it now and then, after what has arrived was read. */
  watch(nowMs: number): void;
  /** Of all peers, sorted by id. */
  counters(): PeerCounters[];
  /** Ends every link and dial; nothing is told any more. */
  stop(): void;
}

/** What peers need besides what dials need. */
export interface PeersContext extends RedialContext {
  readonly refusals: RefusalLog;
  onRoundTrip(peer: NodeId, ms: number): void;
}

/** Hears of nothing. */
const noHandlers: TransportHandlers = { onMessage() {}, onPeerUp() {}, onPeerDown() {} };

/** Begins without peers. */
export function createPeers(context: PeersContext): Peers {
  const { clock, limits, timing, admission, refusals } = context;
  const self = context.credentials.identity.id;
  const peers = new Map<NodeId, Peer>();
  let handlers = noHandlers;
  const shared: PeerContext = {
    ...context,
    get handlers() {
      return handlers;
    },
    encode: createEncoder(),
    decodeFrame: createFrameDecoder(),
    onGone: (peer: Peer) => void peers.delete(peer.id),
  };
  let stopped = false;

  const owner: LinkOwner = {
    standing: () => handlers.standing?.() ?? unknownStanding,
    refusesPeer: (id, incarnation, standing) => handlers.refusesPeer?.(id, incarnation, standing) ?? null,
    onRefusedBy: (...refused) => {
      if (!stopped) handlers.onRefusedBy?.(...refused);
    },
    refusesLink(id, incarnation) {
      if (stopped) return { reason: "stopping", detail: "stopping" };
      const links = peers.get(id)?.links;
      if (links === undefined) return refusesUnlisted();
      const recalled = handlers.recalls?.(id) ?? null;
      const detail = takeoverProblem(links, id, incarnation, recalled, clock.nowMs(), timing.silenceMs);
      return detail === null ? null : { reason: "wrongIncarnation", detail };
    },
    onUp: (link) => peerOf(link.peer as NodeId).onUp(link),
    onFailed(link, close) {
      if (!stopped) refusals.noteClose(close, link.peer, link.remote);
    },
  };

  function refusesUnlisted(): ReturnType<LinkOwner["refusesLink"]> {
    const count = [...peers.values()].filter(({ isListed }) => !isListed).length;
    const detail = `more than ${limits.maxUnlistedCount} nodes that are no peers`;
    return count < limits.maxUnlistedCount ? null : { reason: "tooManyLinks", detail };
  }

  function peerOf(id: NodeId): Peer {
    const known = peers.get(id);
    if (known !== undefined) return known;
    const peer = new Peer(id, shared, owner);
    peers.set(id, peer);
    return peer;
  }

  return {
    owner,
    start(given) {
      handlers = given;
    },
    setPeers(members) {
      if (stopped) return;
      const listed = new Map(members.filter(({ id }) => id !== self).map(({ id, address }) => [id, address]));
      for (const peer of peers.values()) {
        if (listed.has(peer.id)) continue;
        peer.setAddress(null);
        // A link that is there is kept: a member that was removed still wants to hear so.
        if (peer.links.length === 0) peers.delete(peer.id);
      }
      admission.setPeers(listed.keys());
      for (const [id, address] of listed) peerOf(id).setAddress(address);
    },
    send: (to, message) => peers.get(to)?.send(message),
    watch(nowMs) {
      for (const peer of peers.values()) peer.watch(nowMs);
    },
    counters: () => [...peers.values()].map((peer) => peer.counters()).sort((a, b) => (a.id < b.id ? -1 : 1)),
    stop() {
      stopped = true;
      for (const peer of peers.values()) peer.stop();
    },
  };
}
