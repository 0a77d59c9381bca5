import type { WebSocket } from "ws";
import type { NodeId, Standing } from "../../protocol/index.js";
import type { Clock, PeerProof, PeerRefusal } from "../../runtime/ports.js";
import {
  type CloseReason,
  closeCodeOf,
  endOfCode,
  isPeerRefusal,
  type LinkEnd,
  printable,
} from "../wire/close-reason.js";
import { acceptHandshake, type Credentials, dialHandshake, type Met } from "../wire/handshake.js";
import { longestHelloBytes } from "../wire/hello.js";
import type { TransportLimits } from "./limits.js";
import { createTraffic, type Traffic } from "./token-bucket.js";

/** What all links of a transport share. */
export interface LinkContext {
  readonly credentials: Credentials;
  readonly limits: TransportLimits;
  readonly clock: Pick<Clock, "nowMs" | "afterPoll">;
  /** What all nodes that are no peers may send together. */
  readonly unlisted: Traffic;
  /** Every WebSocket that is not yet closed. */
  readonly sockets: Set<WebSocket>;
}

/** Frames a second before a link is up; a handshake has at most two. */
const greetingFramesPerSecond = 8;

/** Frames a second that are read, and forgotten, once a link has ended: those that were under way. */
const leftoverFramesPerSecond = 64;

/** How the WebSocket library is to treat a socket, on both sides. Messages read at once are handed over at once (its default). */
export function socketOptions({ maxFrameBytes }: TransportLimits) {
  return {
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    maxFragments: 16,
    maxBufferedChunks: 1024,
    closeTimeout: closeTimeoutMs,
  };
}

/** How long the other side may take to close what this side has closed. */
const closeTimeoutMs = 1000;

/** Who looks after a link. All are called from the event loop, never from inside a call to the link but `refuse`. */
export interface LinkOwner {
  /** What this node says of its record. */
  standing(): Standing;
  /** Why the node wants no link with one that says this of its record, or null. */
  refusesPeer(id: NodeId, incarnation: string, standing: Standing): PeerRefusal | null;
  /** A peer that has proved who it is wants no link with this node. `onEnd` follows. */
  onRefusedBy(peer: NodeId, incarnation: string, refusal: PeerRefusal, proof: PeerProof): void;
  /** True iff this node is among the peers. */
  isListed(id: NodeId): boolean;
  /** Why there shall be no link with this node, or null. */
  refusesLink(
    id: NodeId,
    incarnation: string,
  ): { readonly reason: CloseReason; readonly detail: string } | null;
  /** Both sides know each other: frames may be sent. */
  onUp(link: Link): void;
  onFrame(link: Link, text: string): void;
  /** Comes once; no frame comes after it. */
  onEnd(link: Link, end: LinkEnd): void;
}

/** One open WebSocket to another node, from its opening to its end. */
export interface Link {
  /** Whether this node dialled. */
  readonly dialled: boolean;
  /** The address dialled, or host and port of who connected. */
  readonly remote: string;
  /** Who is at the other end; the peer dialled or null, and an empty incarnation, until the link is up. */
  readonly peer: NodeId | null;
  readonly incarnation: string;
  /** What the peer said of its record, once the link is up. */
  readonly standing: Standing | null;
  /** True iff the peer has proved that it belongs to the cluster, by a token or by a certificate. */
  readonly authenticated: boolean;
  /** The version of the wire protocol that both sides go on with; 0 until the link is up. */
  readonly wireVersion: number;
  /** When it came up, on the transport's clock. */
  readonly upAtMs: number;
  /** When something was last received. */
  readonly receivedAtMs: number;
  /** The last round trip of a ping in milliseconds, or null. */
  readonly pingRoundTripMs: number | null;
  /** Sends a frame, if the link is open and has room; says whether. */
  send(text: string): boolean;
  /** Asks for a sign of life after `silenceMs` without one; ends the link after as long again, at the second look in vain. */
  watch(nowMs: number, silenceMs: number): void;
  /** Ends the link and tells both sides why. */
  refuse(reason: CloseReason, detail: string): void;
  /** Sends no more, but goes on receiving until the other side has closed as well. */
  retire(reason: CloseReason, detail: string): void;
}

