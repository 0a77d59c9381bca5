import type { Member, Message, NodeId } from "../../protocol/index.js";
import type { Random, TransportHandlers } from "../../runtime/ports.js";
import { isRefusal, type LinkEnd, type LinkRefusal } from "../wire/close-reason.js";
import { soleGroup } from "../wire/codec.js";
import { unknownStanding } from "../wire/handshake.js";
import { createDecoder, createEncoder } from "../wire/repeat-codec.js";
import { type Dial, type DialContext, dial } from "./dial.js";
import type { Link, LinkOwner } from "./link.js";
import { createRoundTrip, type RoundTrip } from "./round-trip.js";
import { displacementProblem } from "./takeover.js";

/** What went over the links with one peer since it was first known. */
export interface PeerCounters {
  readonly id: NodeId;
  /** Null for a node that connected by itself and is not among the peers. */
  readonly address: string | null;
  readonly connected: boolean;
  readonly sentCount: number;
  readonly receivedCount: number;
  /** Messages for which there was no link, or no room in its buffer. */
  readonly droppedCount: number;
  /** Dials after the first. */
  readonly redialCount: number;
  /** Frames that were malformed, too long, too many, or of a group unknown here. */
  readonly refusedFrameCount: number;
  /** The last round trip of a heartbeat, or else of a ping on a silent link; null before the first. */
  readonly roundTripMs: number | null;
  /** Why the last dial failed or the last link ended; null once there is a link again. */
  readonly lastProblem: string | null;
}

/** A node this one has, or wants, links with. */
interface Peer {
  readonly id: NodeId;
  /** Null for a node that is not among the peers: it is not dialled. */
  address: string | null;
  /** At most one dialled by each side; the newest is the last. */
  links: Link[];
  dial: Dial | null;
  cancelRedial: (() => void) | null;
  /** Dials since the last link that held. */
  attemptCount: number;
  readonly decode: ReturnType<typeof createDecoder>;
  readonly roundTrip: RoundTrip;
  readonly counters: Mutable<Pick<PeerCounters, CounterName>>;
  lastProblem: string | null;
}

type CounterName = "sentCount" | "receivedCount" | "droppedCount" | "redialCount" | "refusedFrameCount";
type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Keeps one link with each peer, whoever dialled, and carries messages over it. */
export interface Peers {
  /** Looks after every link that is up. */
  readonly owner: LinkOwner;
  setPeers(members: readonly Member[]): void;
  send(to: NodeId, message: Message): void;
  /** Finds links that are dead but look open. Call it now and then, after what has arrived was read. */
  watch(nowMs: number): void;
  counters(): PeerCounters[];
  /** Ends every link and dial; nobody is told of anything after. */
  stop(): void;
}

/** True iff one process is at the other end of both links: a copy of its record that runs too has made another start. */
function isOfOneStart(one: Link, other: Link): boolean {
  return one.incarnation === other.incarnation && one.standing?.startNonce === other.standing?.startNonce;
}

