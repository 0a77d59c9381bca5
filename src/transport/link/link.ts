import type { WebSocket } from "ws";
import type { NodeId, Standing } from "../../protocol/index.js";
import type { PeerProof, PeerRefusal } from "../../runtime/ports.js";
import { createTrafficLimit, type TrafficLimit } from "../limits/traffic-limit.js";
import {
  asciiText,
  closeCodeOf,
  closeOfCode,
  isPeerRefusal,
  type LinkClose,
  type SentCloseReason,
} from "../wire/close-reason.js";
import { acceptHandshake, dialHandshake, type Handshake, type Met } from "../wire/handshake.js";
import { longestHelloBytes } from "../wire/hello.js";
import type { LinkContext, Opened } from "./link-context.js";
import { createSilence, watchSilence } from "./silence.js";
import { closeOfLinkError } from "./socket-errors.js";

/** Frames a second before a link is up; a handshake has at most two. */
const handshakeFramesPerSecond = 8;

/** Frames a second that are read, and forgotten, once a link has ended: those that were under way. */
const leftoverFramesPerSecond = 64;

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

/** One open WebSocket to another node, from its opening to its end: a handshake, then frames. */
export class Link {
  /** Whether this node dialled. */
  readonly dialled: boolean;
  /** The address dialled, or host and port of the dialler. */
  readonly remote: string;
  /** The node at the other end; the peer dialled or null, and an empty incarnation, until the link is up. */
  peer: NodeId | null;
  incarnation = "";
  /** What the peer said of its record, once the link is up. */
  standing: Standing | null = null;
  /** True iff the peer has proved that it belongs to the cluster, by a token or by a certificate. */
  authenticated = false;
  /** The version of the wire protocol that both sides go on with; 0 until the link is up. */
  wireVersion = 0;
  /** When it came up, on the transport's clock. */
  upAtMs = Number.POSITIVE_INFINITY;
  /** When something was last received. */
  receivedAtMs: number;
  /** The last round trip of a ping in milliseconds, or null. */
  pingRoundTripMs: number | null = null;

  private readonly socket: WebSocket;
  private readonly isMutual: boolean;
  private readonly context: LinkContext;
  private readonly owner: LinkOwner;
  private readonly handshake: Handshake;
  private readonly silence = createSilence();
  private traffic: TrafficLimit;
  /** Retired: this side sends no more, and goes on receiving until the other side has closed as well. */
  private state: "handshake" | "up" | "retired" | "ended" = "handshake";
  /** Gets what comes over the link; null until it is up. */
  private user: LinkUser | null = null;
  /** Under which incarnation the other side has proved to be `peer`; null before. */
  private provenAs: string | null = null;

  /** Takes care of a WebSocket that has just opened, and begins the handshake. */
  constructor(opened: Opened, context: LinkContext, owner: LinkOwner) {
    const { socket, remote, expected } = opened;
    const { credentials, limits, clock, sockets } = context;
    this.dialled = expected !== null;
    this.remote = remote;
    this.peer = expected;
    this.socket = socket;
    this.isMutual = opened.isMutual;
    this.context = context;
    this.owner = owner;
    this.handshake =
      expected === null
        ? acceptHandshake(credentials, owner.standing, opened.distrusts)
        : dialHandshake(credentials, owner.standing, expected);
    this.receivedAtMs = clock.nowMs();
    this.traffic = createTrafficLimit(handshakeFramesPerSecond, limits.maxBytesPerSecond, this.receivedAtMs);

    socket.on("message", (data: Buffer, isBinary: boolean) => this.onData(data, isBinary));
    socket.on("ping", () => this.accepts(0));
    socket.on("pong", () => {
      if (this.accepts(0))
        this.pingRoundTripMs = this.silence.onAnswer(this.receivedAtMs) ?? this.pingRoundTripMs;
    });
    socket.on("error", (error: Error) => this.finish(closeOfLinkError(error, limits.maxFrameBytes)));
    sockets.add(socket);
    socket.on("close", (code: number, text: Buffer) => {
      sockets.delete(socket);
      this.finish(closeOfCode(code, text.toString()));
    });
    if (this.handshake.opening !== null) socket.send(this.handshake.opening);
    // Nothing is said to a server whose certificate is not right.
    const distrust = expected === null ? null : opened.distrusts(expected);
    if (distrust !== null) this.refuse("wrongCertificate", distrust);
  }

  /** Sends a frame, if the link is open and has room; says whether. */
  send(text: string): boolean {
    const { socket } = this;
    if (this.state !== "up" || socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount > this.context.limits.maxBufferedBytes) return false;
    socket.send(text);
    return true;
  }

