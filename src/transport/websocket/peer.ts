import type { Message, NodeId } from "../../protocol/index.js";
import type { TransportHandlers } from "../../runtime/ports.js";
import type { RefusalLog } from "../limits/refusal-log.js";
import type { Link, LinkOwner, LinkUser } from "../link/link.js";
import { createRoundTrip } from "../link/round-trip.js";
import { isOfOneStart } from "../link/takeover.js";
import { disconnectReasonOf, isRefusal, type LinkClose } from "../wire/close-reason.js";
import { type Decoded, soleGroup } from "../wire/codec.js";
import { createDecoder } from "../wire/repeat-codec.js";
import type { PeerCounters } from "./peer-counters.js";
import { Redial, type RedialContext } from "./redial.js";

/** What all peers of a transport share. */
export interface PeerContext extends RedialContext {
  readonly handlers: TransportHandlers;
  readonly refusals: RefusalLog;
  readonly encode: (message: Message) => string;
  readonly decodeFrame: (text: string) => Decoded;
  onRoundTrip(peer: NodeId, ms: number): void;
  /** The peer is not listed, and its last link is gone. */
  onGone(peer: Peer): void;
}

type CounterName = "sentCount" | "receivedCount" | "droppedCount" | "refusedFrameCount";

/** A node that this one has, or wants, a link with: one link, whichever side dialled, and for a moment perhaps two. */
export class Peer implements LinkUser {
  readonly id: NodeId;
  /** At most one dialled by each side; the newest is the last. */
  links: readonly Link[] = [];
  private readonly context: PeerContext;
  private readonly redial: Redial;
  private readonly decode: (text: string) => Decoded;
  private readonly roundTrip = createRoundTrip();
  private readonly counts: Record<CounterName, number> = {
    sentCount: 0,
    receivedCount: 0,
    droppedCount: 0,
    refusedFrameCount: 0,
  };
  /** Null for a node that is not among the peers: it is not dialled. */
  private address: string | null = null;
  private lastProblem: string | null = null;
  private stopped = false;

  /** Begins without an address and without a link. */
  constructor(id: NodeId, context: PeerContext, owner: LinkOwner) {
    this.id = id;
    this.context = context;
    this.decode = createDecoder(context.decodeFrame);
    this.redial = new Redial(id, context, owner, (close, address) => {
      if (this.links.length === 0) this.lastProblem = problemOf(close);
      this.context.refusals.noteClose(close, id, address);
      this.connect();
    });
  }

  get isListed(): boolean {
    return this.address !== null;
  }

  /** Takes the address at which this peer is dialled from now on; null: it is no longer among the peers. */
  setAddress(address: string | null): void {
    if (address !== this.address) {
      this.address = address;
      this.redial.stop();
    }
    this.connect();
  }

  onUp(link: Link): void {
    const { handlers, admission } = this.context;
    // A node dials only when it sees no link: one of the same side, or of an earlier start, is dead to it.
    const older = this.links.filter((other) => other.dialled === link.dialled || !isOfOneStart(other, link));
    const wasUp = this.links.length > 0;
    const wasOther = this.links.some((other) => !isOfOneStart(other, link));
    link.attach(this);
    this.links = [...this.links.filter((other) => !older.includes(other)), link];
    for (const other of older) other.refuse("replaced", "replaced by a newer connection");
    if (this.isListed && !link.dialled && link.authenticated)
      admission.onPeerAt(this.id, link.remote.replace(/:\d+$/, ""), "accepted");
    this.lastProblem = null;
    this.redial.onUp(link);
    if (wasUp && wasOther) handlers.onPeerDown(this.id, "replaced");
    if (!wasUp || wasOther) handlers.onPeerUp(this.id, link.incarnation, link.standing, link.authenticated);
  }

  onFrame(link: Link, text: string): void {
    // A link that was closed in favour of another may still bring frames.
    if (this.stopped) return;
    const { handlers, onRoundTrip } = this.context;
    const frame = this.decode(text);
    if (!frame.ok) {
      link.refuse("badFrame", frame.problem);
      return;
    }
    if (frame.group !== soleGroup) {
      this.counts.refusedFrameCount++;
      return;
    }
    this.counts.receivedCount++;
    if (this.links.length > 1) this.settleDuplicate();
    const { message } = frame;
    const problem = handlers.refusesMessage?.(this.id, message) ?? null;
    if (problem !== null) {
      link.refuse("badFrame", problem);
      return;
    }
    const roundTripMs =
      message.kind === "heartbeatReply" ? this.roundTrip.onReply(message, link.receivedAtMs) : null;
    handlers.onMessage(this.id, link.incarnation, message);
    if (roundTripMs !== null) onRoundTrip(this.id, roundTripMs);
  }

  onClosed(link: Link, close: LinkClose): void {
    if (!this.stopped) this.context.refusals.noteClose(close, this.id, link.remote);
    if (!this.links.includes(link)) return;
    this.links = this.links.filter((other) => other !== link);
    if (close.by === "self" && isRefusal(close.reason)) this.counts.refusedFrameCount++;
    this.redial.onDown(link);
    if (this.links.length > 0) return;
    this.lastProblem = problemOf(close);
    this.roundTrip.forget();
    if (!this.isListed) this.context.onGone(this);
    if (!this.stopped) this.context.handlers.onPeerDown(this.id, disconnectReasonOf(close.reason));
    this.connect();
  }

  send(message: Message): void {
    const text = this.context.encode(message);
    // The newest link first: an older one may be dead.
    let index = this.links.length - 1;
    while (index >= 0 && this.links[index]?.send(text) !== true) index--;
    if (index < 0) {
      this.counts.droppedCount++;
      return;
    }
    this.counts.sentCount++;
    if (message.kind === "heartbeat") this.roundTrip.onSent(message, this.context.clock);
  }

  /** Finds links that are dead but look open, and one of two that is needless. */
  watch(nowMs: number): void {
    if (this.links.length > 1) this.settleDuplicate();
    for (const link of this.links) link.watch(nowMs, this.context.timing.silenceMs);
  }

  counters(): PeerCounters {
    const { id, address, links, redial, lastProblem } = this;
    return {
      id,
      address,
      connected: links.length > 0,
      ...this.counts,
      redialCount: redial.redialCount,
      roundTripMs: this.roundTrip.lastMs() ?? links.at(-1)?.pingRoundTripMs ?? null,
      lastProblem,
    };
  }

  /** Ends all links and dials; nothing is told any more. */
  stop(): void {
    this.stopped = true;
    this.redial.stop();
    for (const link of this.links) link.refuse("stopping", "stopping");
  }

  /** Dials the peer where there is no link. */
  private connect(): void {
    if (!this.stopped && this.address !== null && this.links.length === 0) this.redial.plan(this.address);
  }

  /**
   * Of two links that both work one is closed: the one the higher id dialled, by the higher id, once something came over the other
   * since both are up. So the sides never disagree, and no link is closed in favour of a dead one.
   */
  private settleDuplicate(): void {
    if (this.context.credentials.identity.id < this.id) return;
    const mine = this.links.find(({ dialled }) => dialled);
    const theirs = this.links.find(({ dialled }) => !dialled);
    if (mine === undefined || theirs === undefined) return;
    if (theirs.receivedAtMs <= Math.max(mine.upAtMs, theirs.upAtMs)) return;
    this.links = [theirs];
    mine.retire("redundant", "there is another link");
  }
}

function problemOf({ reason, detail }: LinkClose): string {
  return `${reason}: ${detail}`;
}