/** Begins without peers. */
export function createPeers(
  context: DialContext & { readonly random: Random },
  handlers: TransportHandlers,
  onRefused: (refusal: LinkRefusal) => void,
  onRoundTrip: (peer: NodeId, ms: number) => void,
): Peers {
  const { clock, limits, random, schedule, timing } = context;
  const self = context.credentials.identity.id;
  const peers = new Map<NodeId, Peer>();
  let stopped = false;
  const encode = createEncoder();

  const owner: LinkOwner = {
    isListed: (id) => typeof peers.get(id)?.address === "string",
    standing: () => handlers.standing?.() ?? unknownStanding,
    refusesPeer: (id, incarnation, standing) => handlers.refusesPeer?.(id, incarnation, standing) ?? null,
    onRefusedBy: (...refused) => {
      if (!stopped) handlers.onRefusedBy?.(...refused);
    },
    refusesLink(id, incarnation) {
      if (stopped) return { reason: "stopping", detail: "stopping" };
      const peer = peers.get(id);
      if (peer !== undefined) {
        const recalled = handlers.recalls?.(id) ?? null;
        const [nowMs, { silenceMs }] = [clock.nowMs(), timing];
        const detail = displacementProblem(peer.links, id, incarnation, recalled, nowMs, silenceMs);
        return detail === null ? null : { reason: "wrongIncarnation", detail };
      }
      const unlisted = [...peers.values()].filter(({ address }) => address === null);
      if (unlisted.length < limits.maxUnlistedCount) return null;
      return {
        reason: "tooManyLinks",
        detail: `more than ${limits.maxUnlistedCount} nodes that are no peers`,
      };
    },
    onUp,
    onFrame,
    onEnd(link, end) {
      const peer = link.peer === null ? undefined : peers.get(link.peer);
      noteRefusal(peer, link.remote, end, link.peer);
      if (peer?.links.includes(link) === true) drop(peer, link, end);
    },
  };

  function onUp(link: Link): void {
    const id = link.peer as NodeId;
    const peer = peers.get(id) ?? add(id, null);
    // A node dials only when it sees no link: one of the same side, or of an earlier life, is dead to it.
    const older = peer.links.filter((other) => other.dialled === link.dialled || !isOfOneStart(other, link));
    const wasUp = peer.links.length > 0;
    const wasOther = peer.links.some((other) => !isOfOneStart(other, link));
    peer.links = [...peer.links.filter((other) => !older.includes(other)), link];
    for (const other of older) other.refuse("replaced", "replaced by a newer connection");
    if (peer.address !== null && !link.dialled && link.authenticated)
      context.admission.onPeerAt(id, link.remote.replace(/:\d+$/, ""), "accepted");
    peer.lastProblem = null;
    peer.cancelRedial?.();
    peer.cancelRedial = null;
    if (link.dialled) peer.dial = null;
    // Where both dial at once the lower id's dial goes on; were both to give way there might be no link in the end.
    else if (self > id && peer.dial?.giveWay() === true) peer.dial = null;
    if (wasUp && wasOther) handlers.onPeerDown(id, "replaced");
    if (!wasUp || wasOther) handlers.onPeerUp(id, link.incarnation, link.standing, link.authenticated);
  }

  function onFrame(link: Link, text: string): void {
    const peer = peers.get(link.peer as NodeId);
    if (peer === undefined) return;
    const frame = peer.decode(text);
    if (!frame.ok) {
      link.refuse("badFrame", frame.problem);
      return;
    }
    if (frame.group !== soleGroup) {
      peer.counters.refusedFrameCount++;
      return;
    }
    peer.counters.receivedCount++;
    if (peer.links.length > 1) settleDuplicate(peer);
    const { message } = frame;
    const problem = handlers.refusesMessage?.(peer.id, message) ?? null;
    if (problem !== null) {
      link.refuse("badFrame", problem);
      return;
    }
    if (message.kind === "heartbeatReply") {
      const roundTripMs = peer.roundTrip.onReply(message, link.receivedAtMs);
      if (roundTripMs !== null) onRoundTrip(peer.id, roundTripMs);
    }
    handlers.onMessage(peer.id, link.incarnation, message);
  }

  /**
   * Of two links that both work one is closed: the one the higher id dialled, by the higher id, once something came over the other
   * since both are up. So the sides never disagree, and no link is closed in favour of a dead one.
   */
  function settleDuplicate(peer: Peer): void {
    if (self < peer.id) return;
    const mine = peer.links.find(({ dialled }) => dialled);
    const theirs = peer.links.find(({ dialled }) => !dialled);
    if (mine === undefined || theirs === undefined) return;
    if (theirs.receivedAtMs <= Math.max(mine.upAtMs, theirs.upAtMs)) return;
    peer.links = [theirs];
    mine.retire("redundant", "there is another link");
  }

  function drop(peer: Peer, link: Link, end: LinkEnd): void {
    peer.links = peer.links.filter((other) => other !== link);
    if (end.by === "self" && isRefusal(end.reason)) peer.counters.refusedFrameCount++;
    if (clock.nowMs() - link.upAtMs >= timing.redialMaxMs) peer.attemptCount = 0;
    if (peer.links.length > 0) return;
    peer.lastProblem = `${end.reason}: ${end.detail}`;
    if (peer.address === null) peers.delete(peer.id);
    peer.roundTrip.forget();
    if (!stopped) handlers.onPeerDown(peer.id, "closed");
    planDial(peer);
  }

  /** Where there is no link and nobody is dialling, dials soon: later after each attempt, with jitter, and the higher id after the lower. */
  function planDial(peer: Peer): void {
    if (stopped || peer.address === null || peer.links.length > 0) return;
    if (peer.dial !== null || peer.cancelRedial !== null) return;
    const shortestMs = timing.redialMaxMs / 8;
    const waitMs =
      peer.attemptCount === 0 && self < peer.id
        ? 0
        : Math.min(timing.redialMaxMs, shortestMs * 2 ** peer.attemptCount) * (0.5 + random() / 2);
    peer.cancelRedial = schedule(waitMs, () => {
      peer.cancelRedial = null;
      startDial(peer);
    });
  }

  function startDial(peer: Peer): void {
    const { address } = peer;
    if (address === null) return;
    if (peer.attemptCount > 0) peer.counters.redialCount++;
    peer.attemptCount = Math.min(peer.attemptCount + 1, 16);
    peer.dial = dial(peer.id, address, context, owner, (end) => {
      peer.dial = null;
      if (peer.links.length === 0) peer.lastProblem = `${end.reason}: ${end.detail}`;
      noteRefusal(peer, address, end, peer.id);
      planDial(peer);
    });
  }

  function noteRefusal(peer: Peer | undefined, remote: string, end: LinkEnd, id: NodeId | null): void {
    if (stopped || !isRefusal(end.reason)) return;
    onRefused({ reason: end.reason, detail: end.detail, by: end.by, peer: peer?.id ?? id, remote });
  }

  function add(id: NodeId, address: string | null): Peer {
    const peer: Peer = {
      id,
      address,
      links: [],
      dial: null,
      cancelRedial: null,
      attemptCount: 0,
      decode: createDecoder(),
      roundTrip: createRoundTrip(),
      counters: { sentCount: 0, receivedCount: 0, droppedCount: 0, redialCount: 0, refusedFrameCount: 0 },
      lastProblem: null,
    };
    peers.set(id, peer);
    return peer;
  }

  function stopDialling(peer: Peer): void {
    peer.cancelRedial?.();
    peer.cancelRedial = null;
    peer.dial?.abandon();
    peer.dial = null;
  }

  return {
    owner,
    setPeers(members) {
      if (stopped) return;
      const listed = new Map(members.filter(({ id }) => id !== self).map(({ id, address }) => [id, address]));
      for (const peer of peers.values()) {
        const address = listed.get(peer.id) ?? null;
        if (address === peer.address) continue;
        peer.address = address;
        stopDialling(peer);
        // A link that is there is kept: who was removed still wants to hear so.
        if (address === null && peer.links.length === 0) peers.delete(peer.id);
      }
      context.admission.setPeers(listed.keys());
      for (const [id, address] of listed) planDial(peers.get(id) ?? add(id, address));
    },
    send(to, message) {
      const peer = peers.get(to);
      if (peer === undefined) return;
      const text = encode(message);
      // The newest link first: an older one may be dead.
      let index = peer.links.length - 1;
      while (index >= 0 && peer.links[index]?.send(text) !== true) index--;
      if (index < 0) {
        peer.counters.droppedCount++;
        return;
      }
      peer.counters.sentCount++;
      if (message.kind === "heartbeat") peer.roundTrip.onSent(message, clock);
    },
    watch(nowMs) {
      for (const peer of peers.values()) {
        if (peer.links.length > 1) settleDuplicate(peer);
        for (const link of [...peer.links]) link.watch(nowMs, timing.silenceMs);
      }
    },
    counters() {
      return [...peers.values()]
        .map(({ id, address, links, roundTrip, counters, lastProblem }) => ({
          id,
          address,
          connected: links.length > 0,
          ...counters,
          roundTripMs: roundTrip.lastMs() ?? links.at(-1)?.pingRoundTripMs ?? null,
          lastProblem,
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    stop() {
      stopped = true;
      for (const peer of peers.values()) {
        stopDialling(peer);
        for (const link of [...peer.links]) link.refuse("stopping", "stopping");
      }
    },
  };
}