  /** Asks for a sign of life after `silenceMs` without one; ends the link after as long again, at the second look in vain. */
  watch(nowMs: number, silenceMs: number): void {
    if (this.state !== "up") return;
    const { silence, socket, receivedAtMs } = this;
    const end = watchSilence(silence, socket, { receivedAtMs, nowMs, silenceMs });
    if (end !== null) this.finish(end);
  }

  /** Ends the link and tells both sides why. */
  refuse(reason: SentCloseReason, detail: string): void {
    if (this.state === "ended") return;
    this.socket.close(closeCodeOf(reason), asciiText(detail));
    this.finish({ reason, detail, by: "self" });
  }

  /** Sends no more, but goes on receiving until the other side has closed as well. */
  retire(reason: SentCloseReason, detail: string): void {
    if (this.state === "ended") return;
    this.state = "retired";
    this.socket.close(closeCodeOf(reason), asciiText(detail));
  }

  /** Hands what comes over the link to this peer from now on, and its end. */
  attach(user: LinkUser): void {
    this.user = user;
  }

  private onData(data: Buffer, isBinary: boolean): void {
    if (!this.accepts(data.length)) return;
    if (isBinary) this.refuse("badFrame", "expected text");
    else if (this.user === null) this.onHello(data);
    else this.user.onFrame(this, data.toString());
  }

  /** Counts what came; false where nothing more is to be done with it. */
  private accepts(sizeBytes: number): boolean {
    const { clock, unlisted } = this.context;
    const nowMs = clock.nowMs();
    if (!this.traffic.take(sizeBytes, nowMs)) return this.refuseFlood(`more than ${this.traffic.words}`);
    if (this.state === "up" && this.user?.isListed === false && !unlisted.take(sizeBytes, nowMs))
      return this.refuseFlood(`more than ${unlisted.words} from nodes that are no peers`);
    if (this.state === "ended") return false;
    this.receivedAtMs = nowMs;
    return true;
  }

  private refuseFlood(detail: string): false {
    this.refuse("flood", detail);
    // A sender that goes on is read no more; the WebSocket library breaks the connection soon.
    this.socket.pause();
    return false;
  }

  private onHello(data: Buffer): void {
    if (data.length > longestHelloBytes) {
      this.refuse("frameTooLarge", `a hello of more than ${longestHelloBytes} bytes`);
      return;
    }
    const step = this.handshake.hear(data.toString());
    if (step.next === "say") this.socket.send(step.text);
    else if (step.next === "meet") this.meet(step.peer);
    else {
      this.peer = step.id ?? this.peer;
      this.refuse(step.reason, step.detail);
    }
  }

  /** The other side has proved who it is. This side proves as much before it tells the node's own reasons. */
  private meet(met: Met): void {
    const { owner, socket } = this;
    this.peer = met.id;
    const problem = owner.refusesLink(met.id, met.incarnation);
    if (problem !== null) {
      this.refuse(problem.reason, problem.detail);
      return;
    }
    this.provenAs = met.incarnation;
    this.authenticated = met.knowsToken || this.isMutual;
    if (met.refusal !== null) {
      this.finish({ ...met.refusal, by: "peer" });
      socket.close();
      return;
    }
    const refusal = owner.refusesPeer(met.id, met.incarnation, met.standing);
    const answer = this.handshake.answer(refusal);
    if (answer !== null) socket.send(answer);
    if (refusal === null) this.begin(met);
    else this.refuse(refusal.reason, refusal.detail);
  }

  private begin({ incarnation, standing, version }: Met): void {
    const { clock, limits } = this.context;
    this.incarnation = incarnation;
    this.standing = standing;
    this.wireVersion = version;
    this.upAtMs = clock.nowMs();
    this.traffic = createTrafficLimit(limits.maxFramesPerSecond, limits.maxBytesPerSecond, this.upAtMs);
    this.state = "up";
    this.owner.onUp(this);
  }

  private finish(close: LinkClose): void {
    if (this.state === "ended") return;
    this.state = "ended";
    const { clock, limits } = this.context;
    this.traffic = createTrafficLimit(leftoverFramesPerSecond, limits.maxFrameBytes, clock.nowMs());
    const { reason, detail, by } = close;
    if (this.provenAs !== null && by === "peer" && isPeerRefusal(reason) && this.peer !== null)
      this.owner.onRefusedBy(this.peer, this.provenAs, { reason, detail }, this.proof());
    if (this.user === null) this.owner.onFailed(this, close);
    else this.user.onClosed(this, close);
  }

  private proof(): PeerProof {
    return this.authenticated ? "proven" : this.dialled ? "dialled" : "said";
  }
}