/** A WebSocket that has just opened. */
export interface Opened {
  readonly socket: WebSocket;
  /** The address dialled, or host and port of who connected. */
  readonly remote: string;
  /** Whom this node dialled, or null if it was dialled. */
  readonly expected: NodeId | null;
  /** Why the other end's certificate is not one for `id`, or null. */
  distrusts(id: NodeId): string | null;
  /** True iff `distrusts` is a proof: nodes show each other certificates, and they are verified. */
  readonly isMutual: boolean;
}

/** Takes care of a WebSocket that has just opened: says hello, judges the other's, then carries frames. */
export function createLink(opened: Opened, context: LinkContext, owner: LinkOwner): Link {
  const { socket, remote, expected } = opened;
  const { limits, clock, credentials } = context;
  const handshake =
    expected === null
      ? acceptHandshake(credentials, owner.standing, opened.distrusts)
      : dialHandshake(credentials, owner.standing, expected);
  const startedAtMs = clock.nowMs();
  let traffic = createTraffic(greetingFramesPerSecond, limits.maxBytesPerSecond, startedAtMs);
  let state: "greeting" | "up" | "retired" | "ended" = "greeting";
  let pingedAtMs = Number.NEGATIVE_INFINITY;
  /** Looks in vain since that ping. */
  let lookCount = 0;
  /** Under which incarnation the other side has proved to be `link.peer`; null before. */
  let provenAs: string | null = null;

  const link = {
    dialled: expected !== null,
    remote,
    peer: expected,
    incarnation: "",
    standing: null as Standing | null,
    authenticated: false,
    wireVersion: 0,
    upAtMs: Number.POSITIVE_INFINITY,
    receivedAtMs: startedAtMs,
    pingRoundTripMs: null as number | null,
    send(text: string): boolean {
      if (state !== "up" || socket.readyState !== socket.OPEN) return false;
      if (socket.bufferedAmount > limits.maxBufferedBytes) return false;
      socket.send(text);
      return true;
    },
    watch,
    refuse,
    retire(reason: CloseReason, detail: string): void {
      if (state === "ended") return;
      state = "retired";
      socket.close(closeCodeOf(reason), printable(detail));
    },
  };

  function watch(nowMs: number, silenceMs: number): void {
    if (state !== "up" || nowMs - link.receivedAtMs < silenceMs) return;
    if (pingedAtMs <= link.receivedAtMs) {
      if (socket.readyState !== socket.OPEN) return;
      pingedAtMs = nowMs;
      lookCount = 0;
      socket.ping();
      return;
    }
    // One late look shows nothing: it may be this process that was away, with the answer not yet read.
    lookCount++;
    if (lookCount < 2 || nowMs - pingedAtMs < silenceMs) return;
    // A close frame would wait for an answer that cannot come.
    socket.terminate();
    const silentMs = Math.round(nowMs - link.receivedAtMs);
    end({ reason: "silent", detail: `no sign of life for ${silentMs} ms`, by: "self" });
  }

  function refuse(reason: CloseReason, detail: string): void {
    if (state === "ended") return;
    socket.close(closeCodeOf(reason), printable(detail));
    end({ reason, detail, by: "self" });
  }

  function end(how: LinkEnd): void {
    if (state === "ended") return;
    state = "ended";
    traffic = createTraffic(leftoverFramesPerSecond, limits.maxFrameBytes, clock.nowMs());
    const { reason, detail, by } = how;
    if (provenAs !== null && by === "peer" && isPeerRefusal(reason) && link.peer !== null)
      owner.onRefusedBy(link.peer, provenAs, { reason, detail }, proofOf(link));
    owner.onEnd(link, how);
  }

  /** Counts what came; false where nothing more is to be done with it. */
  function accepts(size: number): boolean {
    const nowMs = clock.nowMs();
    if (!traffic.take(size, nowMs)) return refuseFlood(`more than ${traffic.words}`);
    const isUnlisted = state === "up" && link.peer !== null && !owner.isListed(link.peer);
    if (isUnlisted && !context.unlisted.take(size, nowMs))
      return refuseFlood(`more than ${context.unlisted.words} from nodes that are no peers`);
    if (state === "ended") return false;
    link.receivedAtMs = nowMs;
    return true;
  }

  function refuseFlood(detail: string): false {
    refuse("flood", detail);
    // Whoever goes on sending is read no more; the WebSocket library breaks the connection soon.
    socket.pause();
    return false;
  }

  function onGreeting(data: Buffer): void {
    if (data.length > longestHelloBytes) {
      refuse("frameTooLarge", `a hello of more than ${longestHelloBytes} bytes`);
      return;
    }
    const step = handshake.hear(data.toString());
    if (step.next === "say") socket.send(step.text);
    else if (step.next === "meet") meet(step.peer);
    else {
      link.peer = step.id ?? link.peer;
      refuse(step.reason, step.detail);
    }
  }

  /** The other side has proved who it is. This side proves as much before it tells the node's own reasons. */
  function meet(peer: Met): void {
    link.peer = peer.id;
    const problem = owner.refusesLink(peer.id, peer.incarnation);
    if (problem !== null) {
      refuse(problem.reason, problem.detail);
      return;
    }
    provenAs = peer.incarnation;
    link.authenticated = peer.knowsToken || opened.isMutual;
    if (peer.refusal !== null) {
      end({ ...peer.refusal, by: "peer" });
      socket.close();
      return;
    }
    const refusal = owner.refusesPeer(peer.id, peer.incarnation, peer.standing);
    const answer = handshake.answer(refusal);
    if (answer !== null) socket.send(answer);
    if (refusal !== null) {
      refuse(refusal.reason, refusal.detail);
      return;
    }
    link.incarnation = peer.incarnation;
    link.standing = peer.standing;
    link.wireVersion = peer.version;
    link.upAtMs = clock.nowMs();
    traffic = createTraffic(limits.maxFramesPerSecond, limits.maxBytesPerSecond, link.upAtMs);
    state = "up";
    owner.onUp(link);
  }

  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!accepts(data.length)) return;
    if (isBinary) refuse("badFrame", "expected text");
    else if (state === "greeting") onGreeting(data);
    else owner.onFrame(link, data.toString());
  });
  socket.on("ping", () => accepts(0));
  socket.on("pong", () => {
    if (!accepts(0) || !(pingedAtMs > Number.NEGATIVE_INFINITY)) return;
    link.pingRoundTripMs = link.receivedAtMs - pingedAtMs;
    pingedAtMs = Number.NEGATIVE_INFINITY;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => end(endOfError(error, limits)));
  context.sockets.add(socket);
  socket.on("close", (code: number, text: Buffer) => {
    context.sockets.delete(socket);
    end(endOfCode(code, text.toString()));
  });
  if (handshake.opening !== null) socket.send(handshake.opening);
  // Nothing is said to a server whose certificate is not right.
  const distrust = expected === null ? null : opened.distrusts(expected);
  if (distrust !== null) refuse("wrongCertificate", distrust);
  return link;
}

function proofOf({ authenticated, dialled }: Pick<Link, "authenticated" | "dialled">): PeerProof {
  return authenticated ? "proven" : dialled ? "dialled" : "said";
}

/** What an error of a socket means. Where it is malformed below the level of frames, the WebSocket library has closed by itself. */
function endOfError(error: NodeJS.ErrnoException, { maxFrameBytes }: TransportLimits): LinkEnd {
  const { code, message } = error;
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH")
    return { reason: "frameTooLarge", detail: `a frame of more than ${maxFrameBytes} bytes`, by: "self" };
  if (code?.startsWith("WS_ERR_") === true)
    return { reason: "badFrame", detail: printable(message), by: "self" };
  return { reason: "lost", detail: printable(code ?? message), by: "peer" };
}
